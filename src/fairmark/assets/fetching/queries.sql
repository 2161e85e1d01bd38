-- name: claim_pending
-- Takes assets that are due, for as long as one fetch may last: if this process is killed, another takes them after that.
-- None while the organisation is closed.
WITH due AS (
    SELECT x.ctid AS at FROM assets x
     WHERE x.org_id = :org_id AND x.state = 'pending' AND x.fetch_after <= :now
       AND NOT EXISTS (SELECT FROM organisations o WHERE o.org_id = :org_id AND o.closed_at IS NOT NULL)
     ORDER BY x.fetch_after LIMIT :limit FOR UPDATE SKIP LOCKED
)
UPDATE assets a SET fetch_after = :lease_until, tries = a.tries + 1
  FROM due WHERE a.org_id = :org_id AND a.ctid = due.at
RETURNING a.id, a.source, a.name, a.tries;

-- name: next_due
-- When the next pending asset is due; null if there is none, or the organisation is closed.
SELECT min(fetch_after) FROM assets WHERE org_id = :org_id AND state = 'pending'
   AND NOT EXISTS (SELECT FROM organisations o WHERE o.org_id = :org_id AND o.closed_at IS NOT NULL);

-- name: settle_ready
-- (Each row is looked up by its id and then named by its place: a plan that walks all that is pending is out of reach.)
-- Bytes are here. `same_as` names the asset that has held them from before. A lease that was lost meanwhile is no harm:
-- the bytes are the same, and an asset that is not pending any more is left alone.
UPDATE assets a
   SET state = 'ready', sha256 = r.sha256, same_as = r.same_as, media_type = r.media_type, bytes = r.bytes,
       width = r.width, height = r.height, probe = r.probe::jsonb, fault = NULL, fetch_after = NULL
  FROM unnest(:ids::uuid[], :sha256s::bytea[], :same_as::uuid[], :media_types::text[], :bytes::bigint[],
              :widths::int[], :heights::int[], :probes::text[])
       AS r (id, sha256, same_as, media_type, bytes, width, height, probe)
       CROSS JOIN LATERAL (SELECT x.ctid AS at FROM assets x WHERE x.org_id = :org_id AND x.id >= r.id AND x.id <= r.id
                            ORDER BY x.id LIMIT 1) x
 WHERE a.org_id = :org_id AND a.ctid = x.at AND a.state = 'pending'
RETURNING a.id;

-- name: settle_failed
-- fetch_after: when to try again; null: never, the asset has failed. The reason of the last try is kept in any case.
UPDATE assets a
   SET state = CASE WHEN r.fetch_after IS NULL THEN 'failed' ELSE 'pending' END, fault = r.fault::jsonb,
       fetch_after = r.fetch_after
  FROM unnest(:ids::uuid[], :faults::text[], :fetch_afters::timestamptz[]) AS r (id, fault, fetch_after)
       CROSS JOIN LATERAL (SELECT x.ctid AS at FROM assets x WHERE x.org_id = :org_id AND x.id >= r.id AND x.id <= r.id
                            ORDER BY x.id LIMIT 1) x
 WHERE a.org_id = :org_id AND a.ctid = x.at AND a.state = 'pending'
RETURNING a.id, a.state;
