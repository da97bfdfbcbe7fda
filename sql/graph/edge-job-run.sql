-- edge: HAS_RUN
-- from: job
-- to: run
-- title: run
-- back: run of
SELECT r.job_key AS src, r.run_key AS dst FROM job_runs AS r WHERE r.attempt = 1
