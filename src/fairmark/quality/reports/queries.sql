-- name: report
SELECT r.body, r.made_at FROM quality_reports r
  JOIN projects p ON p.org_id = r.org_id AND p.id = r.project_id AND p.mode = :mode
 WHERE r.org_id = :org_id AND r.project_id = :project_id AND r.name = :name;

-- name: overview
-- Counts of a project's quality, and what is known of its judges.
SELECT (SELECT count(*) FROM tasks t WHERE t.org_id = p.org_id AND t.project_id = p.id AND t.state = 'done'
           AND t.gold_id IS NULL) AS answers,
       (SELECT count(*) FROM gold g WHERE g.org_id = p.org_id AND g.project_id = p.id AND g.state = 'active') AS gold,
       (SELECT count(*) FROM gold g WHERE g.org_id = p.org_id AND g.project_id = p.id AND g.state = 'suspended') AS gold_suspended,
       (SELECT count(*) FROM cases c WHERE c.org_id = p.org_id AND c.project_id = p.id AND c.state = 'open') AS open_cases,
       m.known, m.seen, m.seen_then
  FROM projects p LEFT JOIN quality_models m ON m.org_id = p.org_id AND m.project_id = p.id
 WHERE p.org_id = :org_id AND p.id = :project_id;

-- name: over_time
-- By day of the result: how sure, how alike, how many labels.
SELECT date_trunc('day', r.created_at)::date AS day, count(*) AS results, avg(r.confidence) AS confidence,
       avg(r.agreement) AS agreement,
       avg(coalesce(a.submissions, 1))::float8 AS labels
  FROM results r
  JOIN tasks t ON t.org_id = r.org_id AND t.id = r.task_id AND t.result_id = r.id
  LEFT JOIN agreements a ON a.org_id = r.org_id AND a.task_id = r.task_id
 WHERE r.org_id = :org_id AND r.project_id = :project_id AND r.created_at > :since
 GROUP BY 1 ORDER BY 1;

-- name: disagreements
-- Tasks of several submissions, the least sure first; :confidence and :after are the last of the page before.
SELECT a.task_id, t.item_id, i.name, t.state, a.confidence, a.agreement, a.annotation AS merged, a.detail, t.updated_at,
       m.id AS asset_id, m.state AS asset_state, m.width, m.height,
       item_images(i.org_id, i.asset_ids) AS images
  FROM agreements a
  JOIN tasks t ON t.org_id = a.org_id AND t.id = a.task_id AND t.gold_id IS NULL
  JOIN items i ON i.org_id = t.org_id AND i.id = t.item_id
  LEFT JOIN assets m ON m.org_id = i.org_id AND m.id = i.asset_ids[1]
 WHERE a.org_id = :org_id AND a.project_id = :project_id AND a.submissions > 1 AND a.agreement < 1
   AND (:after::uuid IS NULL OR (a.agreement, a.task_id) > (:agreement::real, :after))
   AND (:batch_id::uuid IS NULL OR t.batch_id = :batch_id)
 ORDER BY a.agreement, a.task_id LIMIT :limit;

-- name: sides
-- The submissions of tasks, with who made them.
SELECT s.task_id, s.id, w.alias, s.annotation
  FROM submissions s
  JOIN tasks t ON t.org_id = s.org_id AND t.id = s.task_id AND t.round = s.round
  JOIN workers w ON w.org_id = s.org_id AND w.id = s.worker_id
 WHERE s.org_id = :org_id AND s.task_id = ANY (:task_ids::uuid[]) ORDER BY s.task_id, s.id;

-- name: confusion_examples
-- Submissions by id, with their items and what is right about them: gold, else the result in force.
SELECT s.id, s.task_id, t.item_id, i.name, w.alias, s.annotation, coalesce(g.annotation, r.annotation) AS right,
       r.confidence, m.id AS asset_id, m.state AS asset_state, m.width, m.height,
       item_images(i.org_id, i.asset_ids) AS images
  FROM submissions s
  JOIN tasks t ON t.org_id = s.org_id AND t.id = s.task_id
  JOIN items i ON i.org_id = t.org_id AND i.id = t.item_id
  JOIN workers w ON w.org_id = s.org_id AND w.id = s.worker_id
  LEFT JOIN gold g ON g.org_id = s.org_id AND g.project_id = s.project_id AND g.item_id = t.item_id
  LEFT JOIN results r ON r.org_id = t.org_id AND r.id = t.result_id
  LEFT JOIN assets m ON m.org_id = i.org_id AND m.id = i.asset_ids[1]
 WHERE s.org_id = :org_id AND s.project_id = :project_id AND s.id = ANY (:ids::uuid[])
   AND coalesce(g.annotation, r.annotation) IS NOT NULL LIMIT 50;

-- name: put_reports
-- The newest of each report.
INSERT INTO quality_reports (org_id, project_id, name, body, made_at)
SELECT :org_id, :project_id, e.name, e.body::jsonb, :now FROM unnest(:names::text[], :bodies::text[]) AS e (name, body)
ON CONFLICT (org_id, project_id, name) DO UPDATE SET body = excluded.body, made_at = excluded.made_at;

-- name: aliases
-- What workers are called.
SELECT id, alias FROM workers WHERE org_id = :org_id AND id = ANY (:ids::uuid[]);

-- name: batch_names
SELECT id, name FROM batches WHERE org_id = :org_id AND project_id = :project_id LIMIT 10000;
