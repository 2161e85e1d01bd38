-- 0009_tile_packs: how far the tiles of large and deep images are.

SET LOCAL lock_timeout = '5s';

-- By content, as the packs lie in the store for files. A pack that is gone is made again from its original.
CREATE TABLE tile_packs (
    org_id     uuid NOT NULL REFERENCES organisations (org_id),
    sha256     bytea NOT NULL,                   -- of the original
    state      text NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
    progress   real NOT NULL DEFAULT 0,          -- 0 to 1
    fault      jsonb,                            -- why it cannot be cut
    bytes      bigint NOT NULL DEFAULT 0,        -- of the pack
    updated_at timestamptz NOT NULL,             -- the job's last sign of life
    PRIMARY KEY (org_id, sha256)
);
CALL fence('tile_packs');
