// The job-cost question asked to DuckDB over the raw rows: no rollups, the same columns. The rows are taken out of the facts once.
import { existsSync, renameSync, rmSync, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance } from '@duckdb/node-api';

const TABLES = {
  compute_usage: { workspace_id: 'VARCHAR', parent_id: 'VARCHAR', parent_type: 'VARCHAR', job_id: 'VARCHAR', usage_date: 'DATE', cost_uusd: 'BIGINT' },
  node_usage: { workspace_id: 'VARCHAR', parent_id: 'VARCHAR', parent_type: 'VARCHAR', job_id: 'VARCHAR', usage_date: 'DATE', market: 'VARCHAR',
    node_ms: 'BIGINT', vm_uusd: 'BIGINT' },
  job_runs: { workspace_id: 'VARCHAR', job_run_id: 'VARCHAR', job_id: 'VARCHAR', logical_run_id: 'VARCHAR', is_final: 'INTEGER', run_date: 'DATE',
    start_ms: 'BIGINT', end_ms: 'BIGINT', run_status: 'VARCHAR', error_summary: 'VARCHAR' },
  eviction_details: { workspace_id: 'VARCHAR', job_run_id: 'VARCHAR' },
  jobs: { workspace_id: 'VARCHAR', job_id: 'VARCHAR', job_key: 'VARCHAR', job_name: 'VARCHAR', owner_user_id: 'VARCHAR', compute_kind: 'VARCHAR' },
  workspace: { workspace_id: 'VARCHAR', workspace_name: 'VARCHAR', workspace_url: 'VARCHAR' },
  users_lookup: { user_id: 'VARCHAR', name: 'VARCHAR' },
};

const QUESTION = `
WITH attempt AS (
  SELECT r.*, coalesce(e.n, 0) AS evictions FROM job_runs AS r
  LEFT JOIN (SELECT workspace_id, job_run_id, count(*) AS n FROM eviction_details GROUP BY ALL) AS e USING (workspace_id, job_run_id)
), usage AS (
  SELECT u.workspace_id, u.job_id, u.usage_date, r.run_status = 'FAILED' AS failed, sum(u.cost_uusd) AS dbu,
         0::HUGEINT AS ondemand, 0::HUGEINT AS spot, NULL::HUGEINT AS node_ms, NULL::HUGEINT AS spot_node_ms
  FROM compute_usage AS u JOIN job_runs AS r ON r.workspace_id = u.workspace_id AND r.job_run_id = u.parent_id
  WHERE u.parent_type = 'JOB_RUN' AND u.usage_date BETWEEN $base_first AND $last GROUP BY ALL
  UNION ALL
  SELECT n.workspace_id, n.job_id, n.usage_date, r.run_status = 'FAILED', 0, sum(CASE n.market WHEN 'SPOT' THEN 0 ELSE n.vm_uusd END),
         sum(CASE n.market WHEN 'SPOT' THEN n.vm_uusd ELSE 0 END), sum(n.node_ms), sum(CASE n.market WHEN 'SPOT' THEN n.node_ms ELSE 0 END)
  FROM node_usage AS n JOIN job_runs AS r ON r.workspace_id = n.workspace_id AND r.job_run_id = n.parent_id
  WHERE n.parent_type = 'JOB_RUN' AND n.usage_date BETWEEN $base_first AND $last GROUP BY ALL
), day AS (
  SELECT workspace_id, job_id, usage_date, sum(dbu) AS dbu, sum(ondemand) AS ondemand, sum(spot) AS spot, sum(dbu + ondemand + spot) AS uusd,
         sum(CASE WHEN failed THEN dbu ELSE 0 END) AS waste_dbu, sum(CASE WHEN failed THEN ondemand ELSE 0 END) AS waste_ondemand,
         sum(CASE WHEN failed THEN spot ELSE 0 END) AS waste_spot, sum(node_ms) AS node_ms, sum(spot_node_ms) AS spot_node_ms
  FROM usage GROUP BY ALL
), cost AS (
  SELECT workspace_id, job_id, sum(dbu) FILTER (usage_date >= $first) AS dbu, sum(ondemand) FILTER (usage_date >= $first) AS ondemand,
         sum(spot) FILTER (usage_date >= $first) AS spot, sum(waste_dbu) FILTER (usage_date >= $first) AS waste_dbu,
         sum(waste_ondemand) FILTER (usage_date >= $first) AS waste_ondemand, sum(waste_spot) FILTER (usage_date >= $first) AS waste_spot,
         sum(uusd) FILTER (usage_date < $first) AS base, sum(node_ms) FILTER (usage_date >= $first) AS node_ms,
         sum(spot_node_ms) FILTER (usage_date >= $first) AS spot_node_ms,
         list((usage_date, uusd) ORDER BY usage_date) FILTER (usage_date >= $first) AS daily
  FROM day GROUP BY ALL
), run AS (
  SELECT workspace_id, job_id, count(*) AS runs, sum(ok) AS runs_ok, sum(excluded) AS runs_excluded, sum(attempts) AS attempts,
         sum(failed) AS failed_attempts, sum(evictions) AS evictions
  FROM (SELECT workspace_id, job_id, logical_run_id, count(*) AS attempts, sum((run_status = 'FAILED')::INT) AS failed, sum(evictions) AS evictions,
               max((is_final = 1 AND run_status = 'SUCCESS')::INT) AS ok, max((is_final = 1 AND run_status IN ('CANCELLED', 'SKIPPED'))::INT) AS excluded
        FROM attempt WHERE run_date BETWEEN $first AND $last GROUP BY ALL)
  GROUP BY ALL
), latency AS (
  SELECT workspace_id, job_id, quantile_cont(end_ms - start_ms, [0.5, 0.95]) FILTER (run_status = 'SUCCESS') AS ms,
         max(end_ms) FILTER (run_status = 'FAILED') AS last_failure_ms, arg_max(error_summary, end_ms) FILTER (run_status = 'FAILED') AS last_error
  FROM job_runs WHERE run_date BETWEEN $first AND $last GROUP BY ALL
)
SELECT j.job_key, j.job_name, j.workspace_id, w.workspace_name, w.workspace_url, o.name AS owner, c.dbu - c.waste_dbu AS dbu_uusd,
       c.ondemand - c.waste_ondemand AS ondemand_uusd, c.spot - c.waste_spot AS spot_uusd,
       c.waste_dbu + c.waste_ondemand + c.waste_spot AS wasted_uusd, c.dbu + c.ondemand + c.spot AS total_uusd, c.base AS baseline_uusd,
       r.runs, r.runs_ok, r.runs_excluded, r.attempts, r.failed_attempts, r.evictions, c.spot_node_ms, c.node_ms, l.ms[1] AS p50_ms,
       l.ms[2] AS p95_ms, l.last_failure_ms, l.last_error, c.daily::VARCHAR AS daily
FROM jobs AS j JOIN workspace AS w USING (workspace_id) LEFT JOIN users_lookup AS o ON o.user_id = j.owner_user_id
LEFT JOIN cost AS c ON c.workspace_id = j.workspace_id AND c.job_id = j.job_id
LEFT JOIN run AS r ON r.workspace_id = j.workspace_id AND r.job_id = j.job_id
LEFT JOIN latency AS l ON l.workspace_id = j.workspace_id AND l.job_id = j.job_id
WHERE c.dbu IS NOT NULL OR r.runs IS NOT NULL
ORDER BY total_uusd DESC NULLS LAST, j.job_key`;

const cell = (v) => (v === null ? '' : typeof v === 'string' ? `"${v.replaceAll('"', '""')}"` : String(v));

// node:sqlite reads a million rows a second, DuckDB loads its CSV faster than its appender takes values one by one.
const copyTable = async (facts, duck, name, columns, csv) => {
  const out = createWriteStream(csv);
  let text = '';
  const statement = facts.prepare(`SELECT ${Object.keys(columns).join(', ')} FROM ${name}`);
  for (const row of statement.iterate()) {
    text += Object.values(row).map(cell).join(',') + '\n';
    if (text.length > 1 << 20) { if (!out.write(text)) await once(out, 'drain'); text = ''; }
  }
  out.end(text);
  await once(out, 'close');
  const types = Object.entries(columns).map(([k, t]) => `'${k}': '${t}'`).join(', ');
  await duck.run(`CREATE TABLE ${name} AS SELECT * FROM read_csv('${csv}', header = false, quote = '"', escape = '"', auto_detect = false, delim = ',', new_line = '\\n', max_line_size = 1000000, parallel = false, columns = {${types}})`);
  rmSync(csv);
};

export const exportRows = async (factsPath, duckPath) => {
  if (existsSync(duckPath)) return;
  const temporary = `${duckPath}.new`;
  rmSync(temporary, { force: true });
  const instance = await DuckDBInstance.create(temporary, { threads: '2' });
  const duck = await instance.connect();
  const facts = new DatabaseSync(factsPath, { readOnly: true });
  for (const [name, columns] of Object.entries(TABLES)) await copyTable(facts, duck, name, columns, `${duckPath}.csv`);
  facts.close();
  await duck.run('CHECKPOINT');
  duck.closeSync();
  instance.closeSync();
  renameSync(temporary, duckPath);
};

// Milliseconds of the question over 365 days up to the last complete day, all rows fetched; and the sum of the total column.
export const askDuck = async (duckPath, lastDay, days, runs) => {
  const instance = await DuckDBInstance.create(duckPath, { threads: '2', access_mode: 'READ_ONLY' });
  const duck = await instance.connect();
  const back = (n) => `DATE '${lastDay}' - ${n}`;
  const sql = QUESTION.replaceAll('$base_first', back(2 * days - 1)).replaceAll('$first', back(days - 1)).replaceAll('$last', back(0));
  const ms = [];
  let total = 0n, rows = 0;
  for (let i = -1; i < runs; i++) {
    const start = performance.now();
    const reader = await duck.runAndReadAll(sql);
    const table = reader.getRows();
    if (i >= 0) ms.push(performance.now() - start);
    const at = reader.columnNames().indexOf('total_uusd');
    rows = table.length;
    total = table.reduce((sum, row) => sum + (row[at] ?? 0n), 0n);
  }
  duck.closeSync();
  instance.closeSync();
  return { ms, rows, total };
};
