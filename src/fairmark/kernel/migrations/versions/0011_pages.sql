-- 0011_pages: which file a page or frame was cut out of.

SET LOCAL lock_timeout = '5s';

-- A page or frame is an asset of its own, and its bytes are held by another (same_as). cut_from: the asset that holds the
-- file's bytes; page: which of its pages, from 1.
ALTER TABLE assets ADD COLUMN cut_from uuid, ADD COLUMN page integer;
CREATE UNIQUE INDEX assets_pages ON assets (org_id, cut_from, page) WHERE cut_from IS NOT NULL;
