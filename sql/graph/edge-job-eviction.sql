-- edge: HAD_EVICTION
-- from: job
-- to: eviction
-- title: lost spot nodes
-- One edge per job and day; dst is the last eviction of that day.
SELECT r.job_key AS src, max(e.eviction_key) AS dst, max(e.eviction_ms) AS at_ms,
       count(*) || iif(count(*) = 1, ' spot eviction in runs of ', ' spot evictions in runs of ') || r.run_date
           || CASE count(DISTINCT iif(e.caused_failure, e.job_run_id, NULL)) WHEN 0 THEN ', survived' WHEN 1 THEN ', one attempt ended'
              ELSE ', ' || count(DISTINCT iif(e.caused_failure, e.job_run_id, NULL)) || ' attempts ended' END AS label,
       NULL AS cost_uusd,
       max(e.caused_failure) AS severity
FROM job_runs AS r JOIN eviction_details AS e ON e.workspace_id = r.workspace_id AND e.job_run_id = r.job_run_id
GROUP BY r.job_key, r.run_date
ORDER BY src, dst
