-- name: task_counts
SELECT state, count(*) AS n, count(*) FILTER (WHERE stage > 0 AND state = 'open') AS in_review
  FROM tasks WHERE org_id = :org_id AND project_id = :project_id AND gold_id IS NULL GROUP BY state;

-- name: agreement_figures
-- Ten equal steps of agreement, and the means.
SELECT avg(agreement) AS agreement, avg(confidence) AS confidence,
       ARRAY(SELECT count(a.task_id) FROM generate_series(0, 9) AS s (n)
               LEFT JOIN agreements a ON a.org_id = :org_id AND a.project_id = :project_id
                     AND least(floor(a.agreement * 10), 9) = s.n
              GROUP BY s.n ORDER BY s.n) AS histogram
  FROM agreements WHERE org_id = :org_id AND project_id = :project_id;

-- name: work_figures
-- All submissions of a project in one pass.
SELECT count(*) AS submissions, coalesce(sum(s.active_ms), 0)::bigint AS active_ms,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY s.active_ms) FILTER (WHERE s.active_ms > 0) AS median_ms
  FROM submissions s WHERE s.org_id = :org_id AND s.project_id = :project_id;

-- name: hours
-- The last week by the hour; hours in which nothing happened are left out.
SELECT at, sum(submissions)::int AS submissions, sum(reviews)::int AS reviews, sum(results)::int AS results,
       sum(active_ms)::bigint AS active_ms
  FROM (SELECT date_trunc('hour', created_at) AS at, count(*) AS submissions, 0 AS reviews, 0 AS results, sum(active_ms) AS active_ms
          FROM submissions WHERE org_id = :org_id AND project_id = :project_id AND created_at > :since GROUP BY 1
        UNION ALL
        SELECT date_trunc('hour', created_at), 0, count(*), 0, sum(active_ms)
          FROM reviews WHERE org_id = :org_id AND project_id = :project_id AND created_at > :since GROUP BY 1
        UNION ALL
        SELECT date_trunc('hour', created_at), 0, 0, count(*), 0
          FROM results WHERE org_id = :org_id AND project_id = :project_id AND created_at > :since GROUP BY 1) x
 GROUP BY at ORDER BY at LIMIT 200;

-- name: contributions
-- Who did how much; workers under their pseudonym.
SELECT w.alias AS worker, coalesce(s.n, 0) AS submissions, coalesce(v.n, 0) AS reviews,
       (coalesce(s.active_ms, 0) + coalesce(v.active_ms, 0))::bigint AS active_ms, s.agreement
  FROM workers w
  LEFT JOIN (SELECT x.worker_id, count(*) AS n, sum(x.active_ms) AS active_ms,
                    avg(a.agreement) FILTER (WHERE a.submissions > 1) AS agreement
               FROM submissions x LEFT JOIN agreements a ON a.org_id = x.org_id AND a.task_id = x.task_id
              WHERE x.org_id = :org_id AND x.project_id = :project_id GROUP BY x.worker_id) s ON s.worker_id = w.id
  LEFT JOIN (SELECT worker_id, count(*) AS n, sum(active_ms) AS active_ms FROM reviews
              WHERE org_id = :org_id AND project_id = :project_id GROUP BY worker_id) v ON v.worker_id = w.id
 WHERE w.org_id = :org_id AND (s.n > 0 OR v.n > 0)
 ORDER BY submissions DESC, w.alias LIMIT 200;

-- name: open_questions
SELECT count(*) FROM questions WHERE org_id = :org_id AND project_id = :project_id AND answer IS NULL;

-- name: explore
-- A project's items with where their task stands and what is known of them, filtered; oldest first.
SELECT i.id AS item_id, i.name, i.external_id, i.meta, i.batch_id, t.id AS task_id, t.state, t.stage, t.round, t.note,
       t.agreement, t.confidence, t.result_id, t.updated_at, m.id AS asset_id, m.state AS asset_state, m.width, m.height,
       cardinality(i.asset_ids) AS asset_count, coalesce(r.annotation, g.annotation) AS annotation,
       ARRAY(SELECT w.alias FROM submissions s JOIN workers w ON w.org_id = s.org_id AND w.id = s.worker_id
              WHERE s.org_id = i.org_id AND s.task_id = t.id AND s.round = t.round ORDER BY s.id LIMIT 10) AS workers
  FROM items i
  LEFT JOIN tasks t ON t.org_id = i.org_id AND t.item_id = i.id AND t.gold_id IS NULL
  LEFT JOIN results r ON r.org_id = i.org_id AND r.id = t.result_id
  LEFT JOIN agreements g ON g.org_id = i.org_id AND g.task_id = t.id
  LEFT JOIN assets m ON m.org_id = i.org_id AND m.id = i.asset_ids[1]
 WHERE i.org_id = :org_id AND i.project_id = :project_id
   AND (:after::uuid IS NULL OR i.id > :after)
   AND (:states::text[] IS NULL OR t.state = ANY (:states))
   AND (:batch_id::uuid IS NULL OR i.batch_id = :batch_id)
   AND (:class_id::text IS NULL OR r.classes @> ARRAY[:class_id::text]
        OR (r.id IS NULL AND g.annotation @> jsonb_build_object('marks', jsonb_build_array(jsonb_build_object('class', :class_id::text)))))
   AND (:agreement_max::real IS NULL OR t.agreement <= :agreement_max)
   AND (:agreement_min::real IS NULL OR t.agreement >= :agreement_min)
   AND (:worker::text IS NULL OR EXISTS (
        SELECT FROM submissions s JOIN workers w ON w.org_id = s.org_id AND w.id = s.worker_id
         WHERE s.org_id = i.org_id AND s.task_id = t.id AND w.alias = :worker))
   AND (:words::text IS NULL OR i.name ILIKE :words OR i.external_id ILIKE :words)
   AND (:in_review::boolean IS NULL OR (t.stage > 0 AND t.state = 'open') = :in_review)
 ORDER BY i.id LIMIT :limit;
