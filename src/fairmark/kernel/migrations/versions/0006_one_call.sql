-- 0006_one_call: who hands in usually goes on.

-- hand_in_and_claim: what hand_in does, and then, for the same workers in the same order, what claim_next does: one
-- transaction, one round trip for who hands in and goes on. All or nothing: if one of the turns is not plain, or one of the
-- workers claims in another window at the same moment, none of it was done. What was handed in is on the disk when it returns
-- (claim_next alone would not wait for it).
CREATE FUNCTION hand_in_and_claim(org uuid, now_ timestamptz, workers uuid[], turns uuid[], ids uuid[], keys text[],
                                  annotations jsonb[], versions integer[], whose integer[], began timestamptz[],
                                  ended timestamptz[], leases_max integer, lasts integer[], projects uuid[],
                                  stages smallint[], kinds text[], leases_s integer[], ranks integer[], places bigint[])
    RETURNS TABLE (n integer, id uuid, project_id uuid, task_id uuid, kind text, stage smallint, round smallint,
                   leased_at timestamptz, leased_until timestamptz, rank integer, place bigint, item_id uuid,
                   due_at timestamptz, note text, batch_id uuid, external_id text, name text, meta jsonb, media jsonb,
                   modality text, ontology_version integer, guideline_version integer, prelabel jsonb, draft jsonb,
                   earlier jsonb, merged jsonb)
    LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    durable text := current_setting('synchronous_commit');
BEGIN
    IF (SELECT count(*) FROM hand_in(org, now_, workers, turns, ids, keys, annotations, versions, whose, began, ended))
       < cardinality(workers) THEN
        RAISE EXCEPTION 'one of these turns is not plain' USING ERRCODE = 'FM001';
    END IF;
    RETURN QUERY SELECT * FROM claim_next(org, now_, leases_max, workers, lasts, projects, stages, kinds, leases_s, ranks,
                                          places);
    PERFORM set_config('synchronous_commit', durable, true);
END $$;
