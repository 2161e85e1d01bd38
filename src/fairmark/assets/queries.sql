-- name: get_project
-- What this package must know of a project before it adds data; a key sees projects of its own mode only.
SELECT id, modality, state FROM projects
 WHERE org_id = :org_id AND id = :id AND (:mode::text IS NULL OR mode = :mode);

-- name: add_batch
-- Nothing if the project has a batch of this name.
INSERT INTO batches (org_id, id, project_id, name, priority, due_at, created_at)
VALUES (:org_id, :id, :project_id, :name, :priority, :due_at, :now)
ON CONFLICT (org_id, project_id, name) DO NOTHING;

-- name: batches_by_name
SELECT id, project_id, name, state, priority, due_at, items, created_at
  FROM batches WHERE org_id = :org_id AND project_id = :project_id AND name = ANY (:names::text[]);

-- name: lock_batch
-- The batch and, through its project, whether the caller may see it.
SELECT b.id, b.project_id, b.name, b.state, b.priority, b.due_at, b.items, b.created_at
  FROM batches b JOIN projects p ON p.org_id = :org_id AND p.id = b.project_id AND p.mode = :mode
 WHERE b.org_id = :org_id AND b.id = :id FOR UPDATE OF b;

-- name: list_batches
-- Newest first.
SELECT id, project_id, name, state, priority, due_at, items, created_at
  FROM batches
 WHERE org_id = :org_id AND project_id = :project_id AND (:after::uuid IS NULL OR id < :after)
 ORDER BY id DESC LIMIT :limit;

-- name: update_batch
UPDATE batches SET state = :state, priority = :priority, due_at = :due_at WHERE org_id = :org_id AND id = :id;

-- name: count_into_batches
-- Last of its transaction: the rows are locked until the commit, and other imports into the batches wait for them.
WITH counted AS (
    SELECT b.id, c.items
      FROM batches b JOIN unnest(:ids::uuid[], :counts::bigint[]) AS c (id, items) ON c.id = b.id
     WHERE b.org_id = :org_id ORDER BY b.id FOR UPDATE OF b
)
UPDATE batches b SET items = b.items + c.items FROM counted c WHERE b.org_id = :org_id AND b.id = c.id;

-- name: project_ontology
-- The ontology in force, which labels from outside are to fit.
SELECT o.document
  FROM projects p JOIN ontologies o ON o.org_id = :org_id AND o.project_id = p.id AND o.version = p.ontology_version
 WHERE p.org_id = :org_id AND p.id = :project_id;

-- name: items_by_external
-- Which of these external ids the project has already. Asked one by one, and as a range in order, here and below: a plan
-- made while the table was nearly empty is kept while it fills, and nothing but the order ties it to the right index.
SELECT i.external_id, i.id
  FROM unnest(:external_ids::text[]) AS e (external_id)
 CROSS JOIN LATERAL (SELECT x.external_id, x.id FROM items x
                      WHERE x.org_id = :org_id AND x.project_id = :project_id AND x.external_id >= e.external_id
                        AND x.external_id <= e.external_id
                      ORDER BY x.external_id LIMIT 1) i;

-- name: items_unnamed
-- Items without an external id that start with one of these assets: the same assets make the same item.
SELECT i.id, i.asset_ids
  FROM unnest(:first_asset_ids::uuid[]) AS f (asset_id)
 CROSS JOIN LATERAL (SELECT x.id, x.asset_ids FROM items x
                      WHERE x.org_id = :org_id AND x.project_id = :project_id AND x.external_id IS NULL
                        AND x.asset_ids[1] >= f.asset_id AND x.asset_ids[1] <= f.asset_id
                      ORDER BY x.asset_ids[1]) i;

-- name: add_items
-- Rows come in the order of their external ids, so that two imports of the same rows wait for one another instead of
-- each holding what the other wants. asset_ids travel as text, because arrays of arrays must be rectangular.
INSERT INTO items (org_id, id, project_id, batch_id, external_id, name, asset_ids, meta, priority, prelabel, created_at)
SELECT :org_id, r.id, :project_id, r.batch_id, r.external_id, r.name, r.asset_ids::uuid[], r.meta::jsonb, r.priority,
       r.prelabel::jsonb, :now
  FROM unnest(:ids::uuid[], :batch_ids::uuid[], :external_ids::text[], :names::text[], :asset_ids::text[],
              :metas::text[], :priorities::int[], :prelabels::text[])
       AS r (id, batch_id, external_id, name, asset_ids, meta, priority, prelabel)
ON CONFLICT (org_id, project_id, external_id) WHERE external_id IS NOT NULL DO NOTHING
RETURNING id;

-- name: get_item
SELECT i.id, i.project_id, i.batch_id, i.external_id, i.name, i.asset_ids, i.meta, i.priority, i.prelabel, i.created_at
  FROM items i JOIN projects p ON p.org_id = :org_id AND p.id = i.project_id AND p.mode = :mode
 WHERE i.org_id = :org_id AND i.id = :id;

-- name: assets_by_id
-- In no order: the caller knows the one it asked in.
SELECT id, state, name, source, sha256, media_type, bytes, width, height, probe, fault, same_as, cut_from
  FROM assets WHERE org_id = :org_id AND id = ANY (:ids::uuid[]);

-- name: asset_names
-- What a row needs to know of assets that it names by id.
SELECT id, name FROM assets WHERE org_id = :org_id AND id = ANY (:ids::uuid[]);

-- name: assets_of_uploads
-- The assets of finished uploads.
SELECT u.id AS upload_id, u.asset_id, u.name
  FROM uploads u WHERE u.org_id = :org_id AND u.id = ANY (:ids::uuid[]) AND u.asset_id IS NOT NULL;

-- name: assets_of_names
-- The newest upload of each name.
SELECT u.name, u.asset_id
  FROM unnest(:names::text[]) AS n (name)
 CROSS JOIN LATERAL (SELECT x.name, x.asset_id FROM uploads x
                      WHERE x.org_id = :org_id AND x.name = n.name AND x.asset_id IS NOT NULL
                      ORDER BY x.id DESC LIMIT 1) u;

-- name: sources
-- The assets of addresses that are known, by the index on their hash; the address itself decides.
SELECT a.source, coalesce(a.same_as, a.id) AS id, a.state
  FROM unnest(:hashes::uuid[], :sources::text[]) AS h (hash, source)
 CROSS JOIN LATERAL (SELECT x.source, x.same_as, x.id, x.state FROM assets x
                      WHERE x.org_id = :org_id AND x.source_hash >= h.hash AND x.source_hash <= h.hash
                        AND x.source <> ''
                      ORDER BY x.source_hash LIMIT 1) a
 WHERE a.source = h.source;

-- name: add_sources
-- One pending asset for each new address. Rows come in the order of their hashes: see add_items.
INSERT INTO assets (org_id, id, state, source, name, fetch_after, created_at)
SELECT :org_id, r.id, 'pending', r.source, r.name, :now, :now
  FROM unnest(:ids::uuid[], :sources::text[], :names::text[]) AS r (id, source, name)
ON CONFLICT (org_id, source_hash) WHERE source <> '' DO NOTHING
RETURNING id;

-- name: retry_sources
-- Naming an address again is the way to ask for another try.
WITH failed AS (
    SELECT id FROM assets WHERE org_id = :org_id AND id = ANY (:ids::uuid[]) AND state = 'failed' AND source <> ''
     ORDER BY id FOR UPDATE
)
UPDATE assets a SET state = 'pending', fault = NULL, tries = 0, fetch_after = :now
  FROM failed WHERE a.org_id = :org_id AND a.id = failed.id;

-- name: retry_named_sources
-- The same for rows whose items are there already: their files that could not be had get another try.
WITH named AS MATERIALIZED (
    SELECT a.id
      FROM unnest(:hashes::uuid[], :sources::text[]) AS h (hash, source)
     CROSS JOIN LATERAL (SELECT x.id, x.source, x.state FROM assets x
                          WHERE x.org_id = :org_id AND x.source_hash >= h.hash
                            AND x.source_hash <= h.hash AND x.source <> ''
                          ORDER BY x.source_hash LIMIT 1) a
     WHERE a.source = h.source AND a.state = 'failed'
), failed AS (
    SELECT id FROM assets WHERE org_id = :org_id AND id = ANY (ARRAY(SELECT id FROM named)) AND state = 'failed'
     ORDER BY id FOR UPDATE
)
UPDATE assets a SET state = 'pending', fault = NULL, tries = 0, fetch_after = :now
  FROM failed WHERE a.org_id = :org_id AND a.id = failed.id;

-- name: contents
-- The assets that hold these bytes already.
SELECT a.*
  FROM unnest(:sha256s::bytea[]) AS c (sha256)
 CROSS JOIN LATERAL (SELECT x.id, x.state, x.name, x.source, x.sha256, x.media_type, x.bytes, x.width, x.height, x.probe,
                            x.fault, x.same_as, x.cut_from FROM assets x
                      WHERE x.org_id = :org_id AND x.sha256 >= c.sha256 AND x.sha256 <= c.sha256 AND x.same_as IS NULL
                      ORDER BY x.sha256 LIMIT 1) a;

-- name: add_contents
-- Assets of bytes that are stored; nothing where another request was faster with the same.
INSERT INTO assets (org_id, id, sha256, state, name, media_type, bytes, width, height, probe, created_at)
SELECT :org_id, r.id, r.sha256, 'ready', r.name, r.media_type, r.bytes, r.width, r.height, r.probe::jsonb, :now
  FROM unnest(:ids::uuid[], :sha256s::bytea[], :names::text[], :media_types::text[], :bytes::bigint[],
              :widths::int[], :heights::int[], :probes::text[])
       AS r (id, sha256, name, media_type, bytes, width, height, probe)
 ORDER BY r.sha256
ON CONFLICT (org_id, sha256) WHERE sha256 IS NOT NULL AND same_as IS NULL DO NOTHING;

-- name: add_pages
-- The bytes of each are held by another asset. Whoever cuts the same file at the same time changes nothing.
INSERT INTO assets (org_id, id, sha256, same_as, state, name, media_type, bytes, width, height, probe, cut_from, page,
                    created_at)
SELECT :org_id, r.id, h.sha256, h.id, 'ready', r.name, h.media_type, h.bytes, h.width, h.height, r.probe::jsonb,
       :cut_from, r.number, :now
  FROM unnest(:ids::uuid[], :numbers::int[], :same_as::uuid[], :names::text[], :probes::text[])
       AS r (id, number, same_as, name, probe)
  JOIN assets h ON h.org_id = :org_id AND h.id = r.same_as
 ORDER BY r.number
ON CONFLICT (org_id, cut_from, page) WHERE cut_from IS NOT NULL DO NOTHING;

-- name: pages_of_assets
-- The pages of those assets that hold several; they are known by the asset that held the file's bytes first.
SELECT a.id AS asset_id, p.id AS page_id
  FROM unnest(:ids::uuid[]) AS u (id)
 CROSS JOIN LATERAL (SELECT x.id, coalesce(x.same_as, x.id) AS holder FROM assets x
                      WHERE x.org_id = :org_id AND x.id = u.id AND (x.probe ->> 'frames')::int > 1 OFFSET 0) a
 CROSS JOIN LATERAL (SELECT x.id, x.page FROM assets x WHERE x.org_id = :org_id AND x.cut_from = a.holder
                      ORDER BY x.page OFFSET 0) p
 ORDER BY a.id, p.page;

-- name: lay_pages
-- In the place of a file come its pages. Labels name assets by number: where that would change, the file stays.
WITH laid AS (
    SELECT i.id, array_agg(coalesce(p.id, u.id) ORDER BY u.n, p.page) AS asset_ids, count(*) AS assets,
           i.prelabel IS NULL OR NOT trim_array(i.asset_ids, 1) && :ids::uuid[] AS is_safe
      FROM items_with_assets(:ids::uuid[]) w
      JOIN items i ON i.org_id = :org_id AND i.id = w.id
     CROSS JOIN unnest(i.asset_ids) WITH ORDINALITY AS u (id, n)
      LEFT JOIN assets f ON f.org_id = :org_id AND f.id = u.id AND u.id = ANY (:ids::uuid[])
      LEFT JOIN assets p ON p.org_id = :org_id AND p.cut_from = coalesce(f.same_as, f.id)
     GROUP BY i.id, i.prelabel, i.asset_ids
)
UPDATE items i SET asset_ids = laid.asset_ids FROM laid
 WHERE i.org_id = :org_id AND i.id = laid.id AND laid.is_safe AND laid.assets <= :assets_max;

-- name: hold_pages
-- Until this transaction ends, no fetched file is taken apart: its pages would not find the items that are about to come.
SELECT pg_advisory_xact_lock_shared(hashtextextended(:org_id::uuid::text || 'pages', 7));

-- name: claim_pages
-- Waits for those who hold the pages.
SELECT pg_advisory_xact_lock(hashtextextended(:org_id::uuid::text || 'pages', 7));
