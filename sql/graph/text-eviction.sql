-- text: eviction
-- words: errors
-- Evictions of a job and day are one row; around a run each is one. :by 1 and 2 all of a job, 3 all.
WITH picked AS MATERIALIZED (SELECT value AS key FROM json_each(:ids)),
lost AS MATERIALIZED (
    SELECT p.key, e.eviction_ms, e.caused_failure, e.cloud_instance_id, e.eviction_reason, e.cloud_provider_message,
           r.run_date, r.attempt, r.job_run_id, j.job_key, iif(r.job_key = :entity OR r.run_key = :entity, '', j.job_name || ', ') AS whose,
           r.run_key = :entity AS own_run
    FROM picked AS p
    JOIN eviction_details AS e ON e.eviction_id = substr(p.key, instr(p.key, '/') + 1)
    JOIN job_runs AS r ON r.workspace_id = e.workspace_id AND r.job_run_id = e.job_run_id
    JOIN jobs AS j ON j.workspace_id = r.workspace_id AND j.job_id = r.job_id
    ORDER BY e.eviction_ms, p.key
),
said AS MATERIALIZED ( -- what the cloud says stands apart
    SELECT group_concat(key, char(10)) AS ids, max(eviction_ms) AS at_ms, iif(own_run AND count(*) = 1, cloud_provider_message, NULL) AS message,
           CASE WHEN own_run AND count(*) = 1
                THEN 'Instance ' || cloud_instance_id || ' evicted in attempt ' || attempt || coalesce(' (' || eviction_reason || ')', '')
                ELSE iif(count(DISTINCT job_key) > 1, count(DISTINCT job_key) || ' jobs, ', whose) || count(*)
                     || iif(count(*) = 1, ' spot eviction in runs of ', ' spot evictions in runs of ') || min(run_date)
                     || iif(min(run_date) < max(run_date), ' to ' || max(run_date), '')
                     || CASE count(DISTINCT iif(caused_failure, job_run_id, NULL)) WHEN 0 THEN ', survived' WHEN 1 THEN ', one attempt ended'
                        ELSE ', ' || count(DISTINCT iif(caused_failure, job_run_id, NULL)) || ' attempts ended' END END AS head
    FROM lost
    GROUP BY iif(:by < 3, job_key, ''), CASE :by WHEN 0 THEN iif(own_run, key, run_date) ELSE '' END
)
SELECT ids, head || coalesce(': ' || message, '') AS label, at_ms, head || iif(message IS NULL, '', ': [message of the cloud withheld]') AS without
FROM said
ORDER BY at_ms DESC, ids
