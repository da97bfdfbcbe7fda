-- id: attempts-ordered
-- title: attempts of a run are numbered 1, 2, ... in order of time, one is final, and none follows a success
-- reads: all rows
SELECT workspace_id, logical_run_id, attempt, start_ms
FROM (
    SELECT r.workspace_id, r.logical_run_id, r.attempt, r.start_ms, r.is_final, r.job_id, r.run_date,
           row_number() OVER w AS place,
           lag(r.end_ms) OVER w AS end_before, lag(r.run_status) OVER w AS status_before, lag(r.job_id) OVER w AS job_before,
           lead(r.attempt) OVER w AS attempt_after,
           date(first_value(r.start_ms) OVER w / 1000, 'unixepoch') AS first_date
    FROM job_runs AS r
    WINDOW w AS (PARTITION BY r.workspace_id, r.logical_run_id ORDER BY r.attempt)
)
WHERE attempt <> place OR is_final <> (attempt_after IS NULL) OR run_date <> first_date
   OR (place > 1 AND (end_before IS NULL OR start_ms < end_before OR status_before <> 'FAILED' OR job_before <> job_id))
ORDER BY workspace_id, logical_run_id, attempt
