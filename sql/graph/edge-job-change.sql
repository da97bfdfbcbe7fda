-- edge: CHANGED_BY
-- from: job
-- to: change
-- title: change
SELECT c.job_key AS src, c.change_key AS dst, c.at_ms,
       c.change_id || ' of ' || date(c.at_ms / 1000, 'unixepoch') || ' (' || lower(c.kind) || ')'
           || coalesce(' by ' || u.name, '') || ': ' || c.summary || coalesce(' [' || c.ref || ']', '') AS label,
       NULL AS cost_uusd,
       iif(c.kind IN ('COMPUTE', 'CODE', 'SCHEDULE'), 1, 0) AS severity
FROM change_event AS c LEFT JOIN users_lookup AS u ON u.user_id = c.by_user_id
WHERE c.job_id IS NOT NULL
ORDER BY src, dst
