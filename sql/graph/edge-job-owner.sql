-- edge: OWNED_BY
-- from: job
-- to: user
-- title: owned by
SELECT j.job_key AS src, u.user_key AS dst, NULL AS at_ms, u.name || coalesce(', ' || u.department, '') AS label,
       NULL AS cost_uusd, 0 AS severity
FROM jobs AS j JOIN users_lookup AS u ON u.user_id = j.owner_user_id
ORDER BY src, dst
