-- name: eligible
-- The (project, stage) pairs a worker may take from, most urgent first; reviews before labels, to finish what is begun.
SELECT p.id AS project_id, p.priority, p.pipeline, p.name, p.mode, p.state,
       array_agg(DISTINCT m.role) AS roles, w.skills, w.paused_at
  FROM workers w
  JOIN workforce_members m ON m.org_id = w.org_id AND m.worker_id = w.id
  JOIN project_workforces pw ON pw.org_id = w.org_id AND pw.workforce_id = m.workforce_id
  JOIN projects p ON p.org_id = w.org_id AND p.id = pw.project_id AND p.state = 'active'
 WHERE w.org_id = :org_id AND w.id = :worker_id
 GROUP BY p.org_id, p.id, w.org_id, w.id
 ORDER BY p.priority DESC, p.id
 LIMIT 1000;

-- name: claim_next
-- The next open assignment of each worker, taken, leased and told: a whole transaction.
SELECT * FROM claim_next(:org_id, :now, :leases_max, :workers, :lasts, :projects, :stages, :kinds, :leases_s, :ranks, :places);

-- name: hand_in
-- Ends plain label turns: a whole transaction. Those not named in the answer were not touched: look closer.
SELECT n FROM hand_in(:org_id, :now, :workers, :assignment_ids, :ids, :keys, :annotations, :ontology_versions, :whose,
                      :began, :ended) AS n;

-- name: hand_in_and_claim
-- Both in one, for the same workers in the same order: a whole transaction; SQLSTATE FM001: nothing was done.
SELECT * FROM hand_in_and_claim(:org_id, :now, :workers, :assignment_ids, :ids, :keys, :annotations, :ontology_versions,
                                :whose, :began, :ended, :leases_max, :lasts, :projects, :stages, :kinds, :leases_s, :ranks,
                                :places);

-- name: get_turn
-- One turn, with what its page needs. Whose it is, the store compares, here and below: asked by worker as well, a planner
-- that knows little walks all that the worker ever did.
SELECT a.id, a.project_id, a.task_id, a.worker_id, a.kind, a.stage, a.round, a.state, a.leased_at, a.leased_until,
       a.paused_at, a.closed_at, a.active_ms, a.reason, t.item_id, t.batch_id, t.due_at, t.note, i.external_id, i.name,
       i.meta,
       (SELECT jsonb_agg(jsonb_build_object('asset_id', m.id, 'name', m.name, 'media_type', m.media_type, 'width', m.width,
                                            'height', m.height, 'tiles', m.probe -> 'tiles') ORDER BY u.n)
          FROM unnest(i.asset_ids) WITH ORDINALITY AS u (id, n) JOIN assets m ON m.org_id = i.org_id AND m.id = u.id) AS media,
       pr.ontology_version, pr.guideline_version, pr.pipeline,
       CASE WHEN a.kind = 'label' THEN i.prelabel END AS prelabel,
       d.annotation AS draft, d.seq AS draft_seq, d.device AS draft_device, d.updated_at AS draft_saved_at,
       (SELECT s.annotation FROM submissions s
         WHERE a.round > 0 AND a.kind = 'label' AND s.org_id = a.org_id AND s.task_id = a.task_id
           AND s.worker_id = a.worker_id AND s.assignment_id <> a.id ORDER BY s.id DESC LIMIT 1) AS earlier,
       CASE WHEN a.kind = 'review' THEN
           (SELECT r.annotation FROM agreements r WHERE r.org_id = a.org_id AND r.task_id = a.task_id) END AS merged,
       EXISTS (SELECT FROM threads h WHERE h.org_id = a.org_id AND h.task_id = a.task_id) AS has_threads
  FROM assignments a
  JOIN tasks t ON t.org_id = a.org_id AND t.id = a.task_id
  JOIN items i ON i.org_id = a.org_id AND i.id = t.item_id
  JOIN projects pr ON pr.org_id = a.org_id AND pr.id = a.project_id
  LEFT JOIN drafts d ON d.org_id = a.org_id AND d.assignment_id = a.id
 WHERE a.org_id = :org_id AND a.id = :id;

-- name: handed_in
-- What a turn ended with: a submission or a review.
SELECT s.annotation AS handed_in, v.decision, v.reasons, v.comment, v.annotation, v.created_at
  FROM assignments a
  LEFT JOIN submissions s ON s.org_id = a.org_id AND s.assignment_id = a.id
  LEFT JOIN reviews v ON v.org_id = a.org_id AND v.assignment_id = a.id
 WHERE a.org_id = :org_id AND a.id = :id;

-- name: other_reviews
-- What others decided of one round of a task, oldest first; later than :since, where that matters.
SELECT v.decision, v.reasons, v.comment, v.annotation, v.created_at FROM reviews v
 WHERE v.org_id = :org_id AND v.task_id = :task_id AND v.round = :round
   AND (:since::timestamptz IS NULL OR v.created_at > :since) AND v.assignment_id IS DISTINCT FROM :id
 ORDER BY v.id LIMIT 50;

-- name: submissions_before
-- What a review was about: the round's submissions of that moment.
SELECT s.id, s.annotation FROM submissions s
 WHERE s.org_id = :org_id AND s.task_id = :task_id AND s.round = :round AND s.created_at <= :before ORDER BY s.id LIMIT 200;

-- name: lock_turn
-- A turn about to be changed, with the facts that decide whether it may be, and what was handed in before.
SELECT a.id, a.project_id, a.task_id, a.worker_id, a.kind, a.stage, a.round, a.state, a.leased_at, a.leased_until,
       a.paused_at, a.active_ms, t.state AS task_state, t.round AS task_round, t.gold_id IS NOT NULL AS is_gold,
       pr.ontology_version, pr.guideline_version,
       pr.pipeline, pr.modality, s.id AS submission_id, s.key AS submission_key, v.id AS review_id,
       ARRAY(SELECT m.width FROM unnest(i.asset_ids) WITH ORDINALITY AS u (id, n)
               LEFT JOIN assets m ON m.org_id = i.org_id AND m.id = u.id ORDER BY u.n) AS widths,
       ARRAY(SELECT m.height FROM unnest(i.asset_ids) WITH ORDINALITY AS u (id, n)
               LEFT JOIN assets m ON m.org_id = i.org_id AND m.id = u.id ORDER BY u.n) AS heights
  FROM assignments a
  JOIN tasks t ON t.org_id = a.org_id AND t.id = a.task_id
  JOIN items i ON i.org_id = a.org_id AND i.id = t.item_id
  JOIN projects pr ON pr.org_id = a.org_id AND pr.id = a.project_id
  LEFT JOIN submissions s ON s.org_id = a.org_id AND s.assignment_id = a.id
  LEFT JOIN reviews v ON v.org_id = a.org_id AND v.assignment_id = a.id
 WHERE a.org_id = :org_id AND a.id = :id
   FOR UPDATE OF a;

-- name: save_submission
-- The turn ends, the answer stands, the draft goes, the log knows: one statement.
WITH turn AS (
    UPDATE assignments SET state = 'submitted', closed_at = :now
     WHERE org_id = :org_id AND id = :assignment_id
    RETURNING project_id, task_id, worker_id, round, active_ms
), replaced AS (
    DELETE FROM open_assignments WHERE org_id = :org_id AND task_id = :task_id AND after_id = :assignment_id AND :late
), undrafted AS (
    DELETE FROM drafts WHERE org_id = :org_id AND assignment_id = :assignment_id
), said AS (
    INSERT INTO submissions (org_id, id, project_id, task_id, assignment_id, worker_id, round, key, annotation,
                             ontology_version, guideline_version, active_ms, created_at)
    SELECT :org_id, :id, project_id, task_id, :assignment_id, worker_id, round, :key, :annotation::jsonb,
           :ontology_version, :guideline_version, active_ms, :now FROM turn
    RETURNING project_id, task_id, worker_id, round
)
INSERT INTO events (org_id, at, type, project_id, task_id, actor, data)
SELECT :org_id, :now, 'assignment.submitted', project_id, task_id, 'worker:' || worker_id,
       jsonb_build_object('type', 'assignment.submitted', 'project_id', project_id, 'task_id', task_id,
                          'assignment_id', :assignment_id::uuid, 'submission_id', :id::uuid, 'worker_id', worker_id, 'round', round)
  FROM said;

-- name: open_replacement
-- Whether the turn that an expired one made way for is still open, so that late work can still take its place.
SELECT 1 FROM open_assignments
 WHERE org_id = :org_id AND task_id = :task_id AND after_id = :assignment_id FOR UPDATE;

-- name: save_review
WITH turn AS (
    UPDATE assignments SET state = 'submitted', closed_at = :now
     WHERE org_id = :org_id AND id = :assignment_id
    RETURNING active_ms
), undrafted AS (
    DELETE FROM drafts WHERE org_id = :org_id AND assignment_id = :assignment_id
), replaced AS (
    DELETE FROM open_assignments WHERE org_id = :org_id AND task_id = :task_id AND after_id = :assignment_id AND :late
)
INSERT INTO reviews (org_id, id, project_id, task_id, assignment_id, worker_id, person_id, round, key, decision, reasons,
                     comment, annotation, active_ms, created_at)
VALUES (:org_id, :id, :project_id, :task_id, :assignment_id, :worker_id, :person_id, :round, :key, :decision, :reasons, :comment,
        :annotation::jsonb, coalesce((SELECT active_ms FROM turn), 0), :now);

-- name: known_review
-- The review that a turn ended with, or, from the project's pages, the one that was sent with a key.
SELECT v.id, v.key, v.decision, v.reasons, v.comment, v.annotation, v.created_at FROM reviews v
 WHERE v.org_id = :org_id AND v.task_id = :task_id
   AND CASE WHEN :assignment_id::uuid IS NULL THEN v.assignment_id IS NULL AND v.key = :key ELSE v.assignment_id = :assignment_id END
 LIMIT 1;

-- name: close_turn
-- A turn that ends without an answer.
UPDATE assignments SET state = :state, closed_at = :now, reason = :reason
 WHERE org_id = :org_id AND id = :id;

-- name: skips
-- How many people have skipped this task in this round.
SELECT count(*) FROM assignments
 WHERE org_id = :org_id AND task_id = :task_id AND stage = :stage AND round = :round AND state = 'skipped';

-- name: open_turns
-- New open assignments, :counts[i] for task i. Rework is reserved for its author for a while.
INSERT INTO open_assignments (org_id, project_id, stage, rank, place, task_id, id, after_id, reserved_for, reserved_until)
SELECT t.org_id, t.project_id, e.stage, t.rank, t.place, t.id, gen_random_uuid(), e.after_id, e.reserved_for,
       e.reserved_until
  FROM unnest(:task_ids::uuid[], :stages::smallint[], :counts::int[], :after_ids::uuid[], :reserved::uuid[],
              :reserved_until::timestamptz[])
       AS e (task_id, stage, n, after_id, reserved_for, reserved_until)
  JOIN tasks t ON t.org_id = :org_id AND t.id = e.task_id
 CROSS JOIN generate_series(1, e.n);

-- name: extend_lease
-- Counts the stretches of work that are not counted yet, and promises the task for longer.
WITH turn AS MATERIALIZED (
    SELECT id, leased_at FROM assignments
     WHERE org_id = :org_id AND id = :id AND worker_id = :worker_id AND state = 'leased' FOR UPDATE
)
UPDATE assignments a
   SET active_ms = a.active_ms + count_activity(:org_id, :worker_id, turn.id, turn.leased_at, :now, :began, :ended),
       leased_until = greatest(a.leased_until, :now + make_interval(secs => :lease_s))
  FROM turn WHERE a.org_id = :org_id AND a.id = turn.id
RETURNING a.leased_until, a.active_ms, a.kind, a.stage, a.project_id;

-- name: pause_turn
-- The clock stands; the promise holds until :until.
UPDATE assignments SET paused_at = :now, leased_until = :until
 WHERE org_id = :org_id AND id = :id AND state = 'leased' RETURNING leased_until;

-- name: resume_turn
UPDATE assignments SET paused_at = NULL, leased_until = :until
 WHERE org_id = :org_id AND id = :id AND state = 'leased' RETURNING leased_until;

-- name: save_draft
-- Keeps a draft that was built upon the one that is there (:base), or, where nothing is said of that, one that is newer.
-- What is replaced without having been built upon is laid aside; what this device had drawn apart is settled. The turn
-- is locked, so that what is compared here is what is replaced. No row: there is another draft than it was based on.
WITH there AS (
    SELECT d.device, d.annotation, d.updated_at FROM drafts d
     WHERE d.org_id = :org_id AND d.assignment_id = :assignment_id
       AND CASE WHEN :base::bigint IS NULL THEN d.seq < :seq ELSE d.seq = :base::bigint END
), aside AS (
    INSERT INTO draft_copies (org_id, assignment_id, device, why, annotation, saved_at)
    SELECT :org_id, :assignment_id, there.device, 'replaced', there.annotation, there.updated_at FROM there
     WHERE there.device <> :device AND (:keep_replaced OR :base::bigint IS NULL)
    ON CONFLICT (org_id, assignment_id, device, why) DO UPDATE
       SET annotation = excluded.annotation, saved_at = excluded.saved_at
), kept AS (
    INSERT INTO drafts (org_id, assignment_id, task_id, worker_id, seq, device, annotation, updated_at)
    VALUES (:org_id, :assignment_id, :task_id, :worker_id, :seq, :device, :annotation::jsonb, :now)
    ON CONFLICT (org_id, assignment_id) DO UPDATE
       SET seq = excluded.seq, device = excluded.device, annotation = excluded.annotation, updated_at = excluded.updated_at
     WHERE EXISTS (SELECT FROM there)
    RETURNING seq
), settled AS (
    DELETE FROM draft_copies c USING kept
     WHERE c.org_id = :org_id AND c.assignment_id = :assignment_id AND c.device = :device AND c.why = 'apart'
)
SELECT seq FROM kept;

-- name: draft
SELECT seq, device, annotation, updated_at FROM drafts WHERE org_id = :org_id AND assignment_id = :assignment_id;

-- name: lay_aside
-- What a device had drawn while another one saved: its newest only.
INSERT INTO draft_copies (org_id, assignment_id, device, why, annotation, saved_at)
VALUES (:org_id, :assignment_id, :device, 'apart', :annotation::jsonb, :now)
ON CONFLICT (org_id, assignment_id, device, why) DO UPDATE SET annotation = excluded.annotation, saved_at = excluded.saved_at;

-- name: drop_old_copies
-- Only the newest few are kept: devices are named by whoever saves.
DELETE FROM draft_copies c
 WHERE c.org_id = :org_id AND c.assignment_id = :assignment_id
   AND (c.device, c.why) IN (SELECT o.device, o.why FROM draft_copies o
                              WHERE o.org_id = :org_id AND o.assignment_id = :assignment_id
                              ORDER BY o.saved_at DESC, o.device, o.why OFFSET :kept::int);

-- name: draft_copies
SELECT device, annotation, saved_at FROM draft_copies
 WHERE org_id = :org_id AND assignment_id = :assignment_id ORDER BY saved_at DESC LIMIT 20;

-- name: expire_leases
-- Turns whose time ran out: closed with their draft and time kept, and the work opened again, in one statement. Gold is
-- opened again for the same worker alone: nobody else was meant to have it.
WITH over AS (
    UPDATE assignments a SET state = 'expired', closed_at = :now
     WHERE a.ctid = ANY (ARRAY(
        SELECT x.ctid FROM assignments x WHERE x.org_id = :org_id AND x.state = 'leased' AND x.leased_until < :now
         LIMIT 1000 FOR UPDATE SKIP LOCKED)) AND a.org_id = :org_id
    RETURNING a.id, a.project_id, a.task_id, a.stage, a.round, a.worker_id
), opened AS (
    INSERT INTO open_assignments (org_id, project_id, stage, rank, place, task_id, id, after_id, reserved_for)
    SELECT :org_id, o.project_id, o.stage, t.rank, t.place, o.task_id, gen_random_uuid(), o.id,
           CASE WHEN t.gold_id IS NOT NULL THEN o.worker_id END
      FROM over o JOIN tasks t ON t.org_id = :org_id AND t.id = o.task_id
     WHERE t.state = 'open' AND t.stage = o.stage AND t.round = o.round
)
INSERT INTO events (org_id, at, type, project_id, task_id, actor, data)
SELECT :org_id, :now, 'assignment.expired', project_id, task_id, 'system',
       jsonb_build_object('type', 'assignment.expired', 'project_id', project_id, 'task_id', task_id, 'assignment_id', id,
                          'worker_id', worker_id)
  FROM over;

-- name: release_leases
-- The turns that one worker holds, or everybody: given back with their draft and time kept, and the work opened again.
WITH over AS (
    UPDATE assignments a SET state = 'returned', closed_at = :now, reason = :reason
     WHERE a.org_id = :org_id AND a.state = 'leased' AND (:worker_id::uuid IS NULL OR a.worker_id = :worker_id)
    RETURNING a.id, a.project_id, a.task_id, a.stage, a.round, a.worker_id
), opened AS (
    INSERT INTO open_assignments (org_id, project_id, stage, rank, place, task_id, id, after_id, reserved_for)
    SELECT :org_id, o.project_id, o.stage, t.rank, t.place, o.task_id, gen_random_uuid(), o.id,
           CASE WHEN t.gold_id IS NOT NULL THEN o.worker_id END
      FROM over o JOIN tasks t ON t.org_id = :org_id AND t.id = o.task_id
     WHERE t.state = 'open' AND t.stage = o.stage AND t.round = o.round
)
INSERT INTO events (org_id, at, type, project_id, task_id, actor, data)
SELECT :org_id, :now, 'assignment.closed', project_id, task_id, 'system',
       jsonb_build_object('type', 'assignment.closed', 'project_id', project_id, 'task_id', task_id, 'assignment_id', id,
                          'worker_id', worker_id, 'state', 'returned', 'reason', :reason::text)
  FROM over;

-- name: create_tasks
-- Tasks for the items of some ranges, such as the chunks of an import; again for the same items, it does nothing. A task whose assets are not all
-- here yet waits. `place` spreads neighbours over the ring: chunks in order of time, items of one chunk at random.
WITH made AS (
    INSERT INTO tasks (org_id, id, project_id, item_id, batch_id, state, rank, place, due_at, created_at, updated_at)
    SELECT i.org_id, gen_random_uuid(), i.project_id, i.id, i.batch_id,
           CASE WHEN b.state = 'paused' THEN 'paused' WHEN m.failed THEN 'failed' WHEN m.ready THEN 'open' ELSE 'waiting' END,
           -(b.priority + i.priority), :base::bigint + floor(random() * :spread::bigint)::bigint, b.due_at, :now, :now
      FROM unnest(:firsts::uuid[], :lasts::uuid[]) AS r (first_id, last_id)
     CROSS JOIN LATERAL (SELECT x.* FROM items x
                          WHERE x.org_id = :org_id AND x.project_id = :project_id AND x.id BETWEEN r.first_id AND r.last_id
                          ORDER BY x.id) i
      JOIN batches b ON b.org_id = i.org_id AND b.id = i.batch_id
     CROSS JOIN LATERAL (SELECT coalesce(bool_or(a.state = 'failed'), false) AS failed,
                                coalesce(bool_and(a.state = 'ready'), true) AS ready
                           FROM assets a WHERE a.org_id = :org_id AND a.id = ANY (i.asset_ids)) m
     WHERE b.state <> 'cancelled'
    ON CONFLICT (org_id, item_id) WHERE gold_id IS NULL DO NOTHING
    RETURNING id, project_id, batch_id, state, rank, place
), opened AS (
    INSERT INTO open_assignments (org_id, project_id, stage, rank, place, task_id, id)
    SELECT :org_id, m.project_id, 0, m.rank, m.place, m.id, gen_random_uuid()
      FROM made m CROSS JOIN generate_series(1, :overlap::int) WHERE m.state = 'open'
)
SELECT batch_id, count(*) AS made, count(*) FILTER (WHERE state = 'open') AS opened FROM made GROUP BY batch_id
 ORDER BY batch_id;

-- name: open_waiting
-- Tasks that waited for these assets and now have them all.
WITH ready AS (
    UPDATE tasks t SET state = 'open', updated_at = :now
      FROM items_with_assets(:asset_ids::uuid[]) w JOIN items i ON i.org_id = :org_id AND i.id = w.id
     WHERE t.org_id = :org_id AND t.item_id = i.id AND t.state = 'waiting'
       AND NOT EXISTS (SELECT FROM assets m WHERE m.org_id = :org_id AND m.id = ANY (i.asset_ids) AND m.state <> 'ready')
    RETURNING t.id, t.project_id, t.rank, t.place
), p AS (
    SELECT r.id, r.project_id, r.rank, r.place, (pr.pipeline #>> '{stages,0,overlap,min}')::int AS n
      FROM ready r JOIN projects pr ON pr.org_id = :org_id AND pr.id = r.project_id
)
INSERT INTO open_assignments (org_id, project_id, stage, rank, place, task_id, id)
SELECT :org_id, p.project_id, 0, p.rank, p.place, p.id, gen_random_uuid() FROM p CROSS JOIN generate_series(1, p.n);

-- name: fail_waiting
-- Tasks whose asset cannot be had.
UPDATE tasks t SET state = 'failed', note = 'An asset of this item could not be read.', updated_at = :now
  FROM items_with_assets(:asset_ids::uuid[]) w
 WHERE t.org_id = :org_id AND t.item_id = w.id AND t.state = 'waiting';

-- name: project_overlap
SELECT (pipeline #>> '{stages,0,overlap,min}')::int FROM projects WHERE org_id = :org_id AND id = :project_id;

-- name: facts
-- What next_step needs to know of each task, locked in order of id so that two readers cannot deadlock.
SELECT t.id, t.project_id, t.item_id, t.state, t.stage, t.round, t.agreement, t.confidence, pr.pipeline, pr.ontology_version,
       (SELECT count(*) FROM submissions s WHERE s.org_id = t.org_id AND s.task_id = t.id AND s.round = t.round) AS submitted,
       (SELECT count(*) FROM assignments a WHERE a.org_id = t.org_id AND a.task_id = t.id AND a.stage = t.stage
           AND a.round = t.round AND a.state = 'leased') AS leased,
       (SELECT count(*) FROM open_assignments o WHERE o.org_id = t.org_id AND o.task_id = t.id AND o.stage = t.stage) AS open,
       (SELECT v.decision FROM reviews v WHERE v.org_id = t.org_id AND v.task_id = t.id AND v.round = t.round
         ORDER BY v.id DESC LIMIT 1) AS decision,
       (SELECT a.stage FROM reviews v LEFT JOIN assignments a ON a.org_id = v.org_id AND a.id = v.assignment_id
         WHERE v.org_id = t.org_id AND v.task_id = t.id AND v.round = t.round ORDER BY v.id DESC LIMIT 1) AS decided_stage,
       (SELECT v.annotation FROM reviews v WHERE v.org_id = t.org_id AND v.task_id = t.id AND v.round = t.round
           AND v.annotation IS NOT NULL ORDER BY v.id DESC LIMIT 1) AS fixed,
       (SELECT s.worker_id FROM submissions s WHERE s.org_id = t.org_id AND s.task_id = t.id AND s.round = t.round
         ORDER BY s.id DESC LIMIT 1) AS author,
       (SELECT r.annotation FROM agreements r WHERE r.org_id = t.org_id AND r.task_id = t.id) AS merged
  FROM tasks t JOIN projects pr ON pr.org_id = t.org_id AND pr.id = t.project_id
 WHERE t.org_id = :org_id AND t.id = ANY (:task_ids::uuid[])
 ORDER BY t.id FOR UPDATE OF t;

-- name: task_submissions
-- The submissions of the present round, for consensus; bounded by the overlap's limit.
SELECT s.task_id, s.id, s.worker_id, s.annotation FROM submissions s
  JOIN tasks t ON t.org_id = s.org_id AND t.id = s.task_id AND t.round = s.round
 WHERE s.org_id = :org_id AND s.task_id = ANY (:task_ids::uuid[]) ORDER BY s.task_id, s.id;

-- name: put_agreements
-- What consensus found, newest only.
INSERT INTO agreements (org_id, task_id, project_id, round, submissions, agreement, confidence, annotation, detail, created_at)
SELECT :org_id, e.task_id, t.project_id, t.round, e.submissions, e.agreement, e.confidence, e.annotation::jsonb, e.detail::jsonb, :now
  FROM unnest(:task_ids::uuid[], :submissions::int[], :agreement::real[], :confidence::real[], :annotation::text[], :detail::text[])
       AS e (task_id, submissions, agreement, confidence, annotation, detail)
  JOIN tasks t ON t.org_id = :org_id AND t.id = e.task_id
ON CONFLICT (org_id, task_id) DO UPDATE
   SET round = excluded.round, submissions = excluded.submissions, agreement = excluded.agreement,
       confidence = excluded.confidence, annotation = excluded.annotation, detail = excluded.detail, created_at = excluded.created_at;

-- name: move_tasks
-- Where each task stands now.
UPDATE tasks t SET state = e.state, stage = e.stage, round = e.round, agreement = e.agreement, confidence = e.confidence,
       note = e.note, result_id = coalesce(e.result_id, t.result_id), updated_at = :now
  FROM unnest(:task_ids::uuid[], :states::text[], :stages::smallint[], :rounds::smallint[], :agreement::real[],
              :confidence::real[], :notes::text[], :result_ids::uuid[])
       AS e (id, state, stage, round, agreement, confidence, note, result_id)
 WHERE t.org_id = :org_id AND t.id = e.id;

-- name: insert_results
-- A task's results are versions: the newest counts, none is overwritten.
INSERT INTO results (org_id, id, project_id, task_id, item_id, version, origin, annotation, classes, marks, ontology_version,
                     confidence, agreement, created_at)
SELECT :org_id, e.id, t.project_id, t.id, t.item_id,
       1 + coalesce((SELECT max(r.version) FROM results r WHERE r.org_id = :org_id AND r.task_id = t.id), 0),
       e.origin, e.annotation::jsonb, ARRAY(SELECT jsonb_array_elements_text(e.classes::jsonb)), e.marks, e.ontology_version,
       e.confidence, e.agreement, :now
  FROM unnest(:ids::uuid[], :task_ids::uuid[], :origins::text[], :annotations::text[], :classes::text[], :marks::int[],
              :ontology_versions::int[], :confidence::real[], :agreement::real[])
       AS e (id, task_id, origin, annotation, classes, marks, ontology_version, confidence, agreement)
  JOIN tasks t ON t.org_id = :org_id AND t.id = e.task_id;

-- name: close_open
-- Takes tasks' open assignments out of the queue.
DELETE FROM open_assignments WHERE org_id = :org_id AND task_id = ANY (:task_ids::uuid[]);

-- name: lock_task
SELECT t.*, pr.pipeline, pr.mode FROM tasks t JOIN projects pr ON pr.org_id = t.org_id AND pr.id = t.project_id
 WHERE t.org_id = :org_id AND t.id = :id AND t.gold_id IS NULL AND pr.mode = :mode FOR UPDATE OF t;

-- name: insert_gold_tasks
-- The tasks that turns at gold belong to: open for ever, with no turn of their own accord.
INSERT INTO tasks (org_id, id, project_id, item_id, batch_id, state, place, gold_id, created_at, updated_at)
SELECT i.org_id, gen_random_uuid(), i.project_id, i.id, i.batch_id, 'open', 0, e.gold_id, :now, :now
  FROM unnest(:item_ids::uuid[], :gold_ids::uuid[]) AS e (item_id, gold_id)
  JOIN items i ON i.org_id = :org_id AND i.id = e.item_id
RETURNING id, item_id;

-- name: plant
-- A turn at a task, for one worker, a few open turns ahead of where they stand on the ring, or from its start if nothing
-- lies ahead; just before an ordinary one (who takes that would step over what lies at the same place), and like it in all
-- that can be seen. One that lies behind them by now is moved, one that still lies ahead stays. Nothing happens where no
-- ordinary turn is open.
WITH ahead AS (
    SELECT x.* FROM (
        (SELECT o.rank, o.place, o.task_id, 1 AS n FROM open_assignments o
          WHERE o.org_id = :org_id AND o.project_id = :project_id AND o.stage = 0 AND o.reserved_for IS NULL
            AND (o.rank, o.place) >= (:rank::int, :place::bigint)
          ORDER BY o.rank, o.place OFFSET :ahead::int LIMIT 1)
        UNION ALL
        (SELECT o.rank, o.place, o.task_id, 2 FROM open_assignments o
          WHERE o.org_id = :org_id AND o.project_id = :project_id AND o.stage = 0 AND o.reserved_for IS NULL
          ORDER BY o.rank, o.place OFFSET :ahead::int LIMIT 1)) x
     WHERE NOT EXISTS (SELECT FROM open_assignments o
                        WHERE o.org_id = :org_id AND o.task_id = :task_id AND o.reserved_for = :worker_id
                          AND (o.rank, o.place) >= (:rank::int, :place::bigint))
     ORDER BY n LIMIT 1
), moved AS (
    DELETE FROM open_assignments o USING ahead
     WHERE o.org_id = :org_id AND o.task_id = :task_id AND o.reserved_for = :worker_id
), alike AS (
    UPDATE tasks t SET rank = ahead.rank, place = ahead.place - 1, due_at = n.due_at
      FROM ahead JOIN tasks n ON n.org_id = :org_id AND n.id = ahead.task_id
     WHERE t.org_id = :org_id AND t.id = :task_id
)
INSERT INTO open_assignments (org_id, project_id, stage, rank, place, task_id, id, reserved_for)
SELECT :org_id, :project_id, 0, ahead.rank, ahead.place - 1, :task_id, gen_random_uuid(), :worker_id FROM ahead;

-- name: offer
-- Keeps open turns, each for one worker and for a while, and lays them a few ordinary turns ahead of where that worker
-- stands. Nothing happens where so little lies ahead that others could be left without work, or to whom a turn at the task
-- was given before. `claim_next` knows nothing of it: it is a reservation like that of rework.
WITH found AS (
    SELECT e.task_id, e.worker_id, a.places[:ahead::int] - 1 AS place
      FROM unnest(:task_ids::uuid[], :worker_ids::uuid[], :places::bigint[]) AS e (task_id, worker_id, place)
      JOIN tasks t ON t.org_id = :org_id AND t.id = e.task_id
     CROSS JOIN LATERAL (
        SELECT array_agg(x.place ORDER BY x.place) AS places FROM (
            SELECT o.place FROM open_assignments o
             WHERE o.org_id = :org_id AND o.project_id = :project_id AND o.stage = 0 AND o.rank = t.rank AND o.place > e.place
               AND o.reserved_for IS NULL AND o.task_id <> e.task_id
             ORDER BY o.rank, o.place LIMIT :plenty::int) x) a
     WHERE cardinality(a.places) = :plenty::int
       AND NOT EXISTS (SELECT FROM assignments s WHERE s.org_id = :org_id AND s.task_id = e.task_id
                          AND s.worker_id = e.worker_id AND s.state NOT IN ('expired', 'returned'))
), moved AS (
    UPDATE tasks t SET place = found.place FROM found WHERE t.org_id = :org_id AND t.id = found.task_id
)
UPDATE open_assignments o SET place = found.place, reserved_for = found.worker_id, reserved_until = :until
  FROM found
 WHERE o.org_id = :org_id AND o.task_id = found.task_id AND o.stage = 0 AND o.reserved_for IS NULL;

-- name: standing
-- Where tasks lie on the ring, and which of them are gold.
SELECT t.id, t.project_id, t.item_id, t.batch_id, t.rank, t.place, t.gold_id FROM tasks t
 WHERE t.org_id = :org_id AND t.id = ANY (:ids::uuid[]);

-- name: set_task
UPDATE tasks SET state = :state, stage = :stage, round = :round, rank = :rank, due_at = :due_at, note = :note, updated_at = :now
 WHERE org_id = :org_id AND id = :id;

-- name: rerank_task
UPDATE open_assignments SET rank = :rank WHERE org_id = :org_id AND task_id = :task_id;

-- name: apply_batch
-- A batch's new state, priority and due date reach its tasks.
UPDATE tasks t SET rank = -(:priority::int + i.priority), due_at = :due_at, updated_at = :now,
       state = CASE WHEN :state = 'cancelled' AND t.state IN ('waiting', 'open', 'paused') THEN 'cancelled'
                    WHEN :state = 'paused' AND t.state = 'open' THEN 'paused'
                    WHEN :state = 'open' AND t.state = 'paused' AND t.note IS NULL THEN
                         CASE WHEN m.failed THEN 'failed' WHEN m.ready THEN 'open' ELSE 'waiting' END
                    ELSE t.state END
  FROM items i
 CROSS JOIN LATERAL (SELECT coalesce(bool_or(a.state = 'failed'), false) AS failed,
                            coalesce(bool_and(a.state = 'ready'), true) AS ready
                       FROM assets a WHERE a.org_id = :org_id AND a.id = ANY (i.asset_ids)) m
 WHERE t.org_id = :org_id AND t.batch_id = :batch_id AND t.gold_id IS NULL AND i.org_id = t.org_id AND i.id = t.item_id;

-- name: requeue_batch
-- The queue of a batch made anew from its tasks: what is missing is opened, what may not be open is taken out.
WITH gone AS (
    DELETE FROM open_assignments o USING tasks t
     WHERE o.org_id = :org_id AND t.org_id = o.org_id AND t.id = o.task_id AND t.batch_id = :batch_id AND t.gold_id IS NULL
    RETURNING o.task_id, o.stage, o.id, o.after_id, o.reserved_for, o.reserved_until
), keep AS (
    INSERT INTO open_assignments (org_id, project_id, stage, rank, place, task_id, id, after_id, reserved_for, reserved_until)
    SELECT t.org_id, t.project_id, g.stage, t.rank, t.place, t.id, g.id, g.after_id, g.reserved_for, g.reserved_until
      FROM gone g JOIN tasks t ON t.org_id = :org_id AND t.id = g.task_id WHERE t.state = 'open'
)
SELECT t.id FROM tasks t
 WHERE t.org_id = :org_id AND t.batch_id = :batch_id AND t.gold_id IS NULL AND t.state = 'open'
   AND NOT EXISTS (SELECT FROM gone g WHERE g.task_id = t.id);

-- name: held
-- How many turns the worker holds now.
SELECT count(*) FROM assignments WHERE org_id = :org_id AND worker_id = :worker_id AND state = 'leased';

-- name: mine
-- A worker's own turns, newest first, with what became of each.
SELECT a.id, a.project_id, a.task_id, a.kind, a.stage, a.round, a.state, a.leased_at, a.leased_until, a.paused_at,
       a.closed_at, a.active_ms, a.reason, t.item_id, t.batch_id, t.due_at, t.note, i.external_id, i.name, i.meta,
       pr.ontology_version, pr.guideline_version,
       CASE WHEN a.state = 'submitted' THEN
           (SELECT v.decision FROM reviews v
             WHERE v.org_id = a.org_id AND v.task_id = a.task_id AND v.round = a.round
               AND (a.kind = 'label' OR v.assignment_id = a.id) ORDER BY v.id DESC LIMIT 1) END AS decision
  FROM assignments a
  JOIN tasks t ON t.org_id = a.org_id AND t.id = a.task_id
  JOIN items i ON i.org_id = a.org_id AND i.id = t.item_id
  JOIN projects pr ON pr.org_id = a.org_id AND pr.id = a.project_id
 WHERE a.org_id = :org_id AND a.worker_id = :worker_id AND (NOT :open_only OR a.state = 'leased')
   AND (:before::timestamptz IS NULL OR a.leased_at < :before)
 ORDER BY a.leased_at DESC LIMIT :limit;

-- name: seen_in_review
-- What a review's page shows beside the submissions.
SELECT r.detail, EXISTS (SELECT FROM threads h WHERE h.org_id = t.org_id AND h.task_id = t.id) AS has_threads
  FROM tasks t LEFT JOIN agreements r ON r.org_id = t.org_id AND r.task_id = t.id
 WHERE t.org_id = :org_id AND t.id = :task_id;

-- name: agreement
SELECT agreement, confidence, annotation, detail, submissions FROM agreements WHERE org_id = :org_id AND task_id = :task_id;

-- name: cancel_turns
-- Ends the leased turns of a task that is closed; their drafts and time stay.
UPDATE assignments SET state = 'cancelled', closed_at = :now, reason = :reason
 WHERE org_id = :org_id AND task_id = :task_id AND state = 'leased' RETURNING id, worker_id;

-- name: last_author
SELECT worker_id FROM submissions WHERE org_id = :org_id AND task_id = :task_id ORDER BY id DESC LIMIT 1;

-- name: set_note
UPDATE tasks SET note = :note WHERE org_id = :org_id AND id = :id;

-- name: list_tasks
-- A project's tasks by id (order of creation), with the item they are about.
SELECT t.id, t.item_id, t.batch_id, t.state, t.stage, t.round, -t.rank AS priority, t.due_at, t.note, t.agreement, t.confidence,
       t.result_id, t.created_at, t.updated_at, i.external_id, i.name
  FROM tasks t
  JOIN items i ON i.org_id = t.org_id AND i.id = t.item_id
  JOIN projects p ON p.org_id = t.org_id AND p.id = t.project_id AND p.mode = :mode
 WHERE t.org_id = :org_id AND t.project_id = :project_id AND t.gold_id IS NULL
   AND (:after::uuid IS NULL OR t.id > :after)
   AND (:state::text IS NULL OR t.state = :state) AND (:batch_id::uuid IS NULL OR t.batch_id = :batch_id)
 ORDER BY t.id LIMIT :limit;

-- name: get_task
SELECT t.id, t.project_id, t.item_id, t.batch_id, t.state, t.stage, t.round, -t.rank AS priority, t.due_at, t.note, t.agreement,
       t.confidence, t.result_id, t.created_at, t.updated_at, i.external_id, i.name, i.meta,
       (SELECT jsonb_agg(jsonb_build_object('asset_id', m.id, 'name', m.name, 'media_type', m.media_type, 'width', m.width,
                                            'height', m.height, 'tiles', m.probe -> 'tiles') ORDER BY u.n)
          FROM unnest(i.asset_ids) WITH ORDINALITY AS u (id, n) JOIN assets m ON m.org_id = i.org_id AND m.id = u.id) AS media
  FROM tasks t
  JOIN items i ON i.org_id = t.org_id AND i.id = t.item_id
  JOIN projects p ON p.org_id = t.org_id AND p.id = t.project_id AND p.mode = :mode
 WHERE t.org_id = :org_id AND t.id = :id;

-- name: task_turns
SELECT a.id, a.kind, a.stage, a.round, a.state, a.leased_at, a.leased_until, a.closed_at, a.active_ms, a.reason, w.alias
  FROM assignments a JOIN workers w ON w.org_id = a.org_id AND w.id = a.worker_id
 WHERE a.org_id = :org_id AND a.task_id = :task_id ORDER BY a.leased_at LIMIT 500;

-- name: all_submissions
SELECT s.id, s.task_id, s.assignment_id, s.worker_id, w.alias, s.round, s.annotation, s.ontology_version, s.guideline_version,
       s.active_ms, s.created_at
  FROM submissions s JOIN workers w ON w.org_id = s.org_id AND w.id = s.worker_id
 WHERE s.org_id = :org_id AND s.task_id = :task_id ORDER BY s.id LIMIT 500;

-- name: task_reviews
SELECT v.id, v.assignment_id, w.alias, v.round, v.decision, v.reasons, v.comment, v.annotation, v.active_ms, v.created_at
  FROM reviews v LEFT JOIN workers w ON w.org_id = v.org_id AND w.id = v.worker_id
 WHERE v.org_id = :org_id AND v.task_id = :task_id ORDER BY v.id LIMIT 500;

-- name: task_results
SELECT r.*, i.external_id FROM results r JOIN items i ON i.org_id = r.org_id AND i.id = r.item_id
 WHERE r.org_id = :org_id AND r.task_id = :task_id ORDER BY r.version DESC LIMIT 100;

-- name: list_results
-- The newest result of each done task, in the order the results were made.
SELECT r.*, i.external_id FROM results r
  JOIN tasks t ON t.org_id = r.org_id AND t.id = r.task_id AND t.result_id = r.id
  JOIN items i ON i.org_id = r.org_id AND i.id = r.item_id
  JOIN projects p ON p.org_id = r.org_id AND p.id = r.project_id AND p.mode = :mode
 WHERE r.org_id = :org_id AND r.project_id = :project_id AND (:after::uuid IS NULL OR r.id > :after)
   AND (:batch_id::uuid IS NULL OR t.batch_id = :batch_id)
 ORDER BY r.id LIMIT :limit;

-- name: work_summary
-- The projects a worker may work on, with what waits there: counted up to 1,000, which is plenty to decide.
SELECT p.id AS project_id, p.name, p.description, p.modality, p.guideline_version, p.ontology_version, p.pipeline,
       o.display_name AS customer, array_agg(DISTINCT m.role) AS roles, w.skills, w.paused_at,
       (SELECT count(*) FROM (SELECT FROM open_assignments q WHERE q.org_id = p.org_id AND q.project_id = p.id
                               AND q.stage = 0 LIMIT 1000) x) AS to_label,
       (SELECT count(*) FROM (SELECT FROM open_assignments q WHERE q.org_id = p.org_id AND q.project_id = p.id
                               AND q.stage > 0 LIMIT 1000) x) AS to_review,
       (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY s.active_ms) FROM (
            SELECT active_ms FROM submissions z WHERE z.org_id = p.org_id AND z.project_id = p.id
             ORDER BY z.id DESC LIMIT 200) s) AS median_ms,
       (SELECT count(*) FROM assignments a WHERE a.org_id = p.org_id AND a.worker_id = w.id AND a.project_id = p.id
           AND a.state = 'submitted') AS done_by_me
  FROM workers w
  JOIN workforce_members m ON m.org_id = w.org_id AND m.worker_id = w.id
  JOIN project_workforces pw ON pw.org_id = w.org_id AND pw.workforce_id = m.workforce_id
  JOIN projects p ON p.org_id = w.org_id AND p.id = pw.project_id AND p.state = 'active'
  JOIN organisations o ON o.org_id = p.org_id
 WHERE w.org_id = :org_id AND w.id = :worker_id
 GROUP BY p.org_id, p.id, o.org_id, w.org_id, w.id
 ORDER BY p.priority DESC, p.id LIMIT 200;
