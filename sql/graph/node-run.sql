-- node: run
-- title: Run
SELECT r.run_key AS id, 'Run ' || r.logical_run_id AS label, r.run_status || ', ' || r.run_date AS detail FROM job_runs AS r
WHERE r.is_final = 1
ORDER BY id
