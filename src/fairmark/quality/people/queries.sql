-- name: worker_projects
-- The projects that a worker handed something in for, newest first, with their figures of speed.
SELECT p.id AS project_id, p.name, p.pipeline, count(s.id) AS submissions,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY s.active_ms) FILTER (WHERE s.active_ms > 0) AS median_ms
  FROM submissions s JOIN projects p ON p.org_id = s.org_id AND p.id = s.project_id AND p.mode = :mode
 WHERE s.org_id = :org_id AND s.worker_id = :worker_id
 GROUP BY p.org_id, p.id ORDER BY p.id DESC LIMIT 100;

-- name: usual_ms
-- The median active time of a project's last thousand submissions.
SELECT p.id AS project_id,
       (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x.active_ms) FROM (
            SELECT s.active_ms FROM submissions s
             WHERE s.org_id = :org_id AND s.project_id = p.id AND s.active_ms > 0 ORDER BY s.id DESC LIMIT 1000) x) AS ms
  FROM projects p WHERE p.org_id = :org_id AND p.id = ANY (:project_ids::uuid[]);

-- name: checks_of
-- A worker's work held against what is right, newest first; suspended gold counts for nobody.
SELECT c.project_id, c.source, c.score, c.weight, c.parts, c.at
  FROM checks c
  LEFT JOIN gold g ON g.org_id = c.org_id AND g.id = c.gold_id
 WHERE c.org_id = :org_id AND c.worker_id = :worker_id AND g.state IS DISTINCT FROM 'suspended'
   AND (:project_id::uuid IS NULL OR c.project_id = :project_id)
 ORDER BY c.at DESC LIMIT :limit;

-- name: checks_in
-- A project's newest checks, of everybody.
SELECT c.worker_id, c.source, c.score, c.weight, c.parts, c.at
  FROM checks c
  LEFT JOIN gold g ON g.org_id = c.org_id AND g.id = c.gold_id
 WHERE c.org_id = :org_id AND c.project_id = :project_id AND g.state IS DISTINCT FROM 'suspended'
 ORDER BY c.at DESC LIMIT :limit;

-- name: workers_in
-- Who handed something in for a project, by how much.
SELECT w.id AS worker_id, w.alias, w.paused_at IS NOT NULL AS paused, s.n AS submissions, s.median_ms,
       (SELECT count(*) FROM cases c WHERE c.org_id = w.org_id AND c.project_id = :project_id AND c.state = 'open'
           AND w.id IN (c.worker_id, c.other_id)) AS open_cases
  FROM (SELECT x.worker_id, count(*) AS n,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY x.active_ms) FILTER (WHERE x.active_ms > 0) AS median_ms
          FROM submissions x WHERE x.org_id = :org_id AND x.project_id = :project_id GROUP BY x.worker_id) s
  JOIN workers w ON w.org_id = :org_id AND w.id = s.worker_id
 WHERE (:after::uuid IS NULL OR w.id > :after)
 ORDER BY w.id LIMIT :limit;

-- name: worker_named
SELECT id, alias FROM workers WHERE org_id = :org_id AND id = :id;

-- name: feedback
-- A worker's own work that was held against what is right, newest first, with what is right now.
SELECT c.submission_id, c.project_id, p.name AS project, i.id AS item_id, i.name, c.source, c.score, c.faults, c.at,
       s.annotation AS yours, coalesce(g.annotation, v.annotation, r.annotation) AS right,
       coalesce(g.explanation, '') AS explanation, coalesce(v.reasons, '{}') AS reasons, coalesce(v.comment, '') AS comment,
       m.id AS asset_id, m.state AS asset_state, m.width, m.height
  FROM checks c
  JOIN submissions s ON s.org_id = c.org_id AND s.id = c.submission_id
  JOIN tasks t ON t.org_id = c.org_id AND t.id = c.task_id
  JOIN items i ON i.org_id = t.org_id AND i.id = t.item_id
  JOIN projects p ON p.org_id = c.org_id AND p.id = c.project_id AND (p.pipeline #>> '{gold,feedback}') IS DISTINCT FROM 'false'
  LEFT JOIN gold g ON g.org_id = c.org_id AND g.id = c.gold_id
  LEFT JOIN LATERAL (SELECT x.annotation, x.reasons, x.comment FROM reviews x
                      WHERE x.org_id = c.org_id AND x.task_id = c.task_id ORDER BY x.id DESC LIMIT 1) v ON c.source = 'review'
  LEFT JOIN results r ON r.org_id = t.org_id AND r.id = t.result_id
  LEFT JOIN assets m ON m.org_id = i.org_id AND m.id = i.asset_ids[1]
 WHERE c.org_id = :org_id AND c.worker_id = :worker_id AND c.source IN ('gold', 'review')
   AND g.state IS DISTINCT FROM 'suspended'
   AND (:project_id::uuid IS NULL OR c.project_id = :project_id)
   AND (:before::timestamptz IS NULL OR c.at < :before)
   AND coalesce(g.annotation, v.annotation, r.annotation) IS NOT NULL
 ORDER BY c.at DESC LIMIT :limit;

-- name: finding
-- What is believed of how workers find and draw marks in a project.
SELECT j.worker_id, j.state FROM quality_judges j
 WHERE j.org_id = :org_id AND j.project_id = :project_id AND j.worker_id = ANY (:worker_ids::uuid[]);
