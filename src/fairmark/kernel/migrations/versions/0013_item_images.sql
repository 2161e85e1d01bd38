-- 0013_item_images: the images of an item, for every page that shows one.

-- The first 100 assets of an item of several, in their order; null for an item of one.
CREATE FUNCTION item_images(org uuid, assets uuid[]) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    SELECT jsonb_agg(jsonb_build_object('asset_id', x.id, 'name', x.name, 'state', x.state, 'width', x.width,
                                        'height', x.height) ORDER BY u.n)
      FROM unnest(assets) WITH ORDINALITY AS u (id, n)
      JOIN assets x ON x.org_id = org AND x.id = u.id
     WHERE cardinality(assets) > 1 AND u.n <= 100
    $$;
