-- 0007_scale_sources: tasks that were copied from an account elsewhere.

SET LOCAL lock_timeout = '5s';

-- source_id: the id that the task has there; it is found by it here as well, and copied once.
ALTER TABLE scale_tasks ADD COLUMN source_id text COLLATE "C";
CREATE UNIQUE INDEX scale_tasks_source ON scale_tasks (org_id, mode, source_id) WHERE source_id IS NOT NULL;

-- Who asks again and again for what was completed since the last time is answered from here.
CREATE INDEX scale_tasks_completed ON scale_tasks (org_id, mode, completed_at) WHERE completed_at IS NOT NULL AND role = 'task';
