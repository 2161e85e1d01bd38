-- name: announce
-- Appends events to the log; one row per event, in the order given.
INSERT INTO events (org_id, at, type, project_id, task_id, actor, data)
SELECT :org_id, :at, e.type, e.project_id, e.task_id, :actor, e.data::jsonb
  FROM unnest(:types::text[], :project_ids::uuid[], :task_ids::uuid[], :data::text[])
       WITH ORDINALITY AS e (type, project_id, task_id, data, n)
 ORDER BY e.n;

-- name: read_events
-- What happened after a cursor, below the oldest transaction still running: nothing can appear behind it later.
SELECT epoch, xid, id, at, type, project_id, task_id, actor, data
  FROM events
 WHERE org_id = :org_id AND (epoch, xid, id) > (:epoch::int, :xid::bigint, :id::bigint)
   AND (epoch < events_epoch() OR xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
   AND (:types::text[] IS NULL OR type = ANY (:types))
   AND (:project_id::uuid IS NULL OR project_id = :project_id)
 ORDER BY epoch, xid, id
 LIMIT :limit;

-- name: newest_cursor
-- The last event that can be read: where a reader starts that wants only what comes from now on. Not the horizon
-- itself: transaction ids that never reached the disk are given out again after a crash, and a cursor that somebody
-- has kept must not lie behind what is written under them.
SELECT epoch, xid, id FROM events
 WHERE org_id = :org_id
   AND (epoch < events_epoch() OR xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
 ORDER BY epoch DESC, xid DESC, id DESC LIMIT 1;

-- name: horizon
-- global: up to where readers can read now, in every organisation's log. Good for as long as the database lives.
SELECT events_epoch() AS epoch, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid;

-- name: settle
-- global: makes this transaction's commit wait for the disk, if anything is not there yet. What others committed without
-- waiting, and this one has read, is then there as well.
SELECT CASE WHEN pg_current_wal_flush_lsn() < pg_current_wal_insert_lsn()
            THEN pg_logical_emit_message(true, 'fairmark', '') END;

-- name: make_cursor
-- A reader's place in one organisation's log; made on its first turn, at the beginning.
INSERT INTO event_cursors (org_id, reader, epoch, xid, id, updated_at)
VALUES (:org_id, :reader, 0, 0, 0, :now) ON CONFLICT DO NOTHING;

-- name: lock_cursor
-- The cursor's row is the reader's mutex: another process that is at it is left alone. The horizon comes with it: taken
-- before the events are read, so whatever lies below it has been seen once they are.
SELECT epoch, xid, id, events_epoch() AS horizon_epoch,
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 AS horizon_xid
  FROM event_cursors WHERE org_id = :org_id AND reader = :reader FOR UPDATE SKIP LOCKED;

-- name: unread
-- Whether events of a project, of some types, lie beyond a reader's place; those that it may not read yet as well.
SELECT EXISTS (
    SELECT FROM (SELECT :reader::text AS reader) r
      LEFT JOIN event_cursors c ON c.org_id = :org_id AND c.reader = r.reader
     CROSS JOIN LATERAL (
        SELECT FROM events e
         WHERE e.org_id = :org_id AND e.project_id = :project_id AND e.type = ANY (:types::text[])
           AND (e.epoch, e.xid, e.id) > (coalesce(c.epoch, 0), coalesce(c.xid, 0), coalesce(c.id, 0))
         LIMIT 1) x);

-- name: move_cursor
UPDATE event_cursors SET epoch = :epoch, xid = :xid, id = :id, updated_at = :now
 WHERE org_id = :org_id AND reader = :reader;

-- name: record_failure
-- An event that a reader could not handle after several tries; it stands here instead of stopping the log.
INSERT INTO event_failures (org_id, reader, epoch, xid, id, error, at)
VALUES (:org_id, :reader, :epoch, :xid, :id, :error, :now)
ON CONFLICT (org_id, reader, epoch, xid, id) DO UPDATE SET error = excluded.error, at = excluded.at;

-- name: task_events
-- The whole history of one task, oldest first. Ids alone would not do: each connection takes them in blocks of its own.
SELECT epoch, xid, id, at, type, project_id, task_id, actor, data
  FROM events WHERE org_id = :org_id AND task_id = :task_id ORDER BY epoch, xid, id LIMIT :limit;

-- name: orgs_with_events
-- global: how far readers can read now, and the organisations with events between a position and there; ids only.
SELECT epoch, xid, org_ids FROM orgs_with_events(:epoch::int, :xid::bigint);

-- name: all_orgs
-- global: every open organisation; ids only.
SELECT org_id FROM all_orgs();

-- name: clear_job_log
-- global: what finished jobs left behind, a bounded part at a time.
DELETE FROM pgqueuer.pgqueuer_log WHERE id IN (
    SELECT id FROM pgqueuer.pgqueuer_log WHERE created < :before ORDER BY created LIMIT 10000);
