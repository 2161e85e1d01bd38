-- 0004_second_devices: one person at one task on several devices, and calls whose answer was lost.

SET LOCAL lock_timeout = '5s';

-- device: which one saved it, in the person's words; drafts of one device follow one another, those of two may not.
ALTER TABLE drafts ADD COLUMN device text NOT NULL DEFAULT '';

-- draft_copies: what a device had drawn when another had saved meanwhile (apart), until that device has built upon the other;
-- and what was replaced without having been built upon (replaced). They go with the draft.
CREATE TABLE draft_copies (
    org_id        uuid NOT NULL,
    assignment_id uuid NOT NULL,
    device        text NOT NULL,
    why           text NOT NULL CHECK (why IN ('apart', 'replaced')),
    annotation    jsonb NOT NULL,
    saved_at      timestamptz NOT NULL,
    PRIMARY KEY (org_id, assignment_id, device, why),
    FOREIGN KEY (org_id, assignment_id) REFERENCES drafts (org_id, assignment_id) ON DELETE CASCADE
);
CALL fence('draft_copies');

-- key: the caller's name for the call; the same again is the same review. Null: sent without one, or not from the queue.
ALTER TABLE reviews ADD COLUMN key text;

-- mark_ids: what the question is about; empty: the item as a whole. marks: those of them that the asker's draft had then, as
-- they were: drawn for whoever answers, although the draft goes on.
ALTER TABLE questions ADD COLUMN mark_ids text[] NOT NULL DEFAULT '{}';
ALTER TABLE questions ADD COLUMN marks jsonb NOT NULL DEFAULT '[]';
