-- text: run
-- Runs of the entity itself are said without the job's name. :by 0 each, 1 by day, 2 all of a job, 3 all.
WITH picked AS MATERIALIZED (SELECT value AS key FROM json_each(:ids)),
run AS MATERIALIZED (
    SELECT f.run_key, f.start_ms, f.run_date, l.logical_run_id, l.run_status, l.attempt,
           iif(f.job_key = :entity, '', j.job_name || ', ') AS whose, j.job_key
    FROM picked AS p
    JOIN job_runs AS f ON f.run_key = p.key AND f.attempt = 1
    JOIN job_runs AS l ON l.workspace_id = f.workspace_id AND l.logical_run_id = f.logical_run_id AND l.is_final = 1
    JOIN jobs AS j ON j.workspace_id = f.workspace_id AND j.job_id = f.job_id
    ORDER BY f.start_ms, f.run_key
)
SELECT group_concat(run_key, char(10)) AS ids,
       iif(count(DISTINCT job_key) > 1, count(DISTINCT job_key) || ' jobs, ', whose) || iif(count(*) = 1,
           logical_run_id || ' of ' || run_date || ': ' || run_status || iif(attempt > 1, ' after ' || attempt || ' attempts', ''),
           count(*) || ' runs of ' || min(run_date) || iif(min(run_date) < max(run_date), ' to ' || max(run_date), '') || ':'
               || substr(iif(sum(run_status = 'FAILED') > 0, ', ' || sum(run_status = 'FAILED') || ' FAILED', '')
                         || iif(sum(run_status = 'SKIPPED') > 0, ', ' || sum(run_status = 'SKIPPED') || ' SKIPPED', '')
                         || iif(sum(run_status = 'CANCELLED') > 0, ', ' || sum(run_status = 'CANCELLED') || ' CANCELLED', '')
                         || iif(sum(run_status = 'RUNNING') > 0, ', ' || sum(run_status = 'RUNNING') || ' RUNNING', '')
                         || iif(sum(run_status = 'SUCCESS' AND attempt > 1) > 0, ', ' || sum(run_status = 'SUCCESS' AND attempt > 1) || ' SUCCESS after a retry', '')
                         || iif(sum(run_status = 'SUCCESS' AND attempt = 1) > 0, ', ' || sum(run_status = 'SUCCESS' AND attempt = 1) || ' SUCCESS at once', ''), 2)
               || ' (' || substr(group_concat(logical_run_id, ', '), 1, 90) || iif(length(group_concat(logical_run_id, ', ')) > 90, ' ...', '') || ')') AS label,
       max(start_ms) AS at_ms
FROM run
GROUP BY CASE :by WHEN 0 THEN run_key WHEN 1 THEN job_key || run_date WHEN 2 THEN job_key ELSE '' END
ORDER BY at_ms DESC, ids
