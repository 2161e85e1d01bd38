-- name: workforces
-- The organisation's workforces, oldest first, with how many people are in each.
SELECT f.id, f.name, f.arm, f.lent_from IS NOT NULL AS lent, f.created_at,
       (SELECT count(*) FROM workforce_members m WHERE m.org_id = f.org_id AND m.workforce_id = f.id) AS workers
  FROM workforces f
 WHERE f.org_id = :org_id AND (:after::uuid IS NULL OR f.id > :after)
 ORDER BY f.id LIMIT :limit;

-- name: workforce
-- One workforce, as `workforces` shows it.
SELECT f.id, f.name, f.arm, f.lent_from IS NOT NULL AS lent, f.created_at,
       (SELECT count(*) FROM workforce_members m WHERE m.org_id = f.org_id AND m.workforce_id = f.id) AS workers
  FROM workforces f
 WHERE f.org_id = :org_id AND f.id = :id;

-- name: share_workforce
-- Held while somebody joins or leaves, so that nobody lends the workforce between the look at its loans and the change.
SELECT id FROM workforces WHERE org_id = :org_id AND id = :id FOR SHARE;

-- name: lock_workforce
-- Held while it is lent: whoever joins meanwhile waits, and then finds the loan.
SELECT id FROM workforces WHERE org_id = :org_id AND id = :id FOR UPDATE;

-- name: add_workforce
-- Nothing comes back if the name is taken.
INSERT INTO workforces (org_id, id, name, arm, lent_from, created_at)
VALUES (:org_id, :id, :name, :arm, :lent_from::uuid, :now)
ON CONFLICT (org_id, name) DO NOTHING
RETURNING id;

-- name: placed
-- The people of one workforce as this organisation knows them, by when they first came to it.
SELECT w.id, w.alias, w.skills, w.paused_at, w.pause_reason, w.created_at, m.role, m.created_at AS joined_at
  FROM workforce_members m JOIN workers w ON w.org_id = m.org_id AND w.id = m.worker_id
 WHERE m.org_id = :org_id AND m.workforce_id = :workforce_id AND (:after::uuid IS NULL OR m.worker_id > :after)
 ORDER BY m.worker_id LIMIT :limit;

-- name: placed_one
-- One worker of one workforce, as `placed` shows them.
SELECT w.id, w.alias, w.skills, w.paused_at, w.pause_reason, w.created_at, m.role, m.created_at AS joined_at
  FROM workforce_members m JOIN workers w ON w.org_id = m.org_id AND w.id = m.worker_id
 WHERE m.org_id = :org_id AND m.workforce_id = :workforce_id AND m.worker_id = :worker_id;

-- name: lock_worker
-- The worker, held until the transaction ends because they are about to change.
SELECT id, alias, skills, paused_at, pause_reason, created_at
  FROM workers WHERE org_id = :org_id AND id = :id FOR UPDATE;

-- name: eligibility
-- Everything that decides which work a worker may take, in one row.
SELECT w.id, w.alias, w.skills, w.paused_at IS NOT NULL AS paused,
       array_agg(m.workforce_id ORDER BY m.workforce_id) FILTER (WHERE m.workforce_id IS NOT NULL) AS workforce_ids,
       array_agg(m.role ORDER BY m.workforce_id) FILTER (WHERE m.workforce_id IS NOT NULL) AS roles
  FROM workers w LEFT JOIN workforce_members m ON m.org_id = w.org_id AND m.worker_id = w.id
 WHERE w.org_id = :org_id AND w.id = :worker_id
 GROUP BY w.org_id, w.id;

-- name: worker
-- One worker as this organisation knows them.
SELECT id, alias, skills, paused_at, pause_reason, created_at FROM workers WHERE org_id = :org_id AND id = :id;

-- name: aliases
-- What members call some workers.
SELECT id, alias FROM workers WHERE org_id = :org_id AND id = ANY (:ids::uuid[]);

-- name: led_by
-- The workforces that a worker leads.
SELECT workforce_id FROM workforce_members WHERE org_id = :org_id AND worker_id = :worker_id AND role = 'lead';

-- name: workforces_of
-- The workforces that a worker is in.
SELECT workforce_id FROM workforce_members WHERE org_id = :org_id AND worker_id = :worker_id;

-- name: add_workers
-- Makes workers of persons who are none here yet; one whose alias is taken is left out and drawn again.
INSERT INTO workers (org_id, id, person_id, alias, skills, created_at)
SELECT :org_id, n.id, n.person_id, n.alias, ARRAY(SELECT jsonb_array_elements_text(n.skills::jsonb)), :now
  FROM unnest(:ids::uuid[], :person_ids::uuid[], :aliases::text[], :skills::text[]) AS n (id, person_id, alias, skills)
ON CONFLICT DO NOTHING;

-- name: workers_of_persons
-- Who of some persons is a worker here already, and as whom.
SELECT id, person_id FROM workers WHERE org_id = :org_id AND person_id = ANY (:person_ids::uuid[]);

-- name: person_of_worker
-- Who a worker is, to find them at a borrower; never shown.
SELECT person_id FROM workers WHERE org_id = :org_id AND id = :id;

-- name: place_workers
-- Puts workers into a workforce; those who are in it keep their role and do not come back.
INSERT INTO workforce_members (org_id, workforce_id, worker_id, role, created_at)
SELECT :org_id, :workforce_id, n.worker_id, n.role, :now
  FROM unnest(:worker_ids::uuid[], :roles::text[]) AS n (worker_id, role)
ON CONFLICT (org_id, workforce_id, worker_id) DO NOTHING
RETURNING worker_id, role;

-- name: set_role
-- What a worker is in a workforce from now on.
UPDATE workforce_members SET role = :role
 WHERE org_id = :org_id AND workforce_id = :workforce_id AND worker_id = :worker_id;

-- name: displace_worker
-- Takes a worker out of a workforce; their row, alias and work stay.
DELETE FROM workforce_members WHERE org_id = :org_id AND workforce_id = :workforce_id AND worker_id = :worker_id;

-- name: displace_person
-- Takes a person, known from the lender, out of a lent workforce.
DELETE FROM workforce_members m USING workers w
 WHERE m.org_id = :org_id AND m.workforce_id = :workforce_id
   AND w.org_id = m.org_id AND w.id = m.worker_id AND w.person_id = :person_id
RETURNING m.worker_id;

-- name: set_worker
-- Skills and pause together, under the lock of the worker.
UPDATE workers SET skills = :skills::text[], paused_at = :paused_at::timestamptz, pause_reason = :pause_reason::text
 WHERE org_id = :org_id AND id = :id
RETURNING id, alias, skills, paused_at, pause_reason, created_at;

-- name: recruits
-- Everybody of a workforce, with what a borrower needs to know them by.
SELECT w.person_id, m.role, w.skills
  FROM workforce_members m JOIN workers w ON w.org_id = m.org_id AND w.id = m.worker_id
 WHERE m.org_id = :org_id AND m.workforce_id = :workforce_id
 ORDER BY m.worker_id;

-- name: add_loan
-- Nothing is added if the workforce is lent to this borrower already.
INSERT INTO workforce_loans (org_id, workforce_id, borrower_org_id, borrower_workforce_id, created_at)
VALUES (:org_id, :workforce_id, :borrower, :borrower_workforce_id, :now)
ON CONFLICT (org_id, workforce_id, borrower_org_id) DO NOTHING;

-- name: loans
-- Where the people of a workforce work as well; in order, so that two who join at once lock alike.
SELECT borrower_org_id, borrower_workforce_id
  FROM workforce_loans WHERE org_id = :org_id AND workforce_id = :workforce_id ORDER BY borrower_org_id;
