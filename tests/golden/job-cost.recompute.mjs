// Recomputes every figure of the job-cost report from raw rows. Independent of the report: it reads tables row by row (no SQL
// aggregate, no rollup, no generated column, no stored cost) and prices usage itself. Used by job-cost.test.mjs.
import { DatabaseSync } from 'node:sqlite';

const DAY_MS = 86400000;
export const dayOf = (ms) => new Date(ms).toISOString().slice(0, 10);
export const addDays = (day, n) => dayOf(Date.parse(day + 'T00:00:00Z') + n * DAY_MS);
const key = (...parts) => parts.join('/');
const half = (product, unit) => // away from zero: a retraction takes back exactly what was billed
  Number((product < 0n ? product - unit / 2n : product + unit / 2n) / unit);
const byBytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));

export function load(path) {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = (sql) => db.prepare(sql).all();
  const f = {
    meta: Object.fromEntries(rows('SELECT key, value FROM meta').map((r) => [r.key, r.value])),
    marks: rows('SELECT complete_until FROM data_mark').map((r) => r.complete_until).sort(),
    workspaces: new Map(rows('SELECT workspace_id, workspace_name FROM workspace').map((r) => [r.workspace_id, r.workspace_name])),
    urls: new Map(rows('SELECT workspace_id, workspace_url FROM workspace').map((r) => [r.workspace_id, r.workspace_url])),
    users: new Map(rows('SELECT user_id, name FROM users_lookup').map((r) => [r.user_id, r.name])),
    jobs: rows('SELECT workspace_id, job_id, job_name, owner_user_id, compute_kind, created_ms FROM jobs'),
    runs: rows('SELECT workspace_id, job_run_id, job_id, logical_run_id, attempt, start_ms, end_ms, run_status, error_summary, compute_id FROM job_runs'),
    usage: rows('SELECT workspace_id, parent_id, parent_type, product, job_id, compute_sku, start_ms, udbu FROM compute_usage'),
    nodes: rows('SELECT workspace_id, parent_id, parent_type, job_id, usage_date, market, instance_type, node_ms FROM node_usage'),
    evictions: rows('SELECT workspace_id, job_run_id FROM eviction_details'),
    sku: rows('SELECT sku, valid_from_ms, valid_to_ms, uusd_per_dbu FROM sku_price'),
    vm: rows('SELECT instance_type, market, valid_from_ms, valid_to_ms, uusd_per_hour FROM vm_price'),
  };
  db.close();
  return f;
}

const validAt = (list, ms) => {
  const hits = list.filter((p) => p.valid_from_ms <= ms && (p.valid_to_ms === null || ms < p.valid_to_ms));
  if (hits.length !== 1) throw new Error(`${hits.length} prices are valid at ${ms}`);
  return hits[0];
};

// Adds to each usage and node row its UTC day and its price, to each attempt its run day and its run's last attempt.
export function prepare(f) {
  const group = (list, by) => list.reduce((m, r) => m.set(by(r), [...(m.get(by(r)) ?? []), r]), new Map());
  const skus = group(f.sku, (p) => p.sku);
  const vms = group(f.vm, (p) => key(p.instance_type, p.market));
  for (const u of f.usage) {
    u.day = dayOf(u.start_ms);
    u.cost = half(BigInt(u.udbu) * BigInt(validAt(skus.get(u.compute_sku), u.start_ms).uusd_per_dbu), 1000000n);
  }
  for (const n of f.nodes) {
    const price = validAt(vms.get(key(n.instance_type, n.market)), Date.parse(n.usage_date + 'T00:00:00Z'));
    n.cost = half(BigInt(n.node_ms) * BigInt(price.uusd_per_hour), 3600000n);
  }
  f.attempts = new Map();
  f.logical = new Map();
  for (const r of f.runs) {
    f.attempts.set(key(r.workspace_id, r.job_run_id), r);
    const k = key(r.workspace_id, r.logical_run_id);
    if (!f.logical.has(k)) f.logical.set(k, []);
    f.logical.get(k).push(r);
  }
  for (const list of f.logical.values()) {
    list.sort((a, b) => a.attempt - b.attempt);
    for (const r of list) r.runDay = dayOf(list[0].start_ms);
  }
  return f;
}

function percentile(values, p) {
  if (values.length === 0) return null;
  const v = [...values].sort((a, b) => a - b);
  const h = (v.length - 1) * p;
  const lo = Math.floor(h);
  return Math.floor((lo + 1 < v.length ? v[lo] + (h - lo) * (v[lo + 1] - v[lo]) : v[lo]) + 0.5);
}

function wilson(k, n) {
  if (n === 0) return [null, null];
  const z = 1.959964, p = k / n, d = 1 + (z * z) / n;
  const mid = (p + (z * z) / (2 * n)) / d;
  const w = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / d;
  return [k === 0 ? 0 : mid - w, k === n ? 1 : mid + w];
}

const firstLine = (text) => [...text.split('\n')[0].replace(/^ +| +$/g, '')].slice(0, 200).join('');

function jobRow(f, job, span) {
  const mine = (r) => r.workspace_id === job.workspace_id && r.job_id === job.job_id;
  const inW = (day) => day >= span.first && day <= span.last;
  const inB = (day) => day >= span.baseFirst && day < span.first;
  const usage = f.usage.filter(mine), nodes = f.nodes.filter(mine);
  const runs = [...f.logical.values()].filter((list) => mine(list[0]) && inW(list[0].runDay));
  const sum = (list) => list.reduce((s, r) => s + r.cost, 0);
  const failed = (r) => f.attempts.get(key(r.workspace_id, r.parent_id)).run_status === 'FAILED';
  const uW = usage.filter((u) => inW(u.day)), nW = nodes.filter((n) => inW(n.usage_date));
  const market = (m) => nW.filter((n) => n.market === m);
  if (runs.length === 0 && !usage.some((u) => inW(u.day) || inB(u.day))) return null;

  const hasCost = job.compute_kind !== 'ALL_PURPOSE' || uW.length > 0;
  const orNull = (v) => (hasCost ? v : null);
  const good = (list) => sum(list.filter((r) => !failed(r)));
  const segments = [good(uW), good(market('ON_DEMAND')), good(market('SPOT')), sum(uW.filter(failed)) + sum(nW.filter(failed))];
  const daily = [];
  for (let day = span.first; day <= span.last; day = addDays(day, 1))
    daily.push(sum(uW.filter((u) => u.day === day)) + sum(nW.filter((n) => n.usage_date === day)));
  const seen = job.created_ms !== null ? dayOf(job.created_ms) : f.runs.filter(mine).map((r) => r.runDay).sort()[0];
  const baseline = seen <= span.baseFirst && f.meta.first_day <= span.baseFirst
    ? sum(usage.filter((u) => inB(u.day))) + sum(nodes.filter((n) => inB(n.usage_date))) : null;

  const attempts = runs.flat();
  const last = runs.map((list) => list[list.length - 1].run_status);
  const ok = runs.filter((list) => list.some((r) => r.run_status === 'SUCCESS')).length;
  const excluded = last.filter((s) => s === 'CANCELLED' || s === 'SKIPPED').length;
  const open = last.filter((s) => s === 'RUNNING').length;
  const times = attempts.filter((r) => r.run_status === 'SUCCESS').map((r) => r.end_ms - r.start_ms);
  const failures = attempts.filter((r) => r.run_status === 'FAILED')
    .sort((a, b) => b.end_ms - a.end_ms || byBytes(b.job_run_id, a.job_run_id));
  const [lo, hi] = runs.length > 0 ? wilson(ok, runs.length - excluded - open) : [null, null];
  const ids = new Set(attempts.map((r) => r.job_run_id));
  const nodeMs = (list) => (nW.length > 0 ? list.reduce((s, n) => s + n.node_ms, 0) : null);
  return {
    job_key: `job:${job.workspace_id}/${job.job_id}`, job_name: job.job_name, workspace_id: job.workspace_id,
    workspace_name: f.workspaces.get(job.workspace_id), workspace_url: f.urls.get(job.workspace_id),
    object_path: `jobs/${job.job_id}`, owner: f.users.get(job.owner_user_id) ?? null,
    dbu_uusd: orNull(segments[0]), ondemand_vm_uusd: orNull(segments[1]), spot_vm_uusd: orNull(segments[2]),
    wasted_uusd: orNull(segments[3]), total_uusd: orNull(segments.reduce((a, b) => a + b, 0)), baseline_uusd: orNull(baseline),
    dbu_list_uusd: orNull(sum(uW)), vm_est_uusd: orNull(sum(nW)), runs: runs.length, runs_ok: ok, runs_excluded: excluded,
    attempts: attempts.length, failed_attempts: failures.length,
    evictions: f.evictions.filter((e) => e.workspace_id === job.workspace_id && ids.has(e.job_run_id)).length,
    spot_node_ms: nodeMs(market('SPOT')), node_ms: nodeMs(nW), p50_ms: percentile(times, 0.5), p95_ms: percentile(times, 0.95),
    success_lo: lo, success_hi: hi, last_failure_ms: failures[0]?.end_ms ?? null,
    last_error: failures.length > 0 ? firstLine(failures[0].error_summary) : null, daily: orNull(JSON.stringify(daily)),
  };
}

export function expected(f, { days = 28, asOf = f.marks[0], workspace = null }) {
  const span = { last: asOf, first: addDays(asOf, 1 - days), baseFirst: addDays(asOf, 1 - 2 * days) };
  const scope = new Set([...f.workspaces].filter(([id, name]) => workspace === null || id === workspace || name === workspace).map(([id]) => id));
  const rows = f.jobs.filter((j) => scope.has(j.workspace_id)).map((j) => jobRow(f, j, span)).filter((r) => r !== null);
  const rank = (r) => (r.total_uusd === null ? -1 : r.total_uusd);
  rows.sort((a, b) => rank(b) - rank(a) || byBytes(a.job_key, b.job_key));

  const bill = f.usage.filter((u) => scope.has(u.workspace_id) && u.day >= span.first && u.day <= span.last);
  const shared = new Set(f.runs.filter((r) => r.compute_id !== null).map((r) => key(r.workspace_id, r.compute_id, r.runDay)));
  const sum = (list) => list.reduce((s, u) => s + u.cost, 0);
  return { rows, reconciliation: {
    billed_uusd: sum(bill.filter((u) => u.product === 'JOBS' || (u.product === 'ALL_PURPOSE' && shared.has(key(u.workspace_id, u.parent_id, u.day))))),
    explained_uusd: sum(bill.filter((u) => u.product === 'JOBS' && u.job_id !== null)),
    bill_uusd: sum(bill),
  } };
}

const same = (want, got) => (typeof want === 'number' && typeof got === 'number' && !(Number.isInteger(want) && Number.isInteger(got))
  ? Math.abs(want - got) <= 1e-9 : want === got);

// Differences between recomputed rows and what `drc report --json` printed; empty where all is equal.
export function compare(want, got) {
  const out = [];
  const names = got.columns.map((c) => c.name);
  const columns = want.rows.length > 0 ? Object.keys(want.rows[0]) : names;
  if (names.join() !== columns.join()) out.push(`columns: ${names.join()} instead of ${columns.join()}`);
  if (got.rows.length !== want.rows.length) out.push(`${got.rows.length} rows instead of ${want.rows.length}`);
  want.rows.forEach((row, i) => names.forEach((column, c) => {
    const value = got.rows[i]?.[c];
    if (!same(row[column], value)) out.push(`row ${i} ${row.job_name} ${column}: ${value} instead of ${row[column]}`);
  }));
  for (const [k, v] of Object.entries(got.totals ?? {})) {
    const total = want.rows.reduce((s, r) => s + (r[k] ?? 0), 0);
    if (v !== total) out.push(`total ${k}: ${v} instead of ${total}`);
  }
  for (const [k, v] of Object.entries(got.reconciliation ?? {}))
    if (v !== want.reconciliation[k]) out.push(`${k}: ${v} instead of ${want.reconciliation[k]}`);
  return out;
}
