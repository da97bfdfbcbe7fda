-- edge: HAD_EVICTION
-- from: run
-- to: eviction
-- title: lost a spot node
SELECT r.run_key AS src, e.eviction_key AS dst, e.eviction_ms AS at_ms,
       'Instance ' || e.cloud_instance_id || ' evicted in attempt ' || r.attempt || coalesce(' (' || e.eviction_reason || ')', '')
           || coalesce(': ' || e.cloud_provider_message, '') AS label,
       NULL AS cost_uusd,
       e.caused_failure AS severity
FROM eviction_details AS e JOIN job_runs AS r ON r.workspace_id = e.workspace_id AND r.job_run_id = e.job_run_id
ORDER BY src, dst
