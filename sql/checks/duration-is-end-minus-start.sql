-- id: duration-is-end-minus-start
-- title: start and end as text, as numbers and the duration agree, and the set-up fits in
SELECT r.workspace_id, r.job_run_id, r.start_time, r.end_time, r.duration_ms
FROM job_runs AS r
WHERE r.end_ms IS NOT NULL
  AND (r.duration_ms <> r.end_ms - r.start_ms OR r.setup_ms > r.duration_ms
       OR CAST(strftime('%s', r.start_time) AS INTEGER) <> r.start_ms / 1000
       OR CAST(strftime('%s', r.end_time) AS INTEGER) <> r.end_ms / 1000
       OR r.start_ms < r.scheduled_ms)
ORDER BY r.workspace_id, r.job_run_id
