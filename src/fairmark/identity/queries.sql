-- People, sessions, one-time links and rate limits belong to no organisation: their statements are marked global and
-- are reached by a secret (token, e-mail with password) or by the caller's own person id. Statements that look across
-- the organisations of one person run without an organisation; row-level security shows them that person's rows alone.

-- name: session_by_token
-- global: the person behind a session token, if both are still good.
SELECT s.id, s.person_id, s.seen_at, s.expires_at, p.is_admin
  FROM sessions s JOIN people p ON p.id = s.person_id
 WHERE s.token_hash = :token_hash AND s.expires_at > :now AND p.disabled_at IS NULL;

-- name: touch_session
-- global: slides the expiry of a session in use; the caller does so at most once a minute.
UPDATE sessions SET seen_at = :now, expires_at = :expires_at WHERE id = :id AND seen_at < :now;

-- name: belongings
-- global: every organisation that a person belongs to or works for, and as what; closed ones too.
WITH mine AS (
    SELECT org_id FROM memberships WHERE person_id = :person_id
     UNION
    SELECT org_id FROM workers WHERE person_id = :person_id)
SELECT o.org_id, o.name, o.display_name, o.closed_at, o.closed_reason, m.role AS member_role, w.id AS worker_id, w.alias,
       ARRAY(SELECT DISTINCT x.role FROM workforce_members x WHERE x.org_id = w.org_id AND x.worker_id = w.id
              ORDER BY x.role) AS work_roles
  FROM mine
  JOIN organisations o ON o.org_id = mine.org_id
  LEFT JOIN memberships m ON m.org_id = o.org_id AND m.person_id = :person_id
  LEFT JOIN workers w ON w.org_id = o.org_id AND w.person_id = :person_id
 WHERE :org_id::uuid IS NULL OR o.org_id = :org_id
 ORDER BY o.org_id
 LIMIT :limit;

-- name: organisation
-- One organisation, open or closed.
SELECT org_id, name, display_name, created_at, closed_at, closed_reason FROM organisations WHERE org_id = :org_id;

-- name: add_organisation
-- A new tenant, from inside its own fence.
INSERT INTO organisations (org_id, name, display_name, created_at)
VALUES (:org_id, :name, :display_name, :now)
RETURNING org_id, name, display_name, created_at, closed_at, closed_reason;

-- name: key_by_hash
-- The key behind a secret, if it is still good, and whether its organisation is closed.
SELECT k.id, k.scopes, k.mode, k.used_at, k.expires_at, o.closed_at
  FROM api_keys k JOIN organisations o ON o.org_id = k.org_id
 WHERE k.org_id = :org_id AND k.secret_hash = :secret_hash AND k.revoked_at IS NULL
   AND (k.expires_at IS NULL OR k.expires_at > :now);

-- name: touch_key
-- When a key was last used; the caller does so at most once a minute.
UPDATE api_keys SET used_at = :now WHERE org_id = :org_id AND id = :id AND (used_at IS NULL OR used_at < :now);

-- name: add_key
-- A new key; only the hash of its secret is kept.
INSERT INTO api_keys (org_id, id, name, hint, secret_hash, scopes, mode, created_by, created_at, expires_at)
VALUES (:org_id, :id, :name, :hint, :secret_hash, :scopes::text[], :mode, :created_by::uuid, :now,
        :expires_at::timestamptz)
RETURNING id, name, hint, scopes, mode, created_by, created_at, used_at, expires_at, revoked_at;

-- name: drop_first_admin_links
-- global: only the newest first-start link works.
DELETE FROM one_time_links WHERE purpose = 'first_admin' AND used_at IS NULL;

-- name: add_first_admin_link
-- global: the link belongs to no organisation.
INSERT INTO one_time_links (token_hash, purpose, created_at, expires_at)
VALUES (:token_hash, 'first_admin', :now, :expires_at);

-- name: has_admin
-- global: whether anybody administers this installation.
SELECT EXISTS (SELECT FROM people WHERE is_admin AND disabled_at IS NULL) AS found;

-- name: claim_first_admin_link
-- global: uses a first-start link up; of two at once, one gets the row.
UPDATE one_time_links SET used_at = :now
 WHERE token_hash = :token_hash AND purpose = 'first_admin' AND used_at IS NULL AND expires_at > :now
RETURNING created_at;

-- name: first_admin_link
-- global: whether a first-start link still works, before time is spent on a password.
SELECT EXISTS (SELECT FROM one_time_links
                WHERE token_hash = :token_hash AND purpose = 'first_admin' AND used_at IS NULL AND expires_at > :now)
       AS found;

-- name: account_by_email
-- global: whoever signs in with an address.
SELECT id, name, email, is_admin, preferences, password_hash, disabled_at, disabled_reason FROM people WHERE lower(email) = :email;

-- name: account_by_id
-- global: the caller's own row, held until the transaction ends because they are about to change it.
SELECT id, name, email, is_admin, preferences, password_hash, disabled_at, disabled_reason FROM people WHERE id = :id FOR UPDATE;

-- name: person
-- global: the caller's own row.
SELECT id, name, email, is_admin, preferences FROM people WHERE id = :id;

-- name: add_person
-- global: nothing comes back if somebody signs in with the address already.
INSERT INTO people (id, email, name, password_hash, is_admin, created_at)
VALUES (:id, :email, :name, :password_hash, :is_admin, :now)
ON CONFLICT (lower(email)) DO NOTHING
RETURNING id, name, email, is_admin, preferences;

-- name: set_profile
-- global: the caller's own row.
UPDATE people SET name = :name, preferences = :preferences::jsonb WHERE id = :id
RETURNING id, name, email, is_admin, preferences;

-- name: set_password
-- global: only if the hash is still the one that was checked: of two changes at once, one wins.
UPDATE people SET password_hash = :password_hash WHERE id = :id AND password_hash = :checked;

-- name: replace_password
-- global: whatever it was before, for the operator at the machine.
UPDATE people SET password_hash = :password_hash WHERE id = :id;

-- name: add_session
-- global: a sign-in.
INSERT INTO sessions (token_hash, id, person_id, created_at, seen_at, expires_at, user_agent, address)
VALUES (:token_hash, :id, :person_id, :now, :now, :expires_at, :user_agent, :address);

-- name: trim_sessions
-- global: a person's expired sessions go, and of the others all but the most recently used.
DELETE FROM sessions
 WHERE person_id = :person_id
   AND (expires_at <= :now
        OR id NOT IN (SELECT id FROM sessions WHERE person_id = :person_id ORDER BY seen_at DESC, id DESC LIMIT :keep));

-- name: sessions
-- global: the caller's own sessions that still work, newest first.
SELECT id, created_at, seen_at, expires_at, user_agent, address FROM sessions
 WHERE person_id = :person_id AND expires_at > :now AND (:after::uuid IS NULL OR id < :after)
 ORDER BY id DESC LIMIT :limit;

-- name: end_session
-- global: one of the caller's own sessions.
DELETE FROM sessions WHERE id = :id AND person_id = :person_id;

-- name: end_session_by_token
-- global: the session that a browser held before it signed in anew.
DELETE FROM sessions WHERE token_hash = :token_hash RETURNING id;

-- name: end_other_sessions
-- global: all of the caller's own sessions but one.
DELETE FROM sessions WHERE person_id = :person_id AND id IS DISTINCT FROM :keep::uuid;

-- name: forget_everywhere
-- global: reaches every server process when the transaction commits. Such acts are rare: the one lock that NOTIFY takes
-- at commit is no bottleneck.
SELECT pg_notify(:channel, :payload);

-- name: count_tries
-- global: counts one try in each bucket; in order, so that two tries at once cannot wait for each other.
INSERT INTO rate_limits (bucket, window_start, tries)
SELECT b, :window_start, 1 FROM unnest(:buckets::text[]) AS b ORDER BY b
ON CONFLICT (bucket, window_start) DO UPDATE SET tries = rate_limits.tries + 1
RETURNING tries;

-- name: refund_tries
-- global: a try that succeeded does not count; rows are locked in the same order as above.
WITH mine AS (
    SELECT bucket, window_start FROM rate_limits
     WHERE bucket = ANY (:buckets::text[]) AND window_start = :window_start ORDER BY bucket FOR UPDATE)
UPDATE rate_limits r SET tries = greatest(r.tries - 1, 0)
  FROM mine WHERE r.bucket = mine.bucket AND r.window_start = mine.window_start;

-- name: sweep_sessions
-- global: sessions that nobody can use any more.
DELETE FROM sessions WHERE expires_at <= :now;

-- name: sweep_links
-- global: one-time links a week after they stopped working.
DELETE FROM one_time_links WHERE coalesce(used_at, expires_at) < :before;

-- name: sweep_tries
-- global: windows that are long over.
DELETE FROM rate_limits WHERE window_start < :before;

-- name: organisations
-- global: every organisation, for an administrator, by id from the newest; row-level security shows others only their own.
-- wanted: part of a name.
SELECT org_id, name, display_name, created_at, closed_at, closed_reason FROM organisations
 WHERE (:after::uuid IS NULL OR org_id < :after)
   AND (:wanted::text IS NULL OR position(lower(:wanted) IN lower(name)) > 0
        OR position(lower(:wanted) IN lower(display_name)) > 0)
 ORDER BY org_id DESC LIMIT :limit;

-- name: change_organisation
-- Changes the names that are given.
UPDATE organisations SET name = coalesce(:name::text, name), display_name = coalesce(:display_name::text, display_name)
 WHERE org_id = :org_id
RETURNING org_id, name, display_name, created_at, closed_at, closed_reason;

-- name: members
-- The customer side of an organisation, with names: members know each other.
SELECT m.person_id, p.name, p.email, m.role, m.created_at
  FROM memberships m JOIN people p ON p.id = m.person_id
 WHERE m.org_id = :org_id AND (:after::uuid IS NULL OR m.person_id > :after)
 ORDER BY m.person_id LIMIT :limit;

-- name: member
-- One member; held by nobody, because the owners' rows are the lock of every change.
SELECT m.person_id, p.name, p.email, m.role, m.created_at
  FROM memberships m JOIN people p ON p.id = m.person_id
 WHERE m.org_id = :org_id AND m.person_id = :person_id;

-- name: lock_owners
-- The owners, held until the transaction ends: two owners who demote each other at once come one after the other.
SELECT person_id FROM memberships WHERE org_id = :org_id AND role = 'owner' ORDER BY person_id FOR UPDATE;

-- name: add_member
-- Nothing is added for somebody who is a member already.
INSERT INTO memberships (org_id, person_id, role, created_at) VALUES (:org_id, :person_id, :role, :now)
ON CONFLICT (org_id, person_id) DO NOTHING;

-- name: set_member_role
-- After rules.check_role_change, under the lock of the owners.
UPDATE memberships SET role = :role WHERE org_id = :org_id AND person_id = :person_id;

-- name: remove_member
-- After rules.check_role_change, under the lock of the owners. What the person did stays.
DELETE FROM memberships WHERE org_id = :org_id AND person_id = :person_id;

-- name: add_invitation
-- A new link; only the hash of its token is kept. Who made it comes back as in `invitations`.
INSERT INTO invitations (org_id, id, token_hash, email, member_role, workforce_id, work_role, uses_max, created_by,
                         created_at, expires_at)
VALUES (:org_id, :id, :token_hash, :email::text, :member_role::text, :workforce_id::uuid, :work_role::text, :uses_max,
        :created_by::uuid, :now, :expires_at)
RETURNING id, email, member_role, workforce_id, work_role, uses_max, uses, created_at, expires_at, revoked_at,
          (SELECT m.person_id FROM memberships m
            WHERE m.org_id = invitations.org_id AND m.person_id = invitations.created_by) AS created_by;

-- name: invitation_by_token
-- What a link leads to, and the names of whom it is from.
SELECT i.id, i.email, i.member_role, i.workforce_id, i.work_role, i.uses_max, i.uses, NULL::uuid AS created_by,
       i.created_at, i.expires_at, i.revoked_at, o.name, o.display_name
  FROM invitations i JOIN organisations o ON o.org_id = i.org_id AND o.closed_at IS NULL
 WHERE i.org_id = :org_id AND i.token_hash = :token_hash;

-- name: use_invitation
-- Takes one use, if one is left: the row's lock makes two who accept at once come one after the other.
UPDATE invitations SET uses = uses + 1
 WHERE org_id = :org_id AND id = :id AND uses < uses_max AND revoked_at IS NULL AND expires_at > :now;

-- name: invitations
-- Newest first; made_by: only those that one person made. Who made one is told of members only: a workforce lead is
-- known here by an alias, and the person's id would tell two organisations that it is the same lead.
SELECT i.id, i.email, i.member_role, i.workforce_id, i.work_role, i.uses_max, i.uses, m.person_id AS created_by,
       i.created_at, i.expires_at, i.revoked_at
  FROM invitations i LEFT JOIN memberships m ON m.org_id = i.org_id AND m.person_id = i.created_by
 WHERE i.org_id = :org_id AND (:made_by::uuid IS NULL OR i.created_by = :made_by)
   AND (:after::uuid IS NULL OR i.id < :after)
 ORDER BY i.id DESC LIMIT :limit;

-- name: revoke_invitation
-- Comes back with whether it was withdrawn just now; nothing comes back for one that is not there. made_by: as above.
WITH found AS (
    SELECT id, revoked_at FROM invitations
     WHERE org_id = :org_id AND id = :id AND (:made_by::uuid IS NULL OR created_by = :made_by) FOR UPDATE)
UPDATE invitations i SET revoked_at = coalesce(i.revoked_at, :now)
  FROM found WHERE i.org_id = :org_id AND i.id = found.id
RETURNING found.revoked_at IS NULL AS now;

-- name: keys
-- Newest first, revoked ones too; mode: only those of one mode.
SELECT id, name, hint, scopes, mode, created_by, created_at, used_at, expires_at, revoked_at
  FROM api_keys
 WHERE org_id = :org_id AND (:mode::text IS NULL OR mode = :mode) AND (:after::uuid IS NULL OR id < :after)
 ORDER BY id DESC LIMIT :limit;

-- name: revoke_key
-- Comes back with whether it was revoked just now; nothing comes back for one that is not there. mode: only of it.
WITH found AS (
    SELECT id, revoked_at FROM api_keys
     WHERE org_id = :org_id AND id = :id AND (:mode::text IS NULL OR mode = :mode) FOR UPDATE)
UPDATE api_keys k SET revoked_at = coalesce(k.revoked_at, :now)
  FROM found WHERE k.org_id = :org_id AND k.id = found.id
RETURNING found.revoked_at IS NULL AS now;
