// Every figure of job-cost, compute-type, pareto and spot-risk from raw rows. cost-anomalies: anomalies.mjs.
import { baseline, byBytes, daily, daysOf, failed, group, head, jobHead, key, median, total } from './raw.mjs';

const jobKey = (j) => key(j.workspace_id, j.job_id);
const dated = (c, usage, nodes) => [...usage.map((u) => [u.day, c.dbu(u)]), ...nodes.map((n) => [n.day, n.cost])];
const share = (a, b) => (b === 0 || a === null ? null : a / b);

function percentile(values, p) {
  if (values.length === 0) return null;
  const v = [...values].sort((a, b) => a - b), h = (v.length - 1) * p, lo = Math.floor(h);
  return Math.floor((lo + 1 < v.length ? v[lo] + (h - lo) * (v[lo + 1] - v[lo]) : v[lo]) + 0.5);
}

function wilson(k, n) {
  if (n <= 0) return [null, null];
  const z = 1.959964, p = k / n, d = 1 + (z * z) / n, mid = (p + (z * z) / (2 * n)) / d;
  const w = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / d;
  return [k === 0 ? 0 : mid - w, k === n ? 1 : mid + w];
}

// What job rows can explain of the bill.
function jobsReconciliation(f, c) {
  const bill = f.usage.filter((u) => c.place.has(u.workspace_id) && c.inW(u.day)), chosen = new Set(c.jobs.map(jobKey));
  const shared = new Set(f.runs.filter((r) => r.compute_id !== null).map((r) => key(r.workspace_id, r.compute_id, r.runDay)));
  return {
    billed_uusd: total(bill.filter((u) => u.product === 'JOBS'
      || (u.product === 'ALL_PURPOSE' && shared.has(key(u.workspace_id, u.parent_id, u.day)))), c.dbu),
    explained_uusd: total(bill.filter((u) => u.parent_type === 'JOB_RUN' && chosen.has(jobKey(u))), c.dbu),
    bill_uusd: total(bill, c.dbu),
  };
}

const firstLine = (text) => [...text.split('\n')[0].replace(/^ +| +$/g, '')].slice(0, 200).join('');

function jobCostRow(f, c, job) {
  const k = jobKey(job), usage = f.list('jobUsage', k), nodes = f.list('jobNodes', k);
  const runs = f.list('runs', k).filter((list) => c.inW(list[0].runDay));
  const uW = usage.filter((u) => c.inW(u.day)), nW = nodes.filter((n) => c.inW(n.day)), uB = usage.filter((u) => c.inB(u.day));
  if (runs.length === 0 && uW.length === 0 && uB.length === 0) return null;
  const market = (m) => nW.filter((n) => n.market === m), good = (list) => list.filter((r) => !failed(f, r));
  const bad = (list) => list.filter((r) => failed(f, r));
  const orNull = (v) => (job.compute_kind !== 'ALL_PURPOSE' || uW.length > 0 ? v : null);
  const parts = [total(good(uW), c.dbu), total(good(market('ON_DEMAND'))), total(good(market('SPOT'))), total(bad(uW), c.dbu) + total(bad(nW))];
  const attempts = runs.flat(), last = runs.map((list) => list[list.length - 1].run_status);
  const ok = last.filter((s) => s === 'SUCCESS').length;
  const excluded = last.filter((s) => s === 'CANCELLED' || s === 'SKIPPED').length, open = last.filter((s) => s === 'RUNNING').length;
  const times = attempts.filter((r) => r.run_status === 'SUCCESS').map((r) => r.end_ms - r.start_ms);
  const failures = attempts.filter((r) => r.run_status === 'FAILED').sort((a, b) => b.end_ms - a.end_ms || byBytes(b.job_run_id, a.job_run_id));
  const [lo, hi] = wilson(ok, runs.length - excluded - open), nodeMs = (list) => (nW.length > 0 ? total(list, (n) => n.node_ms) : null);
  return {
    ...jobHead(f, job), dbu_uusd: orNull(parts[0]), ondemand_vm_uusd: orNull(parts[1]), spot_vm_uusd: orNull(parts[2]),
    wasted_uusd: orNull(parts[3]), total_uusd: orNull(total(parts, (v) => v)),
    baseline_uusd: orNull(baseline(f, c, job, total(uB, c.dbu) + total(nodes.filter((n) => c.inB(n.day))))),
    dbu_list_uusd: orNull(total(uW, c.dbu)), vm_est_uusd: orNull(total(nW)), runs: runs.length, runs_ok: ok, runs_excluded: excluded,
    attempts: attempts.length, failed_attempts: failures.length, evictions: total(attempts, (r) => r.evicted.length),
    spot_node_ms: nodeMs(market('SPOT')), node_ms: nodeMs(nW), p50_ms: percentile(times, 0.5), p95_ms: percentile(times, 0.95),
    success_lo: lo, success_hi: hi, last_failure_ms: failures[0]?.end_ms ?? null,
    last_error: failures.length > 0 ? firstLine(failures[0].error_summary) : null, daily: orNull(daily(c, dated(c, uW, nW))),
  };
}

export function jobCost(f, c) {
  const rows = c.jobs.map((j) => jobCostRow(f, c, j)).filter((r) => r !== null);
  const zero = (r) => !r.total_uusd, rank = (r) => r.total_uusd ?? -Infinity;
  rows.sort((a, b) => zero(a) - zero(b) || (rank(a) === rank(b) ? 0 : rank(b) - rank(a)) || byBytes(a.job_key, b.job_key));
  return { rows, reconciliation: jobsReconciliation(f, c) };
}

// ---- compute-type ----------------------------------------------------------------------------------------------------------

function computeRow(f, c, names, usage, nodes, hours) {
  const uW = usage.filter((u) => c.inW(u.day)), nW = nodes.filter((n) => c.inW(n.day)), hW = hours.filter((h) => c.inW(h.day));
  if (![...usage, ...nodes].some((r) => c.inW(r.day) || c.inB(r.day))) return null;
  const dbu = total(uW, c.dbu), vm = nW.length > 0 ? total(nW) : null, sum = dbu + (vm ?? 0), udbu = total(uW, (u) => u.udbu);
  const days = daily(c, dated(c, uW, nW)), mid = median(JSON.parse(days)), mad = median(JSON.parse(days).map((v) => Math.abs(v - mid)));
  const paid = hW.length > 0 ? total(hW, (h) => h.paid_ms) : null, used = hW.length > 0 ? total(hW, (h) => h.used_ms) : null;
  return {
    ...names, dbu_uusd: dbu, vm_uusd: vm, total_uusd: sum,
    baseline_uusd: c.knownBefore ? total(usage.filter((u) => c.inB(u.day)), c.dbu) + total(nodes.filter((n) => c.inB(n.day))) : null,
    dbus: Math.round(udbu / 1e6), uusd_per_dbu: udbu === 0 ? null : Math.floor((dbu * 1e6) / udbu + 0.5), robust_cv: share(1.4826 * mad, mid),
    paid_ms: paid, used_ms: used, idle_share: paid === null ? null : share(paid - used, paid),
    idle_uusd: paid === null ? null : Math.floor((sum * (paid - used)) / paid + 0.5), daily: days,
  };
}

export function computeType(f, c) {
  const here = (r) => c.place.has(r.workspace_id), serverless = (u) => u.compute_sku.includes('SERVERLESS');
  const jobs = f.usage.filter((u) => here(u) && u.product === 'JOBS'), nodes = f.nodes.filter((n) => here(n) && n.parent_type === 'JOB_RUN');
  const kind = (id, name) => ({ compute_key: `compute_type:all/${id}`, compute_name: name, compute_kind: 'job compute', workspace_id: null,
    workspace_name: null, workspace_url: null, object_path: null });
  const rows = [computeRow(f, c, kind('jobs-classic', 'Job compute, classic'), jobs.filter((u) => !serverless(u)), nodes, []),
    computeRow(f, c, kind('jobs-serverless', 'Job compute, serverless'), jobs.filter(serverless), [], [])];
  for (const r of f.resources.filter(here)) {
    const k = key(r.workspace_id, r.compute_id), sql = r.compute_type === 'SQL_WAREHOUSE';
    rows.push(computeRow(f, c, { compute_key: `compute_type:${k}`, compute_name: r.compute_name,
      compute_kind: sql ? 'SQL warehouse' : 'all-purpose cluster',
      ...head(f, r, `${sql ? 'sql/warehouses' : 'compute/clusters'}/${r.compute_id}`) }, f.list('usage', k), f.list('nodes', k), f.list('hours', k)));
  }
  const bill = total(f.usage.filter((u) => here(u) && c.inW(u.day)), c.dbu);
  return { rows: rows.filter((r) => r !== null).sort((a, b) => (a.total_uusd === 0) - (b.total_uusd === 0) || b.total_uusd - a.total_uusd
    || byBytes(a.compute_key, b.compute_key)), reconciliation: { billed_uusd: bill, explained_uusd: bill, bill_uusd: bill } };
}

// ---- pareto ------------------------------------------------------------------------------------------------------------------

export function pareto(f, c) {
  const jobs = c.jobs.map((job) => {
    const k = jobKey(job), usage = f.list('jobUsage', k), nodes = f.list('jobNodes', k);
    const sum = (inside) => total(usage.filter((u) => inside(u.day)), c.dbu) + total(nodes.filter((n) => inside(n.day)));
    return { job, cost: sum(c.inW), before: sum(c.inB), days: daily(c, dated(c, usage, nodes)),
      runs: f.list('runs', k).filter((list) => c.inW(list[0].runDay)).length };
  });
  const ids = (a, b) => byBytes(a.job.workspace_id, b.job.workspace_id) || byBytes(a.job.job_id, b.job.job_id);
  const before = jobs.filter((j) => j.before > 0).sort((a, b) => b.before - a.before || ids(a, b));
  const list = jobs.filter((j) => j.cost > 0).sort((a, b) => b.cost - a.cost || ids(a, b)), all = total(list), n = list.length;
  let lies = 0, spread = 0;
  for (const j of list) {
    j.lies = lies;
    j.class = lies * 2 < all ? 'A' : lies * 10 < all * 8 ? 'B' : 'C';
    lies += j.cost;
    for (const other of list) spread += Math.abs(j.cost - other.cost);
  }
  const first = (part) => list.findIndex((j) => (j.lies + j.cost) * 10 >= all * part * 10) + 1;
  const whole = { n50: first(0.5), n80: first(0.8), gini: spread / (2 * n * all), class_a: list.filter((j) => j.class === 'A').length,
    class_c: list.filter((j) => j.class === 'C').length, class_c_share: total(list.filter((j) => j.class === 'C')) / all };
  return { rows: list.map((j, i) => ({
    ...jobHead(f, j.job), total_uusd: j.cost, cost_rank: i + 1, cum_before: j.lies / all, cum_after: (j.lies + j.cost) / all, class: j.class,
    baseline_uusd: baseline(f, c, j.job, j.before), before_rank: c.knownBefore && j.before > 0 ? before.indexOf(j) + 1 : null, runs: j.runs,
    daily: j.days, ...whole,
  })), reconciliation: jobsReconciliation(f, c) };
}

// ---- spot-risk ---------------------------------------------------------------------------------------------------------------

function spotRow(f, c, job) {
  const k = jobKey(job), uW = f.list('jobUsage', k).filter((u) => c.inW(u.day)), nW = f.list('jobNodes', k).filter((n) => c.inW(n.day));
  const spot = nW.filter((n) => n.market === 'SPOT'), spotMs = total(spot, (n) => n.node_ms);
  if (spotMs <= 0) return null;
  const runs = f.list('runs', k).filter((list) => c.inW(list[0].runDay)), attempts = runs.flat();
  const cost = (r) => total(f.list('usage', key(r.workspace_id, r.job_run_id)), (u) => u.list) + total(f.list('nodes', key(r.workspace_id, r.job_run_id)));
  const evicted = runs.filter((list) => list.some((r) => r.evicted.length > 0)), others = runs.filter((list) => !evicted.includes(list));
  const hasFailed = (list) => list.some((r) => r.run_status === 'FAILED'), hit = attempts.filter((r) => r.evicted.length > 0);
  const evictedFailed = evicted.filter(hasFailed).length, evictions = total(attempts, (r) => r.evicted.length);
  const usual = evictedFailed > 0 ? median(attempts.filter((r) => r.run_status === 'SUCCESS').map(cost)) : null;
  const lost = total(hit.filter((r) => r.run_status === 'FAILED'), cost);
  const ifEvicted = share(evictedFailed, evicted.length), ifNot = share(others.filter(hasFailed).length, others.length);
  return {
    ...jobHead(f, job), expected_loss_uusd: lost + (usual === null ? 0 : Math.floor(evictedFailed * usual + 0.5)),
    total_uusd: total(uW, (u) => u.list) + total(nW), spot_vm_uusd: total(spot), spot_node_ms: spotMs, node_ms: total(nW, (n) => n.node_ms),
    runs: runs.length, evictions, evictions_per_100h: (evictions * 100 * 3600000) / spotMs, evicted_runs: evicted.length,
    evicted_share: share(evicted.length, runs.length), evicted_runs_failed: evictedFailed, fail_if_evicted: ifEvicted, fail_if_not: ifNot,
    fail_gap: ifEvicted === null || ifNot === null ? null : ifEvicted - ifNot, lost_attempt_uusd: lost,
    rerun_uusd: usual === null ? null : Math.floor(usual + 0.5), availability: job.availability,
    evidence: hit.flatMap((r) => r.evicted).sort(byBytes)[0] ?? 'config_only',
    evictions_daily: daily(c, attempts.map((r) => [r.runDay, r.evicted.length])),
    daily: daily(c, [...uW.map((u) => [u.day, u.list]), ...nW.map((n) => [n.day, n.cost])]),
  };
}

export function spotRisk(f, c) {
  const rows = c.jobs.map((j) => spotRow(f, c, j)).filter((r) => r !== null);
  rows.sort((a, b) => b.expected_loss_uusd - a.expected_loss_uusd || b.spot_vm_uusd - a.spot_vm_uusd || byBytes(a.job_key, b.job_key));
  return { rows, reconciliation: jobsReconciliation(f, c) };
}
