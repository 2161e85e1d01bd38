-- name: insert_question
-- With the marks that it names as the draft has them now: the draft goes on, and the question stays about these.
INSERT INTO questions (org_id, id, project_id, task_id, assignment_id, worker_id, text, mark_ids, marks, created_at)
SELECT :org_id, :id, :project_id, :task_id, :assignment_id, :worker_id, :text, :mark_ids::text[],
       coalesce((SELECT jsonb_agg(m ORDER BY array_position(:mark_ids, m ->> 'id'))
                   FROM drafts d CROSS JOIN jsonb_array_elements(coalesce(d.annotation -> 'marks', '[]')) AS m
                  WHERE d.org_id = :org_id AND d.assignment_id = :assignment_id AND m ->> 'id' = ANY (:mark_ids)), '[]'),
       :now;

-- name: turn_questions
SELECT q.*, w.alias FROM questions q JOIN workers w ON w.org_id = q.org_id AND w.id = q.worker_id
 WHERE q.org_id = :org_id AND q.assignment_id = :assignment_id AND q.worker_id = :worker_id ORDER BY q.id LIMIT 200;

-- name: project_questions
-- Newest first; with what was asked about.
SELECT q.*, w.alias,
       (SELECT jsonb_agg(jsonb_build_object('asset_id', m.id, 'name', m.name, 'media_type', m.media_type, 'width', m.width,
                                            'height', m.height, 'tiles', m.probe -> 'tiles') ORDER BY u.n)
          FROM tasks t JOIN items i ON i.org_id = t.org_id AND i.id = t.item_id
         CROSS JOIN unnest(i.asset_ids) WITH ORDINALITY AS u (id, n)
          JOIN assets m ON m.org_id = i.org_id AND m.id = u.id
         WHERE t.org_id = q.org_id AND t.id = q.task_id) AS media
  FROM questions q JOIN workers w ON w.org_id = q.org_id AND w.id = q.worker_id
  JOIN projects p ON p.org_id = q.org_id AND p.id = q.project_id AND p.mode = :mode
 WHERE q.org_id = :org_id AND q.project_id = :project_id AND (:after::uuid IS NULL OR q.id < :after)
   AND (NOT :open_only OR q.answer IS NULL)
 ORDER BY q.id DESC LIMIT :limit;

-- name: answer_question
UPDATE questions SET answer = :answer, answered_by = :person_id, answered_at = :now
 WHERE org_id = :org_id AND id = :id RETURNING project_id, task_id, assignment_id, worker_id;
