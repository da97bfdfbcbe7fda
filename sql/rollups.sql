-- The rollups of the days in the TEMP table touched_day (usage_date TEXT PRIMARY KEY), made anew from the rows. Whoever adds or
-- changes rows calls this in the same transaction, with the days of that usage (also of a correction: its old usage_date) and
-- the days on which those runs began; a run that ends or fails later touches the days of its usage again. The indexes are named,
-- as the planner would rather read the whole table than look up many days.

-- The key is one number: with it rows that an index gives by day and parent need no sorting to be grouped.
CREATE TEMP TABLE rollup_day (from_ms INTEGER PRIMARY KEY, to_ms INTEGER, usage_date TEXT);
INSERT INTO rollup_day
SELECT unixepoch(usage_date) * 1000, unixepoch(usage_date, '+1 day') * 1000, usage_date FROM touched_day;

-- Less what the contract takes off: for each SKU the discounts that match it.
CREATE TEMP TABLE rollup_discount (sku TEXT, from_ms INTEGER, to_ms INTEGER, permille INTEGER, PRIMARY KEY (sku, from_ms)) WITHOUT ROWID;
INSERT INTO rollup_discount (sku, from_ms, to_ms, permille)
SELECT s.sku, d.valid_from_ms, coalesce(d.valid_to_ms, 9223372036854775807), d.permille
FROM (SELECT DISTINCT sku FROM sku_price) AS s JOIN discount AS d ON s.sku LIKE d.sku_pattern;

-- ---- cost: usage by parent, SKU and day, then node time of the same -----------------------------------------------------------

-- The rows of the touched days with their price by contract, half up.
CREATE TEMP VIEW rollup_row AS
SELECT u.*, t.from_ms, CASE WHEN d.permille IS NULL THEN u.cost_uusd
                            WHEN u.cost_uusd < 0 THEN (u.cost_uusd * (1000 - d.permille) - 500) / 1000
                            ELSE (u.cost_uusd * (1000 - d.permille) + 500) / 1000 END AS contract_uusd
FROM rollup_day AS t
CROSS JOIN compute_usage AS u INDEXED BY compute_usage_by_date ON u.usage_date = t.usage_date
LEFT JOIN rollup_discount AS d ON d.sku = u.compute_sku AND d.from_ms <= u.start_ms AND u.start_ms < d.to_ms;

-- By parent and day, in the order of the index: sorting all rows by SKU too took most of the time, and a parent rarely has two.
CREATE TEMP TABLE rollup_usage (
    workspace_id TEXT, parent_id TEXT, usage_date TEXT, parent_type TEXT, product TEXT, job_id TEXT, compute_sku TEXT,
    is_mixed INTEGER, -- several SKUs or products: sku_day takes them from the rows
    dbu_uusd INTEGER, dbu_contract_uusd INTEGER, udbu INTEGER, PRIMARY KEY (usage_date, workspace_id, parent_id)) WITHOUT ROWID;
INSERT INTO rollup_usage
SELECT workspace_id, parent_id, usage_date, parent_type, min(product), job_id, min(compute_sku),
       min(compute_sku) <> max(compute_sku) OR min(product) <> max(product), sum(cost_uusd), sum(contract_uusd), sum(udbu)
FROM rollup_row
GROUP BY from_ms, workspace_id, parent_id;

CREATE TEMP TABLE rollup_node (
    workspace_id TEXT, parent_id TEXT, usage_date TEXT, ondemand_uusd INTEGER, spot_uusd INTEGER, node_ms INTEGER,
    spot_node_ms INTEGER, spot_ppm INTEGER, -- share of the DBUs
    PRIMARY KEY (usage_date, workspace_id, parent_id)) WITHOUT ROWID;
INSERT INTO rollup_node
SELECT n.workspace_id, n.parent_id, n.usage_date, sum(iif(n.market = 'SPOT', 0, n.vm_uusd)), sum(iif(n.market = 'SPOT', n.vm_uusd, 0)),
       sum(n.node_ms), sum(iif(n.market = 'SPOT', n.node_ms, 0)),
       coalesce((sum(iif(n.market = 'SPOT', n.udbu, 0)) * 1000000 + sum(n.udbu) / 2) / sum(n.udbu), 0)
FROM rollup_day AS t CROSS JOIN node_usage AS n INDEXED BY node_usage_by_date ON n.usage_date = t.usage_date
GROUP BY t.from_ms, n.workspace_id, n.parent_id;

CREATE TEMP TABLE rollup_attempt ( -- attempts by day
    workspace_id TEXT, job_run_id TEXT, usage_date TEXT, job_id TEXT, failed INTEGER, dbu_uusd INTEGER, dbu_contract_uusd INTEGER,
    udbu INTEGER, ondemand_uusd INTEGER, spot_uusd INTEGER, node_ms INTEGER, spot_node_ms INTEGER, spot_ppm INTEGER,
    PRIMARY KEY (usage_date, workspace_id, job_run_id)) WITHOUT ROWID;
INSERT INTO rollup_attempt
SELECT p.workspace_id, p.parent_id, p.usage_date, p.job_id, r.run_status = 'FAILED', p.dbu_uusd, p.dbu_contract_uusd, p.udbu,
       coalesce(n.ondemand_uusd, 0), coalesce(n.spot_uusd, 0), n.node_ms, n.spot_node_ms, coalesce(n.spot_ppm, 0)
FROM rollup_usage AS p
JOIN job_runs AS r ON r.workspace_id = p.workspace_id AND r.job_run_id = p.parent_id
LEFT JOIN rollup_node AS n ON n.workspace_id = p.workspace_id AND n.parent_id = p.parent_id AND n.usage_date = p.usage_date
WHERE p.parent_type = 'JOB_RUN';

DELETE FROM job_day WHERE usage_date IN (SELECT usage_date FROM rollup_day);
INSERT INTO job_day (workspace_id, job_id, usage_date, dbu_uusd, dbu_contract_uusd, udbu, ondemand_uusd, spot_uusd, waste_dbu_uusd,
                     waste_dbu_contract_uusd, waste_ondemand_uusd, waste_spot_uusd, node_ms, spot_node_ms, dbu_spot_uusd)
SELECT u.workspace_id, u.job_id, u.usage_date, sum(u.dbu_uusd), sum(u.dbu_contract_uusd), sum(u.udbu),
       sum(u.ondemand_uusd), sum(u.spot_uusd), sum(iif(u.failed, u.dbu_uusd, 0)), sum(iif(u.failed, u.dbu_contract_uusd, 0)),
       sum(iif(u.failed, u.ondemand_uusd, 0)), sum(iif(u.failed, u.spot_uusd, 0)), sum(u.node_ms), sum(u.spot_node_ms),
       sum((u.dbu_uusd * u.spot_ppm + 500000) / 1000000)
FROM rollup_attempt AS u
GROUP BY u.workspace_id, u.job_id, u.usage_date;

DELETE FROM workspace_day WHERE usage_date IN (SELECT usage_date FROM rollup_day);
INSERT INTO workspace_day (workspace_id, usage_date, job_vm_uusd)
SELECT workspace_id, usage_date, sum(ondemand_uusd + spot_uusd) FROM rollup_attempt GROUP BY workspace_id, usage_date;

DELETE FROM resource_day WHERE usage_date IN (SELECT usage_date FROM rollup_day);
INSERT INTO resource_day (workspace_id, compute_id, usage_date, product, dbu_uusd, dbu_contract_uusd, udbu, vm_uusd, node_ms, used_ms,
                          paid_ms)
SELECT u.workspace_id, u.parent_id, u.usage_date, u.product, u.dbu_uusd, u.dbu_contract_uusd, u.udbu,
       n.ondemand_uusd + n.spot_uusd, n.node_ms, h.used_ms, h.paid_ms
FROM rollup_usage AS u
LEFT JOIN rollup_node AS n ON n.workspace_id = u.workspace_id AND n.parent_id = u.parent_id AND n.usage_date = u.usage_date
LEFT JOIN (
    SELECT r.workspace_id, r.compute_id, r.usage_date, sum(r.used_ms) AS used_ms, sum(r.paid_ms) AS paid_ms
    FROM rollup_day AS t CROSS JOIN resource_hour AS r INDEXED BY resource_hour_by_date ON r.usage_date = t.usage_date
    GROUP BY r.workspace_id, r.compute_id, r.usage_date
) AS h ON h.workspace_id = u.workspace_id AND h.compute_id = u.parent_id AND h.usage_date = u.usage_date
WHERE u.parent_type <> 'JOB_RUN';

DELETE FROM sku_day WHERE usage_date IN (SELECT usage_date FROM rollup_day);
INSERT INTO sku_day (workspace_id, product, compute_sku, usage_date, dbu_uusd, dbu_contract_uusd, udbu)
SELECT workspace_id, product, compute_sku, usage_date, sum(dbu_uusd), sum(dbu_contract_uusd), sum(udbu)
FROM (
    SELECT workspace_id, product, compute_sku, usage_date, dbu_uusd, dbu_contract_uusd, udbu FROM rollup_usage WHERE NOT is_mixed
    UNION ALL
    SELECT r.workspace_id, r.product, r.compute_sku, r.usage_date, r.cost_uusd, r.contract_uusd, r.udbu
    FROM rollup_usage AS p CROSS JOIN rollup_row AS r ON r.usage_date = p.usage_date AND r.workspace_id = p.workspace_id
        AND r.parent_id = p.parent_id
    WHERE p.is_mixed
)
GROUP BY workspace_id, product, compute_sku, usage_date;

-- ---- runs -----------------------------------------------------------------------------------------------------------------------

DELETE FROM job_run_day WHERE run_date IN (SELECT usage_date FROM rollup_day);
WITH attempt AS MATERIALIZED (
    SELECT r.workspace_id, r.job_id, r.run_date, r.logical_run_id, r.job_run_id, r.is_final, r.run_status, r.end_ms - r.start_ms AS ms,
           (SELECT count(*) FROM eviction_details AS e WHERE e.workspace_id = r.workspace_id AND e.job_run_id = r.job_run_id) AS evictions,
           CASE WHEN r.run_status IN ('SUCCESS', 'FAILED') THEN coalesce(
               (SELECT c.dbu_uusd + c.ondemand_uusd + c.spot_uusd FROM rollup_attempt AS c
                WHERE c.workspace_id = r.workspace_id AND c.job_run_id = r.job_run_id AND c.usage_date = t.usage_date
                  AND r.start_ms >= t.from_ms AND r.end_ms < t.to_ms),
               -- from the rows where it was used on other days too, which need not be touched
               (SELECT coalesce(sum(u.cost_uusd), 0) FROM compute_usage AS u
                WHERE u.workspace_id = r.workspace_id AND u.parent_id = r.job_run_id)
               + (SELECT coalesce(sum(n.vm_uusd), 0) FROM node_usage AS n
                  WHERE n.workspace_id = r.workspace_id AND n.parent_id = r.job_run_id)) END AS uusd
    FROM jobs AS j CROSS JOIN rollup_day AS t
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
           sum(iif(r.run_status = 'FAILED' AND r.evictions > 0, r.uusd, 0)) AS lost_uusd, sum(r.evictions) AS evictions,
           min(iif(r.evictions = 0, NULL, (SELECT min(e.evidence) FROM eviction_details AS e
                                           WHERE e.workspace_id = r.workspace_id AND e.job_run_id = r.job_run_id))) AS evidence
    FROM attempt AS r
    GROUP BY r.logical_run_id, r.run_date, r.job_id, r.workspace_id
) AS g
GROUP BY g.workspace_id, g.job_id, g.run_date;

-- ---- months: packed anew from their days -----------------------------------------------------------------------------------------

CREATE TEMP TABLE rollup_month (month TEXT, first_day TEXT, last_day TEXT, PRIMARY KEY (month)) WITHOUT ROWID;
INSERT INTO rollup_month SELECT DISTINCT substr(usage_date, 1, 7), substr(usage_date, 1, 7) || '-01', substr(usage_date, 1, 7) || '-31'
FROM rollup_day;

-- One pass over the days for all tables of a month; a job without days has days = 0 here and no row there.
CREATE TEMP TABLE rollup_job_month (
    workspace_id TEXT, job_id TEXT, month TEXT, days INTEGER, cost_uusd BLOB, cost_contract_uusd BLOB, dbu_uusd BLOB,
    dbu_contract_uusd BLOB, ondemand_uusd BLOB, spot_uusd BLOB, node_ms BLOB, spot_node_ms BLOB, waste_dbu_uusd BLOB,
    waste_dbu_contract_uusd BLOB, waste_ondemand_uusd BLOB, waste_spot_uusd BLOB,
    PRIMARY KEY (workspace_id, job_id, month)) WITHOUT ROWID;
INSERT INTO rollup_job_month
SELECT j.workspace_id, j.job_id, m.month, count(d.usage_date), pack_days(d.usage_date, d.dbu_uusd + d.ondemand_uusd + d.spot_uusd),
       pack_days(d.usage_date, d.dbu_contract_uusd + d.ondemand_uusd + d.spot_uusd), pack_days(d.usage_date, d.dbu_uusd),
       pack_days(d.usage_date, d.dbu_contract_uusd), pack_days(d.usage_date, d.ondemand_uusd), pack_days(d.usage_date, d.spot_uusd),
       pack_days(d.usage_date, d.node_ms), pack_days(d.usage_date, d.spot_node_ms), pack_days(d.usage_date, d.waste_dbu_uusd),
       pack_days(d.usage_date, d.waste_dbu_contract_uusd), pack_days(d.usage_date, d.waste_ondemand_uusd),
       pack_days(d.usage_date, d.waste_spot_uusd)
FROM jobs AS j CROSS JOIN rollup_month AS m
LEFT JOIN job_day AS d ON d.workspace_id = j.workspace_id AND d.job_id = j.job_id AND d.usage_date BETWEEN m.first_day AND m.last_day
GROUP BY j.workspace_id, j.job_id, m.month;

DELETE FROM job_month WHERE (workspace_id, job_id, month) IN (SELECT workspace_id, job_id, month FROM rollup_job_month);
INSERT INTO job_month (workspace_id, job_id, month, cost_uusd, cost_contract_uusd, dbu_uusd, dbu_contract_uusd)
SELECT workspace_id, job_id, month, cost_uusd, cost_contract_uusd, dbu_uusd, dbu_contract_uusd FROM rollup_job_month WHERE days > 0;
DELETE FROM job_vm_month WHERE (workspace_id, job_id, month) IN (SELECT workspace_id, job_id, month FROM rollup_job_month);
INSERT INTO job_vm_month (workspace_id, job_id, month, ondemand_uusd, spot_uusd, node_ms, spot_node_ms)
SELECT workspace_id, job_id, month, ondemand_uusd, spot_uusd, node_ms, spot_node_ms FROM rollup_job_month WHERE days > 0;
DELETE FROM job_waste_month WHERE (workspace_id, job_id, month) IN (SELECT workspace_id, job_id, month FROM rollup_job_month);
INSERT INTO job_waste_month (workspace_id, job_id, month, waste_dbu_uusd, waste_dbu_contract_uusd, waste_ondemand_uusd, waste_spot_uusd)
SELECT workspace_id, job_id, month, waste_dbu_uusd, waste_dbu_contract_uusd, waste_ondemand_uusd, waste_spot_uusd
FROM rollup_job_month WHERE days > 0;

CREATE TEMP TABLE rollup_run_month (
    workspace_id TEXT, job_id TEXT, month TEXT, days INTEGER, runs BLOB, runs_ok BLOB, runs_excluded BLOB, runs_open BLOB, attempts BLOB,
    failed_attempts BLOB, evictions BLOB, evicted_runs BLOB, evicted_runs_failed BLOB, failed_runs BLOB, ok_ms BLOB, ok_uusd BLOB,
    PRIMARY KEY (workspace_id, job_id, month)) WITHOUT ROWID;
INSERT INTO rollup_run_month
SELECT j.workspace_id, j.job_id, m.month, count(r.run_date), pack_days(r.run_date, r.runs), pack_days(r.run_date, r.runs_ok),
       pack_days(r.run_date, r.runs_excluded), pack_days(r.run_date, r.runs_open), pack_days(r.run_date, r.attempts),
       pack_days(r.run_date, r.failed_attempts), pack_days(r.run_date, r.evictions), pack_days(r.run_date, r.evicted_runs),
       pack_days(r.run_date, r.evicted_runs_failed), pack_days(r.run_date, r.failed_runs), pack_day_values(r.run_date, r.ok_ms),
       pack_day_values(r.run_date, r.ok_uusd)
FROM jobs AS j CROSS JOIN rollup_month AS m
LEFT JOIN job_run_day AS r ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id AND r.run_date BETWEEN m.first_day AND m.last_day
GROUP BY j.workspace_id, j.job_id, m.month;

DELETE FROM job_run_month WHERE (workspace_id, job_id, month) IN (SELECT workspace_id, job_id, month FROM rollup_run_month);
INSERT INTO job_run_month (workspace_id, job_id, month, runs, runs_ok, runs_excluded, runs_open, attempts, failed_attempts, evictions,
                           evicted_runs, evicted_runs_failed, failed_runs)
SELECT workspace_id, job_id, month, runs, runs_ok, runs_excluded, runs_open, attempts, failed_attempts, evictions, evicted_runs,
       evicted_runs_failed, failed_runs
FROM rollup_run_month WHERE days > 0;
DELETE FROM job_run_values WHERE (workspace_id, job_id, measure, month) IN (
    SELECT workspace_id, job_id, 'ok_ms', month FROM rollup_run_month
    UNION ALL SELECT workspace_id, job_id, 'ok_uusd', month FROM rollup_run_month);
INSERT INTO job_run_values (workspace_id, job_id, measure, month, packed)
SELECT workspace_id, job_id, 'ok_ms', month, ok_ms FROM rollup_run_month WHERE days > 0
UNION ALL
SELECT workspace_id, job_id, 'ok_uusd', month, ok_uusd FROM rollup_run_month WHERE days > 0;

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

DROP TABLE rollup_run_month; DROP TABLE rollup_job_month; DROP TABLE rollup_month; DROP TABLE rollup_attempt; DROP TABLE rollup_node;
DROP TABLE rollup_usage; DROP VIEW rollup_row; DROP TABLE rollup_discount; DROP TABLE rollup_day;
