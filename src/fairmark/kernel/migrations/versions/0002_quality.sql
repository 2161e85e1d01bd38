-- 0002_quality: gold and what people did with it, what is known of judges, signals for a person to look at, and figures.

SET LOCAL lock_timeout = '5s';

------------------------------------------------------------------------------------------------ gold

-- A gold turn is an ordinary turn at a task of its own, beside the item's: same item, never a result, never listed.
ALTER TABLE tasks ADD COLUMN gold_id uuid;      -- null: an ordinary task
DROP INDEX tasks_item;
CREATE UNIQUE INDEX tasks_item ON tasks (org_id, item_id) WHERE gold_id IS NULL;

CREATE TABLE gold (
    org_id           uuid NOT NULL,
    id               uuid NOT NULL,
    project_id       uuid NOT NULL,
    item_id          uuid NOT NULL,
    task_id          uuid NOT NULL,             -- the task that its turns belong to
    state            text NOT NULL CHECK (state IN ('active', 'suspended', 'retired')),
    origin           text NOT NULL CHECK (origin IN ('hand', 'import', 'review', 'consensus')),
    annotation       jsonb NOT NULL,            -- what is right
    explanation      text NOT NULL DEFAULT '',  -- why, for whoever got it wrong
    ontology_version integer NOT NULL,
    version          integer NOT NULL DEFAULT 1,    -- counts the mends
    keep_task        boolean NOT NULL DEFAULT false,    -- whether the item's own task stays in the work
    note             text,                      -- why it is suspended or retired
    shown            integer NOT NULL DEFAULT 0,    -- turns planted so far
    shown_at         timestamptz,
    answers          integer NOT NULL DEFAULT 0,
    score            real,                      -- mean of the answers' scores, 0 to 1
    ambiguity        real NOT NULL DEFAULT 0,   -- 0 to 1: chance that the answer itself is doubtful
    suspicions       jsonb NOT NULL DEFAULT '[]',
    created_by       uuid,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, project_id, item_id),
    FOREIGN KEY (org_id, project_id) REFERENCES projects (org_id, id)
);
CREATE INDEX gold_turn ON gold (org_id, project_id, state, shown_at NULLS FIRST);
CALL fence('gold');

-- Gold that was put in a worker's way: each item once per worker.
CREATE TABLE gold_turns (
    org_id      uuid NOT NULL,
    worker_id   uuid NOT NULL,
    gold_id     uuid NOT NULL,
    project_id  uuid NOT NULL,
    planted_at  timestamptz NOT NULL,
    closed_at   timestamptz,                    -- answered, or passed on
    PRIMARY KEY (org_id, worker_id, gold_id)
);
CREATE INDEX gold_turns_waiting ON gold_turns (org_id, worker_id, project_id) WHERE closed_at IS NULL;
CALL fence('gold_turns');

------------------------------------------------------------------------------------------------ checks and cases

-- A submission held against what is known to be right.
CREATE TABLE checks (
    org_id        uuid NOT NULL,
    submission_id uuid NOT NULL,
    source        text NOT NULL CHECK (source IN ('gold', 'review', 'consensus')),
    project_id    uuid NOT NULL,
    task_id       uuid NOT NULL,
    worker_id     uuid NOT NULL,
    gold_id       uuid,
    score         real NOT NULL,                -- 0 to 1
    weight        real NOT NULL,                -- 0 to 1: how sure it is that what it is held against is right
    parts         jsonb NOT NULL,               -- by class or question: {"car": [right, wrong]}
    faults        jsonb NOT NULL DEFAULT '[]',  -- what differed, in words
    active_ms     bigint NOT NULL,
    at            timestamptz NOT NULL,         -- when the work was handed in
    PRIMARY KEY (org_id, submission_id, source)
);
CREATE INDEX checks_worker ON checks (org_id, worker_id, at DESC);
CREATE INDEX checks_project ON checks (org_id, project_id, at DESC);
CREATE INDEX checks_gold ON checks (org_id, gold_id) WHERE gold_id IS NOT NULL;
CALL fence('checks');

-- Something that a person should look at. Nothing follows from it by itself.
CREATE TABLE cases (
    org_id     uuid NOT NULL,
    id         uuid NOT NULL,
    project_id uuid NOT NULL,
    worker_id  uuid,                            -- null: it is about a gold task
    other_id   uuid,                            -- the second worker of a pair
    gold_id    uuid,
    signal     text NOT NULL,
    subject    text NOT NULL,                   -- the same signal about the same people is raised once while it is open
    state      text NOT NULL CHECK (state IN ('open', 'closed')),
    strength   real NOT NULL,                   -- 0 to 1
    summary    text NOT NULL,
    evidence   jsonb NOT NULL,
    raised_at  timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,            -- when the signal was last there
    decision   text CHECK (decision IN ('cleared', 'confirmed')),
    reason     text,
    decided_by uuid,
    decided_at timestamptz,
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, project_id) REFERENCES projects (org_id, id)
);
CREATE UNIQUE INDEX cases_once ON cases (org_id, project_id, signal, subject) WHERE state = 'open';
CREATE INDEX cases_state ON cases (org_id, state, id DESC);
CALL fence('cases');

------------------------------------------------------------------------------------------------ judges

-- What is believed of a project's judges: of everybody, of each, and what each open task has told so far. All of it can be
-- made again from the submissions; the bytes are fairmark.quality.judging's own.
CREATE TABLE quality_models (
    org_id      uuid NOT NULL,
    project_id  uuid NOT NULL,
    state       bytea NOT NULL,
    known       real NOT NULL,                  -- 0 to 1: how far it is trusted against a simple vote
    seen        bigint NOT NULL,                -- judgements taken in
    seen_then   bigint NOT NULL,                -- ... when it was last settled
    settled_at  timestamptz,
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (org_id, project_id)
);
CALL fence('quality_models');

CREATE TABLE quality_judges (
    org_id     uuid NOT NULL,
    project_id uuid NOT NULL,
    worker_id  uuid NOT NULL,
    state      bytea NOT NULL,
    seen       bigint NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, project_id, worker_id)
);
CALL fence('quality_judges');

CREATE TABLE quality_told (
    org_id     uuid NOT NULL,
    task_id    uuid NOT NULL,
    project_id uuid NOT NULL,
    state      bytea NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, task_id)
);
CREATE INDEX quality_told_project ON quality_told (org_id, project_id, updated_at);
CALL fence('quality_told');

-- Figures of a project, made in the background, one document each.
CREATE TABLE quality_reports (
    org_id     uuid NOT NULL,
    project_id uuid NOT NULL,
    name       text NOT NULL,
    body       jsonb NOT NULL,
    made_at    timestamptz NOT NULL,
    PRIMARY KEY (org_id, project_id, name)
);
CALL fence('quality_reports');
