-- name: want_tiles
-- A row for each of these contents; nothing where there is one. Returns the new ones.
INSERT INTO tile_packs (org_id, sha256, state, updated_at)
SELECT :org_id, c.sha256, 'waiting', :now FROM unnest(:sha256s::bytea[]) AS c (sha256) ORDER BY c.sha256
ON CONFLICT (org_id, sha256) DO NOTHING RETURNING sha256;

-- name: get_tiles
SELECT state, progress, fault, bytes, updated_at FROM tile_packs WHERE org_id = :org_id AND sha256 = :sha256;

-- name: renew_tiles
-- They are to be made (again): the job was lost, or the pack.
UPDATE tile_packs SET state = 'waiting', progress = 0, fault = NULL, updated_at = :now
 WHERE org_id = :org_id AND sha256 = :sha256;

-- name: progress_tiles
UPDATE tile_packs SET progress = :progress, updated_at = :now
 WHERE org_id = :org_id AND sha256 = :sha256 AND state = 'waiting';

-- name: settle_tiles
UPDATE tile_packs SET state = :state, progress = 1, fault = :fault::jsonb, bytes = :bytes, updated_at = :now
 WHERE org_id = :org_id AND sha256 = :sha256;
