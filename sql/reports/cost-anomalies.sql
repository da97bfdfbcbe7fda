-- id: cost-anomalies
-- version: 2
-- title: Cost anomalies
-- pillar: cost
-- place: 5
-- question: On which days did something cost more or less than it should have?
-- entity: anomaly
-- noun: anomaly
-- nouns: anomalies
-- key: anomaly_key
-- label: anomaly_name
-- graph: about_key
-- amount: impact_uusd
-- mark: band
-- series: impact_uusd
-- column: anomaly_key | id | Anomaly id
-- column: anomaly_name | text | Anomaly
-- column: about_key | id | Entity id
-- column: about_kind | text | Kind
-- column: about_name | text | Name
-- column: workspace_id | id | Workspace id
-- column: workspace_name | text | Workspace
-- column: workspace_url | text | Workspace address
-- column: object_path | text | Path in the workspace
-- column: owner | text | Owner
-- column: severity | text | Severity
-- column: shape | text | Shape
-- column: from_date | text | First day
-- column: to_date | text | Last day
-- column: event_days | count | Days | each
-- column: actual_uusd | usd | Actual
-- column: expected_uusd | usd | Expected
-- column: low_uusd | usd | Band, low | each
-- column: high_uusd | usd | Band, high | each
-- column: impact_uusd | delta | Impact
-- column: impact_ratio | change | Relative
-- column: m | factor | Modified z
-- column: mean_before_uusd | usd | At the mean of 28 days before | each
-- column: delta_uusd | delta | Change to split
-- column: top_factor_uusd | delta | Largest part, amount
-- column: by_runs_uusd | delta | More or fewer runs
-- column: by_attempts_uusd | delta | Attempts per run
-- column: by_minutes_uusd | delta | Minutes per attempt
-- column: by_dbu_rate_uusd | delta | DBU per minute
-- column: by_price_uusd | delta | Price per DBU
-- column: by_vm_uusd | delta | VM cost per minute
-- column: by_other_uusd | delta | Not attributable
-- column: top_factor | text | Largest part
-- column: evictions | count | Evictions
-- column: failed_attempts | count | Failures
-- column: linked_change | text | Recorded change
-- column: linked_change_key | id | Change id
-- column: calendar_name | text | In the calendar
-- column: why | text | Why
-- column: status | text | Status
-- column: daily | json | Daily total
-- column: expected_daily | json | Expected by day
-- column: low_daily | json | Band by day, low
-- column: high_daily | json | Band by day, high
-- column: crit_count | count | Critical | whole
-- column: warn_count | count | Warnings | whole
-- column: info_count | count | For information | whole
-- column: excess_uusd | delta | Cost above expected | whole
-- column: watched | count | Series watched | whole
-- column: total_daily | json | Whole daily total | whole
-- column: total_expected | json | Whole, expected | whole
-- column: total_low | json | Whole, low | whole
-- column: total_high | json | Whole, high | whole
-- param: days | 28 | 1..365
-- param: as_of | | date
-- param: workspace | | text
-- param: owner | | text
-- param: department | | text
-- param: tag | | text
-- param: price | list | text
-- top: 15
-- order: critical and warnings by impact, largest first; then those for information; then id
-- reconcile: sql/reconcile/none.sql
-- method: each job, warehouse and all-purpose cluster is a series of daily totals, days without use are zero. A day is judged against its own past by median and MAD (modified z above 3.5; same weekday where eight weeks are known). An anomaly is material if it is at least $100 or 0.5 % of the daily spend, and at least 25 %. The split compares its days with the mean of the 28 days before; its parts are Shapley values over runs, attempts per run, minutes per attempt, DBU per minute, price per DBU and VM cost per minute, in cents that add up. Critical: above expected by at least $250 or twice the expected. For information: drops, and what the calendar or the same day of the month before explains.
-- chip: anomaly.explain
-- chip: anomaly.what-changed
-- details: from_date, event_days, severity, impact_uusd, top_factor, top_factor_uusd
-- summary: {entity_count} found, {excess_uusd} above expected, top: {top} {top.impact_uusd}
-- finding: {entity_count anomaly/anomalies} in {watched} series; {excess_uusd} above expected
-- empty: No anomaly: every series stayed inside its expected band.
-- figure: Found | {entity_count}: {crit_count} critical, {warn_count warning/warnings}, {info_count} for information
-- figure: Cost above expected | {excess_uusd}
-- figure: Largest | {top}  {top.impact_uusd}
-- figure: Its largest part | {top.top_factor}: {top.top_factor_uusd} | not attributable
-- card: Impact | {impact_uusd} ({impact_ratio}) against {expected_uusd} expected
-- card: Actual | {actual_uusd}; band {low_uusd} to {high_uusd}
-- card: Change to split | {delta_uusd} against the mean of the 28 days before | n/a: fewer than 28 days before
-- card: Largest part | {row.top_factor}: {top_factor_uusd} | not attributable
-- card: Failed attempts | {failed_attempts}, evictions {evictions} | {failed_attempts}, evictions are not known
-- card: Modified z | {m}, {event_days day/days}

WITH RECURSIVE span AS MATERIALIZED ( -- history: eight weeks and one before the window, as far as there is data
    SELECT :as_of AS last_day, date(:as_of, '-' || (:days - 1) || ' days') AS first_day,
           max((SELECT m.value FROM meta AS m WHERE m.key = 'first_day'), date(:as_of, '-' || (:days + 62) || ' days')) AS from_day
),
chosen AS MATERIALIZED ( -- jobs that the filters let through
    SELECT j.workspace_id, j.job_id
    FROM jobs AS j LEFT JOIN users_lookup AS u ON u.user_id = j.owner_user_id
    WHERE (:workspace IS NULL OR j.workspace_id = :workspace OR j.workspace_id IN (
               SELECT w.workspace_id FROM workspace AS w WHERE w.workspace_name = :workspace COLLATE NOCASE))
      AND (:owner IS NULL OR u.user_id = :owner OR u.name = :owner COLLATE NOCASE)
      AND (:department IS NULL OR u.department = :department COLLATE NOCASE)
      AND (:tag_key IS NULL OR EXISTS (SELECT 1 FROM job_tag AS t WHERE t.workspace_id = j.workspace_id AND t.job_id = j.job_id
                                       AND t.key = :tag_key AND t.value = :tag_value))
),
resource AS MATERIALIZED (
    SELECT n.workspace_id, n.compute_id, n.compute_name, n.compute_type, n.owner_user_id
    FROM non_job_compute AS n LEFT JOIN users_lookup AS u ON u.user_id = n.owner_user_id
    WHERE (:workspace IS NULL OR n.workspace_id = :workspace OR n.workspace_id IN (
               SELECT w.workspace_id FROM workspace AS w WHERE w.workspace_name = :workspace COLLATE NOCASE))
      AND (:owner IS NULL OR u.user_id = :owner OR u.name = :owner COLLATE NOCASE)
      AND (:department IS NULL OR u.department = :department COLLATE NOCASE)
      AND (:tag_key IS NULL OR EXISTS (SELECT 1 FROM compute_tag AS t WHERE t.workspace_id = n.workspace_id
                                       AND t.compute_id = n.compute_id AND t.key = :tag_key AND t.value = :tag_value))
),
series AS MATERIALIZED ( -- from the day on which the entity is known to be there
    SELECT 'job' AS kind, j.workspace_id, j.job_id AS native_id, -- jobs lead, in the order of their key: no row goes through a sorter
           max((SELECT from_day FROM span), coalesce(date(j.created_ms / 1000, 'unixepoch'), (SELECT from_day FROM span))) AS start_day,
           day_series(iif(:price = 'contract', m.cost_contract_uusd, m.cost_uusd),
                      max((SELECT from_day FROM span), coalesce(date(j.created_ms / 1000, 'unixepoch'), (SELECT from_day FROM span))),
                      :as_of) AS daily
    FROM jobs AS j CROSS JOIN job_month AS m ON m.workspace_id = j.workspace_id AND m.job_id = j.job_id
        AND m.month BETWEEN substr((SELECT from_day FROM span), 1, 7) AND substr(:as_of, 1, 7)
    WHERE (+j.workspace_id, +j.job_id) IN (SELECT workspace_id, job_id FROM chosen)
      AND coalesce(date(j.created_ms / 1000, 'unixepoch'), (SELECT from_day FROM span)) <= :as_of
    GROUP BY j.workspace_id, j.job_id
    HAVING sum_days(m.cost_uusd, (SELECT from_day FROM span), :as_of) IS NOT NULL
    UNION ALL
    SELECT 'resource', n.workspace_id, n.compute_id,
           max((SELECT from_day FROM span), coalesce(date(n.created_ms / 1000, 'unixepoch'), (SELECT from_day FROM span))),
           day_series(iif(:price = 'contract', m.cost_contract_uusd, m.cost_uusd),
                      max((SELECT from_day FROM span), coalesce(date(n.created_ms / 1000, 'unixepoch'), (SELECT from_day FROM span))),
                      :as_of)
    FROM non_job_compute AS n CROSS JOIN resource_month AS m ON m.workspace_id = n.workspace_id AND m.compute_id = n.compute_id
        AND m.month BETWEEN substr((SELECT from_day FROM span), 1, 7) AND substr(:as_of, 1, 7)
    WHERE (+n.workspace_id, +n.compute_id) IN (SELECT workspace_id, compute_id FROM resource)
      AND coalesce(date(n.created_ms / 1000, 'unixepoch'), (SELECT from_day FROM span)) <= :as_of
    GROUP BY n.workspace_id, n.compute_id
    HAVING sum_days(m.cost_uusd, (SELECT from_day FROM span), :as_of) IS NOT NULL
),
whole AS MATERIALIZED (
    SELECT day_series(z.uusd, p.from_day, p.last_day) AS daily,
           sum_days(z.uusd, p.first_day, p.last_day)
               / CAST(julianday(p.last_day) - julianday(max(p.first_day, p.from_day)) + 1 AS INTEGER) AS uusd_per_day
    FROM span AS p CROSS JOIN (
        SELECT iif(:price = 'contract', m.cost_contract_uusd, m.cost_uusd) AS uusd
        FROM span AS p CROSS JOIN chosen AS c
        CROSS JOIN job_month AS m ON m.workspace_id = c.workspace_id AND m.job_id = c.job_id
            AND m.month BETWEEN substr(p.from_day, 1, 7) AND substr(p.last_day, 1, 7)
        UNION ALL
        SELECT iif(:price = 'contract', m.cost_contract_uusd, m.cost_uusd)
        FROM span AS p CROSS JOIN resource AS r
        CROSS JOIN resource_month AS m ON m.workspace_id = r.workspace_id AND m.compute_id = r.compute_id
            AND m.month BETWEEN substr(p.from_day, 1, 7) AND substr(p.last_day, 1, 7)
    ) AS z
),
calendar AS MATERIALIZED ( -- a list of days for each workspace
    SELECT w.workspace_id, json_group_array(c.date) AS days
    FROM workspace AS w CROSS JOIN (
        SELECT DISTINCT d.date, e.workspace_id
        FROM calendar_event AS e CROSS JOIN span AS p CROSS JOIN date_series AS d ON d.date BETWEEN e.first_date AND e.last_date
            AND d.date BETWEEN p.from_day AND p.last_day
        ORDER BY d.date
    ) AS c ON c.workspace_id IS NULL OR c.workspace_id = w.workspace_id
    GROUP BY w.workspace_id
),
found AS MATERIALIZED (
    SELECT s.kind, s.workspace_id, s.native_id, s.start_day, s.daily, e.from_date, e.to_date, e.shape, e.actual_uusd, e.expected_uusd,
           e.low_uusd, e.high_uusd, e.impact_uusd, e.m, julianday(e.to_date) - julianday(e.from_date) + 1 AS event_days
    FROM span AS p CROSS JOIN whole AS t CROSS JOIN series AS s
    LEFT JOIN calendar AS k ON k.workspace_id = s.workspace_id
    CROSS JOIN detect_anomalies(s.daily, s.start_day, 100000000, t.uusd_per_day, coalesce(k.days, '[]')) AS e
    WHERE e.to_date >= p.first_day AND abs(e.impact_uusd) >= 0.25 * abs(e.expected_uusd)
),
totals AS MATERIALIZED ( -- what the cost is made of: [0] the 28 days before, [1] the days of the anomaly
    SELECT f.kind, f.workspace_id, f.native_id, f.from_date, f.event_days, z.after,
           sum(z.runs) AS runs, sum(z.attempts) AS attempts, sum(z.ms) AS ms, sum(z.udbu) AS udbu, sum(z.dbu_uusd) AS dbu_uusd,
           sum(z.vm_uusd) AS vm_uusd, sum(z.failed) AS failed, sum(z.evictions) AS evictions
    FROM found AS f CROSS JOIN (
        SELECT g.kind, g.workspace_id, g.native_id, g.from_date, d.usage_date >= g.from_date AS after, 0 AS runs, 0 AS attempts, 0 AS ms,
               d.udbu, iif(:price = 'contract', d.dbu_contract_uusd, d.dbu_uusd) AS dbu_uusd, d.ondemand_uusd + d.spot_uusd AS vm_uusd,
               0 AS failed, 0 AS evictions
        FROM found AS g CROSS JOIN job_day AS d ON g.kind = 'job' AND d.workspace_id = g.workspace_id AND d.job_id = g.native_id
            AND d.usage_date BETWEEN date(g.from_date, '-28 days') AND g.to_date
        UNION ALL
        SELECT g.kind, g.workspace_id, g.native_id, g.from_date, r.run_date >= g.from_date, r.runs, r.attempts, 0, 0, 0, 0,
               r.failed_attempts, r.evictions
        FROM found AS g CROSS JOIN job_run_day AS r ON g.kind = 'job' AND r.workspace_id = g.workspace_id AND r.job_id = g.native_id
            AND r.run_date BETWEEN date(g.from_date, '-28 days') AND g.to_date
        UNION ALL
        SELECT g.kind, g.workspace_id, g.native_id, g.from_date, x.run_date >= g.from_date, 0, 0, coalesce(x.end_ms - x.start_ms, 0), 0, 0,
               0, 0, 0
        FROM found AS g CROSS JOIN job_runs AS x INDEXED BY job_runs_by_job ON g.kind = 'job' AND x.workspace_id = g.workspace_id
            AND x.job_id = g.native_id AND x.run_date BETWEEN date(g.from_date, '-28 days') AND g.to_date
        UNION ALL -- one "run" a day: hours up, DBU an hour, price
        SELECT g.kind, g.workspace_id, g.native_id, g.from_date, d.usage_date >= g.from_date, 1, 1, d.paid_ms, d.udbu,
               iif(:price = 'contract', d.dbu_contract_uusd, d.dbu_uusd), coalesce(d.vm_uusd, 0), 0, 0
        FROM found AS g CROSS JOIN resource_day AS d ON g.kind = 'resource' AND d.workspace_id = g.workspace_id
            AND d.compute_id = g.native_id AND d.usage_date BETWEEN date(g.from_date, '-28 days') AND g.to_date
    ) AS z ON z.kind = f.kind AND z.workspace_id = f.workspace_id AND z.native_id = f.native_id AND z.from_date = f.from_date
    GROUP BY f.kind, f.workspace_id, f.native_id, f.from_date, z.after
),
split AS MATERIALIZED ( -- both sides brought to 28 x the days of the anomaly, so that nothing is rounded before the end
    SELECT f.kind, f.workspace_id, f.native_id, f.from_date, CAST(f.event_days AS INTEGER) AS event_days,
           (coalesce(b.dbu_uusd, 0) + coalesce(b.vm_uusd, 0)) * CAST(f.event_days AS INTEGER) / 28 AS before_uusd,
           iif(f.kind = 'job', coalesce(a.failed, 0), NULL) AS failed, -- other compute has no attempts
           iif(f.kind = 'job' AND EXISTS (SELECT 1 FROM data_mark AS k WHERE k.source = 'events'), coalesce(a.evictions, 0), NULL) AS evictions,
           iif(date(f.from_date, '-28 days') >= f.start_day,
               shapley_cost(coalesce(b.runs, 0) * CAST(f.event_days AS INTEGER), coalesce(b.attempts, 0) * CAST(f.event_days AS INTEGER),
                            coalesce(b.ms, 0) * CAST(f.event_days AS INTEGER), coalesce(b.udbu, 0) * CAST(f.event_days AS INTEGER),
                            coalesce(b.dbu_uusd, 0) * CAST(f.event_days AS INTEGER), coalesce(b.vm_uusd, 0) * CAST(f.event_days AS INTEGER),
                            coalesce(a.runs, 0) * 28, coalesce(a.attempts, 0) * 28, coalesce(a.ms, 0) * 28, coalesce(a.udbu, 0) * 28,
                            coalesce(a.dbu_uusd, 0) * 28, coalesce(a.vm_uusd, 0) * 28, 280000), NULL) AS parts
    FROM found AS f
    LEFT JOIN totals AS b ON b.kind = f.kind AND b.workspace_id = f.workspace_id AND b.native_id = f.native_id
        AND b.from_date = f.from_date AND b.after = 0
    LEFT JOIN totals AS a ON a.kind = f.kind AND a.workspace_id = f.workspace_id AND a.native_id = f.native_id
        AND a.from_date = f.from_date AND a.after = 1
),
part AS MATERIALIZED (
    SELECT s.*, (s.parts ->> 'delta') / 28 AS delta, (s.parts ->> 'runs') / 28 AS runs, (s.parts ->> 'attempts_per_run') / 28 AS attempts,
           (s.parts ->> 'ms_per_attempt') / 28 AS minutes, (s.parts ->> 'dbu_per_ms') / 28 AS dbu_rate,
           (s.parts ->> 'price_per_dbu') / 28 AS price, (s.parts ->> 'vm_per_ms') / 28 AS vm, (s.parts ->> 'other') / 28 AS other
    FROM split AS s
),
factor AS MATERIALIZED ( -- the part that goes furthest in the direction of the change
    SELECT z.kind, z.workspace_id, z.native_id, z.from_date, z.name, z.uusd,
           row_number() OVER (PARTITION BY z.kind, z.workspace_id, z.native_id, z.from_date ORDER BY z.uusd * z.sign DESC, z.place) AS nth
    FROM (
        SELECT p.kind, p.workspace_id, p.native_id, p.from_date, iif(p.delta < 0, -1, 1) AS sign, n.place, n.name,
               CASE n.place WHEN 1 THEN p.runs WHEN 2 THEN p.attempts WHEN 3 THEN p.minutes WHEN 4 THEN p.dbu_rate
                            WHEN 5 THEN p.price WHEN 6 THEN p.vm ELSE p.other END AS uusd
        FROM part AS p CROSS JOIN (
            SELECT 1 AS place, 'job' AS kind, 'runs' AS name UNION ALL SELECT 2, 'job', 'attempts per run'
            UNION ALL SELECT 3, 'job', 'minutes per attempt' UNION ALL SELECT 1, 'resource', 'days in use'
            UNION ALL SELECT 3, 'resource', 'time up per day' UNION ALL SELECT 4, '', 'DBU per minute'
            UNION ALL SELECT 5, '', 'price per DBU' UNION ALL SELECT 6, '', 'VM cost per minute'
            UNION ALL SELECT 7, '', 'not attributable') AS n ON n.kind IN (p.kind, '')
        WHERE p.parts IS NOT NULL
    ) AS z
),
change AS MATERIALIZED ( -- the last recorded change that can change cost, of the seven days before or of its first day
    SELECT f.kind, f.workspace_id, f.native_id, f.from_date, c.change_id, c.change_key, c.summary, c.at_ms,
           row_number() OVER (PARTITION BY f.kind, f.workspace_id, f.native_id, f.from_date ORDER BY c.at_ms DESC, c.change_id) AS nth
    FROM found AS f
    JOIN change_event AS c ON c.workspace_id = f.workspace_id AND f.native_id = iif(f.kind = 'job', c.job_id, c.compute_id)
        AND c.kind NOT IN ('OWNER', 'TAGS', 'DESCRIPTION')
        AND date(c.at_ms / 1000, 'unixepoch') BETWEEN date(f.from_date, '-7 days') AND f.from_date
),
days AS MATERIALIZED ( -- of W; the detector gives whole micro-dollars
    SELECT f.kind, f.workspace_id, f.native_id, json_group_array(x.actual_uusd) AS daily, json_group_array(x.expected_uusd) AS expected_daily,
           json_group_array(x.low_uusd) AS low_daily, json_group_array(x.high_uusd) AS high_daily
    FROM span AS p CROSS JOIN (SELECT DISTINCT kind, workspace_id, native_id, daily, start_day FROM found) AS f
    CROSS JOIN detect_days(f.daily, f.start_day) AS x
    WHERE x.date >= p.first_day
    GROUP BY f.kind, f.workspace_id, f.native_id
),
all_days AS MATERIALIZED (
    SELECT json_group_array(x.actual_uusd) AS daily, json_group_array(x.expected_uusd) AS expected_daily,
           json_group_array(x.low_uusd) AS low_daily, json_group_array(x.high_uusd) AS high_daily
    FROM span AS p CROSS JOIN whole AS t CROSS JOIN detect_days(t.daily, p.from_day) AS x
    WHERE x.date >= p.first_day
),
graded AS MATERIALIZED (
    SELECT f.*, CASE WHEN f.shape IN ('calendar', 'drop') OR f.impact_uusd < 0 THEN 'info'
                     WHEN f.impact_uusd >= 250000000 OR f.impact_uusd >= 2 * abs(f.expected_uusd) THEN 'crit' ELSE 'warn' END AS severity,
           (SELECT e.name FROM calendar_event AS e WHERE (e.workspace_id IS NULL OR e.workspace_id = f.workspace_id)
            AND e.first_date <= f.to_date AND e.last_date >= f.from_date ORDER BY e.first_date, e.event_id LIMIT 1) AS calendar_name
    FROM found AS f
)
SELECT entity_id('anomaly', g.workspace_id, g.native_id || '@' || g.from_date) AS anomaly_key,
       coalesce(j.job_name, n.compute_name) || ', ' || g.from_date
           || iif(g.to_date > g.from_date, ' to ' || g.to_date, '') AS anomaly_name,
       entity_id(g.kind, g.workspace_id, g.native_id) AS about_key,
       g.kind AS about_kind,
       coalesce(j.job_name, n.compute_name) AS about_name,
       g.workspace_id,
       w.workspace_name,
       w.workspace_url,
       CASE WHEN g.kind = 'job' THEN 'jobs/' || g.native_id WHEN n.compute_type = 'SQL_WAREHOUSE' THEN 'sql/warehouses/' || g.native_id
            ELSE 'compute/clusters/' || g.native_id END AS object_path,
       o.name AS owner,
       g.severity,
       g.shape,
       g.from_date,
       g.to_date,
       s.event_days,
       CAST(round(g.actual_uusd) AS INTEGER) AS actual_uusd,
       CAST(round(g.expected_uusd) AS INTEGER) AS expected_uusd,
       CAST(round(g.low_uusd) AS INTEGER) AS low_uusd,
       CAST(round(g.high_uusd) AS INTEGER) AS high_uusd,
       CAST(round(g.impact_uusd) AS INTEGER) AS impact_uusd,
       1.0 * g.impact_uusd / nullif(abs(g.expected_uusd), 0) AS impact_ratio,
       g.m,
       iif(s.parts IS NULL, NULL, s.before_uusd) AS mean_before_uusd,
       s.delta AS delta_uusd,
       s.runs AS by_runs_uusd,
       s.attempts AS by_attempts_uusd,
       s.minutes AS by_minutes_uusd,
       s.dbu_rate AS by_dbu_rate_uusd,
       s.price AS by_price_uusd,
       s.vm AS by_vm_uusd,
       s.other AS by_other_uusd,
       t.name AS top_factor,
       t.uusd AS top_factor_uusd,
       s.evictions,
       s.failed AS failed_attempts,
       c.summary AS linked_change,
       c.change_key AS linked_change_key,
       g.calendar_name,
       CASE WHEN g.shape = 'calendar' THEN 'expected on these days' || coalesce(': ' || g.calendar_name, ' of a month')
            WHEN t.name IS NULL THEN 'fewer than 28 days before it: no split'
            ELSE t.name || iif(t.uusd < 0, ' fell', ' rose')
                 || iif(s.evictions > 0, '; ' || s.evictions || iif(s.evictions = 1, ' eviction', ' evictions'), '')
                 || iif(s.failed > 0, '; ' || s.failed || iif(s.failed = 1, ' failed attempt', ' failed attempts'), '')
                 || coalesce('; change on ' || date(c.at_ms / 1000, 'unixepoch'), '') END AS why,
       'new' AS status,
       d.daily,
       d.expected_daily,
       d.low_daily,
       d.high_daily,
       sum(g.severity = 'crit') OVER () AS crit_count,
       sum(g.severity = 'warn') OVER () AS warn_count,
       sum(g.severity = 'info') OVER () AS info_count,
       CAST(round(sum(iif(g.severity <> 'info', g.impact_uusd, 0)) OVER ()) AS INTEGER) AS excess_uusd,
       (SELECT count(*) FROM series) AS watched,
       a.daily AS total_daily,
       a.expected_daily AS total_expected,
       a.low_daily AS total_low,
       a.high_daily AS total_high
FROM graded AS g
CROSS JOIN all_days AS a
JOIN workspace AS w ON w.workspace_id = g.workspace_id
LEFT JOIN jobs AS j ON g.kind = 'job' AND j.workspace_id = g.workspace_id AND j.job_id = g.native_id
LEFT JOIN non_job_compute AS n ON g.kind = 'resource' AND n.workspace_id = g.workspace_id AND n.compute_id = g.native_id
LEFT JOIN users_lookup AS o ON o.user_id = coalesce(j.owner_user_id, n.owner_user_id)
LEFT JOIN part AS s ON s.kind = g.kind AND s.workspace_id = g.workspace_id AND s.native_id = g.native_id AND s.from_date = g.from_date
LEFT JOIN factor AS t ON t.kind = g.kind AND t.workspace_id = g.workspace_id AND t.native_id = g.native_id AND t.from_date = g.from_date
    AND t.nth = 1
LEFT JOIN change AS c ON c.kind = g.kind AND c.workspace_id = g.workspace_id AND c.native_id = g.native_id AND c.from_date = g.from_date
    AND c.nth = 1
LEFT JOIN days AS d ON d.kind = g.kind AND d.workspace_id = g.workspace_id AND d.native_id = g.native_id
ORDER BY g.severity = 'info', abs(g.impact_uusd) DESC, anomaly_key
