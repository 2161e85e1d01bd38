-- name: read_feed
-- What happened after a cursor, in one mode: projects of the other mode stay unseen, what concerns the whole organisation
-- is live. Below the oldest transaction still running, so nothing can appear behind it later.
SELECT e.epoch, e.xid, e.id, e.at, e.type, e.project_id, e.task_id, e.actor, e.data
  FROM events e
 WHERE e.org_id = :org_id AND (e.epoch, e.xid, e.id) > (:epoch::int, :xid::bigint, :id::bigint)
   AND (e.epoch < events_epoch() OR e.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
   AND (:types::text[] IS NULL OR e.type = ANY (:types))
   AND (:project_id::uuid IS NULL OR e.project_id = :project_id)
   AND (CASE WHEN e.project_id IS NULL THEN 'live'
             ELSE (SELECT p.mode FROM projects p WHERE p.org_id = :org_id AND p.id = e.project_id) END) = :mode
 ORDER BY e.epoch, e.xid, e.id
 LIMIT :limit;

-- name: load_results
-- Whole results for a live stream, many at a time.
SELECT r.id, r.project_id, r.task_id, r.item_id, i.external_id, i.name, i.meta, r.version, r.origin, r.annotation,
       r.ontology_version, r.confidence, r.agreement, r.created_at
  FROM results r JOIN items i ON i.org_id = :org_id AND i.id = r.item_id
 WHERE r.org_id = :org_id AND r.id = ANY (:ids::uuid[]);

-- name: project_modes
-- Which world each of these projects belongs to.
SELECT id, mode FROM projects WHERE org_id = :org_id AND id = ANY (:ids::uuid[]);

-- name: project_exists
SELECT 1 FROM projects WHERE org_id = :org_id AND id = :id AND mode = :mode;

-- name: count_webhooks
SELECT count(*) FROM webhooks WHERE org_id = :org_id AND secret_header = '';

-- name: insert_webhook
INSERT INTO webhooks (org_id, id, mode, project_id, url, description, secret, types, created_by, created_at, updated_at)
VALUES (:org_id, :id, :mode, :project_id, :url, :description, :secret, :types::text[], :created_by, :now, :now);

-- name: list_webhooks
-- Newest first.
SELECT id, mode, project_id, url, description, types, paused_at, pause_reason, failures, resume_at, created_at, updated_at
  FROM webhooks
 WHERE org_id = :org_id AND mode = :mode AND secret_header = '' AND (:after::uuid IS NULL OR id < :after)
   AND (:project_id::uuid IS NULL OR project_id IS NULL OR project_id = :project_id)
 ORDER BY id DESC LIMIT :limit;

-- name: active_webhooks
-- Those that get events now, of both modes.
SELECT id, mode, project_id, url, description, types, paused_at, pause_reason, failures, resume_at, created_at, updated_at
  FROM webhooks WHERE org_id = :org_id AND paused_at IS NULL AND secret_header = '' ORDER BY id LIMIT 1000;

-- name: get_webhook
-- With its secrets, for the sender; `lock` holds the row until the transaction ends.
SELECT id, mode, project_id, url, description, types, paused_at, pause_reason, failures, resume_at, created_at, updated_at,
       secret, secret_old, secret_old_until, secret_header,
       EXISTS (SELECT FROM organisations o WHERE o.org_id = :org_id AND o.closed_at IS NOT NULL) AS closed
  FROM webhooks WHERE org_id = :org_id AND id = :id;

-- name: lock_webhook
SELECT id, mode, project_id, url, description, types, paused_at, pause_reason, failures, resume_at, created_at, updated_at
  FROM webhooks WHERE org_id = :org_id AND id = :id AND mode = :mode AND secret_header = '' FOR UPDATE;

-- name: update_webhook
UPDATE webhooks SET project_id = :project_id, url = :url, description = :description, types = :types::text[],
       paused_at = :paused_at, pause_reason = :pause_reason, failures = :failures, resume_at = :resume_at,
       updated_at = :now
 WHERE org_id = :org_id AND id = :id;

-- name: rotate_secret
UPDATE webhooks SET secret = :secret, secret_old = secret, secret_old_until = :old_until, updated_at = :now
 WHERE org_id = :org_id AND id = :id;

-- name: delete_webhook
-- Its deliveries go with it.
DELETE FROM webhooks WHERE org_id = :org_id AND id = :id;

-- name: note_attempt
-- How the address fares, whatever was sent to it. A success ends the rest at once.
UPDATE webhooks SET failures = :failures, resume_at = :resume_at
 WHERE org_id = :org_id AND id = :id AND (failures <> :failures OR resume_at IS DISTINCT FROM :resume_at);

-- name: pause_webhook
UPDATE webhooks SET paused_at = :now, pause_reason = :reason, updated_at = :now
 WHERE org_id = :org_id AND id = :id AND paused_at IS NULL;

-- name: insert_deliveries
-- One for each webhook and event. A reader that repeats a batch adds none twice.
INSERT INTO webhook_deliveries (org_id, id, webhook_id, cursor, type, body, state, next_at, queued_at, created_at, updated_at)
SELECT :org_id, d.id, d.webhook_id, d.cursor, d.type, d.body, 'waiting', :now, :now, :now, :now
  FROM unnest(:ids::uuid[], :webhook_ids::uuid[], :cursors::text[], :types::text[], :bodies::text[])
       AS d (id, webhook_id, cursor, type, body)
ON CONFLICT (org_id, webhook_id, cursor) DO NOTHING
RETURNING id;

-- name: callback_webhook
-- The hidden webhook of a host that is called back.
SELECT id, secret FROM webhooks
 WHERE org_id = :org_id AND mode = :mode AND secret_header = :secret_header AND url = :url;

-- name: put_callback_webhook
-- Made on the first callback to a host; a changed secret holds from the next attempt on.
INSERT INTO webhooks (org_id, id, mode, url, secret, types, secret_header, created_at, updated_at)
VALUES (:org_id, :id, :mode, :url, :secret, '{}', :secret_header, :now, :now)
ON CONFLICT (org_id, mode, secret_header, url) WHERE secret_header <> '' DO UPDATE SET secret = excluded.secret
RETURNING id;

-- name: insert_callback
INSERT INTO webhook_deliveries (org_id, id, webhook_id, type, body, state, next_at, queued_at, created_at, updated_at, url,
                                subject, then_job)
VALUES (:org_id, :id, :webhook_id, :type, :body, 'waiting', :now, :now, :now, :now, :url, :subject, :then_job);

-- name: list_deliveries
-- A webhook's log, newest first.
SELECT d.id, d.webhook_id, d.cursor, d.type, d.state, d.attempts, d.next_at, d.status, d.response, d.error, d.took_ms,
       d.created_at, d.updated_at
  FROM webhook_deliveries d
 WHERE d.org_id = :org_id AND d.webhook_id = :webhook_id AND (:after::uuid IS NULL OR d.id < :after)
   AND (:state::text IS NULL OR d.state = :state)
 ORDER BY d.id DESC LIMIT :limit;

-- name: get_delivery
-- With what is sent.
SELECT d.id, d.webhook_id, d.cursor, d.type, d.state, d.attempts, d.next_at, d.status, d.response, d.error, d.took_ms,
       d.created_at, d.updated_at, d.queued_at, d.body, d.url, d.subject, d.then_job
  FROM webhook_deliveries d WHERE d.org_id = :org_id AND d.id = :id;

-- name: lock_delivery
SELECT d.id, d.webhook_id, d.cursor, d.type, d.state, d.attempts, d.next_at, d.status, d.response, d.error, d.took_ms,
       d.created_at, d.updated_at, d.queued_at, d.body, d.url, d.subject, d.then_job
  FROM webhook_deliveries d WHERE d.org_id = :org_id AND d.id = :id FOR UPDATE;

-- name: record_attempt
UPDATE webhook_deliveries SET state = :state, attempts = :attempts, next_at = :next_at, status = :status,
       response = :response, error = :error, took_ms = :took_ms, updated_at = :now
 WHERE org_id = :org_id AND id = :id;

-- name: put_off
-- Not tried now: the webhook rests until then, or is paused (null).
UPDATE webhook_deliveries SET next_at = :next_at WHERE org_id = :org_id AND id = :id AND state = 'waiting';

-- name: queue_again
-- Sent once more by hand: a new round of attempts.
UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, next_at = :now, queued_at = :now, updated_at = :now
 WHERE org_id = :org_id AND id = :id;

-- name: wake_deliveries
-- What waited while its webhook was paused goes on.
UPDATE webhook_deliveries SET next_at = :now, queued_at = :now
 WHERE org_id = :org_id AND webhook_id = :webhook_id AND state = 'waiting' AND next_at IS NULL
RETURNING id, attempts;

-- name: wake_all_deliveries
-- What waited while the organisation was closed goes on.
UPDATE webhook_deliveries d SET next_at = :now, queued_at = :now
  FROM webhooks w
 WHERE d.org_id = :org_id AND d.state = 'waiting' AND d.next_at IS NULL
   AND w.org_id = :org_id AND w.id = d.webhook_id AND w.paused_at IS NULL
RETURNING d.id, d.attempts;

-- name: forget_deliveries
-- The log is kept for a while only; a bounded part at a time.
DELETE FROM webhook_deliveries WHERE org_id = :org_id AND id IN (
    SELECT id FROM webhook_deliveries
     WHERE org_id = :org_id AND state <> 'waiting' AND updated_at < :before ORDER BY updated_at LIMIT 5000);

-- name: count_open_exports
SELECT count(*) FROM exports WHERE org_id = :org_id AND state IN ('waiting', 'running');

-- name: insert_export
INSERT INTO exports (org_id, id, project_id, format, options, state, created_by, created_at, updated_at)
VALUES (:org_id, :id, :project_id, :format, :options::jsonb, 'waiting', :created_by, :now, :now);

-- name: list_exports
-- Newest first.
SELECT x.*, p.name AS project_name, p.mode
  FROM exports x JOIN projects p ON p.org_id = :org_id AND p.id = x.project_id
 WHERE x.org_id = :org_id AND x.project_id = :project_id AND (:after::uuid IS NULL OR x.id < :after)
 ORDER BY x.id DESC LIMIT :limit;

-- name: get_export
SELECT x.*, p.name AS project_name, p.mode
  FROM exports x JOIN projects p ON p.org_id = :org_id AND p.id = x.project_id
 WHERE x.org_id = :org_id AND x.id = :id;

-- name: start_export
-- A run that was killed starts again from nothing; one that is over, or was cancelled, does not.
UPDATE exports SET state = 'running', rows_done = 0, rows_total = :rows_total, updated_at = :now
 WHERE org_id = :org_id AND id = :id AND state IN ('waiting', 'running');

-- name: note_progress
-- Touches nothing once somebody has cancelled it.
UPDATE exports SET rows_done = :rows_done, updated_at = :now WHERE org_id = :org_id AND id = :id AND state = 'running';

-- name: finish_export
UPDATE exports SET state = 'done', rows_done = :rows_done, blob = :blob, bytes = :bytes, report = :report::jsonb,
       updated_at = :now
 WHERE org_id = :org_id AND id = :id AND state = 'running';

-- name: fail_export
UPDATE exports SET state = 'failed', fault = :fault::jsonb, updated_at = :now
 WHERE org_id = :org_id AND id = :id AND state IN ('waiting', 'running');

-- name: cancel_export
UPDATE exports SET state = 'cancelled', updated_at = :now
 WHERE org_id = :org_id AND id = :id AND state IN ('waiting', 'running');

-- name: old_exports
-- Files past their time.
SELECT id, blob FROM exports WHERE org_id = :org_id AND blob IS NOT NULL AND updated_at < :before
 ORDER BY updated_at LIMIT 100;

-- name: forget_blob
-- The row stays as a record; only the file is gone.
UPDATE exports SET blob = NULL WHERE org_id = :org_id AND id = :id;

-- name: count_results
-- How many results an export has, for its progress.
SELECT count(*)
  FROM tasks t JOIN results r ON r.org_id = :org_id AND r.id = t.result_id
 WHERE t.org_id = :org_id AND t.project_id = :project_id AND t.state = 'done'
   AND (:batch_ids::uuid[] IS NULL OR t.batch_id = ANY (:batch_ids))
   AND (:classes::text[] IS NULL OR r.classes && :classes)
   AND (:confidence_min::real IS NULL OR r.confidence >= :confidence_min)
   AND (:since::timestamptz IS NULL OR r.created_at >= :since)
   AND (NOT :by_cursor::boolean OR EXISTS (
        SELECT FROM events e WHERE e.org_id = :org_id AND e.task_id = t.id AND e.type = 'task.done'
           AND (e.epoch, e.xid, e.id) > (:epoch::int, :xid::bigint, :event_id::bigint)));

-- name: page_results
-- Results for an export, in the order of their tasks: a page has a short transaction of its own, so that a long export
-- holds up neither the vacuum nor the readers of events.
SELECT t.id AS task_id, i.id AS item_id, i.external_id, i.name, i.meta, b.name AS batch, i.asset_ids, r.annotation,
       r.confidence
  FROM tasks t
  JOIN results r ON r.org_id = :org_id AND r.id = t.result_id
  JOIN items i ON i.org_id = :org_id AND i.id = t.item_id
  JOIN batches b ON b.org_id = :org_id AND b.id = t.batch_id
 WHERE t.org_id = :org_id AND t.project_id = :project_id AND t.state = 'done' AND t.id > :after
   AND (:batch_ids::uuid[] IS NULL OR t.batch_id = ANY (:batch_ids))
   AND (:classes::text[] IS NULL OR r.classes && :classes)
   AND (:confidence_min::real IS NULL OR r.confidence >= :confidence_min)
   AND (:since::timestamptz IS NULL OR r.created_at >= :since)
   AND (NOT :by_cursor::boolean OR EXISTS (
        SELECT FROM events e WHERE e.org_id = :org_id AND e.task_id = t.id AND e.type = 'task.done'
           AND (e.epoch, e.xid, e.id) > (:epoch::int, :xid::bigint, :event_id::bigint)))
 ORDER BY t.id
 LIMIT :limit;

-- name: load_assets
-- Media of a page of results. Where the bytes were there already under another asset, they lie under that one's hash.
SELECT a.id, a.name, coalesce(a.width, o.width) AS width, coalesce(a.height, o.height) AS height,
       coalesce(a.sha256, o.sha256) AS sha256, coalesce(nullif(a.media_type, ''), o.media_type, '') AS media_type,
       a.source, coalesce(a.probe ->> 'orientation', o.probe ->> 'orientation') AS orientation
  FROM assets a LEFT JOIN assets o ON o.org_id = :org_id AND o.id = a.same_as
 WHERE a.org_id = :org_id AND a.id = ANY (:ids::uuid[]);
