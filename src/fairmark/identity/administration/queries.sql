-- People belong to no organisation: their statements are marked global, and are for administrators.

-- name: people
-- global: the people of the installation by id (oldest first); wanted: part of a name or an address.
SELECT p.id, p.name, p.email, p.is_admin, p.created_at, p.disabled_at, p.disabled_reason,
       (SELECT max(s.seen_at) FROM sessions s WHERE s.person_id = p.id AND s.expires_at > :now) AS seen_at
  FROM people p
 WHERE (:after::uuid IS NULL OR p.id > :after)
   AND (:wanted::text IS NULL OR position(lower(:wanted) IN lower(p.email)) > 0 OR position(lower(:wanted) IN lower(p.name)) > 0)
   AND (:access::text IS NULL OR (:access = 'disabled') = (p.disabled_at IS NOT NULL))
 ORDER BY p.id LIMIT :limit;

-- name: person_line
-- global: one person.
SELECT p.id, p.name, p.email, p.is_admin, p.created_at, p.disabled_at, p.disabled_reason,
       (SELECT max(s.seen_at) FROM sessions s WHERE s.person_id = p.id AND s.expires_at > :now) AS seen_at
  FROM people p WHERE p.id = :id;

-- name: person_of_email
-- global: whoever signs in with an address.
SELECT id FROM people WHERE lower(email) = :email;

-- name: lock_administrators
-- global: their rows are the lock of whoever is kept out. In order, so that two at once cannot wait for each other.
SELECT id FROM people WHERE is_admin AND disabled_at IS NULL ORDER BY id FOR UPDATE;

-- name: disable
-- global: nothing comes back for one who is kept out already, or is not there.
UPDATE people SET disabled_at = :now, disabled_reason = :reason WHERE id = :id AND disabled_at IS NULL RETURNING id;

-- name: enable
-- global: nothing comes back for one who may come in already, or is not there.
UPDATE people SET disabled_at = NULL, disabled_reason = NULL WHERE id = :id AND disabled_at IS NOT NULL RETURNING id;

-- name: keys_made_by
-- global: the function looks whether the transaction is an administrator's.
SELECT * FROM keys_made_by(:person_id);

-- name: close_organisation
-- Nothing comes back for one that is closed already.
UPDATE organisations SET closed_at = :now, closed_reason = :reason
 WHERE org_id = :org_id AND closed_at IS NULL RETURNING org_id;

-- name: reopen_organisation
-- Nothing comes back for one that is open.
UPDATE organisations SET closed_at = NULL, closed_reason = NULL
 WHERE org_id = :org_id AND closed_at IS NOT NULL RETURNING org_id;
