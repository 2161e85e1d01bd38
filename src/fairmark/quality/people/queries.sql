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

-- name: usual
-- How people do in projects: sums over the newest checks of each.
SELECT e.id AS project_id, coalesce(sum(c.score * c.weight), 0) AS "right", coalesce(sum(c.weight), 0) AS weight
  FROM unnest(:project_ids::uuid[]) AS e (id)
  LEFT JOIN LATERAL (SELECT x.score, x.weight FROM checks x WHERE x.org_id = :org_id AND x.project_id = e.id
                      ORDER BY x.at DESC LIMIT 500) c ON true
 GROUP BY e.id;

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
SELECT c.submission_id, s.assignment_id, c.project_id, p.name AS project, i.id AS item_id, i.name, c.source, c.score, c.faults, c.at,
       s.annotation AS yours, coalesce(g.annotation, v.annotation, r.annotation) AS right,
       coalesce(g.explanation, '') AS explanation, coalesce(v.reasons, '{}') AS reasons, coalesce(v.comment, '') AS comment,
       m.id AS asset_id, m.state AS asset_state, m.width, m.height,
       item_images(i.org_id, i.asset_ids) AS images
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
-- How a worker finds and draws marks in a project, as it was last made.
SELECT r.body -> (:worker_id::uuid)::text AS found FROM quality_reports r
 WHERE r.org_id = :org_id AND r.project_id = :project_id AND r.name = 'finding';

-- name: put_checks
-- What became of submissions; the newest look at each counts.
INSERT INTO checks (org_id, submission_id, source, project_id, task_id, worker_id, gold_id, score, weight, parts, faults,
                    active_ms, at)
SELECT :org_id, s.id, :source, s.project_id, s.task_id, s.worker_id, e.gold_id, e.score, e.weight, e.parts::jsonb,
       e.faults::jsonb, s.active_ms, s.created_at
  FROM unnest(:ids::uuid[], :gold_ids::uuid[], :scores::real[], :weights::real[], :parts::text[], :faults::text[])
       AS e (id, gold_id, score, weight, parts, faults)
  JOIN submissions s ON s.org_id = :org_id AND s.id = e.id
ON CONFLICT (org_id, submission_id, source) DO UPDATE
   SET score = excluded.score, weight = excluded.weight, parts = excluded.parts, faults = excluded.faults,
       gold_id = excluded.gold_id;

-- name: drop_consensus
-- What others agreed on no longer counts where somebody has looked.
DELETE FROM checks WHERE org_id = :org_id AND task_id = ANY (:task_ids::uuid[]) AND source = 'consensus';

-- name: results_of
-- The results in force of tasks, by what they were found.
SELECT r.task_id, r.project_id, r.origin, r.annotation, r.confidence, p.modality, p.ontology_version
  FROM results r
  JOIN tasks t ON t.org_id = r.org_id AND t.id = r.task_id AND t.result_id = r.id
  JOIN projects p ON p.org_id = r.org_id AND p.id = r.project_id
 WHERE r.org_id = :org_id AND r.task_id = ANY (:task_ids::uuid[]) AND r.origin IN ('review', 'consensus');

-- name: said_about
-- All that was ever said about tasks, in every round.
SELECT s.id, s.task_id, s.annotation FROM submissions s
 WHERE s.org_id = :org_id AND s.task_id = ANY (:task_ids::uuid[]) ORDER BY s.id LIMIT 20000;

-- name: known_of
-- How good workers are, by everything but one gold item: sums over their newest checks in the project.
SELECT e.id AS worker_id, coalesce(sum(c.score * c.weight), 0) AS "right", coalesce(sum(c.weight), 0) AS weight
  FROM unnest(:ids::uuid[]) AS e (id)
  LEFT JOIN LATERAL (SELECT x.score, x.weight FROM checks x
                      WHERE x.org_id = :org_id AND x.worker_id = e.id AND x.project_id = :project_id
                        AND (:but::uuid IS NULL OR x.gold_id IS DISTINCT FROM :but)
                        AND (:sources::text[] IS NULL OR x.source = ANY (:sources))
                      ORDER BY x.at DESC LIMIT 500) c ON true
 GROUP BY e.id;
