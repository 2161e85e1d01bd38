-- 0010_threads: what reviewers, leads and authors say to one another about a mark or a place.

SET LOCAL lock_timeout = '5s';

-- mark_id: goes with the mark while there is one of this id; x, y: where it stands without, image pixels.
-- about: the worker whose work it is about; null: everybody's. round: of the task, when it was opened.
CREATE TABLE threads (
    org_id      uuid NOT NULL,
    id          uuid NOT NULL,
    project_id  uuid NOT NULL,
    task_id     uuid NOT NULL,
    round       int NOT NULL,
    asset       int NOT NULL,
    mark_id     text,
    x           double precision,
    y           double precision,
    about       uuid,
    opened_as   text NOT NULL CHECK (opened_as IN ('labeler', 'reviewer', 'lead')),
    resolved_at timestamptz,
    resolved_by uuid,                            -- a worker, a person or an API key, as in comments.said_by
    resolved_as text,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    CHECK ((x IS NULL) = (y IS NULL))
);
CREATE INDEX threads_task ON threads (org_id, task_id, id);
CALL fence('threads');

-- key: the speaker's name for the call; the same again is the same comment.
CREATE TABLE comments (
    org_id     uuid NOT NULL,
    id         uuid NOT NULL,
    thread_id  uuid NOT NULL,
    task_id    uuid NOT NULL,
    said_by    uuid NOT NULL,
    role       text NOT NULL CHECK (role IN ('labeler', 'reviewer', 'lead')),
    key        text NOT NULL,
    text       text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, task_id, said_by, key),
    FOREIGN KEY (org_id, thread_id) REFERENCES threads (org_id, id) ON DELETE CASCADE
);
CREATE INDEX comments_thread ON comments (org_id, thread_id);
CALL fence('comments');
