-- name: open_thread
-- With its first comment, whose key makes posting twice the same as once: the second time nothing is inserted at all.
WITH said AS (
    INSERT INTO comments (org_id, id, thread_id, task_id, said_by, role, key, text, created_at)
    VALUES (:org_id, :comment_id, :id, :task_id, :said_by, :role, :key, :text, :now)
    ON CONFLICT (org_id, task_id, said_by, key) DO NOTHING
    RETURNING thread_id)
INSERT INTO threads (org_id, id, project_id, task_id, round, asset, mark_id, x, y, about, opened_as, created_at)
SELECT :org_id, thread_id, :project_id, :task_id, :round, :asset, :mark_id::text, :x::float8, :y::float8, :about::uuid,
       :role, :now
  FROM said RETURNING id;

-- name: add_comment
INSERT INTO comments (org_id, id, thread_id, task_id, said_by, role, key, text, created_at)
VALUES (:org_id, :id, :thread_id, :task_id, :said_by, :role, :key, :text, :now)
ON CONFLICT (org_id, task_id, said_by, key) DO NOTHING RETURNING id;

-- name: known_comment
SELECT thread_id, text FROM comments WHERE org_id = :org_id AND task_id = :task_id AND said_by = :said_by AND key = :key;

-- name: lock_thread
-- Nobody else adds to it meanwhile, so that the count holds.
SELECT t.*, (SELECT count(*) FROM comments c WHERE c.org_id = t.org_id AND c.thread_id = t.id) AS comments
  FROM threads t WHERE t.org_id = :org_id AND t.id = :id AND t.task_id = :task_id FOR UPDATE OF t;

-- name: count_threads
SELECT count(*) FROM threads WHERE org_id = :org_id AND task_id = :task_id;

-- name: task_threads
SELECT * FROM threads WHERE org_id = :org_id AND task_id = :task_id ORDER BY id LIMIT 200;

-- name: task_comments
SELECT c.*, w.alias FROM comments c LEFT JOIN workers w ON w.org_id = c.org_id AND w.id = c.said_by
 WHERE c.org_id = :org_id AND c.task_id = :task_id ORDER BY c.id LIMIT 20000;

-- name: settle_thread
-- Only what changes something: saying it twice is the same as once.
UPDATE threads SET resolved_at = :at::timestamptz, resolved_by = :by::uuid, resolved_as = :role::text
 WHERE org_id = :org_id AND id = :id AND (resolved_at IS NULL) = (:at::timestamptz IS NOT NULL) RETURNING id;

-- name: place_thread
UPDATE threads SET asset = :asset, x = :x, y = :y WHERE org_id = :org_id AND id = :id;

-- name: task_now
SELECT t.project_id, t.round FROM tasks t JOIN projects p ON p.org_id = t.org_id AND p.id = t.project_id
 WHERE t.org_id = :org_id AND t.id = :task_id AND p.mode = :mode;
