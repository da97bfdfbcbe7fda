-- text: attempt
-- words: errors
-- Attempts that failed in the same way on the same day are one row; around a run each is one. :by 1 by kind of failure, 2 all of a job,
-- 3 all.
WITH picked AS MATERIALIZED (SELECT value AS key FROM json_each(:ids)),
attempt AS MATERIALIZED (
    SELECT p.key, r.run_date, r.attempt, r.run_status, coalesce(r.end_ms, r.start_ms) AS ms, s.template, r.error_signature_id,
           iif(r.job_key = :entity OR r.run_key = :entity, '', j.job_name || ', ') AS whose, j.job_key, r.run_key = :entity AS own_run,
           substr(trim(substr(r.error_summary, 1, instr(r.error_summary || char(10), char(10)) - 1)), 1, 200) AS line
    FROM picked AS p
    JOIN job_runs AS r ON r.workspace_id = substr(p.key, 9, instr(p.key, '/') - 9) AND r.job_run_id = substr(p.key, instr(p.key, '/') + 1)
    JOIN jobs AS j ON j.workspace_id = r.workspace_id AND j.job_id = r.job_id
    LEFT JOIN error_signature AS s ON s.signature_id = r.error_signature_id
    ORDER BY ms, p.key
),
said AS MATERIALIZED ( -- the words of the error between ours
    SELECT group_concat(key, char(10)) AS ids, max(ms) AS at_ms, count(coalesce(line, template)) > 0 AS known,
           CASE WHEN own_run AND count(*) = 1 THEN 'Attempt ' || attempt || ': '
                ELSE iif(count(DISTINCT job_key) > 1, count(DISTINCT job_key) || ' jobs, ', whose)
                     || iif(count(DISTINCT coalesce(template, run_status)) = 1, '',
                            count(*) || ' attempts of ' || min(run_date) || ' to ' || max(run_date) || ': ') END AS head,
           CASE WHEN own_run AND count(*) = 1 THEN coalesce(line, run_status)
                WHEN count(DISTINCT coalesce(template, run_status)) = 1 THEN min(coalesce(template, run_status))
                ELSE replace(group_concat(DISTINCT coalesce(template, run_status)), ',', '; ') END AS words,
           CASE WHEN (own_run AND count(*) = 1) OR count(DISTINCT coalesce(template, run_status)) > 1 THEN ''
                ELSE ': ' || count(*) || iif(count(*) = 1, ' attempt of ', ' attempts of ') || min(run_date)
                     || iif(min(run_date) < max(run_date), ' to ' || max(run_date), '') END AS tail
    FROM attempt
    GROUP BY iif(:by < 3, job_key, ''), CASE :by WHEN 0 THEN iif(own_run, key, coalesce(error_signature_id, run_status) || run_date)
                                                 WHEN 1 THEN coalesce(error_signature_id, run_status) ELSE '' END
)
SELECT ids, head || words || tail AS label, at_ms, head || iif(known, '[error text withheld]', words) || tail AS without
FROM said
ORDER BY at_ms DESC, ids
