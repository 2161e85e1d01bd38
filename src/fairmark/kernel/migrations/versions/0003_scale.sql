-- 0003_scale: what the Scale-compatible API keeps so that it can answer in that API's words. Work itself lies in projects,
-- items, tasks and results, as for everybody; a row here points there.
--
-- Parameters and responses are json and not jsonb: members are told back, and shown to people, in the order they came in.
-- Ids of this API are 24 hex digits, milliseconds first: the newest row is the greatest. COLLATE "C" compares bytes.

SET LOCAL lock_timeout = '5s';

CREATE TABLE scale_accounts (
    org_id       uuid NOT NULL REFERENCES organisations (org_id),
    mode         text NOT NULL CHECK (mode IN ('live', 'test')),
    callback_key text NOT NULL,                 -- sent with every callback, as it is: receivers compare it
    callback_url text NOT NULL DEFAULT '',      -- where the callbacks of tasks without an address of their own go
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (org_id, mode)
);
CALL fence('scale_accounts');

CREATE TABLE scale_projects (
    org_id      uuid NOT NULL REFERENCES organisations (org_id),
    id          text COLLATE "C" NOT NULL,
    mode        text NOT NULL CHECK (mode IN ('live', 'test')),
    name        text NOT NULL,
    type        text NOT NULL,
    history     json  NOT NULL,                 -- the parameters, one object a version, oldest first
    is_rapid    boolean NOT NULL,
    is_studio   boolean NOT NULL,
    dataset_id  text,
    archived_at timestamptz,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, mode, name)
);
CALL fence('scale_projects');

CREATE TABLE scale_batches (
    org_id         uuid NOT NULL REFERENCES organisations (org_id),
    id             text COLLATE "C" NOT NULL,
    mode           text NOT NULL CHECK (mode IN ('live', 'test')),
    name           text NOT NULL,
    project_id     text COLLATE "C" NOT NULL,   -- of scale_projects
    status         text NOT NULL CHECK (status IN ('staging', 'in_progress', 'paused', 'completed', 'cancelled')),
    callback       text NOT NULL DEFAULT '',
    metadata       jsonb NOT NULL DEFAULT '{}',
    is_calibration boolean NOT NULL DEFAULT false,
    is_self_label  boolean NOT NULL DEFAULT false,
    priority       integer,                     -- place among the batches of Studio, from 1; null: by age
    groups         text[] NOT NULL DEFAULT '{}',
    created_at     timestamptz NOT NULL,
    completed_at   timestamptz,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, mode, name),
    FOREIGN KEY (org_id, project_id) REFERENCES scale_projects (org_id, id)
);
CREATE INDEX scale_batches_list ON scale_batches (org_id, mode, id DESC);
CREATE INDEX scale_batches_project ON scale_batches (org_id, project_id, id DESC);
CALL fence('scale_batches');

-- One fairmark project for each set of classes and questions that tasks of one Scale project ask for.
CREATE TABLE scale_forms (
    org_id           uuid NOT NULL,
    project_id       uuid NOT NULL,             -- of projects
    mode             text NOT NULL CHECK (mode IN ('live', 'test')),
    scale_project_id text COLLATE "C" NOT NULL DEFAULT '',  -- empty: tasks without a project
    scale_batch_id   text COLLATE "C" NOT NULL DEFAULT '',  -- set where a batch has people of its own
    type             text NOT NULL,
    hash             bytea NOT NULL,            -- of what makes the classes and questions
    params           json  NOT NULL,            -- the same, to make them again
    instruction      text NOT NULL,             -- what the guideline says
    created_at       timestamptz NOT NULL,
    PRIMARY KEY (org_id, project_id),
    UNIQUE (org_id, mode, scale_project_id, scale_batch_id, hash),
    FOREIGN KEY (org_id, project_id) REFERENCES projects (org_id, id)
);
CALL fence('scale_forms');

CREATE TABLE scale_tasks (
    org_id             uuid NOT NULL REFERENCES organisations (org_id),
    id                 text COLLATE "C" NOT NULL,
    mode               text NOT NULL CHECK (mode IN ('live', 'test')),
    type               text NOT NULL,
    role               text NOT NULL DEFAULT 'task' CHECK (role IN ('task', 'evaluation', 'training')),
    status             text NOT NULL CHECK (status IN ('pending', 'completed', 'canceled', 'error')),
    scale_project_id   text COLLATE "C",
    scale_batch_id     text COLLATE "C",
    project_id         uuid,                    -- of projects: where people find it; null: they never do
    item_id            uuid,
    unique_id          text,
    tags               text[] NOT NULL DEFAULT '{}',
    metadata           jsonb NOT NULL DEFAULT '{}',
    instruction        text NOT NULL DEFAULT '',
    params             json NOT NULL,
    callback_url       text NOT NULL DEFAULT '',
    priority           integer NOT NULL DEFAULT 30,
    clears_unique_id   boolean NOT NULL DEFAULT false,
    response           json,
    error              text,
    review_status      text,
    review_comments    text,
    audits             jsonb NOT NULL DEFAULT '[]',
    callback_succeeded boolean,
    callback_at        timestamptz,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    completed_at       timestamptz,
    PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX scale_tasks_unique ON scale_tasks (org_id, mode, unique_id) WHERE unique_id IS NOT NULL;
-- Lists walk these from the newest on, one status beside the other: a page costs the same wherever it lies.
CREATE INDEX scale_tasks_all ON scale_tasks (org_id, mode, status, id DESC) WHERE role = 'task';
CREATE INDEX scale_tasks_project ON scale_tasks (org_id, scale_project_id, status, id DESC) WHERE role = 'task';
CREATE INDEX scale_tasks_batch ON scale_tasks (org_id, scale_batch_id, status, id DESC) WHERE role = 'task';
CREATE INDEX scale_tasks_item ON scale_tasks (org_id, item_id) WHERE item_id IS NOT NULL;
CALL fence('scale_tasks');

CREATE TABLE scale_files (
    org_id       uuid NOT NULL REFERENCES organisations (org_id),
    id           uuid NOT NULL,
    mode         text NOT NULL CHECK (mode IN ('live', 'test')),
    asset_id     uuid,                          -- where the bytes are, or are to be
    url          text NOT NULL DEFAULT '',      -- of an imported one
    name         text NOT NULL,
    mime_type    text NOT NULL DEFAULT '',
    bytes        bigint NOT NULL DEFAULT 0,
    projects     text[] NOT NULL DEFAULT '{}',
    reference_id text,
    display_name text,
    metadata     jsonb NOT NULL DEFAULT '{}',
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (org_id, id)
);
CALL fence('scale_files');

-- A labeler group of Studio is a workforce under a name of its project.
CREATE TABLE scale_groups (
    org_id       uuid NOT NULL,
    id           text COLLATE "C" NOT NULL,
    project_id   text COLLATE "C" NOT NULL,     -- of scale_projects
    name         text NOT NULL,
    workforce_id uuid NOT NULL,
    is_singleton boolean NOT NULL,              -- made for one person who was assigned to the project
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, project_id, name),
    FOREIGN KEY (org_id, project_id) REFERENCES scale_projects (org_id, id),
    FOREIGN KEY (org_id, workforce_id) REFERENCES workforces (org_id, id)
);
CALL fence('scale_groups');

-- Who belongs to a group, by the address they were invited by: people come into it as soon as they have accepted.
CREATE TABLE scale_group_people (
    org_id   uuid NOT NULL,
    group_id text COLLATE "C" NOT NULL,
    email    text NOT NULL,                     -- in lower case
    PRIMARY KEY (org_id, group_id, email),
    FOREIGN KEY (org_id, group_id) REFERENCES scale_groups (org_id, id)
);
CREATE INDEX scale_group_people_email ON scale_group_people (org_id, email);
CALL fence('scale_group_people');

-- Callbacks: deliveries to addresses of the caller's choice, which answer to no event. One hidden webhook for each host that
-- is called back, so that a host that is down rests without holding up others.
ALTER TABLE webhooks ADD COLUMN secret_header text NOT NULL DEFAULT '';  -- carries the secret as it is; empty: an ordinary one
CREATE UNIQUE INDEX webhooks_callback ON webhooks (org_id, mode, secret_header, url) WHERE secret_header <> '';
ALTER TABLE webhook_deliveries
    ADD COLUMN url text,                        -- where to, if not to the webhook's own address
    ADD COLUMN subject text NOT NULL DEFAULT '',-- what it is about, in the words of who asked for it
    ADD COLUMN then_job text;                   -- the job that is told what came of it in the end
