-- name: list_gold
-- Newest first, with the item's first asset.
SELECT g.*, i.external_id, i.name, m.id AS asset_id, m.state AS asset_state, m.width, m.height,
       item_images(i.org_id, i.asset_ids) AS images
  FROM gold g
  JOIN items i ON i.org_id = g.org_id AND i.id = g.item_id
  JOIN projects p ON p.org_id = g.org_id AND p.id = g.project_id AND p.mode = :mode
  LEFT JOIN assets m ON m.org_id = i.org_id AND m.id = i.asset_ids[1]
 WHERE g.org_id = :org_id AND g.project_id = :project_id AND (:after::uuid IS NULL OR g.id < :after)
   AND (:state::text IS NULL OR g.state = :state)
 ORDER BY g.id DESC LIMIT :limit;

-- name: get_gold
SELECT g.*, i.external_id, i.name, m.id AS asset_id, m.state AS asset_state, m.width, m.height,
       item_images(i.org_id, i.asset_ids) AS images
  FROM gold g
  JOIN items i ON i.org_id = g.org_id AND i.id = g.item_id
  JOIN projects p ON p.org_id = g.org_id AND p.id = g.project_id AND p.mode = :mode
  LEFT JOIN assets m ON m.org_id = i.org_id AND m.id = i.asset_ids[1]
 WHERE g.org_id = :org_id AND g.id = :id;

-- name: lock_gold
SELECT g.id, g.state FROM gold g JOIN projects p ON p.org_id = g.org_id AND p.id = g.project_id AND p.mode = :mode
 WHERE g.org_id = :org_id AND g.id = :id FOR UPDATE OF g;

-- name: candidates
-- Items by id or external id, with what their answer is checked against, and the gold that they are already.
SELECT i.id, i.external_id, i.project_id, g.id AS gold_id, g.state AS gold_state, g.annotation AS gold_annotation,
       g.explanation AS gold_explanation, g.note AS gold_note,
       ARRAY(SELECT m.width FROM unnest(i.asset_ids) WITH ORDINALITY AS u (id, n)
               LEFT JOIN assets m ON m.org_id = i.org_id AND m.id = u.id ORDER BY u.n) AS widths,
       ARRAY(SELECT m.height FROM unnest(i.asset_ids) WITH ORDINALITY AS u (id, n)
               LEFT JOIN assets m ON m.org_id = i.org_id AND m.id = u.id ORDER BY u.n) AS heights
  FROM items i
  LEFT JOIN gold g ON g.org_id = i.org_id AND g.project_id = i.project_id AND g.item_id = i.id
 WHERE i.org_id = :org_id AND i.project_id = :project_id
   AND (i.id = ANY (:item_ids::uuid[]) OR i.external_id = ANY (:external_ids::text[]))
 LIMIT 2000;

-- name: good_results
-- Results that are fit to be gold: decided in review, or agreed on by several and sure; those that are gold are left out.
SELECT r.item_id, r.annotation, r.origin
  FROM results r
  JOIN tasks t ON t.org_id = r.org_id AND t.id = r.task_id AND t.result_id = r.id
  LEFT JOIN agreements a ON a.org_id = r.org_id AND a.task_id = r.task_id
 WHERE r.org_id = :org_id AND r.project_id = :project_id AND r.origin = ANY (:origins::text[])
   AND (r.origin = 'review' OR (r.confidence >= :confidence_min AND a.submissions >= :labels_min))
   AND NOT EXISTS (SELECT FROM gold g WHERE g.org_id = r.org_id AND g.project_id = r.project_id AND g.item_id = r.item_id)
 ORDER BY r.id DESC LIMIT :limit;

-- name: insert_gold
INSERT INTO gold (org_id, id, project_id, item_id, task_id, state, origin, annotation, explanation, ontology_version,
                  keep_task, created_by, created_at, updated_at)
SELECT :org_id, e.id, :project_id, e.item_id, e.task_id, 'active', :origin, e.annotation::jsonb, e.explanation,
       :ontology_version, :keep_task, :created_by, :now, :now
  FROM unnest(:ids::uuid[], :item_ids::uuid[], :task_ids::uuid[], :annotations::text[], :explanations::text[])
       AS e (id, item_id, task_id, annotation, explanation);

-- name: change_gold
-- A new answer makes the item anew: what was said about it is scored again.
UPDATE gold SET annotation = coalesce(:annotation::jsonb, annotation), explanation = coalesce(:explanation::text, explanation),
       state = :state, note = :note::text, version = version + (CASE WHEN :annotation::jsonb IS NULL THEN 0 ELSE 1 END),
       ontology_version = :ontology_version, updated_at = :now
 WHERE org_id = :org_id AND id = :id;

-- name: gold_submissions
-- What people said about a gold item: in turns at it, and in ordinary work on the item; newest first.
SELECT s.id, s.worker_id, w.alias, s.annotation, s.active_ms, s.created_at, c.score, c.faults
  FROM gold g
  JOIN tasks t ON t.org_id = g.org_id AND t.item_id = g.item_id
  JOIN submissions s ON s.org_id = t.org_id AND s.task_id = t.id
  JOIN workers w ON w.org_id = s.org_id AND w.id = s.worker_id
  LEFT JOIN checks c ON c.org_id = s.org_id AND c.submission_id = s.id AND c.source = 'gold'
 WHERE g.org_id = :org_id AND g.id = :id
 ORDER BY s.id DESC LIMIT :limit;

-- name: gold_of_items
-- Gold among some items, and what its answers are held against.
SELECT g.id, g.item_id, g.task_id, g.project_id, g.state, g.origin, g.annotation, g.created_at, p.modality, p.ontology_version
  FROM gold g JOIN projects p ON p.org_id = g.org_id AND p.id = g.project_id
 WHERE g.org_id = :org_id AND g.item_id = ANY (:item_ids::uuid[]);

-- name: gold_by_id
SELECT g.id, g.item_id, g.task_id, g.project_id, g.state, g.origin, g.annotation, g.created_at, p.modality, p.ontology_version
  FROM gold g JOIN projects p ON p.org_id = g.org_id AND p.id = g.project_id
 WHERE g.org_id = :org_id AND g.id = ANY (:ids::uuid[]) ORDER BY g.id FOR UPDATE OF g;

-- name: answers_to
-- What people said about a gold item that counts: in turns at it, and in ordinary work; what went into the known answer,
-- or came before it, does not. pace: their time at it as a share of their usual.
SELECT s.id, s.worker_id, s.annotation, s.active_ms, c.score, c.parts, c.faults,
       CASE WHEN s.active_ms > 0 THEN s.active_ms / nullif((
           SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x.active_ms) FROM (
               SELECT z.active_ms FROM submissions z
                WHERE z.org_id = :org_id AND z.project_id = :project_id AND z.worker_id = s.worker_id AND z.active_ms > 0
                  AND z.id <> s.id AND z.id < s.id ORDER BY z.id DESC LIMIT 50) x
           HAVING count(*) >= 10), 0) END AS pace
  FROM tasks t JOIN submissions s ON s.org_id = t.org_id AND s.task_id = t.id
  LEFT JOIN checks c ON c.org_id = s.org_id AND c.submission_id = s.id AND c.source = 'gold' AND c.gold_id = :id
 WHERE t.org_id = :org_id AND t.item_id = :item_id AND t.project_id = :project_id
   AND (t.gold_id IS NOT NULL OR :all_work::boolean OR s.created_at >= :since)
 ORDER BY s.id DESC LIMIT :limit;

-- name: drop_checks
DELETE FROM checks WHERE org_id = :org_id AND gold_id = :id AND source = 'gold';

-- name: put_findings
-- What the answers to a gold item say about it.
UPDATE gold SET answers = :answers, score = :score, ambiguity = :ambiguity, suspicions = :suspicions::jsonb,
       state = CASE WHEN :suspend THEN 'suspended' ELSE state END, note = CASE WHEN :suspend THEN :note ELSE note END,
       updated_at = CASE WHEN :suspend THEN :now ELSE updated_at END
 WHERE org_id = :org_id AND id = :id;

-- name: has_gold
-- Which projects have gold to give out, with how it is given out.
SELECT p.id, p.pipeline FROM projects p
 WHERE p.org_id = :org_id AND p.id = ANY (:ids::uuid[]) AND p.state = 'active'
   AND EXISTS (SELECT FROM gold g WHERE g.org_id = p.org_id AND g.project_id = p.id AND g.state = 'active');

-- name: next_gold
-- The gold that a worker should meet next: one that waits for them already, else one of an item they have never had, of
-- the batch they are at if there is such, that was shown least lately. Nothing for those who lead: they know the answers.
SELECT g.id, g.task_id FROM gold g
  JOIN items i ON i.org_id = g.org_id AND i.id = g.item_id
  LEFT JOIN tasks t ON t.org_id = g.org_id AND t.item_id = g.item_id AND t.gold_id IS NULL
  LEFT JOIN gold_turns w ON w.org_id = g.org_id AND w.worker_id = :worker_id AND w.gold_id = g.id
 WHERE g.org_id = :org_id AND g.project_id = :project_id AND g.state = 'active' AND w.closed_at IS NULL
   AND NOT EXISTS (SELECT FROM assignments a WHERE a.org_id = g.org_id AND a.task_id IN (g.task_id, t.id)
                      AND a.worker_id = :worker_id)
   AND NOT EXISTS (SELECT FROM workforce_members m JOIN project_workforces pw
                       ON pw.org_id = m.org_id AND pw.workforce_id = m.workforce_id AND pw.project_id = :project_id
                    WHERE m.org_id = g.org_id AND m.worker_id = :worker_id AND m.role = 'lead')
   AND NOT EXISTS (SELECT FROM gold_turns o JOIN assignments a ON a.org_id = o.org_id AND a.worker_id = o.worker_id
                       AND a.state = 'leased'
                     JOIN gold h ON h.org_id = o.org_id AND h.id = o.gold_id AND h.task_id = a.task_id
                    WHERE o.org_id = g.org_id AND o.worker_id = :worker_id AND o.project_id = :project_id
                      AND o.closed_at IS NULL)
 ORDER BY w.planted_at IS NULL, i.batch_id = :batch_id DESC, g.shown_at NULLS FIRST, random()
 LIMIT 1;

-- name: planted
-- It was put in the way of the worker, who had not met it before.
WITH turn AS (
    INSERT INTO gold_turns (org_id, worker_id, gold_id, project_id, planted_at)
    VALUES (:org_id, :worker_id, :gold_id, :project_id, :now)
    ON CONFLICT (org_id, worker_id, gold_id) DO NOTHING RETURNING 1
)
UPDATE gold SET shown = shown + 1, shown_at = :now
 WHERE org_id = :org_id AND id = :gold_id AND EXISTS (SELECT FROM turn);

-- name: turns_over
-- Turns at gold that were answered or passed on.
UPDATE gold_turns SET closed_at = :now
  FROM unnest(:worker_ids::uuid[], :gold_ids::uuid[]) AS e (worker_id, gold_id)
 WHERE org_id = :org_id AND gold_turns.worker_id = e.worker_id AND gold_turns.gold_id = e.gold_id
   AND gold_turns.closed_at IS NULL;

-- name: tasks_to_retire
-- Tasks of a project whose items are gold and not to be labeled for a result, as long as nobody has begun with them.
SELECT t.id FROM gold g
  JOIN tasks t ON t.org_id = g.org_id AND t.item_id = g.item_id AND t.gold_id IS NULL
   AND t.state IN ('waiting', 'open', 'paused')
 WHERE g.org_id = :org_id AND g.project_id = :project_id AND NOT g.keep_task
   AND NOT EXISTS (SELECT FROM assignments a WHERE a.org_id = t.org_id AND a.task_id = t.id
                      AND a.state IN ('leased', 'submitted'))
 LIMIT 1000;

-- name: answered
SELECT id FROM gold WHERE org_id = :org_id AND project_id = :project_id AND state = 'active' AND answers > 0
 ORDER BY id DESC LIMIT 500;
