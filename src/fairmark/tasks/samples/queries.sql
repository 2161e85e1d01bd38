-- name: lock_pipeline
-- The project's pipeline; nobody else draws from the project meanwhile, so that no task is drawn twice.
SELECT pipeline FROM projects WHERE org_id = :org_id AND id = :project_id FOR NO KEY UPDATE;

-- name: draw
-- Done tasks that were answered and not reviewed in their present round, in an order that the seed alone decides.
WITH fit AS (
    SELECT t.id FROM tasks t
      JOIN results r ON r.org_id = t.org_id AND r.id = t.result_id
      JOIN batches b ON b.org_id = t.org_id AND b.id = t.batch_id AND b.state = 'open'
     WHERE t.org_id = :org_id AND t.project_id = :project_id AND t.state = 'done' AND t.gold_id IS NULL
       AND EXISTS (SELECT FROM submissions s WHERE s.org_id = t.org_id AND s.task_id = t.id AND s.round = t.round
                      AND (:worker_id::uuid IS NULL OR s.worker_id = :worker_id))
       AND NOT EXISTS (SELECT FROM reviews v WHERE v.org_id = t.org_id AND v.task_id = t.id AND v.round = t.round)
       AND (:batch_id::uuid IS NULL OR t.batch_id = :batch_id)
       AND (:class_id::text IS NULL OR :class_id = ANY (r.classes))
       AND (:below::real IS NULL OR t.confidence < :below)
)
SELECT id, (SELECT count(*) FROM fit) AS eligible FROM fit
 ORDER BY md5(:seed::text || ':' || id::text), id LIMIT :size;

-- name: save_sample
INSERT INTO review_samples (org_id, id, project_id, key, wanted, seed, drawn_from, eligible, task_ids, drawn_by, created_at)
VALUES (:org_id, :id, :project_id, :key, :wanted, :seed, :drawn_from::jsonb, :eligible, :task_ids, :drawn_by, :now);

-- name: samples
-- The newest first, with the first decision on each of their tasks since; :key, where only that one is wanted.
SELECT s.id, s.project_id, s.wanted, s.seed, s.drawn_from, s.eligible, cardinality(s.task_ids) AS drawn, s.drawn_by,
       s.created_at, d.accepted, d.fixed, d.rejected
  FROM review_samples s
 CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE f.decision = 'accept') AS accepted, count(*) FILTER (WHERE f.decision = 'fix') AS fixed,
           count(*) FILTER (WHERE f.decision = 'reject') AS rejected
      FROM unnest(s.task_ids) AS u (task_id)
      JOIN LATERAL (SELECT v.decision FROM reviews v WHERE v.org_id = s.org_id AND v.task_id = u.task_id
                       AND v.created_at >= s.created_at ORDER BY v.id LIMIT 1) f ON true) d
 WHERE s.org_id = :org_id AND s.project_id = :project_id AND (:key::text IS NULL OR s.key = :key)
   AND (:after::uuid IS NULL OR s.id < :after)
 ORDER BY s.id DESC LIMIT :limit;
