-- 0008_scale_lists: tasks of the Scale-compatible API by tag, by time of change and by audit, without a look at all of them.

SET LOCAL lock_timeout = '5s';

-- A row for each tag of a task: behind row-level security the overlap of arrays may not use an index, equality of texts may.
CREATE TABLE scale_task_tags (
    org_id  uuid NOT NULL REFERENCES organisations (org_id),
    tag     text COLLATE "C" NOT NULL,
    task_id text COLLATE "C" NOT NULL,          -- of scale_tasks, which are never deleted
    PRIMARY KEY (org_id, tag, task_id)
);
CALL fence('scale_task_tags');

-- The rows follow the tags, whoever writes these: an older version of the server may still run beside this one.
CREATE FUNCTION scale_tags_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO scale_task_tags (org_id, tag, task_id)
    SELECT DISTINCT t.org_id, g.tag, t.id FROM added t CROSS JOIN LATERAL unnest(t.tags) AS g (tag) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE FUNCTION scale_tags_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM scale_task_tags d
     WHERE d.org_id = NEW.org_id AND d.task_id = NEW.id AND d.tag = ANY (OLD.tags) AND d.tag <> ALL (NEW.tags);
    INSERT INTO scale_task_tags (org_id, tag, task_id)
    SELECT DISTINCT NEW.org_id, g.tag, NEW.id FROM unnest(NEW.tags) AS g (tag) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER scale_tags_added AFTER INSERT ON scale_tasks REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION scale_tags_added();
CREATE TRIGGER scale_tags_changed AFTER UPDATE OF tags ON scale_tasks
    FOR EACH ROW WHEN (OLD.tags IS DISTINCT FROM NEW.tags) EXECUTE FUNCTION scale_tags_changed();

INSERT INTO scale_task_tags (org_id, tag, task_id)
SELECT DISTINCT t.org_id, g.tag, t.id FROM scale_tasks t CROSS JOIN LATERAL unnest(t.tags) AS g (tag) ON CONFLICT DO NOTHING;

-- What was changed since the last time; and what was audited, and how.
CREATE INDEX scale_tasks_updated ON scale_tasks (org_id, mode, updated_at) INCLUDE (id) WHERE role = 'task';
CREATE INDEX scale_tasks_review ON scale_tasks (org_id, mode, review_status, id DESC)
    WHERE role = 'task' AND review_status IS NOT NULL;
