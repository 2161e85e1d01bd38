-- 0014_review_samples: which done tasks a lead has put back before reviewers, and how they were drawn.

SET LOCAL lock_timeout = '5s';

-- key: the caller's name for the call; the same again is the same sample. wanted: how many were asked for; eligible: how
-- many fitted. seed, drawn_from: with the tasks of that moment they give the same draw again. drawn_by: as in events.actor.
CREATE TABLE review_samples (
    org_id     uuid NOT NULL,
    id         uuid NOT NULL,
    project_id uuid NOT NULL,
    key        text NOT NULL,
    wanted     integer NOT NULL,
    seed       integer NOT NULL,
    drawn_from jsonb NOT NULL,
    eligible   integer NOT NULL,
    task_ids   uuid[] NOT NULL,
    drawn_by   text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, project_id, key)
);
CALL fence('review_samples');
CALL append_only('review_samples');
