-- name: inspected
-- A task with what consensus last found about it.
SELECT t.id, t.project_id, t.item_id, t.state, t.stage, t.round, p.pipeline, a.submissions, a.agreement, a.confidence,
       a.annotation, a.detail,
       (SELECT count(*) FROM submissions s WHERE s.org_id = t.org_id AND s.task_id = t.id AND s.round = t.round) AS submitted,
       (SELECT count(*) FROM assignments x WHERE x.org_id = t.org_id AND x.task_id = t.id AND x.stage = t.stage
           AND x.round = t.round AND x.state = 'leased') AS leased,
       (SELECT count(*) FROM open_assignments o WHERE o.org_id = t.org_id AND o.task_id = t.id AND o.stage = t.stage) AS open
  FROM tasks t
  JOIN projects p ON p.org_id = t.org_id AND p.id = t.project_id AND p.mode = :mode
  LEFT JOIN agreements a ON a.org_id = t.org_id AND a.task_id = t.id
 WHERE t.org_id = :org_id AND t.id = :id AND t.gold_id IS NULL;
