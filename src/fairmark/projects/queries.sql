-- name: insert_project
INSERT INTO projects (org_id, id, mode, name, description, modality, state, priority, pipeline,
                      ontology_version, guideline_version, created_by, created_at, updated_at)
VALUES (:org_id, :id, :mode, :name, :description, :modality, :state, :priority, :pipeline::jsonb, 1, 1, :created_by, :now, :now)
ON CONFLICT (org_id, mode, name) DO NOTHING;

-- name: get_project
-- One project with the workforces that may work on it.
SELECT p.*, ARRAY(SELECT w.workforce_id FROM project_workforces w
                   WHERE w.org_id = p.org_id AND w.project_id = p.id ORDER BY 1) AS workforce_ids
  FROM projects p WHERE p.org_id = :org_id AND p.id = :id AND p.mode = :mode;

-- name: list_projects
-- Newest first; ids are in order of time.
SELECT p.*, ARRAY(SELECT w.workforce_id FROM project_workforces w
                   WHERE w.org_id = p.org_id AND w.project_id = p.id ORDER BY 1) AS workforce_ids
  FROM projects p
 WHERE p.org_id = :org_id AND p.mode = :mode AND (:after::uuid IS NULL OR p.id < :after)
   AND (:state::text IS NULL OR p.state = :state)
 ORDER BY p.id DESC LIMIT :limit;

-- name: lock_project
SELECT state, name, ontology_version, guideline_version, modality FROM projects
 WHERE org_id = :org_id AND id = :id AND mode = :mode FOR UPDATE;

-- name: update_project
UPDATE projects SET name = :name, description = :description, state = :state, priority = :priority,
       pipeline = :pipeline::jsonb, updated_at = :now
 WHERE org_id = :org_id AND id = :id;

-- name: name_taken
SELECT 1 FROM projects WHERE org_id = :org_id AND mode = :mode AND name = :name AND id <> :id;

-- name: insert_ontology
INSERT INTO ontologies (org_id, project_id, version, document, note, created_by, created_at)
VALUES (:org_id, :project_id, :version, :document::jsonb, :note, :created_by, :now);

-- name: insert_guideline
INSERT INTO guidelines (org_id, project_id, version, markdown, note, created_by, created_at)
VALUES (:org_id, :project_id, :version, :markdown, :note, :created_by, :now);

-- name: use_versions
-- Puts versions in force for work that starts from now on.
UPDATE projects SET ontology_version = :ontology_version, guideline_version = :guideline_version, updated_at = :now
 WHERE org_id = :org_id AND id = :id;

-- name: get_ontology
SELECT version, document, note, created_at FROM ontologies
 WHERE org_id = :org_id AND project_id = :project_id AND version = :version;

-- name: get_guideline
SELECT version, markdown, note, created_at FROM guidelines
 WHERE org_id = :org_id AND project_id = :project_id AND version = :version;

-- name: list_ontologies
SELECT version, note, created_at FROM ontologies
 WHERE org_id = :org_id AND project_id = :project_id ORDER BY version DESC LIMIT 1000;

-- name: list_guidelines
SELECT version, note, created_at FROM guidelines
 WHERE org_id = :org_id AND project_id = :project_id ORDER BY version DESC LIMIT 1000;

-- name: leads_project
-- Whether somebody leads a workforce that is assigned to the project.
SELECT EXISTS (SELECT FROM project_workforces p
                 JOIN workforce_members m ON m.org_id = p.org_id AND m.workforce_id = p.workforce_id
                WHERE p.org_id = :org_id AND p.project_id = :project_id AND m.worker_id = :worker_id AND m.role = 'lead');

-- name: clear_workforces
DELETE FROM project_workforces WHERE org_id = :org_id AND project_id = :project_id;

-- name: insert_workforces
-- Only workforces that the organisation has; the caller compares the count.
INSERT INTO project_workforces (org_id, project_id, workforce_id)
SELECT w.org_id, :project_id, w.id FROM workforces w WHERE w.org_id = :org_id AND w.id = ANY (:workforce_ids::uuid[]);
