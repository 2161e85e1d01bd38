-- name: add_import
INSERT INTO imports (org_id, id, project_id, batch_id, source, inline, state, rows_total, created_by, created_at, updated_at)
VALUES (:org_id, :id, :project_id, :batch_id, :source::jsonb, :inline::jsonb, 'waiting', :rows_total, :created_by, :now, :now);

-- name: get_import
SELECT i.id, i.project_id, i.batch_id, i.source, i.state, i.progress, i.rows_total, i.rows_done, i.rows_new, i.rows_there,
       i.rows_bad, i.report, i.fault, i.created_at, i.updated_at
  FROM imports i JOIN projects p ON p.org_id = :org_id AND p.id = i.project_id AND p.mode = :mode
 WHERE i.org_id = :org_id AND i.id = :id;

-- name: list_imports
-- Newest first.
SELECT id, project_id, batch_id, source, state, progress, rows_total, rows_done, rows_new, rows_there, rows_bad, report,
       fault, created_at, updated_at
  FROM imports
 WHERE org_id = :org_id AND project_id = :project_id AND (:after::uuid IS NULL OR id < :after)
 ORDER BY id DESC LIMIT :limit;

-- name: start_import
-- Again after a stop: whoever works on it goes on at its place. While the organisation is closed it stands still.
UPDATE imports SET state = 'running', updated_at = :now
 WHERE org_id = :org_id AND id = :id AND state IN ('waiting', 'running')
   AND NOT EXISTS (SELECT FROM organisations o WHERE o.org_id = :org_id AND o.closed_at IS NOT NULL)
RETURNING id, project_id, batch_id, source, inline, position, report;

-- name: lock_import
-- Only the one who stands where the import stands may go on: a second worker, or one after a cancel or after the
-- organisation was closed, finds nothing.
SELECT rows_bad, batch_id FROM imports
 WHERE org_id = :org_id AND id = :id AND state = 'running' AND position = :position::jsonb
   AND NOT EXISTS (SELECT FROM organisations o WHERE o.org_id = :org_id AND o.closed_at IS NOT NULL)
   FOR UPDATE;

-- name: advance_import
UPDATE imports
   SET position = :position::jsonb, progress = greatest(progress, :progress::real),
       rows_total = coalesce(:rows_total::bigint, rows_total), report = coalesce(:report::jsonb, report),
       rows_done = rows_done + :done::bigint, rows_new = rows_new + :new::bigint, rows_there = rows_there + :there::bigint,
       rows_bad = rows_bad + :bad::bigint, updated_at = :now
 WHERE org_id = :org_id AND id = :id;

-- name: end_import
-- Done, failed or cancelled; once only.
UPDATE imports
   SET state = :state, fault = :fault::jsonb, inline = NULL, updated_at = :now,
       progress = CASE WHEN :state::text = 'done' THEN 1 ELSE progress END,
       rows_total = CASE WHEN :state::text = 'done' THEN rows_done ELSE rows_total END
 WHERE org_id = :org_id AND id = :id AND state IN ('waiting', 'running')
RETURNING project_id, batch_id, rows_done, rows_new, rows_there, rows_bad;

-- name: add_faults
INSERT INTO import_faults (org_id, import_id, n, line, place, code, message, mend)
SELECT :org_id, :import_id, r.n, r.line, r.place, r.code, r.message, r.mend
  FROM unnest(:ns::bigint[], :lines::bigint[], :places::text[], :codes::text[], :messages::text[], :mends::text[])
       AS r (n, line, place, code, message, mend);

-- name: list_faults
SELECT n, line, place, code, message, mend
  FROM import_faults WHERE org_id = :org_id AND import_id = :import_id AND n > :after ORDER BY n LIMIT :limit;

-- name: rest_imports
-- While the organisation is closed its imports stand still, and are none the worse for it.
UPDATE imports SET updated_at = :now
 WHERE org_id = :org_id AND state IN ('waiting', 'running') AND updated_at < :stalled_before
   AND EXISTS (SELECT FROM organisations o WHERE o.org_id = :org_id AND o.closed_at IS NOT NULL);

-- name: stalled_imports
-- Imports that nobody has moved for a while: their job was lost, or gave up.
SELECT id, updated_at < :broken_before AS broken
  FROM imports WHERE org_id = :org_id AND state IN ('waiting', 'running') AND updated_at < :stalled_before
 ORDER BY updated_at LIMIT :limit;

-- name: sizes_by_name
-- Uploaded pictures under any of these names, for label formats that need their sizes; the newest of each.
SELECT u.name, a.width, a.height, a.media_type, a.sha256
  FROM unnest(:names::text[]) AS n (name)
 CROSS JOIN LATERAL (SELECT x.name, x.asset_id FROM uploads x
                      WHERE x.org_id = :org_id AND x.name = n.name AND x.asset_id IS NOT NULL
                      ORDER BY x.id DESC LIMIT 1) u
  JOIN assets a ON a.org_id = :org_id AND a.id = u.asset_id;
