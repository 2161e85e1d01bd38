-- name: inspected
-- A task with what consensus last found about it.
SELECT t.id, t.project_id, t.item_id, t.state, t.stage, t.round, p.pipeline, a.submissions, a.agreement,
       coalesce(a.confidence, t.confidence) AS confidence, a.annotation, a.detail,
       (SELECT count(*) FROM submissions s WHERE s.org_id = t.org_id AND s.task_id = t.id AND s.round = t.round) AS submitted,
       (SELECT count(*) FROM assignments x WHERE x.org_id = t.org_id AND x.task_id = t.id AND x.stage = t.stage
           AND x.round = t.round AND x.state = 'leased') AS leased,
       (SELECT count(*) FROM open_assignments o WHERE o.org_id = t.org_id AND o.task_id = t.id AND o.stage = t.stage) AS open
  FROM tasks t
  JOIN projects p ON p.org_id = t.org_id AND p.id = t.project_id AND p.mode = :mode
  LEFT JOIN agreements a ON a.org_id = t.org_id AND a.task_id = t.id
 WHERE t.org_id = :org_id AND t.id = :id AND t.gold_id IS NULL;

-- name: judged_by
-- By what a project's submissions are judged.
SELECT id, modality, ontology_version, pipeline FROM projects WHERE org_id = :org_id AND id = ANY (:ids::uuid[]);

-- name: ensure_models
-- A row for each project, so that there is something to lock.
INSERT INTO quality_models (org_id, project_id, state, known, seen, seen_then, updated_at)
SELECT :org_id, id, '', 0, 0, 0, :now FROM unnest(:ids::uuid[]) AS e (id)
ON CONFLICT DO NOTHING;

-- name: lock_models
-- What is known of projects' judges together; held, in order, by whoever teaches them.
SELECT project_id, state, seen, seen_then FROM quality_models
 WHERE org_id = :org_id AND project_id = ANY (:ids::uuid[]) ORDER BY project_id FOR UPDATE;

-- name: model
SELECT state, known, seen, seen_then, settled_at FROM quality_models WHERE org_id = :org_id AND project_id = :project_id;

-- name: judges
SELECT worker_id, state FROM quality_judges
 WHERE org_id = :org_id AND project_id = :project_id AND worker_id = ANY (:ids::uuid[]);

-- name: told
SELECT task_id, state FROM quality_told WHERE org_id = :org_id AND task_id = ANY (:ids::uuid[]);

-- name: save_model
UPDATE quality_models SET state = :state, known = :known, seen = seen + :more, updated_at = :now
 WHERE org_id = :org_id AND project_id = :project_id;

-- name: settle_model
-- What was fitted anew. seen_then: how many judgements it rests on.
UPDATE quality_models SET state = :state, known = :known, seen_then = :seen_then, settled_at = :now, updated_at = :now
 WHERE org_id = :org_id AND project_id = :project_id;

-- name: save_judges
INSERT INTO quality_judges (org_id, project_id, worker_id, state, seen, updated_at)
SELECT :org_id, :project_id, e.id, e.state, e.more, :now
  FROM unnest(:ids::uuid[], :states::bytea[], :more::bigint[]) AS e (id, state, more)
ON CONFLICT (org_id, project_id, worker_id) DO UPDATE
   SET state = excluded.state, seen = quality_judges.seen + excluded.seen, updated_at = excluded.updated_at;

-- name: save_told
INSERT INTO quality_told (org_id, task_id, project_id, state, updated_at)
SELECT :org_id, e.id, :project_id, e.state, :now FROM unnest(:ids::uuid[], :states::bytea[]) AS e (id, state)
ON CONFLICT (org_id, task_id) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at;

-- name: told_since
-- Tasks that told something after a time: the judges who were fitted to what was before have not heard it.
SELECT task_id FROM quality_told
 WHERE org_id = :org_id AND project_id = :project_id AND updated_at >= :since ORDER BY updated_at LIMIT 5000;

-- name: forget_told
DELETE FROM quality_told WHERE org_id = :org_id AND project_id = :project_id;

-- name: prelabels
-- What the items of tasks came with.
SELECT t.id, i.prelabel FROM tasks t JOIN items i ON i.org_id = t.org_id AND i.id = t.item_id
 WHERE t.org_id = :org_id AND t.id = ANY (:ids::uuid[]) AND i.prelabel IS NOT NULL;

-- name: aliases
-- Who made submissions, by the submission.
SELECT s.id, w.alias FROM submissions s JOIN workers w ON w.org_id = s.org_id AND w.id = s.worker_id
 WHERE s.org_id = :org_id AND s.id = ANY (:ids::uuid[]);

-- name: seats
-- Who handed something in of late in a project, and where on the ring that was.
SELECT DISTINCT ON (x.worker_id) x.worker_id, t.place
  FROM (SELECT s.id, s.worker_id, s.task_id, s.created_at FROM submissions s
         WHERE s.org_id = :org_id AND s.project_id = :project_id ORDER BY s.id DESC LIMIT 200) x
  JOIN tasks t ON t.org_id = :org_id AND t.id = x.task_id
  JOIN workers w ON w.org_id = :org_id AND w.id = x.worker_id AND w.paused_at IS NULL
 WHERE x.created_at > :since
 ORDER BY x.worker_id, x.id DESC;

-- name: window_tasks
-- The tasks that were last handed something in for, with what is known to be right about them: gold, else a review.
WITH newest AS (
    SELECT s.task_id, max(s.id::text) AS last
      FROM (SELECT id, task_id FROM submissions WHERE org_id = :org_id AND project_id = :project_id
             ORDER BY id DESC LIMIT :submissions_max) s
     GROUP BY s.task_id ORDER BY last DESC LIMIT :tasks_max
)
SELECT t.id, t.item_id, t.batch_id, t.state, t.stage, t.gold_id, t.confidence, i.meta, i.prelabel,
       g.annotation AS gold, g.state AS gold_state, r.annotation AS result, r.origin, a.detail, a.annotation AS merged,
       a.confidence AS judged,
       (SELECT jsonb_agg(jsonb_build_array(m.width, m.height) ORDER BY u.place)
          FROM unnest(i.asset_ids) WITH ORDINALITY AS u (id, place)
          JOIN assets m ON m.org_id = t.org_id AND m.id = u.id) AS media
  FROM newest n
  JOIN tasks t ON t.org_id = :org_id AND t.id = n.task_id
  JOIN items i ON i.org_id = t.org_id AND i.id = t.item_id
  LEFT JOIN gold g ON g.org_id = t.org_id AND g.project_id = t.project_id AND g.item_id = t.item_id
  LEFT JOIN results r ON r.org_id = t.org_id AND r.id = t.result_id
  LEFT JOIN agreements a ON a.org_id = t.org_id AND a.task_id = t.id AND a.round = t.round
 ORDER BY n.last;

-- name: window_submissions
-- All that was said about some tasks in their present round.
SELECT s.task_id, s.id, s.worker_id, s.annotation, s.active_ms, s.created_at
  FROM submissions s JOIN tasks t ON t.org_id = s.org_id AND t.id = s.task_id AND t.round = s.round
 WHERE s.org_id = :org_id AND s.task_id = ANY (:ids::uuid[]) ORDER BY s.id;
