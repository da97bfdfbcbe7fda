-- edge: CHANGED_BY
-- from: job
-- to: change
-- title: change
-- back: changed
SELECT c.job_key AS src, c.change_key AS dst FROM change_event AS c WHERE c.job_id IS NOT NULL
