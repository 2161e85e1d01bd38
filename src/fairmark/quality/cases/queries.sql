-- name: list_cases
-- Newest first; of one project, or of all in this mode.
SELECT c.*, p.name AS project, w.alias, o.alias AS other_alias
  FROM cases c
  JOIN projects p ON p.org_id = c.org_id AND p.id = c.project_id AND p.mode = :mode
  LEFT JOIN workers w ON w.org_id = c.org_id AND w.id = c.worker_id
  LEFT JOIN workers o ON o.org_id = c.org_id AND o.id = c.other_id
 WHERE c.org_id = :org_id AND (:project_id::uuid IS NULL OR c.project_id = :project_id)
   AND (:state::text IS NULL OR c.state = :state) AND (:after::uuid IS NULL OR c.id < :after)
 ORDER BY c.id DESC LIMIT :limit;

-- name: get_case
SELECT c.*, p.name AS project, w.alias, o.alias AS other_alias
  FROM cases c
  JOIN projects p ON p.org_id = c.org_id AND p.id = c.project_id AND p.mode = :mode
  LEFT JOIN workers w ON w.org_id = c.org_id AND w.id = c.worker_id
  LEFT JOIN workers o ON o.org_id = c.org_id AND o.id = c.other_id
 WHERE c.org_id = :org_id AND c.id = :id;

-- name: lock_case
SELECT c.state FROM cases c JOIN projects p ON p.org_id = c.org_id AND p.id = c.project_id AND p.mode = :mode
 WHERE c.org_id = :org_id AND c.id = :id FOR UPDATE OF c;

-- name: decide_case
UPDATE cases SET state = 'closed', decision = :decision, reason = :reason, decided_by = :person_id, decided_at = :now
 WHERE org_id = :org_id AND id = :id;

-- name: examples
-- The submissions that a case names, with their items.
SELECT s.id, s.task_id, t.item_id, i.name, w.alias, s.annotation, s.active_ms, s.created_at, m.id AS asset_id,
       m.state AS asset_state, m.width, m.height,
       item_images(i.org_id, i.asset_ids) AS images
  FROM submissions s
  JOIN tasks t ON t.org_id = s.org_id AND t.id = s.task_id
  JOIN items i ON i.org_id = t.org_id AND i.id = t.item_id
  JOIN workers w ON w.org_id = s.org_id AND w.id = s.worker_id
  LEFT JOIN assets m ON m.org_id = i.org_id AND m.id = i.asset_ids[1]
 WHERE s.org_id = :org_id AND s.id = ANY (:ids::uuid[]) ORDER BY s.id LIMIT 50;

-- name: raise_case
-- Once while it is open; seen again, it is brought up to date.
INSERT INTO cases (org_id, id, project_id, worker_id, other_id, gold_id, signal, subject, state, strength, summary, evidence,
                   raised_at, seen_at)
VALUES (:org_id, :id, :project_id, :worker_id, :other_id, :gold_id, :signal, :subject, 'open', :strength, :summary,
        :evidence::jsonb, :now, :now)
ON CONFLICT (org_id, project_id, signal, subject) WHERE state = 'open' DO UPDATE
   SET strength = excluded.strength, summary = excluded.summary, evidence = excluded.evidence, seen_at = excluded.seen_at
RETURNING id;

-- name: decided_lately
-- Whether a person has lately decided the same about the same.
SELECT 1 FROM cases
 WHERE org_id = :org_id AND project_id = :project_id AND signal = :signal AND subject = :subject AND state = 'closed'
   AND decided_at > :since LIMIT 1;
