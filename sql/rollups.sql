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

DELETE FROM job_day WHERE usage_date IN (SELECT usage_date FROM touched_day);
INSERT INTO job_day (workspace_id, job_id, usage_date, dbu_uusd, dbu_contract_uusd, udbu, ondemand_uusd, spot_uusd, waste_dbu_uusd,
                     waste_dbu_contract_uusd, waste_ondemand_uusd, waste_spot_uusd, node_ms, spot_node_ms, dbu_spot_uusd)
SELECT u.workspace_id, u.job_id, u.usage_date, sum(u.dbu_uusd), sum(u.dbu_contract_uusd), sum(u.udbu),
       sum(u.ondemand_uusd), sum(u.spot_uusd), sum(iif(u.failed, u.dbu_uusd, 0)), sum(iif(u.failed, u.dbu_contract_uusd, 0)),
       sum(iif(u.failed, u.ondemand_uusd, 0)), sum(iif(u.failed, u.spot_uusd, 0)), sum(u.node_ms), sum(u.spot_node_ms),
       sum((u.dbu_uusd * u.spot_ppm + 500000) / 1000000)
FROM (
    SELECT p.workspace_id, p.job_id, p.usage_date, p.parent_id, sum(p.dbu_uusd) AS dbu_uusd,
           sum(p.dbu_contract_uusd) AS dbu_contract_uusd, sum(p.udbu) AS udbu, r.run_status = 'FAILED' AS failed,
           coalesce(n.ondemand_uusd, 0) AS ondemand_uusd, coalesce(n.spot_uusd, 0) AS spot_uusd, n.node_ms, n.spot_node_ms,
           coalesce(n.spot_ppm, 0) AS spot_ppm
    FROM rollup_usage AS p
    JOIN job_runs AS r ON r.workspace_id = p.workspace_id AND r.job_run_id = p.parent_id
    LEFT JOIN rollup_node AS n ON n.workspace_id = p.workspace_id AND n.parent_id = p.parent_id AND n.usage_date = p.usage_date
    WHERE p.parent_type = 'JOB_RUN'
    GROUP BY p.workspace_id, p.job_id, p.usage_date, p.parent_id
) AS u
GROUP BY u.workspace_id, u.job_id, u.usage_date;

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
INSERT INTO job_run_day (workspace_id, job_id, run_date, runs, runs_ok, runs_excluded, runs_open, attempts, failed_attempts, evictions,
                         evicted_runs, evicted_runs_failed, failed_runs, ok_ms)
SELECT g.workspace_id, g.job_id, g.run_date, count(*), sum(g.ok), sum(g.excluded), sum(g.open), sum(g.attempts), sum(g.failed),
       sum(g.evictions), sum(g.evictions > 0), sum(g.evictions > 0 AND g.failed > 0), sum(g.evictions = 0 AND g.failed > 0),
       pack_ms(g.ok_ms)
FROM (
    SELECT r.workspace_id, r.job_id, r.run_date, count(*) AS attempts, sum(r.run_status = 'FAILED') AS failed,
           max(r.is_final AND r.run_status = 'SUCCESS') AS ok, max(r.is_final AND r.run_status IN ('CANCELLED', 'SKIPPED')) AS excluded,
           max(r.run_status = 'RUNNING') AS open,
           max(iif(r.run_status = 'SUCCESS', r.end_ms - r.start_ms, NULL)) AS ok_ms, -- of the one that succeeded
           sum((SELECT count(*) FROM eviction_details AS e WHERE e.workspace_id = r.workspace_id AND e.job_run_id = r.job_run_id))
               AS evictions
    FROM jobs AS j CROSS JOIN touched_day AS t
    CROSS JOIN job_runs AS r INDEXED BY job_runs_by_job ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id
        AND r.run_date = t.usage_date
    GROUP BY r.workspace_id, r.job_id, r.run_date, r.logical_run_id
) AS g
GROUP BY g.workspace_id, g.job_id, g.run_date;

DROP TABLE rollup_node; DROP TABLE rollup_usage; DROP TABLE rollup_discount;
