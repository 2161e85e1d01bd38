-- 0005_closing: people who are kept out, and organisations that are over.

SET LOCAL lock_timeout = '5s';

-- disabled_reason: why; the person reads it when they try to sign in. Null while they may.
ALTER TABLE people ADD COLUMN disabled_reason text;

-- closed_reason: why, for its owners. Null while it is open.
ALTER TABLE organisations ADD COLUMN closed_reason text;

-- all_orgs: closed ones too. Readers must not miss what happened just before, leases run out, old files go.
CREATE OR REPLACE FUNCTION all_orgs() RETURNS TABLE (org_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT o.org_id FROM organisations o $$;

-- keys_made_by: the API keys that a person has made, in whatever organisation, whether or not they are still there. Only an
-- administrator learns of them: with the owner's rights, because no organisation's fence is theirs to open.
CREATE FUNCTION keys_made_by(person uuid)
    RETURNS TABLE (org_id uuid, organisation text, id uuid, name text, hint text, scopes text[], mode text, created_by uuid,
                   created_at timestamptz, used_at timestamptz, expires_at timestamptz, revoked_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT k.org_id, o.name, k.id, k.name, k.hint, k.scopes, k.mode, k.created_by, k.created_at, k.used_at,
                 k.expires_at, k.revoked_at
            FROM api_keys k JOIN organisations o ON o.org_id = k.org_id
           WHERE k.created_by = person
             AND EXISTS (SELECT FROM people p WHERE p.id = app_person() AND p.is_admin AND p.disabled_at IS NULL)
           ORDER BY k.revoked_at IS NOT NULL, k.created_at DESC LIMIT 500 $$;
REVOKE ALL ON FUNCTION keys_made_by FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keys_made_by TO fairmark_app;
CREATE INDEX api_keys_made_by ON api_keys (created_by);
