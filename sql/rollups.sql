-- The rollups of the days in the TEMP table touched_day (usage_date TEXT PRIMARY KEY), made anew from the rows. Whoever adds or
-- changes rows calls this in the same transaction, with the days of that usage (also of a correction: its old usage_date) and
-- the days on which those runs began; a run that ends or fails later touches the days of its usage again. The indexes are named,
-- as the planner would rather read the whole table than look up many days.

-- Less what the contract takes off: for each SKU the discounts that match it.
CREATE TEMP TABLE rollup_discount (sku TEXT, from_ms INTEGER, to_ms INTEGER, permille INTEGER, PRIMARY KEY (sku, from_ms)) WITHOUT ROWID;
INSERT INTO rollup_discount (sku, from_ms, to_ms, permille)
SELECT s.sku, d.valid_from_ms, coalesce(d.valid_to_ms, 9223372036854775807), d.permille
FROM (SELECT DISTINCT sku FROM sku_price) AS s JOIN discount AS d ON s.sku LIKE d.sku_pattern;

-- ---- cost: usage by parent, SKU and day, then node time of the same -----------------------------------------------------------

CREATE TEMP TABLE rollup_usage AS
SELECT u.workspace_id, u.parent_id, u.usage_date, u.compute_sku, u.parent_type, u.product, u.job_id, sum(u.cost_uusd) AS dbu_uusd,
       sum(CASE WHEN d.permille IS NULL THEN u.cost_uusd
                WHEN u.cost_uusd < 0 THEN (u.cost_uusd * (1000 - d.permille) - 500) / 1000
                ELSE (u.cost_uusd * (1000 - d.permille) + 500) / 1000 END) AS dbu_contract_uusd,
       sum(u.udbu) AS udbu
FROM touched_day AS t
CROSS JOIN compute_usage AS u INDEXED BY compute_usage_by_date ON u.usage_date = t.usage_date
LEFT JOIN rollup_discount AS d ON d.sku = u.compute_sku AND d.from_ms <= u.start_ms AND u.start_ms < d.to_ms
GROUP BY u.usage_date, u.parent_id, u.workspace_id, u.compute_sku, u.product;

CREATE TEMP TABLE rollup_node (
    workspace_id TEXT, parent_id TEXT, usage_date TEXT, ondemand_uusd INTEGER, spot_uusd INTEGER, node_ms INTEGER,
    spot_node_ms INTEGER, spot_ppm INTEGER, -- share of the DBUs
    PRIMARY KEY (workspace_id, parent_id, usage_date)) WITHOUT ROWID;
INSERT INTO rollup_node
SELECT n.workspace_id, n.parent_id, n.usage_date, sum(iif(n.market = 'SPOT', 0, n.vm_uusd)), sum(iif(n.market = 'SPOT', n.vm_uusd, 0)),
       sum(n.node_ms), sum(iif(n.market = 'SPOT', n.node_ms, 0)),
       coalesce((sum(iif(n.market = 'SPOT', n.udbu, 0)) * 1000000 + sum(n.udbu) / 2) / sum(n.udbu), 0)
FROM touched_day AS t CROSS JOIN node_usage AS n INDEXED BY node_usage_by_date ON n.usage_date = t.usage_date
GROUP BY n.workspace_id, n.parent_id, n.usage_date;

CREATE TEMP TABLE rollup_attempt ( -- attempts by day
    workspace_id TEXT, job_run_id TEXT, usage_date TEXT, job_id TEXT, failed INTEGER, dbu_uusd INTEGER, dbu_contract_uusd INTEGER,
    udbu INTEGER, ondemand_uusd INTEGER, spot_uusd INTEGER, node_ms INTEGER, spot_node_ms INTEGER, spot_ppm INTEGER,
    PRIMARY KEY (workspace_id, job_run_id, usage_date)) WITHOUT ROWID;
INSERT INTO rollup_attempt
SELECT p.workspace_id, p.parent_id, p.usage_date, p.job_id, r.run_status = 'FAILED', sum(p.dbu_uusd), sum(p.dbu_contract_uusd), sum(p.udbu),
       coalesce(n.ondemand_uusd, 0), coalesce(n.spot_uusd, 0), n.node_ms, n.spot_node_ms, coalesce(n.spot_ppm, 0)
FROM rollup_usage AS p
JOIN job_runs AS r ON r.workspace_id = p.workspace_id AND r.job_run_id = p.parent_id
LEFT JOIN rollup_node AS n ON n.workspace_id = p.workspace_id AND n.parent_id = p.parent_id AND n.usage_date = p.usage_date
WHERE p.parent_type = 'JOB_RUN'
GROUP BY p.workspace_id, p.parent_id, p.usage_date;

DELETE FROM job_day WHERE usage_date IN (SELECT usage_date FROM touched_day);
INSERT INTO job_day (workspace_id, job_id, usage_date, dbu_uusd, dbu_contract_uusd, udbu, ondemand_uusd, spot_uusd, waste_dbu_uusd,
                     waste_dbu_contract_uusd, waste_ondemand_uusd, waste_spot_uusd, node_ms, spot_node_ms, dbu_spot_uusd)
SELECT u.workspace_id, u.job_id, u.usage_date, sum(u.dbu_uusd), sum(u.dbu_contract_uusd), sum(u.udbu),
       sum(u.ondemand_uusd), sum(u.spot_uusd), sum(iif(u.failed, u.dbu_uusd, 0)), sum(iif(u.failed, u.dbu_contract_uusd, 0)),
       sum(iif(u.failed, u.ondemand_uusd, 0)), sum(iif(u.failed, u.spot_uusd, 0)), sum(u.node_ms), sum(u.spot_node_ms),
       sum((u.dbu_uusd * u.spot_ppm + 500000) / 1000000)
FROM rollup_attempt AS u
GROUP BY u.workspace_id, u.job_id, u.usage_date;

DELETE FROM workspace_day WHERE usage_date IN (SELECT usage_date FROM touched_day);
INSERT INTO workspace_day (workspace_id, usage_date, job_vm_uusd)
SELECT workspace_id, usage_date, sum(ondemand_uusd + spot_uusd) FROM rollup_attempt GROUP BY workspace_id, usage_date;

DELETE FROM resource_day WHERE usage_date IN (SELECT usage_date FROM touched_day);
INSERT INTO resource_day (workspace_id, compute_id, usage_date, product, dbu_uusd, dbu_contract_uusd, udbu, vm_uusd, node_ms, used_ms,
                          paid_ms)
SELECT u.workspace_id, u.parent_id, u.usage_date, u.product, sum(u.dbu_uusd), sum(u.dbu_contract_uusd), sum(u.udbu),
       n.ondemand_uusd + n.spot_uusd, n.node_ms, h.used_ms, h.paid_ms
FROM rollup_usage AS u
LEFT JOIN rollup_node AS n ON n.workspace_id = u.workspace_id AND n.parent_id = u.parent_id AND n.usage_date = u.usage_date
LEFT JOIN (
    SELECT r.workspace_id, r.compute_id, r.usage_date, sum(r.used_ms) AS used_ms, sum(r.paid_ms) AS paid_ms
    FROM touched_day AS t CROSS JOIN resource_hour AS r INDEXED BY resource_hour_by_date ON r.usage_date = t.usage_date
    GROUP BY r.workspace_id, r.compute_id, r.usage_date
) AS h ON h.workspace_id = u.workspace_id AND h.compute_id = u.parent_id AND h.usage_date = u.usage_date
WHERE u.parent_type <> 'JOB_RUN'
GROUP BY u.workspace_id, u.parent_id, u.usage_date;

DELETE FROM sku_day WHERE usage_date IN (SELECT usage_date FROM touched_day);
INSERT INTO sku_day (workspace_id, product, compute_sku, usage_date, dbu_uusd, dbu_contract_uusd, udbu)
SELECT workspace_id, product, compute_sku, usage_date, sum(dbu_uusd), sum(dbu_contract_uusd), sum(udbu)
FROM rollup_usage
GROUP BY workspace_id, product, compute_sku, usage_date;

-- ---- runs -----------------------------------------------------------------------------------------------------------------------

DELETE FROM job_run_day WHERE run_date IN (SELECT usage_date FROM touched_day);
WITH attempt AS MATERIALIZED (
    SELECT r.workspace_id, r.job_id, r.run_date, r.logical_run_id, r.is_final, r.run_status, r.end_ms - r.start_ms AS ms,
           (SELECT count(*) FROM eviction_details AS e WHERE e.workspace_id = r.workspace_id AND e.job_run_id = r.job_run_id) AS evictions,
           (SELECT min(e.evidence) FROM eviction_details AS e WHERE e.workspace_id = r.workspace_id AND e.job_run_id = r.job_run_id)
               AS evidence,
           CASE WHEN r.run_status IN ('SUCCESS', 'FAILED') THEN coalesce(
               (SELECT c.dbu_uusd + c.ondemand_uusd + c.spot_uusd FROM rollup_attempt AS c
                WHERE c.workspace_id = r.workspace_id AND c.job_run_id = r.job_run_id AND c.usage_date = r.run_date
                  AND date(r.start_ms / 1000, 'unixepoch') = r.run_date AND date(r.end_ms / 1000, 'unixepoch') = r.run_date),
               -- from the rows where it was used on other days too, which need not be touched
               (SELECT coalesce(sum(u.cost_uusd), 0) FROM compute_usage AS u
                WHERE u.workspace_id = r.workspace_id AND u.parent_id = r.job_run_id)
               + (SELECT coalesce(sum(n.vm_uusd), 0) FROM node_usage AS n
                  WHERE n.workspace_id = r.workspace_id AND n.parent_id = r.job_run_id)) END AS uusd
    FROM jobs AS j CROSS JOIN touched_day AS t
    CROSS JOIN job_runs AS r INDEXED BY job_runs_by_job ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id
        AND r.run_date = t.usage_date
)
INSERT INTO job_run_day (workspace_id, job_id, run_date, runs, runs_ok, runs_excluded, runs_open, attempts, failed_attempts, evictions,
                         evicted_runs, evicted_runs_failed, failed_runs, ok_ms, ok_uusd, lost_uusd, evidence)
SELECT g.workspace_id, g.job_id, g.run_date, count(*), sum(g.ok), sum(g.excluded), sum(g.open), sum(g.attempts), sum(g.failed),
       sum(g.evictions), sum(g.evictions > 0), sum(g.evictions > 0 AND g.failed > 0), sum(g.evictions = 0 AND g.failed > 0),
       pack_values(g.ok_ms), pack_values(g.ok_uusd), sum(g.lost_uusd), min(g.evidence)
FROM (
    SELECT r.workspace_id, r.job_id, r.run_date, count(*) AS attempts, sum(r.run_status = 'FAILED') AS failed,
           max(r.is_final AND r.run_status = 'SUCCESS') AS ok, max(r.is_final AND r.run_status IN ('CANCELLED', 'SKIPPED')) AS excluded,
           max(r.run_status = 'RUNNING') AS open,
           max(iif(r.run_status = 'SUCCESS', r.ms, NULL)) AS ok_ms, -- of the one that succeeded
           max(iif(r.run_status = 'SUCCESS', r.uusd, NULL)) AS ok_uusd,
           sum(iif(r.run_status = 'FAILED' AND r.evictions > 0, r.uusd, 0)) AS lost_uusd,
           sum(r.evictions) AS evictions, min(r.evidence) AS evidence
    FROM attempt AS r
    GROUP BY r.workspace_id, r.job_id, r.run_date, r.logical_run_id
) AS g
GROUP BY g.workspace_id, g.job_id, g.run_date;

-- ---- months: packed anew from their days -----------------------------------------------------------------------------------------

CREATE TEMP TABLE rollup_month (month TEXT, first_day TEXT, last_day TEXT, PRIMARY KEY (month)) WITHOUT ROWID;
INSERT INTO rollup_month SELECT DISTINCT substr(usage_date, 1, 7), substr(usage_date, 1, 7) || '-01', substr(usage_date, 1, 7) || '-31'
FROM touched_day;

CREATE TEMP TABLE rollup_job_month AS SELECT j.workspace_id, j.job_id, m.month FROM jobs AS j CROSS JOIN rollup_month AS m;

DELETE FROM job_month WHERE (workspace_id, job_id, month) IN (SELECT workspace_id, job_id, month FROM rollup_job_month);
INSERT INTO job_month (workspace_id, job_id, month, cost_uusd, cost_contract_uusd, dbu_uusd, dbu_contract_uusd)
SELECT j.workspace_id, j.job_id, m.month, pack_days(d.usage_date, d.dbu_uusd + d.ondemand_uusd + d.spot_uusd),
       pack_days(d.usage_date, d.dbu_contract_uusd + d.ondemand_uusd + d.spot_uusd), pack_days(d.usage_date, d.dbu_uusd),
       pack_days(d.usage_date, d.dbu_contract_uusd)
FROM jobs AS j CROSS JOIN rollup_month AS m
CROSS JOIN job_day AS d ON d.workspace_id = j.workspace_id AND d.job_id = j.job_id AND d.usage_date BETWEEN m.first_day AND m.last_day
GROUP BY j.workspace_id, j.job_id, m.month;

DELETE FROM job_vm_month WHERE (workspace_id, job_id, month) IN (SELECT workspace_id, job_id, month FROM rollup_job_month);
INSERT INTO job_vm_month (workspace_id, job_id, month, ondemand_uusd, spot_uusd, node_ms, spot_node_ms)
SELECT j.workspace_id, j.job_id, m.month, pack_days(d.usage_date, d.ondemand_uusd), pack_days(d.usage_date, d.spot_uusd),
       pack_days(d.usage_date, d.node_ms), pack_days(d.usage_date, d.spot_node_ms)
FROM jobs AS j CROSS JOIN rollup_month AS m
CROSS JOIN job_day AS d ON d.workspace_id = j.workspace_id AND d.job_id = j.job_id AND d.usage_date BETWEEN m.first_day AND m.last_day
GROUP BY j.workspace_id, j.job_id, m.month;

DELETE FROM job_waste_month WHERE (workspace_id, job_id, month) IN (SELECT workspace_id, job_id, month FROM rollup_job_month);
INSERT INTO job_waste_month (workspace_id, job_id, month, waste_dbu_uusd, waste_dbu_contract_uusd, waste_ondemand_uusd, waste_spot_uusd)
SELECT j.workspace_id, j.job_id, m.month, pack_days(d.usage_date, d.waste_dbu_uusd), pack_days(d.usage_date, d.waste_dbu_contract_uusd),
       pack_days(d.usage_date, d.waste_ondemand_uusd), pack_days(d.usage_date, d.waste_spot_uusd)
FROM jobs AS j CROSS JOIN rollup_month AS m
CROSS JOIN job_day AS d ON d.workspace_id = j.workspace_id AND d.job_id = j.job_id AND d.usage_date BETWEEN m.first_day AND m.last_day
GROUP BY j.workspace_id, j.job_id, m.month;

DELETE FROM job_run_month WHERE (workspace_id, job_id, month) IN (SELECT workspace_id, job_id, month FROM rollup_job_month);
INSERT INTO job_run_month (workspace_id, job_id, month, runs, runs_ok, runs_excluded, runs_open, attempts, failed_attempts, evictions,
                           evicted_runs, evicted_runs_failed, failed_runs)
SELECT j.workspace_id, j.job_id, m.month, pack_days(r.run_date, r.runs), pack_days(r.run_date, r.runs_ok),
       pack_days(r.run_date, r.runs_excluded), pack_days(r.run_date, r.runs_open), pack_days(r.run_date, r.attempts),
       pack_days(r.run_date, r.failed_attempts), pack_days(r.run_date, r.evictions), pack_days(r.run_date, r.evicted_runs),
       pack_days(r.run_date, r.evicted_runs_failed), pack_days(r.run_date, r.failed_runs)
FROM jobs AS j CROSS JOIN rollup_month AS m
CROSS JOIN job_run_day AS r ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id AND r.run_date BETWEEN m.first_day AND m.last_day
GROUP BY j.workspace_id, j.job_id, m.month;

DELETE FROM job_run_values WHERE (workspace_id, job_id, measure, month) IN (
    SELECT workspace_id, job_id, 'ok_ms', month FROM rollup_job_month UNION ALL SELECT workspace_id, job_id, 'ok_uusd', month FROM rollup_job_month);
INSERT INTO job_run_values (workspace_id, job_id, measure, month, packed)
SELECT j.workspace_id, j.job_id, 'ok_ms', m.month, pack_day_values(r.run_date, r.ok_ms)
FROM jobs AS j CROSS JOIN rollup_month AS m
CROSS JOIN job_run_day AS r ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id AND r.run_date BETWEEN m.first_day AND m.last_day
GROUP BY j.workspace_id, j.job_id, m.month;
INSERT INTO job_run_values (workspace_id, job_id, measure, month, packed)
SELECT j.workspace_id, j.job_id, 'ok_uusd', m.month, pack_day_values(r.run_date, r.ok_uusd)
FROM jobs AS j CROSS JOIN rollup_month AS m
CROSS JOIN job_run_day AS r ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id AND r.run_date BETWEEN m.first_day AND m.last_day
GROUP BY j.workspace_id, j.job_id, m.month;

DELETE FROM resource_month
WHERE (workspace_id, compute_id, month) IN (SELECT n.workspace_id, n.compute_id, m.month FROM non_job_compute AS n, rollup_month AS m);
INSERT INTO resource_month (workspace_id, compute_id, month, cost_uusd, cost_contract_uusd, dbu_uusd, dbu_contract_uusd, shared_dbu_uusd,
                            shared_dbu_contract_uusd, udbu, vm_uusd, used_ms, paid_ms)
SELECT n.workspace_id, n.compute_id, m.month, pack_days(d.usage_date, d.dbu_uusd + coalesce(d.vm_uusd, 0)),
       pack_days(d.usage_date, d.dbu_contract_uusd + coalesce(d.vm_uusd, 0)), pack_days(d.usage_date, d.dbu_uusd),
       pack_days(d.usage_date, d.dbu_contract_uusd), pack_days(d.usage_date, iif(d.is_shared, d.dbu_uusd, NULL)),
       pack_days(d.usage_date, iif(d.is_shared, d.dbu_contract_uusd, NULL)), pack_days(d.usage_date, d.udbu),
       pack_days(d.usage_date, d.vm_uusd), pack_days(d.usage_date, d.used_ms), pack_days(d.usage_date, d.paid_ms)
FROM non_job_compute AS n CROSS JOIN rollup_month AS m CROSS JOIN (
    SELECT r.*, r.product = 'ALL_PURPOSE' AND EXISTS (
               SELECT 1 FROM job_runs AS x INDEXED BY job_runs_by_compute
               WHERE x.workspace_id = r.workspace_id AND x.compute_id = r.compute_id AND x.run_date = r.usage_date) AS is_shared
    FROM resource_day AS r
) AS d ON d.workspace_id = n.workspace_id AND d.compute_id = n.compute_id AND d.usage_date BETWEEN m.first_day AND m.last_day
GROUP BY n.workspace_id, n.compute_id, m.month;

DROP TABLE rollup_job_month; DROP TABLE rollup_month; DROP TABLE rollup_attempt; DROP TABLE rollup_node; DROP TABLE rollup_usage; DROP TABLE rollup_discount;
