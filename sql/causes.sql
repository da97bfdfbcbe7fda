-- title: Why an entity cost what it cost
--
-- Likely causes of what a job, resource or run (:key) cost on the days :first to :last, the dearest one first: code (a file of prompts/causes),
-- effect_uusd (what it cost; NULL: not known), times, ratio (relative change of its measure), first_date, last_date, change (summary
-- of the change before it), error (template of the failure), detail. A change counts for a
-- kind of failure that came more often in the seven days after it than in the seven before, and for what follows it at once.
-- Causes are told apart by what is recorded: how attempts ended, changes, prices, data read, time up. Of a run, what its own
-- attempts show, against the other runs of its job.
WITH one AS MATERIALIZED ( -- the run that is asked about; no row: a job or a resource is
    SELECT r.workspace_id, r.job_id, r.logical_run_id
    FROM job_runs AS r
    WHERE :key LIKE 'run:%' AND r.workspace_id = substr(:key, 5, instr(:key, '/') - 5) AND r.logical_run_id = substr(:key, instr(:key, '/') + 1)
    LIMIT 1
),
job AS MATERIALIZED (
    SELECT j.workspace_id, j.job_id, j.job_key FROM jobs AS j WHERE j.job_key = :key
    UNION ALL
    SELECT j.workspace_id, j.job_id, j.job_key FROM one AS o JOIN jobs AS j ON j.workspace_id = o.workspace_id AND j.job_id = o.job_id
),
attempt AS MATERIALIZED ( -- of the days and of the 28 days before them
    SELECT r.job_run_id, r.run_date, r.start_ms, r.run_status, r.is_final, r.end_ms - r.start_ms AS took_ms, e.signature_id, e.bucket, e.template,
           iif(EXISTS (SELECT 1 FROM one), r.logical_run_id = (SELECT o.logical_run_id FROM one AS o), r.run_date >= :first) AS inside, m.input_bytes, m.output_rows, r.workspace_id,
           (SELECT sum(u.cost_uusd) FROM compute_usage AS u WHERE u.workspace_id = r.workspace_id AND u.parent_id = r.job_run_id) AS dbu_uusd,
           (SELECT sum(n.vm_uusd) FROM node_usage AS n WHERE n.workspace_id = r.workspace_id AND n.parent_id = r.job_run_id) AS vm_uusd
    FROM job AS j
    CROSS JOIN job_runs AS r INDEXED BY job_runs_by_job ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id
        AND r.run_date BETWEEN date(:first, '-28 days') AND :last
    LEFT JOIN error_signature AS e ON e.signature_id = r.error_signature_id
    LEFT JOIN run_metrics AS m ON m.workspace_id = r.workspace_id AND m.job_run_id = r.job_run_id
),
priced AS MATERIALIZED (SELECT a.*, coalesce(a.dbu_uusd, 0) + coalesce(a.vm_uusd, 0) AS uusd FROM attempt AS a),
change AS MATERIALIZED ( -- of the job, of the resource, of what the job reads
    SELECT c.at_ms, date(c.at_ms / 1000, 'unixepoch') AS day, c.kind, c.summary FROM job AS j JOIN change_event AS c ON c.job_key = j.job_key AND c.kind IN ('COMPUTE', 'CODE')
    UNION ALL
    SELECT c.at_ms, date(c.at_ms / 1000, 'unixepoch'), c.kind, c.summary
    FROM change_event AS c WHERE 'resource:' || c.workspace_id || '/' || c.compute_id = :key AND c.kind = 'COMPUTE'
    UNION ALL
    SELECT DISTINCT c.at_ms, date(c.at_ms / 1000, 'unixepoch'), c.kind, c.summary
    FROM job AS j JOIN lineage_edge AS l ON l.workspace_id = j.workspace_id AND l.job_id = j.job_id AND l.src_dataset_id IS NOT NULL
    JOIN change_event AS c ON c.dataset_id = l.src_dataset_id AND c.kind = 'SCHEMA'
),
failure AS MATERIALIZED (
    SELECT f.signature_id, f.bucket, f.template, count(*) AS times, sum(f.uusd) AS uusd, min(f.run_date) AS first_date, max(f.run_date) AS last_date,
           min(f.start_ms) AS first_ms, max(f.start_ms) AS last_ms, count(DISTINCT f.run_date) AS days, sum(f.run_status = 'SKIPPED') AS skipped
    FROM priced AS f WHERE f.inside AND f.run_status IN ('FAILED', 'SKIPPED') AND f.signature_id IS NOT NULL
    GROUP BY f.signature_id
),
blamed AS MATERIALIZED ( -- the newest change after which a kind of failure came more often than before it
    SELECT f.*, (SELECT c.summary || char(10) || c.kind || char(10) || c.day FROM change AS c
                 WHERE c.at_ms <= f.last_ms AND c.at_ms >= f.last_ms - 28 * 86400000
                   AND (SELECT count(*) FROM priced AS x WHERE x.signature_id = f.signature_id AND x.start_ms > c.at_ms AND x.start_ms <= c.at_ms + 7 * 86400000)
                       > 1.5 * (SELECT count(*) FROM priced AS x WHERE x.signature_id = f.signature_id AND x.start_ms <= c.at_ms
                                AND x.start_ms > c.at_ms - 7 * 86400000)
                   AND (c.kind <> 'SCHEMA' OR f.bucket = 'data') AND (f.bucket <> 'spot' OR c.kind = 'COMPUTE')
                 ORDER BY c.at_ms DESC LIMIT 1) AS blame,
           (SELECT count(DISTINCT o.job_id || o.workspace_id) FROM eviction_details AS v
            JOIN job_runs AS o ON o.workspace_id = v.workspace_id AND o.job_run_id = v.job_run_id
            WHERE f.bucket = 'spot' AND v.caused_failure = 1 AND date(v.eviction_ms / 1000, 'unixepoch') = f.first_date) AS others
    FROM failure AS f
),
failed AS (
    SELECT CASE WHEN f.skipped > 0 THEN 'skipped-upstream'
                WHEN f.bucket = 'spot' AND f.days = 1 AND f.others >= 3 THEN 'spot-storm'
                WHEN f.bucket = 'spot' AND f.blame IS NOT NULL THEN 'spot-after-change'
                WHEN f.bucket = 'spot' THEN iif(f.days = 1 AND NOT EXISTS (SELECT 1 FROM one), 'spot-storm', 'spot-loss')
                WHEN f.blame LIKE '%' || char(10) || 'SCHEMA' || char(10) || '%' THEN 'schema-change'
                WHEN f.bucket = 'memory' THEN iif(f.blame IS NULL, 'memory', 'memory-after-change')
                WHEN f.bucket = 'permission' THEN iif(f.blame IS NULL, 'permission', 'permission-after-change')
                WHEN f.bucket = 'timeout' THEN 'timeout'
                WHEN f.blame IS NOT NULL THEN 'failures-after-change'
                ELSE 'failures' END AS code,
           iif(f.skipped > 0, NULL, f.uusd) AS effect_uusd, f.times, NULL AS ratio, f.first_date, f.last_date,
           substr(f.blame, 1, instr(f.blame, char(10)) - 1) AS change, f.template AS error,
           'change of ' || substr(f.blame, -10) AS detail
    FROM blamed AS f
),
turn AS MATERIALIZED ( -- successful attempts around each change of the job
    SELECT c.summary, c.day, c.kind, median(iif(a.start_ms > c.at_ms, a.took_ms, NULL)) AS after_ms, median(iif(a.start_ms <= c.at_ms, a.took_ms, NULL)) AS before_ms,
           avg(iif(a.start_ms > c.at_ms AND a.inside, a.uusd, NULL)) - avg(iif(a.start_ms <= c.at_ms, a.uusd, NULL)) AS more_uusd,
           sum(a.start_ms > c.at_ms AND a.inside) AS runs, sum(a.start_ms <= c.at_ms) AS runs_before,
           min(iif(a.start_ms > c.at_ms AND a.inside, a.run_date, NULL)) AS first_date
    FROM change AS c CROSS JOIN priced AS a ON a.run_status = 'SUCCESS'
    WHERE c.kind IN ('COMPUTE', 'CODE') AND c.day BETWEEN date(:first, '-7 days') AND :last
    GROUP BY c.at_ms, c.summary
),
middle AS MATERIALIZED (
    SELECT median(a.input_bytes) AS input_bytes, median(a.output_rows) AS output_rows, median(a.uusd) AS uusd, median(a.took_ms) AS took_ms
    FROM priced AS a WHERE a.run_status = 'SUCCESS'
),
price AS MATERIALIZED ( -- of the SKUs of the job or resource, changed inside the days or the week before
    SELECT p.sku, date(p.valid_from_ms / 1000, 'unixepoch') AS day, p.valid_from_ms, p.uusd_per_dbu, o.uusd_per_dbu AS old_uusd
    FROM sku_price AS p JOIN sku_price AS o ON o.sku = p.sku AND o.valid_to_ms = p.valid_from_ms
    WHERE date(p.valid_from_ms / 1000, 'unixepoch') BETWEEN date(:first, '-7 days') AND :last
),
dearer AS (
    SELECT x.sku, x.day, x.uusd_per_dbu, x.old_uusd, CAST(round(sum(u.udbu * (x.uusd_per_dbu - x.old_uusd) / 1000000.0)) AS INTEGER) AS uusd, count(*) AS rows
    FROM price AS x CROSS JOIN priced AS a
    CROSS JOIN compute_usage AS u ON u.workspace_id = a.workspace_id AND u.parent_id = a.job_run_id AND u.compute_sku = x.sku AND u.start_ms >= x.valid_from_ms
    WHERE a.inside
    GROUP BY x.sku, x.day
),
up AS MATERIALIZED (
    SELECT d.usage_date, d.dbu_uusd + coalesce(d.vm_uusd, 0) AS uusd, d.paid_ms
    FROM resource_day AS d
    WHERE 'resource:' || d.workspace_id || '/' || d.compute_id = :key AND d.usage_date BETWEEN date(:first, '-28 days') AND :last
),
left_on AS ( -- from a change to the next one
    SELECT c.summary, c.day, sum(u.usage_date > c.day AND u.usage_date >= :first) AS days, avg(iif(u.usage_date > c.day, u.paid_ms, NULL)) AS after_ms,
           avg(iif(u.usage_date <= c.day, u.paid_ms, NULL)) AS before_ms,
           sum(iif(u.usage_date > c.day AND u.usage_date >= :first, u.uusd, 0))
               - avg(iif(u.usage_date <= c.day, u.uusd, NULL)) * sum(u.usage_date > c.day AND u.usage_date >= :first) AS uusd,
           max(u.usage_date) AS last_date
    FROM change AS c
    CROSS JOIN up AS u ON u.usage_date <= coalesce((SELECT min(n.day) FROM change AS n WHERE n.at_ms > c.at_ms), :last)
    WHERE c.day BETWEEN date(:first, '-7 days') AND :last
    GROUP BY c.at_ms, c.summary
),
slope AS ( -- per successful attempt, by thirds of all days
    SELECT median(iif(z.third = 0, z.uusd, NULL)) AS a, median(iif(z.third = 1, z.uusd, NULL)) AS b, median(iif(z.third = 2, z.uusd, NULL)) AS c, sum(z.inside) AS runs
    FROM (SELECT a.uusd, a.inside, min(2, CAST(3 * (julianday(a.run_date) - julianday(date(:first, '-28 days')))
              / (julianday(:last) - julianday(date(:first, '-28 days')) + 1) AS INTEGER)) AS third
          FROM priced AS a WHERE a.run_status = 'SUCCESS') AS z
),
cause AS (
    SELECT * FROM failed
    UNION ALL
    SELECT 'slower-after-change', CAST(round(t.more_uusd * t.runs) AS INTEGER), t.runs, 1.0 * t.after_ms / t.before_ms - 1, t.first_date, :last, t.summary, NULL,
           'change of ' || t.day
    FROM turn AS t WHERE t.after_ms > 1.15 * t.before_ms AND t.runs >= iif(EXISTS (SELECT 1 FROM one), 1, 2) AND t.runs_before >= 5 AND t.more_uusd > 0
    UNION ALL
    SELECT 'volume-up', CAST(round(sum(a.uusd - m.uusd)) AS INTEGER), count(*), max(a.input_bytes) / m.input_bytes - 1, min(a.run_date), max(a.run_date), NULL, NULL, NULL
    FROM middle AS m CROSS JOIN priced AS a ON a.inside AND a.run_status = 'SUCCESS' AND a.input_bytes > 2 * m.input_bytes AND a.took_ms > 1.3 * m.took_ms
    HAVING count(*) > 0
    UNION ALL
    SELECT 'empty-input', sum(a.uusd), count(*), NULL, min(a.run_date), max(a.run_date), NULL, NULL, NULL
    FROM middle AS m CROSS JOIN priced AS a ON a.inside AND a.run_status = 'SUCCESS' AND m.output_rows > 0 AND a.output_rows = 0
    HAVING count(*) > 0
    UNION ALL
    SELECT 'price', d.uusd, d.rows, 1.0 * d.uusd_per_dbu / d.old_uusd - 1, max(d.day, :first), :last, NULL, NULL, d.sku || ' since ' || d.day FROM dearer AS d WHERE d.uusd > 0
    UNION ALL
    SELECT 'left-on', CAST(round(l.uusd) AS INTEGER), l.days, 1.0 * l.after_ms / l.before_ms - 1, max(date(l.day, '+1 day'), :first), l.last_date, l.summary, NULL,
           'change of ' || l.day
    FROM left_on AS l WHERE l.after_ms > 1.5 * l.before_ms AND l.days > 0
    UNION ALL
    SELECT 'growth', CAST(round((s.c - s.a) / 2 * s.runs) AS INTEGER), s.runs, 1.0 * s.c / s.a - 1, :first, :last, NULL, NULL, NULL
    FROM slope AS s
    WHERE s.b > 1.05 * s.a AND s.c > 1.05 * s.b AND julianday(:last) - julianday(:first) >= 20 AND NOT EXISTS (
        SELECT 1 FROM turn AS t WHERE t.after_ms > 1.15 * t.before_ms) AND NOT EXISTS (SELECT 1 FROM dearer AS d WHERE d.uusd > 0)
)
SELECT c.code, c.effect_uusd, c.times, c.ratio, c.first_date, c.last_date, c.change, c.error, c.detail
FROM cause AS c
ORDER BY c.effect_uusd IS NULL, c.effect_uusd DESC, c.code, c.error
