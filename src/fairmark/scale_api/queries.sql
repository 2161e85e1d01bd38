-- name: get_account
SELECT callback_key, callback_url FROM scale_accounts WHERE org_id = :org_id AND mode = :mode;

-- name: put_account
-- The first that asks makes the key; later ones only read it.
INSERT INTO scale_accounts (org_id, mode, callback_key, callback_url, updated_at)
VALUES (:org_id, :mode, :callback_key, '', :now) ON CONFLICT (org_id, mode) DO NOTHING;

-- name: change_account
UPDATE scale_accounts SET callback_key = :callback_key, callback_url = :callback_url, updated_at = :now
 WHERE org_id = :org_id AND mode = :mode;

-- name: insert_project
INSERT INTO scale_projects (org_id, id, mode, name, type, history, is_rapid, is_studio, dataset_id, created_at)
VALUES (:org_id, :id, :mode, :name, :type, :history::json, :is_rapid, :is_studio, :dataset_id, :now)
ON CONFLICT (org_id, mode, name) DO NOTHING;

-- name: get_project
-- By its name or, where an id is given, by that.
SELECT id, mode, name, type, history, is_rapid, is_studio, dataset_id, archived_at, created_at FROM scale_projects
 WHERE org_id = :org_id AND mode = :mode AND (:id::text IS NULL OR id = :id) AND (:name::text IS NULL OR name = :name);

-- name: projects_named
-- What tasks that come together inherit. Of the history the newest version alone: the rest may be long.
SELECT id, mode, name, type,
       CASE WHEN json_array_length(history) > 0 THEN json_build_array(history -> -1) ELSE '[]' END AS history,
       is_rapid, is_studio, dataset_id, archived_at, created_at
  FROM scale_projects WHERE org_id = :org_id AND mode = :mode AND name = ANY (:names::text[]);

-- name: lock_project
SELECT id, mode, name, type, history, is_rapid, is_studio, dataset_id, archived_at, created_at FROM scale_projects
 WHERE org_id = :org_id AND mode = :mode AND name = :name FOR UPDATE;

-- name: list_projects
-- All of an account, newest first; the API knows no pages here.
SELECT id, mode, name, type, history, is_rapid, is_studio, dataset_id, archived_at, created_at FROM scale_projects
 WHERE org_id = :org_id AND mode = :mode AND (archived_at IS NOT NULL) = :is_archived
   AND (:id_from::text IS NULL OR id >= :id_from) AND (:id_before::text IS NULL OR id < :id_before)
 ORDER BY id DESC LIMIT 10000;

-- name: set_history
UPDATE scale_projects SET history = :history::json WHERE org_id = :org_id AND id = :id;

-- name: lock_form
-- One transaction at a time makes the fairmark project of a form; the lock ends with it.
SELECT pg_advisory_xact_lock(hashtextextended(:org_id::uuid::text || :mode || :key, 5));

-- name: get_form
SELECT project_id, type, params, instruction FROM scale_forms
 WHERE org_id = :org_id AND mode = :mode AND scale_project_id = :scale_project_id AND scale_batch_id = :scale_batch_id
   AND hash = :hash;

-- name: form_of_project
SELECT project_id, type, params, instruction FROM scale_forms WHERE org_id = :org_id AND project_id = :project_id;

-- name: forms_of
-- The fairmark projects behind a Scale project, newest first.
SELECT f.project_id, f.type, f.params, f.instruction, f.scale_batch_id FROM scale_forms f
 WHERE f.org_id = :org_id AND f.mode = :mode AND f.scale_project_id = :scale_project_id
 ORDER BY f.created_at DESC, f.project_id DESC LIMIT 1000;

-- name: insert_form
INSERT INTO scale_forms (org_id, project_id, mode, scale_project_id, scale_batch_id, type, hash, params, instruction,
                         created_at)
VALUES (:org_id, :project_id, :mode, :scale_project_id, :scale_batch_id, :type, :hash, :params::json, :instruction, :now);

-- name: insert_batch
INSERT INTO scale_batches (org_id, id, mode, name, project_id, status, callback, metadata, is_calibration, is_self_label,
                           created_at)
VALUES (:org_id, :id, :mode, :name, :project_id, :status, :callback, :metadata::jsonb, :is_calibration, :is_self_label,
        :now)
ON CONFLICT (org_id, mode, name) DO NOTHING;

-- name: get_batch
-- With its project; by name or, where an id is given, by that.
SELECT b.id, b.name, b.project_id, b.status, b.callback, b.metadata, b.is_calibration, b.is_self_label, b.priority,
       b.groups, b.created_at, b.completed_at, p.name AS project, p.is_rapid OR p.is_studio AS is_staged, p.is_studio
  FROM scale_batches b JOIN scale_projects p ON p.org_id = :org_id AND p.id = b.project_id
 WHERE b.org_id = :org_id AND b.mode = :mode AND (:id::text IS NULL OR b.id = :id)
   AND (:name::text IS NULL OR b.name = :name);

-- name: lock_batch
SELECT b.id, b.name, b.project_id, b.status, b.callback, b.metadata, b.is_calibration, b.is_self_label, b.priority,
       b.groups, b.created_at, b.completed_at, p.name AS project, p.is_rapid OR p.is_studio AS is_staged, p.is_studio
  FROM scale_batches b JOIN scale_projects p ON p.org_id = :org_id AND p.id = b.project_id
 WHERE b.org_id = :org_id AND b.id = :id FOR UPDATE OF b;

-- name: share_batches
-- Held while tasks go into the batches, so that nobody finalizes them or counts them as done meanwhile; in one order.
SELECT b.id, b.name, b.project_id, b.status, b.callback, b.metadata, b.is_calibration, b.is_self_label, b.priority,
       b.groups, b.created_at, b.completed_at, p.name AS project, p.is_rapid OR p.is_studio AS is_staged, p.is_studio
  FROM scale_batches b JOIN scale_projects p ON p.org_id = :org_id AND p.id = b.project_id
 WHERE b.org_id = :org_id AND b.mode = :mode AND b.name = ANY (:names::text[])
 ORDER BY b.id FOR KEY SHARE OF b;

-- name: list_batches
SELECT b.id, b.name, b.project_id, b.status, b.callback, b.metadata, b.is_calibration, b.is_self_label, b.priority,
       b.groups, b.created_at, b.completed_at, p.name AS project, p.is_rapid OR p.is_studio AS is_staged, p.is_studio
  FROM scale_batches b JOIN scale_projects p ON p.org_id = :org_id AND p.id = b.project_id
 WHERE b.org_id = :org_id AND b.mode = :mode AND (:project_id::text IS NULL OR b.project_id = :project_id)
   AND (:statuses::text[] IS NULL OR b.status = ANY (:statuses))
   AND (:id_from::text IS NULL OR b.id >= :id_from) AND (:id_before::text IS NULL OR b.id < :id_before)
   AND (:completed_from::timestamptz IS NULL OR b.completed_at >= :completed_from)
   AND (:completed_before::timestamptz IS NULL OR b.completed_at < :completed_before)
   AND (NOT :without_archived::boolean OR p.archived_at IS NULL)
 ORDER BY b.id DESC LIMIT :limit OFFSET :offset;

-- name: count_batches
SELECT count(*) FROM scale_batches b JOIN scale_projects p ON p.org_id = :org_id AND p.id = b.project_id
 WHERE b.org_id = :org_id AND b.mode = :mode AND (:project_id::text IS NULL OR b.project_id = :project_id)
   AND (:statuses::text[] IS NULL OR b.status = ANY (:statuses))
   AND (:id_from::text IS NULL OR b.id >= :id_from) AND (:id_before::text IS NULL OR b.id < :id_before)
   AND (:completed_from::timestamptz IS NULL OR b.completed_at >= :completed_from)
   AND (:completed_before::timestamptz IS NULL OR b.completed_at < :completed_before)
   AND (NOT :without_archived::boolean OR p.archived_at IS NULL);

-- name: set_batch_status
UPDATE scale_batches SET status = :status,
       completed_at = CASE WHEN :status = 'completed' THEN :now::timestamptz END
 WHERE org_id = :org_id AND id = :id;

-- name: set_batch_metadata
UPDATE scale_batches SET metadata = :metadata::jsonb WHERE org_id = :org_id AND id = :id;

-- name: batch_counts
-- How many tasks of a batch there are of each status.
SELECT s.status, (SELECT count(*) FROM scale_tasks t
                   WHERE t.org_id = :org_id AND t.scale_batch_id = :id AND t.status = s.status AND t.role = 'task') AS n
  FROM unnest(ARRAY['pending', 'completed', 'canceled', 'error']) AS s (status);

-- name: has_pending
SELECT EXISTS (SELECT FROM scale_tasks t WHERE t.org_id = :org_id AND t.scale_batch_id = :id AND t.status = 'pending'
                  AND t.role = 'task');

-- name: work_batches
-- The fairmark batches in which the tasks of a Scale batch lie, one for each of its forms.
SELECT b.id FROM scale_forms f JOIN batches b ON b.org_id = :org_id AND b.project_id = f.project_id AND b.name = :name
 WHERE f.org_id = :org_id AND f.mode = :mode AND f.scale_project_id = :scale_project_id
   AND f.scale_batch_id IN ('', :id) LIMIT 1000;

-- name: insert_tasks
-- None of those whose unique_id is taken. Lists of tags travel as JSON, because arrays of arrays must be rectangular.
INSERT INTO scale_tasks (org_id, id, mode, type, role, status, scale_project_id, scale_batch_id, project_id, item_id,
                         unique_id, tags, metadata, instruction, params, callback_url, priority, clears_unique_id,
                         response, error, audits, created_at, updated_at, completed_at)
SELECT :org_id, r.id, :mode, r.type, r.role, r.status, r.scale_project_id, r.scale_batch_id, r.project_id, r.item_id,
       r.unique_id, ARRAY(SELECT json_array_elements_text(r.tags::json)), r.metadata::jsonb, r.instruction,
       r.params::json, r.callback_url, r.priority, r.clears_unique_id, r.response::json, r.error, '[]', :now, :now,
       r.completed_at
  FROM unnest(:ids::text[], :types::text[], :roles::text[], :statuses::text[], :scale_project_ids::text[],
              :scale_batch_ids::text[], :project_ids::uuid[], :item_ids::uuid[], :unique_ids::text[], :tags::text[],
              :metadatas::text[], :instructions::text[], :params::text[], :callback_urls::text[], :priorities::int[],
              :clears_unique_ids::boolean[], :responses::text[], :errors::text[], :completed_ats::timestamptz[])
       AS r (id, type, role, status, scale_project_id, scale_batch_id, project_id, item_id, unique_id, tags, metadata,
             instruction, params, callback_url, priority, clears_unique_id, response, error, completed_at)
 ORDER BY r.unique_id
ON CONFLICT (org_id, mode, unique_id) WHERE unique_id IS NOT NULL DO NOTHING
RETURNING id;

-- name: get_task
SELECT t.*, p.name AS project, b.name AS batch, i.asset_ids
  FROM scale_tasks t
  LEFT JOIN scale_projects p ON p.org_id = :org_id AND p.id = t.scale_project_id
  LEFT JOIN scale_batches b ON b.org_id = :org_id AND b.id = t.scale_batch_id
  LEFT JOIN items i ON i.org_id = :org_id AND i.id = t.item_id
 WHERE t.org_id = :org_id AND t.mode = :mode AND t.id = :id;

-- name: id_of_source
-- The task that was copied from another account's of this id.
SELECT id FROM scale_tasks WHERE org_id = :org_id AND mode = :mode AND source_id = :source_id;

-- name: set_source
-- What another account told of a task that was copied.
UPDATE scale_tasks SET source_id = :source_id, status = :status, created_at = :created_at, completed_at = :completed_at,
       response = :response::json, error = :error
 WHERE org_id = :org_id AND id = :id;

-- name: lock_task
-- Changes to one task wait for one another.
SELECT id FROM scale_tasks WHERE org_id = :org_id AND mode = :mode AND id = :id AND role = 'task' FOR UPDATE;

-- name: list_tasks
-- The newest tasks below a place: a walk down the index of each status, merged; what else is filtered is looked at on the
-- way. ids: the few that can fit at all, where that is known. Planned for each call: which of the indexes is walked depends
-- on what is asked. mode: null where the project or batch says it already, so that their own indexes answer without a look at the rows.
WITH page AS (
    SELECT x.id
      FROM unnest(:statuses::text[]) AS s (status)
     CROSS JOIN LATERAL (
        SELECT t.id FROM scale_tasks t
         WHERE t.org_id = :org_id AND (:mode::text IS NULL OR t.mode = :mode) AND t.status = s.status AND t.role = 'task'
           AND (:scale_project_id::text IS NULL OR t.scale_project_id = :scale_project_id)
           AND (:scale_batch_id::text IS NULL OR t.scale_batch_id = :scale_batch_id)
           AND t.id < :below AND t.id >= :id_from AND (:ids::text[] IS NULL OR t.id = ANY (:ids))
           AND (:type::text IS NULL OR t.type = :type)
           AND (:review::text[] IS NULL OR t.review_status = ANY (:review)
                OR (:is_unreviewed::boolean AND t.review_status IS NULL))
           AND (:completed_from::timestamptz IS NULL OR t.completed_at >= :completed_from)
           AND (:completed_before::timestamptz IS NULL OR t.completed_at < :completed_before)
           AND (:updated_from::timestamptz IS NULL OR t.updated_at >= :updated_from)
           AND (:updated_before::timestamptz IS NULL OR t.updated_at < :updated_before)
         ORDER BY t.id DESC LIMIT :limit) x
     ORDER BY x.id DESC LIMIT :limit OFFSET :offset
)
SELECT t.*, p.name AS project, b.name AS batch, i.asset_ids
  FROM page
  JOIN scale_tasks t ON t.org_id = :org_id AND t.id = page.id
  LEFT JOIN scale_projects p ON p.org_id = :org_id AND p.id = t.scale_project_id
  LEFT JOIN scale_batches b ON b.org_id = :org_id AND b.id = t.scale_batch_id
  LEFT JOIN items i ON i.org_id = :org_id AND i.id = t.item_id
 ORDER BY t.id DESC;

-- name: ids_updated
-- At most so many of the tasks that were changed in a span of time, from their own index: what the planner knows of times is
-- of all organisations together, and says nothing of one.
SELECT t.id FROM scale_tasks t
 WHERE t.org_id = :org_id AND t.mode = :mode AND t.role = 'task'
   AND t.updated_at >= coalesce(:since::timestamptz, '-infinity') AND t.updated_at < coalesce(:before::timestamptz, 'infinity')
 ORDER BY t.updated_at DESC LIMIT :limit;

-- name: ids_completed
-- The same for when they were completed.
SELECT t.id FROM scale_tasks t
 WHERE t.org_id = :org_id AND t.mode = :mode AND t.role = 'task' AND t.completed_at IS NOT NULL
   AND t.completed_at >= coalesce(:since::timestamptz, '-infinity')
   AND t.completed_at < coalesce(:before::timestamptz, 'infinity')
 ORDER BY t.completed_at DESC LIMIT :limit;

-- name: ids_reviewed
-- The same for how they were audited.
SELECT x.id
  FROM unnest(:review::text[]) AS r (status)
 CROSS JOIN LATERAL (SELECT t.id FROM scale_tasks t
                      WHERE t.org_id = :org_id AND t.mode = :mode AND t.role = 'task' AND t.review_status = r.status
                      ORDER BY t.id DESC LIMIT :limit) x
 LIMIT :limit;

-- name: list_tagged
-- The same for tasks that have one of some tags: a walk down the rows of each tag, merged.
WITH page AS (
    SELECT DISTINCT x.id
      FROM unnest(:tags::text[]) AS g (tag)
     CROSS JOIN LATERAL (
        SELECT t.id FROM scale_task_tags k JOIN scale_tasks t ON t.org_id = :org_id AND t.id = k.task_id
         WHERE k.org_id = :org_id AND k.tag = g.tag AND k.task_id < :below AND k.task_id >= :id_from
           AND (:mode::text IS NULL OR t.mode = :mode) AND t.status = ANY (:statuses::text[]) AND t.role = 'task'
           AND (:scale_project_id::text IS NULL OR t.scale_project_id = :scale_project_id)
           AND (:scale_batch_id::text IS NULL OR t.scale_batch_id = :scale_batch_id)
           AND (:type::text IS NULL OR t.type = :type)
           AND (:review::text[] IS NULL OR t.review_status = ANY (:review)
                OR (:is_unreviewed::boolean AND t.review_status IS NULL))
           AND (:completed_from::timestamptz IS NULL OR t.completed_at >= :completed_from)
           AND (:completed_before::timestamptz IS NULL OR t.completed_at < :completed_before)
           AND (:updated_from::timestamptz IS NULL OR t.updated_at >= :updated_from)
           AND (:updated_before::timestamptz IS NULL OR t.updated_at < :updated_before)
         ORDER BY k.task_id DESC LIMIT :limit) x
     ORDER BY x.id DESC LIMIT :limit OFFSET :offset
)
SELECT t.*, p.name AS project, b.name AS batch, i.asset_ids
  FROM page
  JOIN scale_tasks t ON t.org_id = :org_id AND t.id = page.id
  LEFT JOIN scale_projects p ON p.org_id = :org_id AND p.id = t.scale_project_id
  LEFT JOIN scale_batches b ON b.org_id = :org_id AND b.id = t.scale_batch_id
  LEFT JOIN items i ON i.org_id = :org_id AND i.id = t.item_id
 ORDER BY t.id DESC;

-- name: count_tasks
SELECT count(*) FROM scale_tasks t
 WHERE t.org_id = :org_id AND (:mode::text IS NULL OR t.mode = :mode) AND t.status = ANY (:statuses::text[])
   AND t.role = 'task'
   AND (:scale_project_id::text IS NULL OR t.scale_project_id = :scale_project_id)
   AND (:scale_batch_id::text IS NULL OR t.scale_batch_id = :scale_batch_id)
   AND t.id < :below AND t.id >= :id_from AND (:ids::text[] IS NULL OR t.id = ANY (:ids))
   AND (:type::text IS NULL OR t.type = :type)
   AND (:review::text[] IS NULL OR t.review_status = ANY (:review)
        OR (:is_unreviewed::boolean AND t.review_status IS NULL))
   AND (:completed_from::timestamptz IS NULL OR t.completed_at >= :completed_from)
   AND (:completed_before::timestamptz IS NULL OR t.completed_at < :completed_before)
   AND (:updated_from::timestamptz IS NULL OR t.updated_at >= :updated_from)
   AND (:updated_before::timestamptz IS NULL OR t.updated_at < :updated_before);

-- name: count_tagged
-- Each task once, however many of the tags it has.
SELECT count(*)
  FROM (SELECT DISTINCT k.task_id FROM scale_task_tags k
         WHERE k.org_id = :org_id AND k.tag = ANY (:tags::text[]) AND k.task_id < :below AND k.task_id >= :id_from) x
  JOIN scale_tasks t ON t.org_id = :org_id AND t.id = x.task_id
 WHERE (:mode::text IS NULL OR t.mode = :mode) AND t.status = ANY (:statuses::text[]) AND t.role = 'task'
   AND (:scale_project_id::text IS NULL OR t.scale_project_id = :scale_project_id)
   AND (:scale_batch_id::text IS NULL OR t.scale_batch_id = :scale_batch_id)
   AND (:type::text IS NULL OR t.type = :type)
   AND (:review::text[] IS NULL OR t.review_status = ANY (:review)
        OR (:is_unreviewed::boolean AND t.review_status IS NULL))
   AND (:completed_from::timestamptz IS NULL OR t.completed_at >= :completed_from)
   AND (:completed_before::timestamptz IS NULL OR t.completed_at < :completed_before)
   AND (:updated_from::timestamptz IS NULL OR t.updated_at >= :updated_from)
   AND (:updated_before::timestamptz IS NULL OR t.updated_at < :updated_before);

-- name: tasks_by_unique_id
-- The few of these ids that are taken: a look-up in their own index.
SELECT t.*, p.name AS project, b.name AS batch, i.asset_ids
  FROM scale_tasks t
  LEFT JOIN scale_projects p ON p.org_id = :org_id AND p.id = t.scale_project_id
  LEFT JOIN scale_batches b ON b.org_id = :org_id AND b.id = t.scale_batch_id
  LEFT JOIN items i ON i.org_id = :org_id AND i.id = t.item_id
 WHERE t.org_id = :org_id AND t.mode = :mode AND t.unique_id = ANY (:unique_ids) AND t.role = 'task'
 ORDER BY t.id DESC LIMIT :limit;

-- name: set_unique_id
UPDATE scale_tasks SET unique_id = :unique_id, updated_at = :now WHERE org_id = :org_id AND id = :id;

-- name: unique_id_taken
SELECT id FROM scale_tasks WHERE org_id = :org_id AND mode = :mode AND unique_id = :unique_id;

-- name: held_unique_ids
SELECT unique_id FROM scale_tasks WHERE org_id = :org_id AND mode = :mode AND unique_id = ANY (:unique_ids::text[]);

-- name: set_task_metadata
UPDATE scale_tasks SET metadata = :metadata::jsonb, updated_at = :now WHERE org_id = :org_id AND id = :id;

-- name: set_tags
UPDATE scale_tasks SET tags = :tags, updated_at = :now WHERE org_id = :org_id AND id = :id;

-- name: set_status
-- What has become of a task. A response stays when a task goes back to work: the next one takes its place.
UPDATE scale_tasks SET status = :status, response = coalesce(:response::json, response), error = :error,
       completed_at = :completed_at, updated_at = :now,
       unique_id = CASE WHEN :clear_unique_id THEN NULL ELSE unique_id END
 WHERE org_id = :org_id AND id = :id;

-- name: set_review
UPDATE scale_tasks SET review_status = :status, review_comments = :comments, audits = :audits::jsonb, updated_at = :now
 WHERE org_id = :org_id AND id = :id;

-- name: set_callback
UPDATE scale_tasks SET callback_succeeded = :succeeded, callback_at = :at WHERE org_id = :org_id AND id = :id;

-- name: cancel_pending
-- What is still to do of a batch that is cancelled.
UPDATE scale_tasks SET status = 'canceled', updated_at = :now
 WHERE org_id = :org_id AND scale_batch_id = :id AND status = 'pending' AND role = 'task';

-- name: asset_fault
-- Why one of these assets could not be had, in words.
SELECT a.fault ->> 'message' FROM assets a
 WHERE a.org_id = :org_id AND a.id = ANY (:ids::uuid[]) AND a.state = 'failed' LIMIT 1;

-- name: work_state
-- Where the work on an item stands, and whether anybody has begun it. A gold task beside it is not its work.
SELECT w.id AS work_id, w.state, EXISTS (SELECT FROM assignments a WHERE a.org_id = :org_id AND a.task_id = w.id) AS is_begun
  FROM tasks w WHERE w.org_id = :org_id AND w.item_id = :item_id AND w.gold_id IS NULL;

-- name: tasks_of_items
-- The Scale tasks behind items, locked in the order of their ids.
SELECT t.id, t.item_id, t.mode FROM scale_tasks t
 WHERE t.org_id = :org_id AND t.item_id = ANY (:item_ids::uuid[]) ORDER BY t.id FOR UPDATE OF t;

-- name: items_of_work
-- The items behind fairmark's own tasks.
SELECT w.id, w.item_id FROM tasks w WHERE w.org_id = :org_id AND w.id = ANY (:work_ids::uuid[]) AND w.gold_id IS NULL;

-- name: items_of_assets
-- The items that hold one of these assets.
SELECT i.id FROM items_with_assets(:asset_ids::uuid[]) w JOIN items i ON i.org_id = :org_id AND i.id = w.id;

-- name: results_of
-- The result in force of each item, with the time worked on it.
SELECT w.item_id, w.id AS work_id, w.state, w.project_id, r.annotation, r.created_at,
       (SELECT coalesce(sum(a.active_ms), 0) FROM assignments a WHERE a.org_id = :org_id AND a.task_id = w.id)::bigint
       AS active_ms
  FROM tasks w LEFT JOIN results r ON r.org_id = :org_id AND r.id = w.result_id
 WHERE w.org_id = :org_id AND w.item_id = ANY (:item_ids::uuid[]) AND w.gold_id IS NULL;

-- name: submissions_of
-- What each person said in the present round, oldest first.
SELECT s.annotation FROM submissions s JOIN tasks w ON w.org_id = :org_id AND w.id = s.task_id AND w.round = s.round
 WHERE s.org_id = :org_id AND s.task_id = :work_id ORDER BY s.id LIMIT 100;

-- name: insert_file
INSERT INTO scale_files (org_id, id, mode, asset_id, url, name, mime_type, bytes, projects, reference_id, display_name,
                         metadata, created_at)
VALUES (:org_id, :id, :mode, :asset_id, :url, :name, :mime_type, :bytes, :projects, :reference_id, :display_name,
        :metadata::jsonb, :now);

-- name: files_of
SELECT id, asset_id, url, name, mime_type, bytes, projects, reference_id, display_name, metadata, created_at
  FROM scale_files WHERE org_id = :org_id AND mode = :mode AND id = ANY (:ids::uuid[]);

-- name: list_files
SELECT id, asset_id, url, name, mime_type, bytes, projects, reference_id, display_name, metadata, created_at
  FROM scale_files WHERE org_id = :org_id AND mode = :mode AND (:after::uuid IS NULL OR id < :after)
 ORDER BY id DESC LIMIT :limit;

-- name: labelers
-- Who was invited to label by an address that this organisation gave, and whether they came. Nothing is told of others.
SELECT DISTINCT ON (lower(i.email)) lower(i.email) AS email, i.uses > 0 AS came, i.expires_at
  FROM invitations i
 WHERE i.org_id = :org_id AND i.email IS NOT NULL AND i.workforce_id IS NOT NULL AND i.revoked_at IS NULL
   AND (i.uses > 0 OR i.expires_at > :now) AND (:emails::text[] IS NULL OR lower(i.email) = ANY (:emails))
 ORDER BY lower(i.email), i.uses DESC, i.expires_at DESC LIMIT 10000;

-- name: invited_members
-- Who was invited as a member and has not come yet.
SELECT DISTINCT ON (lower(i.email)) lower(i.email) AS email, i.id, i.member_role, i.expires_at
  FROM invitations i
 WHERE i.org_id = :org_id AND i.email IS NOT NULL AND i.member_role IS NOT NULL AND i.revoked_at IS NULL
   AND i.uses = 0 AND i.expires_at > :now
 ORDER BY lower(i.email), i.id DESC LIMIT 10000;

-- name: persons_of
-- The people behind addresses by which they came to work here.
SELECT DISTINCT ON (lower(i.email)) lower(i.email) AS email, w.person_id, w.id AS worker_id
  FROM invitations i
  JOIN people p ON lower(p.email) = lower(i.email)
  JOIN workers w ON w.org_id = :org_id AND w.person_id = p.id
 WHERE i.org_id = :org_id AND lower(i.email) = ANY (:emails) AND i.uses > 0 AND i.workforce_id IS NOT NULL
 ORDER BY lower(i.email);

-- name: email_of_worker
-- The address by which a worker was invited here.
SELECT lower(i.email) FROM workers w JOIN people p ON p.id = w.person_id
  JOIN invitations i ON i.org_id = :org_id AND lower(i.email) = lower(p.email) AND i.uses > 0 AND i.workforce_id IS NOT NULL
 WHERE w.org_id = :org_id AND w.id = :worker_id LIMIT 1;

-- name: insert_group
INSERT INTO scale_groups (org_id, id, project_id, name, workforce_id, is_singleton, created_at)
VALUES (:org_id, :id, :project_id, :name, :workforce_id, :is_singleton, :now)
ON CONFLICT (org_id, project_id, name) DO NOTHING;

-- name: groups_of
-- A project's groups with their people, oldest first.
SELECT g.id, g.project_id, g.name, g.workforce_id, g.is_singleton,
       ARRAY(SELECT m.email FROM scale_group_people m WHERE m.org_id = :org_id AND m.group_id = g.id ORDER BY m.email) AS emails
  FROM scale_groups g WHERE g.org_id = :org_id AND g.project_id = :project_id ORDER BY g.id LIMIT 1000;

-- name: lock_people
-- Who lets somebody into groups or out of them, and who brings a newcomer to the groups that wait for them, do so one
-- after the other: either would else act on what the other has not finished. In one order, against deadlocks.
SELECT pg_advisory_xact_lock(hashtextextended(:org_id::uuid::text || e.email, 6))
  FROM (SELECT DISTINCT x AS email FROM unnest(:emails::text[]) AS x ORDER BY x) e;

-- name: add_people
INSERT INTO scale_group_people (org_id, group_id, email)
SELECT :org_id, :group_id, e FROM unnest(:emails::text[]) AS e ON CONFLICT DO NOTHING;

-- name: remove_people
DELETE FROM scale_group_people WHERE org_id = :org_id AND group_id = :group_id AND email = ANY (:emails);

-- name: workforces_for
-- The workforces of the groups that somebody belongs to.
SELECT g.workforce_id FROM scale_group_people m JOIN scale_groups g ON g.org_id = :org_id AND g.id = m.group_id
 WHERE m.org_id = :org_id AND m.email = :email LIMIT 1000;

-- name: assignments
-- Who belongs to which projects.
SELECT m.email, array_agg(DISTINCT p.name ORDER BY p.name) AS projects
  FROM scale_group_people m
  JOIN scale_groups g ON g.org_id = :org_id AND g.id = m.group_id
  JOIN scale_projects p ON p.org_id = :org_id AND p.id = g.project_id AND p.mode = :mode
 WHERE m.org_id = :org_id GROUP BY m.email ORDER BY m.email LIMIT 10000;

-- name: studio_batches
-- Batches of Studio projects that are still to do, in the order in which they are worked on.
SELECT b.id, b.name, b.project_id, b.status, b.callback, b.metadata, b.is_calibration, b.is_self_label, b.priority,
       b.groups, b.created_at, b.completed_at, p.name AS project, true AS is_staged, true AS is_studio
  FROM scale_batches b JOIN scale_projects p ON p.org_id = :org_id AND p.id = b.project_id
 WHERE b.org_id = :org_id AND b.mode = :mode AND p.is_studio AND b.status IN ('staging', 'in_progress', 'paused')
 ORDER BY b.priority NULLS LAST, b.id LIMIT 1000;

-- name: set_batch_priority
UPDATE scale_batches SET priority = :priority WHERE org_id = :org_id AND id = :id;

-- name: set_batch_groups
UPDATE scale_batches SET groups = :groups WHERE org_id = :org_id AND id = :id;

-- name: known_answers_due
-- Evaluation and training tasks that wait for their attachments, among those of some items, with all of them here now.
SELECT t.id FROM scale_tasks t JOIN items i ON i.org_id = :org_id AND i.id = t.item_id
 WHERE t.org_id = :org_id AND t.item_id = ANY (:item_ids::uuid[]) AND t.role <> 'task' AND t.status = 'pending'
   AND NOT EXISTS (SELECT FROM assets a WHERE a.org_id = :org_id AND a.id = ANY (i.asset_ids) AND a.state <> 'ready')
 ORDER BY t.id FOR UPDATE OF t;

-- name: delivered_batches
-- Completed batches, newest first, each with how many of its tasks are done.
SELECT b.id, b.name, b.project_id, b.status, b.callback, b.metadata, b.is_calibration, b.is_self_label, b.priority,
       b.groups, b.created_at, b.completed_at, p.name AS project, p.is_rapid OR p.is_studio AS is_staged, p.is_studio,
       (SELECT count(*) FROM scale_tasks t WHERE t.org_id = :org_id AND t.scale_batch_id = b.id AND t.status = 'completed'
           AND t.role = 'task') AS done
  FROM scale_batches b JOIN scale_projects p ON p.org_id = :org_id AND p.id = b.project_id
 WHERE b.org_id = :org_id AND b.mode = :mode AND b.status = 'completed'
   AND (:project_id::text IS NULL OR b.project_id = :project_id) AND (:id::text IS NULL OR b.id = :id)
   AND (:name::text IS NULL OR b.name = :name)
   AND (:completed_from::timestamptz IS NULL OR b.completed_at >= :completed_from)
   AND (:completed_before::timestamptz IS NULL OR b.completed_at < :completed_before)
 ORDER BY b.id DESC LIMIT 1000;
