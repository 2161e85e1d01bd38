-- 0001_foundation: identity, data, work, outcomes and events, each fenced to its organisation.
--
-- Rules that hold in every table with an organisation's data:
--   * org_id comes first in every key, so that a cluster can shard by it and a foreign key cannot reach across tenants;
--   * row-level security is enabled AND forced; the application's role owns nothing (see fence() below);
--   * state words are text with a CHECK: an enum cannot lose a value without rewriting the table.

SET LOCAL lock_timeout = '5s';

CREATE FUNCTION app_org() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.org_id', true), '')::uuid;
CREATE FUNCTION app_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.person_id', true), '')::uuid;

-- enter: the scope of the transaction, for functions that are a whole transaction (decision 0004). fast: its commit does
-- not wait for the disk.
CREATE FUNCTION enter(org uuid, person uuid, fast boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.org_id', org::text, true), set_config('app.person_id', coalesce(person::text, ''), true);
    IF fast THEN
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
END $$;

-- fence: row-level security for one table. The owner's own policy lets migrations, backup and definer functions work
-- although FORCE binds the owner as well. The sub-select makes the planner call app_org() once, not once a row.
CREATE PROCEDURE fence(target regclass, also text DEFAULT NULL) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY owner_all ON %s TO CURRENT_USER USING (true) WITH CHECK (true)', target);
    EXECUTE format('CREATE POLICY org_fence ON %s TO fairmark_app
                    USING (org_id = (SELECT app_org())) WITH CHECK (org_id = (SELECT app_org()))', target);
    IF also IS NOT NULL THEN
        EXECUTE format('CREATE POLICY org_also ON %s FOR SELECT TO fairmark_app USING (%s)', target, also);
    END IF;
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO fairmark_app', target);
END $$;

-- append_only: what was said stays said.
CREATE PROCEDURE append_only(target regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('REVOKE UPDATE, DELETE ON %s FROM fairmark_app', target);
END $$;

------------------------------------------------------------------------------------------------ people (no tenant)

CREATE TABLE people (
    id             uuid PRIMARY KEY,
    email          text NOT NULL,
    name           text NOT NULL,
    password_hash  text NOT NULL,
    is_admin       boolean NOT NULL DEFAULT false,
    preferences    jsonb NOT NULL DEFAULT '{}',
    created_at     timestamptz NOT NULL,
    disabled_at    timestamptz
);
CREATE UNIQUE INDEX people_email ON people (lower(email));

CREATE TABLE sessions (
    token_hash   bytea PRIMARY KEY,
    id           uuid NOT NULL UNIQUE,
    person_id    uuid NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    created_at   timestamptz NOT NULL,
    seen_at      timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    user_agent   text NOT NULL,
    address      text NOT NULL
);
CREATE INDEX sessions_person ON sessions (person_id, seen_at DESC);

CREATE TABLE one_time_links (
    token_hash   bytea PRIMARY KEY,
    purpose      text NOT NULL CHECK (purpose IN ('first_admin', 'password_reset')),
    person_id    uuid REFERENCES people (id) ON DELETE CASCADE,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz
);

CREATE TABLE rate_limits (
    bucket       text NOT NULL,
    window_start timestamptz NOT NULL,
    tries        integer NOT NULL,
    PRIMARY KEY (bucket, window_start)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON people, sessions, one_time_links, rate_limits TO fairmark_app;

------------------------------------------------------------------------------------------------ organisations

CREATE TABLE organisations (
    org_id       uuid PRIMARY KEY,
    name         text NOT NULL,
    display_name text NOT NULL,                 -- the name that workers see
    created_at   timestamptz NOT NULL,
    closed_at    timestamptz
);

CREATE TABLE memberships (
    org_id       uuid NOT NULL REFERENCES organisations (org_id),
    person_id    uuid NOT NULL REFERENCES people (id),
    role         text NOT NULL CHECK (role IN ('owner', 'manager', 'member')),
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (org_id, person_id)
);
CREATE INDEX memberships_person ON memberships (person_id);
CALL fence('memberships', 'person_id = (SELECT app_person())');

CREATE TABLE workforces (
    org_id       uuid NOT NULL REFERENCES organisations (org_id),
    id           uuid NOT NULL,
    name         text NOT NULL,
    arm          text NOT NULL DEFAULT 'vision',
    lent_from    uuid,                          -- the workforce of another organisation whose people these are
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, name)
);
CALL fence('workforces');

-- A person as one organisation knows them: a pseudonym of its own, so that two customers cannot compare notes.
CREATE TABLE workers (
    org_id       uuid NOT NULL REFERENCES organisations (org_id),
    id           uuid NOT NULL,
    person_id    uuid NOT NULL REFERENCES people (id),
    alias        text NOT NULL,
    skills       text[] NOT NULL DEFAULT '{}',
    paused_at    timestamptz,
    pause_reason text,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, person_id),
    UNIQUE (org_id, alias)
);
CREATE INDEX workers_person ON workers (person_id);
CALL fence('workers', 'person_id = (SELECT app_person())');

CREATE TABLE workforce_members (
    org_id       uuid NOT NULL,
    workforce_id uuid NOT NULL,
    worker_id    uuid NOT NULL,
    role         text NOT NULL CHECK (role IN ('worker', 'reviewer', 'lead')),
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (org_id, workforce_id, worker_id),
    FOREIGN KEY (org_id, workforce_id) REFERENCES workforces (org_id, id),
    FOREIGN KEY (org_id, worker_id) REFERENCES workers (org_id, id)
);
CREATE INDEX workforce_members_worker ON workforce_members (org_id, worker_id);
CALL fence('workforce_members',
    '(org_id, worker_id) IN (SELECT w.org_id, w.id FROM workers w WHERE w.person_id = (SELECT app_person()))');

-- Where a lender's people work as well. The lender keeps the list, because it cannot see the borrower's rows.
CREATE TABLE workforce_loans (
    org_id                uuid NOT NULL,
    workforce_id          uuid NOT NULL,
    borrower_org_id       uuid NOT NULL REFERENCES organisations (org_id),
    borrower_workforce_id uuid NOT NULL,
    created_at            timestamptz NOT NULL,
    PRIMARY KEY (org_id, workforce_id, borrower_org_id),
    FOREIGN KEY (org_id, workforce_id) REFERENCES workforces (org_id, id)
);
CALL fence('workforce_loans');

-- A person may learn the names of the organisations they belong to or work for; an administrator, of all.
ALTER TABLE organisations ENABLE ROW LEVEL SECURITY;
ALTER TABLE organisations FORCE ROW LEVEL SECURITY;
CREATE POLICY owner_all ON organisations TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY org_fence ON organisations TO fairmark_app
    USING (org_id = (SELECT app_org())) WITH CHECK (org_id = (SELECT app_org()));
CREATE POLICY org_also ON organisations FOR SELECT TO fairmark_app USING (
    org_id IN (SELECT m.org_id FROM memberships m WHERE m.person_id = (SELECT app_person()))
    OR org_id IN (SELECT w.org_id FROM workers w WHERE w.person_id = (SELECT app_person()))
    OR EXISTS (SELECT FROM people p WHERE p.id = (SELECT app_person()) AND p.is_admin AND p.disabled_at IS NULL));
GRANT SELECT, INSERT, UPDATE ON organisations TO fairmark_app;

CREATE TABLE invitations (
    org_id       uuid NOT NULL REFERENCES organisations (org_id),
    id           uuid NOT NULL,
    token_hash   bytea NOT NULL,
    email        text,                          -- when set, only this address may accept
    member_role  text CHECK (member_role IN ('owner', 'manager', 'member')),
    workforce_id uuid,
    work_role    text CHECK (work_role IN ('worker', 'reviewer', 'lead')),
    uses_max     integer NOT NULL DEFAULT 1,
    uses         integer NOT NULL DEFAULT 0,
    created_by   uuid,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, token_hash),
    FOREIGN KEY (org_id, workforce_id) REFERENCES workforces (org_id, id),
    CHECK ((member_role IS NOT NULL) <> (workforce_id IS NOT NULL)),
    CHECK ((workforce_id IS NULL) = (work_role IS NULL))
);
CALL fence('invitations');

CREATE TABLE api_keys (
    org_id       uuid NOT NULL REFERENCES organisations (org_id),
    id           uuid NOT NULL,
    name         text NOT NULL,
    hint         text NOT NULL,                 -- its last four characters, to tell keys apart
    secret_hash  bytea NOT NULL,
    scopes       text[] NOT NULL,
    mode         text NOT NULL CHECK (mode IN ('live', 'test')),
    created_by   uuid,
    created_at   timestamptz NOT NULL,
    used_at      timestamptz,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, secret_hash)
);
CALL fence('api_keys');

------------------------------------------------------------------------------------------------ projects

CREATE TABLE projects (
    org_id            uuid NOT NULL REFERENCES organisations (org_id),
    id                uuid NOT NULL,
    mode              text NOT NULL CHECK (mode IN ('live', 'test')),
    name              text NOT NULL,
    description       text NOT NULL DEFAULT '',
    modality          text NOT NULL,
    state             text NOT NULL CHECK (state IN ('draft', 'active', 'paused', 'archived')),
    priority          integer NOT NULL DEFAULT 0,
    pipeline          jsonb NOT NULL,
    ontology_version  integer NOT NULL,
    guideline_version integer NOT NULL,
    created_by        uuid,
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, mode, name)
);
CALL fence('projects');

CREATE TABLE ontologies (
    org_id     uuid NOT NULL,
    project_id uuid NOT NULL,
    version    integer NOT NULL,
    document   jsonb NOT NULL,
    note       text NOT NULL DEFAULT '',
    created_by uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, project_id, version),
    FOREIGN KEY (org_id, project_id) REFERENCES projects (org_id, id)
);
CALL fence('ontologies');
CALL append_only('ontologies');

CREATE TABLE guidelines (
    org_id     uuid NOT NULL,
    project_id uuid NOT NULL,
    version    integer NOT NULL,
    markdown   text NOT NULL,
    note       text NOT NULL DEFAULT '',
    created_by uuid,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, project_id, version),
    FOREIGN KEY (org_id, project_id) REFERENCES projects (org_id, id)
);
CALL fence('guidelines');
CALL append_only('guidelines');

CREATE TABLE project_workforces (
    org_id       uuid NOT NULL,
    project_id   uuid NOT NULL,
    workforce_id uuid NOT NULL,
    PRIMARY KEY (org_id, project_id, workforce_id),
    FOREIGN KEY (org_id, project_id) REFERENCES projects (org_id, id),
    FOREIGN KEY (org_id, workforce_id) REFERENCES workforces (org_id, id)
);
CREATE INDEX project_workforces_workforce ON project_workforces (org_id, workforce_id);
CALL fence('project_workforces');

CREATE TABLE batches (
    org_id     uuid NOT NULL,
    id         uuid NOT NULL,
    project_id uuid NOT NULL,
    name       text NOT NULL,
    state      text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paused', 'cancelled')),
    priority   integer NOT NULL DEFAULT 0,
    due_at     timestamptz,
    items      bigint NOT NULL DEFAULT 0,       -- counted where items are added, in the same transaction
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, project_id, name),
    FOREIGN KEY (org_id, project_id) REFERENCES projects (org_id, id)
);
CREATE INDEX batches_project ON batches (org_id, project_id, id DESC);
CALL fence('batches');

------------------------------------------------------------------------------------------------ assets and items

CREATE TABLE assets (
    org_id      uuid NOT NULL REFERENCES organisations (org_id),
    id          uuid NOT NULL,
    sha256      bytea,                          -- known once the bytes are here
    state       text NOT NULL CHECK (state IN ('pending', 'ready', 'failed')),
    source      text NOT NULL DEFAULT '',       -- URL or bucket path it is to come, or came, from
    -- A column, as row-level security keeps md5() of a row that may not be seen from being an index's condition.
    source_hash uuid GENERATED ALWAYS AS (md5(source)::uuid) STORED,
    name        text NOT NULL,
    media_type  text NOT NULL DEFAULT '',
    bytes       bigint NOT NULL DEFAULT 0,
    width       integer,                        -- upright, full size
    height      integer,
    probe       jsonb NOT NULL DEFAULT '{}',
    fault       jsonb,
    same_as     uuid,                           -- the first asset with these bytes: a second address turned out to hold them too
    tries       smallint NOT NULL DEFAULT 0,    -- fetches begun, while pending
    fetch_after timestamptz,                    -- when pending: not before; a fetch under way moves it ahead as its lease
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX assets_content ON assets (org_id, sha256) WHERE sha256 IS NOT NULL AND same_as IS NULL;
CREATE UNIQUE INDEX assets_source ON assets (org_id, source_hash) WHERE source <> '';
CREATE INDEX assets_pending ON assets (org_id, fetch_after) WHERE state = 'pending';
CALL fence('assets');

CREATE TABLE uploads (
    org_id      uuid NOT NULL REFERENCES organisations (org_id),
    id          uuid NOT NULL,
    name        text NOT NULL,
    bytes       bigint NOT NULL,
    received    bigint NOT NULL DEFAULT 0,
    sha256      bytea,                          -- what the sender says it will be, if it said
    purpose     text NOT NULL DEFAULT 'media' CHECK (purpose IN ('media', 'data')),
    state       text NOT NULL CHECK (state IN ('open', 'done', 'failed')),
    asset_id    uuid,                           -- of media, once done
    blob        text,                           -- of data (a manifest, an archive), once done
    fault       jsonb,
    created_by  uuid,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX uploads_name ON uploads (org_id, name, id DESC) WHERE asset_id IS NOT NULL;
CREATE INDEX uploads_stale ON uploads (org_id, updated_at) WHERE state = 'open' OR blob IS NOT NULL;
CALL fence('uploads');

-- The parts of an upload that came in several requests, until they are put together.
CREATE TABLE upload_pieces (
    org_id    uuid NOT NULL,
    upload_id uuid NOT NULL,
    starts_at bigint NOT NULL,                  -- byte of the whole file
    bytes     bigint NOT NULL,
    blob      text NOT NULL,
    PRIMARY KEY (org_id, upload_id, starts_at),
    FOREIGN KEY (org_id, upload_id) REFERENCES uploads (org_id, id)
);
CALL fence('upload_pieces');

CREATE TABLE items (
    org_id      uuid NOT NULL,
    id          uuid NOT NULL,
    project_id  uuid NOT NULL,
    batch_id    uuid NOT NULL,
    external_id text,
    name        text NOT NULL,
    asset_ids   uuid[] NOT NULL,
    meta        jsonb NOT NULL DEFAULT '{}',
    priority    integer NOT NULL DEFAULT 0,
    prelabel    jsonb,                          -- an annotation to start from: imported labels, a model's draft
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE UNIQUE INDEX items_external ON items (org_id, project_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX items_unnamed ON items (org_id, project_id, (asset_ids[1])) WHERE external_id IS NULL;
CREATE INDEX items_project ON items (org_id, project_id, id);
CREATE INDEX items_assets ON items USING gin (asset_ids);
CALL fence('items');

CREATE TABLE imports (
    org_id      uuid NOT NULL,
    id          uuid NOT NULL,
    project_id  uuid NOT NULL,
    batch_id    uuid NOT NULL,
    source      jsonb NOT NULL,
    inline      jsonb,                          -- the rows themselves, where the request brought them; dropped at the end
    state       text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    position    jsonb NOT NULL DEFAULT '{}',    -- where to go on after a stop: a place in the source
    progress    real NOT NULL DEFAULT 0,        -- 0 to 1, by bytes or rows
    rows_total  bigint,
    rows_done   bigint NOT NULL DEFAULT 0,
    rows_new    bigint NOT NULL DEFAULT 0,
    rows_there  bigint NOT NULL DEFAULT 0,      -- items that the project had already
    rows_bad    bigint NOT NULL DEFAULT 0,
    report      jsonb,                          -- what a label format could not carry over
    fault       jsonb,
    created_by  uuid,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, project_id) REFERENCES projects (org_id, id)
);
CREATE INDEX imports_project ON imports (org_id, project_id, id DESC);
CREATE INDEX imports_active ON imports (org_id, updated_at) WHERE state IN ('waiting', 'running');
CALL fence('imports');

CREATE TABLE import_faults (
    org_id    uuid NOT NULL,
    import_id uuid NOT NULL,
    n         bigint NOT NULL,                  -- counts the faults of one import
    line      bigint,                           -- from 1; null where the source has no lines
    place     text NOT NULL DEFAULT '',         -- file in an archive, JSON Pointer in a row
    code      text NOT NULL,
    message   text NOT NULL,
    mend      text NOT NULL DEFAULT '',
    PRIMARY KEY (org_id, import_id, n)
);
CALL fence('import_faults');

------------------------------------------------------------------------------------------------ work

CREATE TABLE tasks (
    org_id      uuid NOT NULL,
    id          uuid NOT NULL,
    project_id  uuid NOT NULL,
    item_id     uuid NOT NULL,
    batch_id    uuid NOT NULL,
    state       text NOT NULL CHECK (state IN ('waiting', 'open', 'done', 'paused', 'cancelled', 'failed')),
    stage       smallint NOT NULL DEFAULT 0,    -- index into the pipeline's stages
    round       smallint NOT NULL DEFAULT 0,    -- how often a review has sent it back
    rank        integer NOT NULL DEFAULT 0,     -- minus priority: smaller comes first
    place       bigint NOT NULL,                -- where in the ring of its rank it lies, see open_assignments
    due_at      timestamptz,
    note        text,                           -- why it came back, or why it stands still
    agreement   real,
    confidence  real,
    result_id   uuid,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX tasks_project ON tasks (org_id, project_id, state, id);
CREATE INDEX tasks_batch ON tasks (org_id, batch_id, state);
CREATE UNIQUE INDEX tasks_item ON tasks (org_id, item_id);
CALL fence('tasks');

-- The queue: one narrow row per open assignment, deleted when it is claimed. Workers walk the ring (rank, place) each from
-- a point of their own, so that they do not queue for the same left edge of the index.
CREATE TABLE open_assignments (
    org_id         uuid NOT NULL,
    project_id     uuid NOT NULL,
    stage          smallint NOT NULL,
    rank           integer NOT NULL,
    place          bigint NOT NULL,
    task_id        uuid NOT NULL,
    id             uuid NOT NULL,
    after_id       uuid,                        -- the expired turn that this one replaces
    reserved_for   uuid,                        -- rework goes to its author first ...
    reserved_until timestamptz                  -- ... but not for ever
);
CREATE INDEX open_assignments_claim ON open_assignments (org_id, project_id, stage, rank, place);
CREATE INDEX open_assignments_task ON open_assignments (org_id, task_id);
CALL fence('open_assignments');
ALTER TABLE open_assignments SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

CREATE TABLE assignments (
    org_id       uuid NOT NULL,
    id           uuid NOT NULL,
    project_id   uuid NOT NULL,
    task_id      uuid NOT NULL,
    worker_id    uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('label', 'review')),
    stage        smallint NOT NULL,
    round        smallint NOT NULL,
    state        text NOT NULL CHECK (state IN ('leased', 'submitted', 'skipped', 'returned', 'expired', 'cancelled')),
    leased_at    timestamptz NOT NULL,
    leased_until timestamptz NOT NULL,
    paused_at    timestamptz,
    closed_at    timestamptz,
    active_ms    bigint NOT NULL DEFAULT 0,
    reason       text,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX assignments_task ON assignments (org_id, task_id, worker_id);
-- Nobody gets a task twice, even if they claim in two windows at the same moment.
CREATE UNIQUE INDEX assignments_once ON assignments (org_id, task_id, worker_id, round, stage)
    WHERE state NOT IN ('expired', 'returned');
CREATE INDEX assignments_worker ON assignments (org_id, worker_id, leased_at DESC);
CREATE INDEX assignments_leases ON assignments (org_id, worker_id, leased_until) WHERE state = 'leased';
CALL fence('assignments');

CREATE TABLE drafts (
    org_id        uuid NOT NULL,
    assignment_id uuid NOT NULL,
    task_id       uuid NOT NULL,
    worker_id     uuid NOT NULL,
    seq           bigint NOT NULL,
    annotation    jsonb NOT NULL,
    updated_at    timestamptz NOT NULL,
    PRIMARY KEY (org_id, assignment_id)
);
CREATE INDEX drafts_task ON drafts (org_id, task_id, worker_id);
CALL fence('drafts');

-- Stretches in which a worker was at work, never overlapping for one worker: pay stands on them.
CREATE TABLE activity (
    org_id        uuid NOT NULL,
    worker_id     uuid NOT NULL,
    started_at    timestamptz NOT NULL,
    ended_at      timestamptz NOT NULL,
    assignment_id uuid NOT NULL,
    PRIMARY KEY (org_id, worker_id, started_at),
    CHECK (ended_at > started_at)
);
CREATE INDEX activity_assignment ON activity (org_id, assignment_id);
CALL fence('activity');

CREATE TABLE submissions (
    org_id            uuid NOT NULL,
    id                uuid NOT NULL,
    project_id        uuid NOT NULL,
    task_id           uuid NOT NULL,
    assignment_id     uuid NOT NULL,
    worker_id         uuid NOT NULL,
    round             smallint NOT NULL,
    key               text NOT NULL,
    annotation        jsonb NOT NULL,
    ontology_version  integer NOT NULL,
    guideline_version integer NOT NULL,
    active_ms         bigint NOT NULL,
    created_at        timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, assignment_id)
);
CREATE INDEX submissions_task ON submissions (org_id, task_id);
CALL fence('submissions');
CALL append_only('submissions');

CREATE TABLE reviews (
    org_id        uuid NOT NULL,
    id            uuid NOT NULL,
    project_id    uuid NOT NULL,
    task_id       uuid NOT NULL,
    assignment_id uuid,                         -- null: decided from the project's pages, not from the queue
    worker_id     uuid,
    person_id     uuid,
    round         smallint NOT NULL,
    decision      text NOT NULL CHECK (decision IN ('accept', 'fix', 'reject')),
    reasons       text[] NOT NULL DEFAULT '{}',
    comment       text NOT NULL DEFAULT '',
    annotation    jsonb,
    active_ms     bigint NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX reviews_task ON reviews (org_id, task_id);
CREATE UNIQUE INDEX reviews_assignment ON reviews (org_id, assignment_id) WHERE assignment_id IS NOT NULL;
CALL fence('reviews');
CALL append_only('reviews');

CREATE TABLE results (
    org_id            uuid NOT NULL,
    id                uuid NOT NULL,
    project_id        uuid NOT NULL,
    task_id           uuid NOT NULL,
    item_id           uuid NOT NULL,
    version           integer NOT NULL,
    origin            text NOT NULL CHECK (origin IN ('single', 'consensus', 'review', 'import')),
    annotation        jsonb NOT NULL,
    classes           text[] NOT NULL,
    marks             integer NOT NULL,
    ontology_version  integer NOT NULL,
    confidence        real,
    agreement         real,
    created_at        timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, task_id, version)
);
CREATE INDEX results_project ON results (org_id, project_id, id);
CALL fence('results');
CALL append_only('results');

-- What consensus last found for a task, mark by mark, for the review screen and the quality pages.
CREATE TABLE agreements (
    org_id      uuid NOT NULL,
    task_id     uuid NOT NULL,
    project_id  uuid NOT NULL,
    round       smallint NOT NULL,
    submissions integer NOT NULL,
    agreement   real NOT NULL,
    confidence  real NOT NULL,
    annotation  jsonb NOT NULL,
    detail      jsonb NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (org_id, task_id)
);
CREATE INDEX agreements_project ON agreements (org_id, project_id, agreement);
CALL fence('agreements');

CREATE TABLE questions (
    org_id        uuid NOT NULL,
    id            uuid NOT NULL,
    project_id    uuid NOT NULL,
    task_id       uuid NOT NULL,
    assignment_id uuid NOT NULL,
    worker_id     uuid NOT NULL,
    text          text NOT NULL,
    answer        text,
    answered_by   uuid,
    answered_at   timestamptz,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (org_id, id)
);
CREATE INDEX questions_project ON questions (org_id, project_id, id DESC);
CREATE INDEX questions_assignment ON questions (org_id, assignment_id);
CALL fence('questions');

------------------------------------------------------------------------------------------------ delivery

CREATE TABLE webhooks (
    org_id           uuid NOT NULL REFERENCES organisations (org_id),
    id               uuid NOT NULL,
    mode             text NOT NULL CHECK (mode IN ('live', 'test')),
    project_id       uuid,                      -- null: every project of the mode
    url              text NOT NULL,
    description      text NOT NULL DEFAULT '',
    secret           text NOT NULL,
    secret_old       text,                      -- signs as well until then, so that a receiver can change over
    secret_old_until timestamptz,
    types            text[] NOT NULL,           -- event types, or noun.*; empty: all
    paused_at        timestamptz,
    pause_reason     text NOT NULL DEFAULT '',
    failures         integer NOT NULL DEFAULT 0, -- attempts in a row that failed, whatever they carried
    resume_at        timestamptz,               -- nothing is tried before, after several of these
    created_by       uuid,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, project_id) REFERENCES projects (org_id, id)
);
CALL fence('webhooks');

CREATE TABLE webhook_deliveries (
    org_id      uuid NOT NULL,
    id          uuid NOT NULL,
    webhook_id  uuid NOT NULL,
    cursor      text,                           -- the event's place in the log; null: a test
    type        text NOT NULL,
    body        text NOT NULL,                  -- the very bytes that are signed and sent
    state       text NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts    integer NOT NULL DEFAULT 0,
    next_at     timestamptz,                    -- null while waiting: the webhook is paused
    status      integer,                        -- of the last answer
    response    text NOT NULL DEFAULT '',
    error       text NOT NULL DEFAULT '',
    took_ms     integer,
    queued_at   timestamptz NOT NULL,           -- when it was made, or sent again by hand: the 24 hours count from here
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, webhook_id, cursor),
    FOREIGN KEY (org_id, webhook_id) REFERENCES webhooks (org_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_deliveries_log ON webhook_deliveries (org_id, webhook_id, id DESC);
CREATE INDEX webhook_deliveries_done ON webhook_deliveries (org_id, updated_at) WHERE state <> 'waiting';
CALL fence('webhook_deliveries');

CREATE TABLE exports (
    org_id      uuid NOT NULL,
    id          uuid NOT NULL,
    project_id  uuid NOT NULL,
    format      text NOT NULL,
    options     jsonb NOT NULL DEFAULT '{}',
    state       text NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    rows_total  bigint,
    rows_done   bigint NOT NULL DEFAULT 0,
    blob        text,
    bytes       bigint,
    report      jsonb,
    fault       jsonb,
    created_by  uuid,
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, project_id) REFERENCES projects (org_id, id)
);
CREATE INDEX exports_project ON exports (org_id, project_id, id DESC);
CREATE INDEX exports_kept ON exports (org_id, updated_at) WHERE blob IS NOT NULL;
CREATE INDEX exports_open ON exports (org_id) WHERE state IN ('waiting', 'running');
CALL fence('exports');

------------------------------------------------------------------------------------------------ events

-- The life of this database cluster that events are written in; `migrate.ensure_epoch` raises it after a restore.
CREATE FUNCTION events_epoch() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE RETURN 1;

-- Order for readers is (epoch, xid, id) and they read only below the oldest transaction still running, so a transaction that
-- commits late is never skipped. A restored database starts a new epoch, because transaction ids start again.
CREATE TABLE events (
    org_id     uuid NOT NULL,
    epoch      integer NOT NULL DEFAULT events_epoch(),
    xid        bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    id         bigint GENERATED ALWAYS AS IDENTITY (CACHE 32),
    at         timestamptz NOT NULL,
    type       text NOT NULL,
    project_id uuid,
    task_id    uuid,
    actor      text NOT NULL DEFAULT '',        -- person:…, key:…, worker:… or system
    data       jsonb NOT NULL,
    PRIMARY KEY (org_id, epoch, xid, id)
);
CREATE INDEX events_task ON events (org_id, task_id, id) WHERE task_id IS NOT NULL;
CREATE INDEX events_order ON events (epoch, xid, org_id);
CALL fence('events');
CALL append_only('events');

CREATE TABLE event_cursors (
    org_id     uuid NOT NULL,
    reader     text NOT NULL,
    epoch      integer NOT NULL,
    xid        bigint NOT NULL,
    id         bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, reader)
);
CALL fence('event_cursors');

-- Events that a reader could not handle after several tries: skipped, kept for the operator, counted in the metrics.
CREATE TABLE event_failures (
    org_id uuid NOT NULL,
    reader text NOT NULL,
    epoch  integer NOT NULL,
    xid    bigint NOT NULL,
    id     bigint NOT NULL,
    error  text NOT NULL,
    at     timestamptz NOT NULL,
    PRIMARY KEY (org_id, reader, epoch, xid, id)
);
CALL fence('event_failures');

-- Background readers must know which organisations have news, and nothing else of them: ids, newest position, no content.
CREATE FUNCTION orgs_with_events(epoch_from integer, xid_from bigint)
    RETURNS TABLE (epoch integer, xid bigint, org_ids uuid[])
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ WITH horizon AS (SELECT events_epoch() AS epoch,
                                  pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid)
          SELECT h.epoch, h.xid, coalesce((SELECT array_agg(DISTINCT e.org_id) FROM events e
                                            WHERE (e.epoch, e.xid) >= (epoch_from, xid_from)
                                              AND (e.epoch, e.xid) < (h.epoch, h.xid)), '{}')
            FROM horizon h $$;
CREATE FUNCTION all_orgs() RETURNS TABLE (org_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT o.org_id FROM organisations o WHERE o.closed_at IS NULL $$;
-- The items that hold any of these assets, of the organisation in scope. With the owner's rights: behind row-level security
-- an overlap of arrays cannot be an index's condition, and every item would be walked.
CREATE FUNCTION items_with_assets(wanted uuid[]) RETURNS TABLE (id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT i.id FROM items i WHERE i.org_id = app_org() AND i.asset_ids && wanted $$;
REVOKE ALL ON FUNCTION orgs_with_events, all_orgs, items_with_assets FROM PUBLIC;
GRANT EXECUTE ON FUNCTION orgs_with_events, all_orgs, items_with_assets TO fairmark_app;

------------------------------------------------------------------------------ work, as whole transactions (decision 0004)
-- Each serves many workers of one organisation at a time (decision 0006). Their plans are made once for each connection, often
-- while the tables are still empty, and kept: they must not be those of empty tables. Hence no scans but by index, and LATERAL
-- with OFFSET 0, FOR UPDATE or a ctid where a join must go by key, one row at a time.

-- count_activity: keeps the stretches of work that are not counted yet; returns their milliseconds. One worker's stretches
-- never overlap, whatever tabs and tasks they came from; none begins before the turn or ends after now.
CREATE FUNCTION count_activity(org uuid, worker uuid, turn uuid, since timestamptz, now_ timestamptz,
                               began timestamptz[], ended timestamptz[])
    RETURNS bigint LANGUAGE sql AS $$
WITH said AS (
    SELECT coalesce(range_agg(tstzrange(greatest(s.began, since), least(s.ended, now_))), '{}') AS stretches
      FROM unnest(began, ended) AS s (began, ended)
     WHERE greatest(s.began, since) < least(s.ended, now_)
), known AS (
    SELECT coalesce(range_agg(tstzrange(started_at, ended_at)), '{}') AS stretches FROM activity
     WHERE org_id = org AND worker_id = worker
       AND ended_at > (SELECT lower(stretches) FROM said) AND started_at < (SELECT upper(stretches) FROM said)
), fresh AS (
    INSERT INTO activity (org_id, worker_id, started_at, ended_at, assignment_id)
    SELECT org, worker, lower(r), upper(r), turn
      FROM said CROSS JOIN known CROSS JOIN unnest(said.stretches - known.stretches) AS r
    RETURNING ended_at - started_at AS length
)
SELECT coalesce(round(extract(epoch FROM sum(length)) * 1000), 0)::bigint FROM fresh $$;

-- claim_next: for each worker (once in the array) the first assignment in the order of their places, most urgent first, and,
-- within a place, from the point of the ring where they stand: first what has become more urgent than that, then onwards,
-- then the whole ring from the start. Taken, leased and told. lasts: where in the arrays of places each worker's end. Rows
-- that others hold are skipped, not awaited. Nobody gets a task twice, but rework reserved for its author (asked by task
-- alone: with empty statistics the planner would otherwise walk all that the worker ever did).
CREATE FUNCTION claim_next(org uuid, now_ timestamptz, leases_max integer, workers uuid[], lasts integer[],
                           projects uuid[], stages smallint[], kinds text[], leases_s integer[], ranks integer[],
                           places bigint[])
    RETURNS TABLE (n integer, id uuid, project_id uuid, task_id uuid, kind text, stage smallint, round smallint,
                   leased_at timestamptz, leased_until timestamptz, rank integer, place bigint, item_id uuid,
                   due_at timestamptz, note text, batch_id uuid, external_id text, name text, meta jsonb, media jsonb,
                   modality text, ontology_version integer, guideline_version integer, prelabel jsonb, draft jsonb,
                   earlier jsonb, merged jsonb)
    LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off
                     SET enable_mergejoin = off
                     SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    busy   uuid[];
    asker  uuid;
    at     integer;
    picked record;
    turns  uuid[]; of_n integer[]; of_project uuid[]; of_task uuid[]; of_kind text[]; of_stage smallint[];
    of_lease integer[]; of_rank integer[]; of_place bigint[];
    first  integer := 1;
    last   integer;
BEGIN
    PERFORM enter(org, NULL, true);
    busy := ARRAY(SELECT a.worker_id FROM assignments a
                   WHERE a.org_id = org AND a.worker_id = ANY (workers) AND a.state = 'leased'
                   GROUP BY a.worker_id HAVING count(*) >= leases_max);

    FOR at IN 1 .. cardinality(workers) LOOP
        asker := workers[at];
        last := lasts[at];
        IF asker = ANY (busy) THEN
            first := last + 1;
            CONTINUE;
        END IF;
        DELETE FROM open_assignments d
         USING (SELECT c.at, e.kind, e.lease_s
                  FROM unnest(projects[first:last], stages[first:last], kinds[first:last], leases_s[first:last],
                              ranks[first:last], places[first:last])
                       AS e (project_id, stage, kind, lease_s, rank, place)
                 CROSS JOIN LATERAL (VALUES (-2147483648, 0::bigint, e.rank - 1), (e.rank, e.place, e.rank),
                                            (-2147483648, 0, 2147483647)) AS r (rank_from, place_from, rank_to)
                 CROSS JOIN LATERAL (
                    SELECT o.ctid AS at FROM open_assignments o
                     WHERE o.org_id = org AND o.project_id = e.project_id AND o.stage = e.stage
                       AND (o.rank, o.place) >= (r.rank_from, r.place_from) AND o.rank <= r.rank_to
                       AND (o.reserved_for IS NULL OR o.reserved_for = asker OR o.reserved_until < now_)
                       AND (o.reserved_for = asker OR asker <> ALL (ARRAY(
                           SELECT a.worker_id FROM assignments a
                            WHERE a.org_id = org AND a.task_id = o.task_id AND a.state NOT IN ('expired', 'returned'))))
                     ORDER BY o.rank, o.place LIMIT 1 FOR UPDATE OF o SKIP LOCKED
                  ) c
                 LIMIT 1) p
         WHERE d.ctid = p.at AND d.org_id = org
        RETURNING d.id, d.project_id, d.task_id, d.stage, d.rank, d.place, p.kind, p.lease_s INTO picked;
        first := last + 1;
        CONTINUE WHEN NOT FOUND;
        turns := turns || picked.id; of_n := of_n || at; of_project := of_project || picked.project_id;
        of_task := of_task || picked.task_id; of_kind := of_kind || picked.kind; of_stage := of_stage || picked.stage;
        of_lease := of_lease || picked.lease_s; of_rank := of_rank || picked.rank; of_place := of_place || picked.place;
    END LOOP;

    RETURN QUERY
    WITH taken AS MATERIALIZED (
        SELECT p.n, p.id, p.project_id, p.task_id, p.kind, p.stage, t.round,
               now_ AS leased_at, now_ + make_interval(secs => p.lease_s) AS leased_until, p.rank, p.place, t.item_id,
               t.due_at, t.note, t.batch_id, i.external_id, i.name, i.meta, i.prelabel, i.asset_ids, pr.modality,
               pr.ontology_version, pr.guideline_version, workers[p.n] AS worker_id
          FROM unnest(of_n, turns, of_project, of_task, of_kind, of_stage, of_lease, of_rank, of_place)
               AS p (n, id, project_id, task_id, kind, stage, lease_s, rank, place)
         CROSS JOIN LATERAL (SELECT x.* FROM tasks x WHERE x.org_id = org AND x.id = p.task_id OFFSET 0) t
         CROSS JOIN LATERAL (SELECT x.* FROM items x WHERE x.org_id = org AND x.id = t.item_id OFFSET 0) i
         CROSS JOIN LATERAL (SELECT x.* FROM projects x WHERE x.org_id = org AND x.id = p.project_id OFFSET 0) pr
    ), leased AS (
        INSERT INTO assignments (org_id, id, project_id, task_id, worker_id, kind, stage, round, state, leased_at,
                                 leased_until)
        SELECT org, id, project_id, task_id, worker_id, kind, stage, round, 'leased', leased_at, leased_until FROM taken
    ), told AS (
        INSERT INTO events (org_id, at, type, project_id, task_id, actor, data)
        SELECT org, now_, 'assignment.claimed', project_id, task_id, 'worker:' || worker_id,
               jsonb_build_object('type', 'assignment.claimed', 'project_id', project_id, 'task_id', task_id,
                                  'assignment_id', id, 'worker_id', worker_id, 'kind', kind)
          FROM taken
    )
    SELECT t.n, t.id, t.project_id, t.task_id, t.kind, t.stage, t.round, t.leased_at, t.leased_until, t.rank, t.place,
           t.item_id, t.due_at, t.note, t.batch_id, t.external_id, t.name, t.meta,
           (SELECT jsonb_agg(jsonb_build_object('asset_id', m.id, 'name', m.name, 'media_type', m.media_type,
                                                'width', m.width, 'height', m.height) ORDER BY u.n)
              FROM unnest(t.asset_ids) WITH ORDINALITY AS u (id, n)
             CROSS JOIN LATERAL (SELECT x.* FROM assets x WHERE x.org_id = org AND x.id = u.id OFFSET 0) m),
           t.modality, t.ontology_version, t.guideline_version, CASE WHEN t.kind = 'label' THEN t.prelabel END,
           (SELECT d.annotation FROM drafts d WHERE d.org_id = org AND d.task_id = t.task_id AND d.worker_id = t.worker_id
             ORDER BY d.updated_at DESC LIMIT 1),
           CASE WHEN t.kind = 'label' AND t.round > 0 THEN
               (SELECT s.annotation FROM submissions s
                 WHERE s.org_id = org AND s.task_id = t.task_id AND s.worker_id = t.worker_id
                 ORDER BY s.id DESC LIMIT 1) END,
           CASE WHEN t.kind = 'review' THEN
               (SELECT r.annotation FROM agreements r WHERE r.org_id = org AND r.task_id = t.task_id) END
      FROM taken t;
END $$;

-- hand_in: label turns end, the answers stand, the drafts go, the log knows; for each that is as plain as most are: the
-- worker's own open turn of an open task, checked against the ontology of now. For all else nothing is done: the turn is then
-- locked and looked at in full. whose: to which turn a stretch of work belongs. Returns the numbers of the plain ones, from 1.
CREATE FUNCTION hand_in(org uuid, now_ timestamptz, workers uuid[], turns uuid[], ids uuid[], keys text[],
                        annotations jsonb[], versions integer[], whose integer[], began timestamptz[], ended timestamptz[])
    RETURNS SETOF integer
    LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off
                     SET enable_mergejoin = off
                     SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM enter(org, NULL, false);
    RETURN QUERY
    WITH plain AS MATERIALIZED (
        SELECT s.n::integer, s.submission, s.key, s.annotation, a.*, pr.ontology_version, pr.guideline_version,
               a.active_ms + CASE WHEN s.n = ANY (whose) THEN
                   (SELECT count_activity(org, a.worker_id, a.id, a.leased_at, now_, array_agg(w.began), array_agg(w.ended))
                      FROM unnest(whose, began, ended) AS w (n, began, ended) WHERE w.n = s.n) ELSE 0 END AS worked_ms
          FROM unnest(workers, turns, ids, keys, annotations, versions)
               WITH ORDINALITY AS s (worker, turn, submission, key, annotation, version, n)
         CROSS JOIN LATERAL (
            SELECT x.ctid AS at, x.id, x.project_id, x.task_id, x.worker_id, x.kind, x.state, x.round, x.leased_at, x.active_ms
              FROM assignments x WHERE x.org_id = org AND x.id = s.turn FOR UPDATE) a
         CROSS JOIN LATERAL (SELECT x.* FROM tasks x WHERE x.org_id = org AND x.id = a.task_id OFFSET 0) t
         CROSS JOIN LATERAL (SELECT x.* FROM projects x WHERE x.org_id = org AND x.id = t.project_id OFFSET 0) pr
         WHERE a.worker_id = s.worker AND a.kind = 'label' AND a.state = 'leased' AND t.state = 'open' AND t.round = a.round
           AND pr.ontology_version = s.version
    ), closed AS (
        UPDATE assignments a SET state = 'submitted', closed_at = now_, active_ms = p.worked_ms
          FROM plain p WHERE a.ctid = p.at AND a.org_id = org
    ), undrafted AS (
        DELETE FROM drafts d
         USING plain p CROSS JOIN LATERAL (
            SELECT x.ctid AS at FROM drafts x WHERE x.org_id = org AND x.assignment_id = p.id OFFSET 0) f
         WHERE d.ctid = f.at AND d.org_id = org
    ), said AS (
        INSERT INTO submissions (org_id, id, project_id, task_id, assignment_id, worker_id, round, key, annotation,
                                 ontology_version, guideline_version, active_ms, created_at)
        SELECT org, submission, project_id, task_id, id, worker_id, round, key, annotation, ontology_version,
               guideline_version, worked_ms, now_
          FROM plain
    ), told AS (
        INSERT INTO events (org_id, at, type, project_id, task_id, actor, data)
        SELECT org, now_, 'assignment.submitted', project_id, task_id, 'worker:' || worker_id,
               jsonb_build_object('type', 'assignment.submitted', 'project_id', project_id, 'task_id', task_id,
                                  'assignment_id', id, 'submission_id', submission, 'worker_id', worker_id,
                                  'round', round)
          FROM plain
    )
    SELECT n FROM plain;
END $$;
