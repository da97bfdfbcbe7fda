-- id: job
-- title: What the person on call needs to know about a job
--
-- Lines of the job's card, in order: title, text (drc's words), name (the platform's words, shown as code). "Now" is the newest
-- moment of the synced runs. What is not known has no line, but for the owner: nobody is worth saying.
WITH now AS MATERIALIZED (SELECT m.newest_ms AS ms FROM data_mark AS m WHERE m.source = 'runs'),
job AS MATERIALIZED (
    SELECT j.workspace_id, j.job_id, j.max_retries, j.owner_user_id, j.backup_owner_user_id, j.runbook_url
    FROM jobs AS j WHERE j.job_key = :entity
),
latest AS MATERIALIZED ( -- the newest attempt of the newest run
    SELECT r.* FROM job AS j
    CROSS JOIN job_runs AS r INDEXED BY job_runs_by_job ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id
    ORDER BY r.run_date DESC, r.start_ms DESC, r.attempt DESC LIMIT 1
),
good AS MATERIALIZED (
    SELECT max(r.end_ms) AS ms FROM job AS j
    CROSS JOIN job_runs AS r INDEXED BY job_runs_by_job ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id
    WHERE r.run_status = 'SUCCESS'
),
ended AS MATERIALIZED ( -- the newest attempt that has ended
    SELECT r.* FROM job AS j
    CROSS JOIN job_runs AS r INDEXED BY job_runs_by_job ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id
    WHERE r.end_ms IS NOT NULL ORDER BY r.run_date DESC, r.start_ms DESC, r.attempt DESC LIMIT 1
),
bad AS MATERIALIZED (SELECT e.* FROM ended AS e WHERE e.run_status IN ('FAILED', 'SKIPPED', 'CANCELLED')),
upstream AS MATERIALIZED ( -- jobs that write what this one reads
    SELECT DISTINCT w.workspace_id, w.job_id
    FROM job AS j
    JOIN lineage_edge AS i ON i.workspace_id = j.workspace_id AND i.job_id = j.job_id AND i.src_dataset_id IS NOT NULL
    JOIN lineage_edge AS w ON w.dst_dataset_id = i.src_dataset_id AND w.job_id IS NOT NULL
    WHERE (w.workspace_id, w.job_id) <> (j.workspace_id, j.job_id)
),
upstream_state AS MATERIALIZED (
    SELECT u.workspace_id, u.job_id, (
        SELECT r.run_status FROM job_runs AS r INDEXED BY job_runs_by_job WHERE r.workspace_id = u.workspace_id AND r.job_id = u.job_id
        ORDER BY r.run_date DESC, r.start_ms DESC, r.attempt DESC LIMIT 1) AS run_status
    FROM upstream AS u
),
downstream AS MATERIALIZED ( -- jobs that read what this one writes, with a deadline; the next one, seen from now
    SELECT DISTINCT r.workspace_id, r.job_id, s.deadline_local, s.tz,
           (24 * 60 + 60 * CAST(substr(s.deadline_local, 1, 2) AS INTEGER) + CAST(substr(s.deadline_local, 4, 2) AS INTEGER)
            - ((SELECT ms FROM now) / 60000) % 1440) % 1440 AS minutes_left
    FROM job AS j
    JOIN lineage_edge AS w ON w.workspace_id = j.workspace_id AND w.job_id = j.job_id AND w.dst_dataset_id IS NOT NULL
    JOIN lineage_edge AS r ON r.src_dataset_id = w.dst_dataset_id AND r.job_id IS NOT NULL
    JOIN sla AS s ON s.workspace_id = r.workspace_id AND s.job_id = r.job_id AND s.deadline_local IS NOT NULL
    WHERE (r.workspace_id, r.job_id) <> (j.workspace_id, j.job_id)
),
line AS (
    SELECT 1 AS place, 0 AS sub, 'State' AS title,
           CASE l.run_status WHEN 'RUNNING' THEN 'running, attempt ' || l.attempt || iif(j.max_retries >= 0, ' of ' || (j.max_retries + 1), '')
                             WHEN 'SUCCESS' THEN 'succeeded at attempt ' || l.attempt
                             WHEN 'SKIPPED' THEN 'skipped'
                             WHEN 'CANCELLED' THEN 'cancelled'
                             ELSE 'failed at attempt ' || l.attempt || iif(j.max_retries >= 0, ' of ' || (j.max_retries + 1), '')
                                  || iif(l.is_final, ', no retry left', ', a retry follows') END
           || ', ' || strftime('%Y-%m-%d %H:%M', coalesce(l.end_ms, l.start_ms) / 1000, 'unixepoch') || ' UTC' AS text,
           NULL AS name
    FROM latest AS l CROSS JOIN job AS j
    UNION ALL
    SELECT 1, 1, 'Before that', CASE b.run_status WHEN 'FAILED' THEN 'failed at attempt ' || b.attempt ELSE lower(b.run_status) END
           || ', ' || strftime('%Y-%m-%d %H:%M', b.end_ms / 1000, 'unixepoch') || ' UTC', NULL
    FROM bad AS b CROSS JOIN latest AS l WHERE l.run_status = 'RUNNING'
    UNION ALL
    SELECT 2, 0, 'Failed task', '', t.task_key || ': ' || coalesce(t.error_line, t.termination_code)
    FROM bad AS b JOIN task_runs AS t ON t.workspace_id = b.workspace_id AND t.job_run_id = b.job_run_id AND t.run_status = 'FAILED'
    WHERE coalesce(t.error_line, t.termination_code) IS NOT NULL
    UNION ALL
    SELECT 2, 1, 'Reason', '', substr(b.error_summary, 1, instr(b.error_summary || char(10), char(10)) - 1)
    FROM bad AS b
    WHERE b.error_summary IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM task_runs AS t WHERE t.workspace_id = b.workspace_id AND t.job_run_id = b.job_run_id AND t.run_status = 'FAILED'
        AND coalesce(t.error_line, t.termination_code) IS NOT NULL)
    UNION ALL
    SELECT 3, 0, 'Last success',
           coalesce(strftime('%Y-%m-%d %H:%M', g.ms / 1000, 'unixepoch') || ' UTC, ' || ((n.ms - g.ms) / 3600000) || ' h ago', 'none in the data'), NULL
    FROM bad AS b CROSS JOIN good AS g CROSS JOIN now AS n
    UNION ALL
    SELECT 3, 1, 'Last failure', strftime('%Y-%m-%d %H:%M', f.end_ms / 1000, 'unixepoch') || ' UTC',
           substr(f.error_summary, 1, instr(f.error_summary || char(10), char(10)) - 1)
    FROM job AS j CROSS JOIN job_runs AS f ON f.workspace_id = j.workspace_id AND f.job_run_id = (
        SELECT x.job_run_id FROM job_runs AS x INDEXED BY job_runs_failed
        WHERE x.workspace_id = j.workspace_id AND x.job_id = j.job_id AND x.run_status = 'FAILED'
        ORDER BY x.end_ms DESC, x.job_run_id DESC LIMIT 1)
    WHERE NOT EXISTS (SELECT 1 FROM bad)
    UNION ALL
    SELECT 4, c.at_ms, 'Changed in the 24 h before', strftime('%Y-%m-%d %H:%M', c.at_ms / 1000, 'unixepoch') || ' UTC', c.summary
    FROM bad AS b CROSS JOIN job AS j
    JOIN change_event AS c ON c.job_key = :entity AND c.at_ms BETWEEN b.start_ms - 86400000 AND b.start_ms
    UNION ALL
    SELECT 5, 0, 'Upstream', lower(u.run_status), x.job_name
    FROM upstream_state AS u JOIN jobs AS x ON x.workspace_id = u.workspace_id AND x.job_id = u.job_id
    WHERE u.run_status IN ('FAILED', 'SKIPPED', 'CANCELLED')
    UNION ALL
    SELECT 5, 1, 'Upstream', iif(count(*) = 1, 'the job before it is fine', 'all ' || count(*) || ' jobs before it are fine'), NULL
    FROM upstream_state AS u WHERE EXISTS (SELECT 1 FROM bad)
    HAVING count(*) > 0 AND sum(u.run_status IN ('FAILED', 'SKIPPED', 'CANCELLED')) = 0
    UNION ALL
    SELECT 6, d.minutes_left, 'Downstream deadline',
           d.deadline_local || ' ' || d.tz || iif(d.tz = 'UTC', ', ' || round(d.minutes_left / 60.0, 1) || ' h left', ''), x.job_name
    FROM downstream AS d JOIN jobs AS x ON x.workspace_id = d.workspace_id AND x.job_id = d.job_id
    WHERE EXISTS (SELECT 1 FROM bad)
    UNION ALL
    SELECT 7, 0, 'Owner', iif(o.name IS NULL, 'nobody is recorded', ''), o.name || coalesce(', then ' || b.name, '')
    FROM job AS j LEFT JOIN users_lookup AS o ON o.user_id = j.owner_user_id
    LEFT JOIN users_lookup AS b ON b.user_id = j.backup_owner_user_id
    UNION ALL
    SELECT 8, 0, 'Runbook', '', j.runbook_url FROM job AS j WHERE j.runbook_url IS NOT NULL
)
SELECT l.title, l.text, l.name FROM line AS l ORDER BY l.place, l.sub, l.name LIMIT 14
