-- 0012_claimed_tiles: claim_next (0001) tells of each image whether it is shown in tiles, as its inspection found.

-- The function as it stands, with one member more of what it says of an image: the rest of it is not said again here.
DO $$
DECLARE
    old CONSTANT text := $text$'width', m.width, 'height', m.height)$text$;
    new CONSTANT text := $text$'width', m.width, 'height', m.height, 'tiles', m.probe -> 'tiles')$text$;
    body text;
BEGIN
    SELECT pg_get_functiondef(p.oid) INTO STRICT body
      FROM pg_proc p WHERE p.proname = 'claim_next' AND p.pronamespace = current_schema()::regnamespace;
    IF strpos(body, old) = 0 THEN
        RAISE EXCEPTION 'claim_next is not as 0001 made it';
    END IF;
    EXECUTE replace(body, old, new);
END $$;
