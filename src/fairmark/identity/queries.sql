-- People, sessions, one-time links and rate limits belong to no organisation: their statements are marked global and are
-- reached by a secret (token, e-mail with password) or by the caller's own person id. Statements that look across the
-- organisations of one person run without an organisation; row-level security shows them that person's rows alone.

-- name: session_by_token
-- global: the person behind a session token, if both are still good.
SELECT s.id, s.person_id, s.seen_at, s.expires_at, p.is_admin
  FROM sessions s JOIN people p ON p.id = s.person_id
 WHERE s.token_hash = :token_hash AND s.expires_at > :now AND p.disabled_at IS NULL;

-- name: touch_session
-- global: slides the expiry of a session in use; the caller does so at most once a minute.
UPDATE sessions SET seen_at = :now, expires_at = :expires_at WHERE id = :id AND seen_at < :now;

-- name: belongings
-- global: every open organisation that a person belongs to or works for, and as what.
WITH mine AS (
    SELECT org_id FROM memberships WHERE person_id = :person_id
     UNION
    SELECT org_id FROM workers WHERE person_id = :person_id)
SELECT o.org_id, o.name, o.display_name, m.role AS member_role, w.id AS worker_id, w.alias,
       ARRAY(SELECT DISTINCT x.role FROM workforce_members x WHERE x.org_id = w.org_id AND x.worker_id = w.id
              ORDER BY x.role) AS work_roles
  FROM mine
  JOIN organisations o ON o.org_id = mine.org_id AND o.closed_at IS NULL
  LEFT JOIN memberships m ON m.org_id = o.org_id AND m.person_id = :person_id
  LEFT JOIN workers w ON w.org_id = o.org_id AND w.person_id = :person_id
 WHERE :org_id::uuid IS NULL OR o.org_id = :org_id
 ORDER BY o.org_id
 LIMIT :limit;

-- name: organisation
-- One organisation, if it is open.
SELECT org_id, name, display_name, created_at FROM organisations WHERE org_id = :org_id AND closed_at IS NULL;

-- name: add_organisation
INSERT INTO organisations (org_id, name, display_name, created_at)
VALUES (:org_id, :name, :display_name, :now)
RETURNING org_id, name, display_name, created_at;

-- name: key_by_hash
-- The key behind a secret, if it and its organisation are still good.
SELECT k.id, k.scopes, k.mode, k.used_at, k.expires_at
  FROM api_keys k JOIN organisations o ON o.org_id = k.org_id AND o.closed_at IS NULL
 WHERE k.org_id = :org_id AND k.secret_hash = :secret_hash AND k.revoked_at IS NULL
   AND (k.expires_at IS NULL OR k.expires_at > :now);

-- name: touch_key
-- When a key was last used; the caller does so at most once a minute.
UPDATE api_keys SET used_at = :now WHERE org_id = :org_id AND id = :id AND (used_at IS NULL OR used_at < :now);

-- name: add_key
INSERT INTO api_keys (org_id, id, name, hint, secret_hash, scopes, mode, created_by, created_at, expires_at)
VALUES (:org_id, :id, :name, :hint, :secret_hash, :scopes::text[], :mode, :created_by::uuid, :now, :expires_at::timestamptz)
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
