// The raw rows of a facts database, for the recomputations: read table by table (no SQL aggregate, no rollup, no generated
// column, no stored cost), usage and node time priced here. Independent of the reports and of sql/rollups.sql.
import { DatabaseSync } from 'node:sqlite';

const DAY_MS = 86400000;
const dayNames = [];
export const dayOf = (ms) => (dayNames[Math.floor(ms / DAY_MS)] ??= new Date(ms).toISOString().slice(0, 10));
export const msOf = (day) => Date.parse(day + 'T00:00:00Z');
export const addDays = (day, n) => dayOf(msOf(day) + n * DAY_MS);
export const dayCount = (first, last) => (msOf(last) - msOf(first)) / DAY_MS + 1;
export const daysOf = (first, last) => Array.from({ length: Math.max(0, dayCount(first, last)) }, (_, i) => addDays(first, i));
export const key = (...parts) => parts.join('/');
export const byBytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
export const total = (list, of = (r) => r.cost) => list.reduce((s, r) => s + of(r), 0);
export const group = (list, by) => {
  const m = new Map();
  for (const r of list) {
    const k = by(r);
    if (!m.has(k)) m.set(k, []);
    m.get(k).push(r);
  }
  return m;
};

// a x b / unit, half away from zero: a retraction takes back exactly what was billed
const scaled = (a, b, unit) => {
  const product = a * b;
  if (!Number.isSafeInteger(product)) throw new Error(`${a} x ${b} is not exact`);
  const up = Math.abs(product) + unit / 2;
  return (Math.sign(product) * (up - (up % unit))) / unit + 0;
};

export function load(path) {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = (sql) => db.prepare(sql).all();
  const f = {
    meta: Object.fromEntries(rows('SELECT key, value FROM meta').map((r) => [r.key, r.value])),
    marks: rows('SELECT complete_until FROM data_mark').map((r) => r.complete_until).sort(),
    workspaces: new Map(rows('SELECT workspace_id, workspace_name, workspace_url FROM workspace').map((r) => [r.workspace_id, r])),
    users: new Map(rows('SELECT user_id, name, department FROM users_lookup').map((r) => [r.user_id, r])),
    jobs: rows('SELECT workspace_id, job_id, job_name, owner_user_id, compute_kind, availability, created_ms FROM jobs'),
    resources: rows('SELECT workspace_id, compute_id, compute_name, compute_type, owner_user_id, created_ms FROM non_job_compute'),
    jobTags: rows('SELECT workspace_id, job_id, key, value FROM job_tag'),
    computeTags: rows('SELECT workspace_id, compute_id, key, value FROM compute_tag'),
    runs: rows('SELECT workspace_id, job_run_id, job_id, logical_run_id, attempt, start_ms, end_ms, run_status, error_summary, compute_id FROM job_runs'),
    usage: rows('SELECT workspace_id, parent_id, parent_type, product, job_id, compute_sku, start_ms, udbu FROM compute_usage'),
    nodes: rows('SELECT workspace_id, parent_id, parent_type, job_id, usage_date, market, instance_type, node_ms FROM node_usage'),
    hours: rows('SELECT workspace_id, compute_id, hour_ms, paid_ms, used_ms FROM resource_hour'),
    evictions: rows('SELECT workspace_id, job_run_id, evidence FROM eviction_details'),
    changes: rows('SELECT workspace_id, change_id, job_id, compute_id, at_ms, kind, summary FROM change_event'),
    calendar: rows('SELECT event_id, workspace_id, first_date, last_date, name FROM calendar_event'),
    sku: rows('SELECT sku, valid_from_ms, valid_to_ms, uusd_per_dbu FROM sku_price'),
    vm: rows('SELECT instance_type, market, valid_from_ms, valid_to_ms, uusd_per_hour FROM vm_price'),
    discounts: rows('SELECT sku_pattern, permille, valid_from_ms, valid_to_ms FROM discount'),
  };
  db.close();
  return prepare(f);
}

const validAt = (list, ms) => {
  const hits = list.filter((p) => p.valid_from_ms <= ms && (p.valid_to_ms === null || ms < p.valid_to_ms));
  if (hits.length > 1) throw new Error(`${hits.length} prices are valid at ${ms}`);
  return hits[0];
};

const like = (pattern) => new RegExp(`^${pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/%/g, '.*').replace(/_/g, '.')}$`, 'i');

// Adds to each usage and node row its UTC day and its costs, to each attempt its run day, its evictions and its run.
function prepare(f) {
  const skus = group(f.sku, (p) => p.sku), vms = group(f.vm, (p) => key(p.instance_type, p.market));
  const discounts = new Map([...skus.keys()].map((s) => [s, f.discounts.filter((d) => like(d.sku_pattern).test(s))]));
  for (const u of f.usage) {
    u.day = dayOf(u.start_ms);
    u.list = scaled(u.udbu, validAt(skus.get(u.compute_sku), u.start_ms).uusd_per_dbu, 1000000);
    u.contract = scaled(u.list, 1000 - (validAt(discounts.get(u.compute_sku), u.start_ms)?.permille ?? 0), 1000);
  }
  for (const n of f.nodes) {
    n.day = n.usage_date;
    n.cost = scaled(n.node_ms, validAt(vms.get(key(n.instance_type, n.market)), msOf(n.day)).uusd_per_hour, 3600000);
  }
  for (const h of f.hours) h.day = dayOf(h.hour_ms);
  f.attempts = new Map(f.runs.map((r) => [key(r.workspace_id, r.job_run_id), r]));
  for (const r of f.runs) r.evicted = [];
  for (const e of f.evictions) f.attempts.get(key(e.workspace_id, e.job_run_id)).evicted.push(e.evidence);
  f.logical = [...group(f.runs, (r) => key(r.workspace_id, r.logical_run_id)).values()];
  for (const list of f.logical) {
    list.sort((a, b) => a.attempt - b.attempt);
    for (const r of list) r.runDay = dayOf(list[0].start_ms);
  }
  const jobOf = (r) => key(r.workspace_id, r.job_id), parentOf = (r) => key(r.workspace_id, r.parent_id);
  const billed = f.usage.filter((u) => u.parent_type === 'JOB_RUN');
  f.of = { // lists of one job, one parent, one resource
    jobUsage: group(billed, jobOf), jobNodes: group(f.nodes.filter((n) => n.parent_type === 'JOB_RUN'), jobOf),
    runs: group(f.logical, (list) => jobOf(list[0])), usage: group(f.usage, parentOf), nodes: group(f.nodes, parentOf),
    hours: group(f.hours, (h) => key(h.workspace_id, h.compute_id)),
  };
  f.list = (name, k) => f.of[name].get(k) ?? [];
  return f;
}

export const failed = (f, r) => f.attempts.get(key(r.workspace_id, r.parent_id)).run_status === 'FAILED';

// The words after a report's name.
export function parse(f, words) {
  const c = { days: 28, asOf: f.marks[0], price: 'list', workspace: null, owner: null, department: null, tag: null };
  let named = null;
  for (const word of words.match(/(?:[^\s"]|"[^"]*")+/g) ?? []) {
    const [, name, value] = /^([a-z-]+):(.*)$/.exec(word.replaceAll('"', '')) ?? [];
    const [, from, to] = /^(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)$/.exec(word) ?? [];
    if (name === 'as-of') c.asOf = value;
    else if (name === 'tag') c.tag = value.split('=');
    else if (name !== undefined) c[name] = value;
    else if (/^\d+d$/.test(word)) c.days = parseInt(word, 10);
    else if (from !== undefined) { c.asOf = to; c.days = dayCount(from, to); }
    else if (/^\d{4}-\d\d$/.test(word)) {
      const [y, m] = word.split('-').map(Number);
      c.asOf = dayOf(Date.UTC(y, m, 0));
      c.days = Number(c.asOf.slice(8));
    } else named = word;
  }
  const mday = Number(c.asOf.slice(8)), sinceSunday = new Date(msOf(c.asOf)).getUTCDay();
  if (named === 'mtd') c.days = mday;
  if (named === 'last-week') { c.asOf = addDays(c.asOf, -sinceSunday); c.days = 7; }
  if (named === 'last-month') { c.asOf = addDays(c.asOf, -mday); c.days = Number(c.asOf.slice(8)); }
  c.last = c.asOf;
  c.first = addDays(c.asOf, 1 - c.days);
  c.baseFirst = addDays(c.asOf, 1 - 2 * c.days);
  c.known = c.first > f.meta.first_day ? c.first : f.meta.first_day; // days before the data are not zero
  c.inW = (day) => day >= c.first && day <= c.last;
  c.inB = (day) => day >= c.baseFirst && day < c.first;
  c.knownBefore = f.meta.first_day <= c.baseFirst;
  c.dbu = c.price === 'contract' ? (u) => u.contract : (u) => u.list;
  const fold = (s) => s?.toLowerCase() ?? null;
  c.place = new Set([...f.workspaces.values()].filter((w) => c.workspace === null || w.workspace_id === c.workspace
    || fold(w.workspace_name) === fold(c.workspace)).map((w) => w.workspace_id));
  const passes = (tags, id) => (o) => {
    const u = f.users.get(o.owner_user_id);
    return c.place.has(o.workspace_id) && (c.owner === null || u?.user_id === c.owner || (u !== undefined && fold(u.name) === fold(c.owner)))
      && (c.department === null || (u !== undefined && fold(u.department) === fold(c.department)))
      && (c.tag === null || tags.some((t) => t.workspace_id === o.workspace_id && t[id] === o[id] && t.key === c.tag[0] && t.value === c.tag[1]));
  };
  c.jobs = f.jobs.filter(passes(f.jobTags, 'job_id'));
  c.resources = f.resources.filter(passes(f.computeTags, 'compute_id'));
  return c;
}

export const head = (f, o, path) => {
  const w = f.workspaces.get(o.workspace_id);
  return { workspace_id: o.workspace_id, workspace_name: w.workspace_name, workspace_url: w.workspace_url, object_path: path };
};
export const ownerOf = (f, o) => f.users.get(o.owner_user_id)?.name ?? null;
export const jobHead = (f, j) => ({ job_key: `job:${j.workspace_id}/${j.job_id}`, job_name: j.job_name,
  ...head(f, j, `jobs/${j.job_id}`), owner: ownerOf(f, j) });

// Daily totals of dated amounts, as the text of a JSON array that ends on the last day; days without any are zero.
export const daily = (c, rows) => {
  const at = new Map(daysOf(c.known, c.last).map((d) => [d, 0]));
  for (const [day, v] of rows) if (at.has(day)) at.set(day, at.get(day) + v);
  return JSON.stringify([...at.values()]);
};

// What a job cost before, where it and the data were there on the first day of that window.
export function baseline(f, c, job, cost) {
  const k = key(job.workspace_id, job.job_id);
  const since = job.created_ms !== null ? dayOf(job.created_ms) : f.list('runs', k).map((l) => l[0].runDay).sort()[0];
  return c.knownBefore && since !== undefined && since <= c.baseFirst ? cost : null;
}

export function median(values) {
  if (values.length === 0) return null;
  const v = [...values].sort((a, b) => a - b), n = v.length;
  return n % 2 === 1 ? v[(n - 1) / 2] : v[n / 2 - 1] + (v[n / 2] - v[n / 2 - 1]) / 2;
}

// Differences between recomputed rows and what `drc report --json` printed; empty where all is equal.
export function compare(want, got) {
  const out = [], names = got.columns.map((c) => c.name);
  const same = (a, b) => (typeof a === 'number' && typeof b === 'number' && !(Number.isInteger(a) && Number.isInteger(b))
    ? Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a)) : a === b);
  const columns = want.rows.length > 0 ? Object.keys(want.rows[0]) : names;
  if (names.join() !== columns.join()) out.push(`columns: ${names.join()} instead of ${columns.join()}`);
  if (got.rows.length !== want.rows.length) out.push(`${got.rows.length} rows instead of ${want.rows.length}`);
  want.rows.forEach((row, i) => names.forEach((column, c) => {
    const value = got.rows[i]?.[c];
    if (!same(row[column], value)) out.push(`row ${i} ${Object.values(row)[1]} ${column}: ${value} instead of ${row[column]}`);
  }));
  for (const [k, v] of Object.entries(got.totals)) {
    const known = want.rows.length === 0 || want.rows.some((r) => r[k] !== null);
    const sum = known ? total(want.rows, (r) => r[k] ?? 0) : null;
    if (v !== sum) out.push(`total ${k}: ${v} instead of ${sum}`);
  }
  for (const [k, v] of Object.entries(got.reconciliation))
    if (v !== (want.reconciliation?.[k] ?? null)) out.push(`${k}: ${v} instead of ${want.reconciliation?.[k]}`);
  return out;
}
