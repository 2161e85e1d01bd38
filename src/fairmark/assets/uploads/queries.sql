-- name: add_upload
INSERT INTO uploads (org_id, id, name, bytes, received, sha256, purpose, state, asset_id, created_by, created_at, updated_at)
VALUES (:org_id, :id, :name, :bytes, :received, :sha256, :purpose, :state, :asset_id, :created_by, :now, :now);

-- name: add_finished
-- Uploads that came whole in one request.
INSERT INTO uploads (org_id, id, name, bytes, received, sha256, purpose, state, asset_id, fault, created_by, created_at, updated_at)
SELECT :org_id, r.id, r.name, r.bytes, r.bytes, r.sha256, 'media',
       CASE WHEN r.fault IS NULL THEN 'done' ELSE 'failed' END, r.asset_id, r.fault::jsonb, :created_by, :now, :now
  FROM unnest(:ids::uuid[], :names::text[], :bytes::bigint[], :sha256s::bytea[], :asset_ids::uuid[], :faults::text[])
       AS r (id, name, bytes, sha256, asset_id, fault);

-- name: get_uploads
SELECT id, name, bytes, received, sha256, purpose, state, asset_id, blob, fault, created_at
  FROM uploads WHERE org_id = :org_id AND id = ANY (:ids::uuid[]);

-- name: advance
-- The compare-and-set that keeps two senders of one upload apart: only bytes that start where the safe ones end count.
UPDATE uploads SET received = received + :bytes::bigint, updated_at = :now
 WHERE org_id = :org_id AND id = :id AND state = 'open' AND received = :offset;

-- name: add_piece
INSERT INTO upload_pieces (org_id, upload_id, starts_at, bytes, blob)
VALUES (:org_id, :upload_id, :starts_at, :bytes, :blob);

-- name: pieces
SELECT starts_at, bytes, blob FROM upload_pieces
 WHERE org_id = :org_id AND upload_id = :upload_id ORDER BY starts_at;

-- name: drop_pieces
DELETE FROM upload_pieces WHERE org_id = :org_id AND upload_id = ANY (:upload_ids::uuid[])
RETURNING starts_at, bytes, blob;

-- name: finish
-- Once only: of two requests that finish the same upload, the second changes nothing.
UPDATE uploads
   SET state = :state, received = :received, sha256 = coalesce(:sha256, sha256), asset_id = :asset_id, blob = :blob,
       fault = :fault::jsonb, updated_at = :now
 WHERE org_id = :org_id AND id = :id AND state = 'open' AND received = :expected;

-- name: stale_uploads
-- Uploads that nobody went on with, and data that are past their time.
SELECT id, state, blob FROM uploads
 WHERE org_id = :org_id
   AND ((state = 'open' AND updated_at < :open_before) OR (blob IS NOT NULL AND updated_at < :data_before))
   AND (state = 'open' OR blob IS NOT NULL)
 ORDER BY updated_at LIMIT :limit;

-- name: expire
UPDATE uploads SET state = 'failed', blob = NULL, fault = :fault::jsonb, updated_at = :now
 WHERE org_id = :org_id AND id = ANY (:ids::uuid[]);

-- name: touch
-- An import reads these data: they are needed for longer.
UPDATE uploads SET updated_at = :now WHERE org_id = :org_id AND id = :id;
