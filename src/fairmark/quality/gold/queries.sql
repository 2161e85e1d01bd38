-- name: list_gold
-- Newest first, with the item's first asset.
SELECT g.*, i.external_id, i.name, m.id AS asset_id, m.state AS asset_state, m.width, m.height
  FROM gold g
  JOIN items i ON i.org_id = g.org_id AND i.id = g.item_id
  JOIN projects p ON p.org_id = g.org_id AND p.id = g.project_id AND p.mode = :mode
  LEFT JOIN assets m ON m.org_id = i.org_id AND m.id = i.asset_ids[1]
 WHERE g.org_id = :org_id AND g.project_id = :project_id AND (:after::uuid IS NULL OR g.id < :after)
   AND (:state::text IS NULL OR g.state = :state)
 ORDER BY g.id DESC LIMIT :limit;

-- name: get_gold
SELECT g.*, i.external_id, i.name, m.id AS asset_id, m.state AS asset_state, m.width, m.height
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
SELECT i.id, i.external_id, i.project_id, t.id AS task_id, t.state AS task_state, g.id AS gold_id, g.state AS gold_state,
       g.annotation AS gold_annotation,
       ARRAY(SELECT m.width FROM unnest(i.asset_ids) WITH ORDINALITY AS u (id, n)
               LEFT JOIN assets m ON m.org_id = i.org_id AND m.id = u.id ORDER BY u.n) AS widths,
       ARRAY(SELECT m.height FROM unnest(i.asset_ids) WITH ORDINALITY AS u (id, n)
               LEFT JOIN assets m ON m.org_id = i.org_id AND m.id = u.id ORDER BY u.n) AS heights
  FROM items i
  LEFT JOIN tasks t ON t.org_id = i.org_id AND t.item_id = i.id AND t.gold_id IS NULL
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
                  created_by, created_at, updated_at)
SELECT :org_id, e.id, :project_id, e.item_id, e.task_id, 'active', :origin, e.annotation::jsonb, e.explanation,
       :ontology_version, :created_by, :now, :now
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
