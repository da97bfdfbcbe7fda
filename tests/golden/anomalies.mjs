// Every figure of cost-anomalies from raw rows: the series of each job and resource, the detector (detector.mjs), and the split of
// the change by Shapley values as their definition says it: the mean over all orders in which the factors may change.
import { addDays, byBytes, dayCount, dayOf, daysOf, head, key, msOf, ownerOf, total } from './raw.mjs';
import { DAY_MS, detect } from './detector.mjs';

const DOLLAR = 1e6, CENT = 10000, BEFORE = 28;
const round = (v) => (v === null || v === undefined ? null : Math.sign(v) * Math.round(Math.abs(v)));
const counted = (n, noun) => `${n} ${noun}${n === 1 ? '' : 's'}`;

// ---- the split -----------------------------------------------------------------------------------------------------------------

const FACTORS = ['runs', 'attempts per run', 'minutes per attempt', 'DBU per minute', 'price per DBU', 'VM cost per minute'];
const orders = (items) => (items.length < 2 ? [items]
  : items.flatMap((x, i) => orders([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [x, ...rest])));
const ORDERS = orders([0, 1, 2, 3, 4, 5]);
const cost = (v) => v[0] * v[1] * v[2] * (v[3] * v[4] + v[5]);
const factors = (t) => {
  const over = (a, b) => (b === 0 ? null : a / b);
  return [t.runs, over(t.attempts, t.runs), over(t.ms, t.attempts), over(t.udbu, t.ms), over(t.dbu, t.udbu), over(t.vm, t.ms)];
};
const multiplies = (t) => (t.runs > 0 || t.attempts === 0) && (t.attempts > 0 || t.ms === 0)
  && (t.ms > 0 || (t.udbu === 0 && t.vm === 0)) && (t.udbu !== 0 || t.dbu === 0);

// Totals of equally long times before and after, in units of `unit` micro-dollars.
export function split(before, after, unit) {
  const units = Math.trunc(round((after.dbu + after.vm - before.dbu - before.vm) / unit)), none = FACTORS.map(() => 0);
  if (!multiplies(before) || !multiplies(after)) return { delta: units, parts: [...none, units] };
  const was = factors(before), is = factors(after);
  was.forEach((v, i) => { was[i] = v ?? is[i] ?? 0; is[i] ??= was[i]; });
  const exact = [...none];
  for (const order of ORDERS) {
    const now = [...was];
    let value = cost(now);
    for (const i of order) {
      now[i] = is[i];
      exact[i] += (cost(now) - value) / ORDERS.length / unit;
      value = cost(now);
    }
  }
  const parts = exact.map(Math.floor), rest = exact.map((v, i) => v - parts[i]);
  const byRest = rest.map((_, i) => i).sort((a, b) => rest[b] - rest[a] || a - b);
  const left = units - total(parts, (v) => v);
  for (let i = 0; i < left; i++) parts[byRest[i]]++;
  return { delta: units, parts: [...parts, 0] };
}

// ---- the report ------------------------------------------------------------------------------------------------------------------

function dailyCost(f, c, kind, o) {
  const k = key(o.workspace_id, kind === 'job' ? o.job_id : o.compute_id);
  const usage = f.list(kind === 'job' ? 'jobUsage' : 'usage', k), nodes = f.list(kind === 'job' ? 'jobNodes' : 'nodes', k), at = new Map();
  const add = (day, field, v) => {
    if (!at.has(day)) at.set(day, { dbu: 0, vm: 0, udbu: 0 });
    at.get(day)[field] += v;
  };
  for (const u of usage) { add(u.day, 'dbu', c.dbu(u)); add(u.day, 'udbu', u.udbu); }
  for (const n of nodes) add(n.day, 'vm', n.cost);
  return at;
}

const sumOf = (d) => (d === undefined ? 0 : d.dbu + d.vm);

// What the cost of the days first..last is made of.
function totals(f, s, first, last) {
  const t = { runs: 0, attempts: 0, ms: 0, udbu: 0, dbu: 0, vm: 0, failed: 0, evictions: 0 };
  const inside = (day) => day >= first && day <= last;
  for (const [day, d] of s.days) if (inside(day)) {
    for (const k of ['udbu', 'dbu', 'vm']) t[k] += d[k];
    if (s.kind === 'resource') { t.runs++; t.attempts++; }
  }
  if (s.kind === 'resource') t.ms = total(f.list('hours', s.key).filter((h) => inside(h.day) && s.days.has(h.day)), (h) => h.paid_ms);
  else for (const list of f.list('runs', s.key)) if (inside(list[0].runDay)) {
    t.runs++;
    t.attempts += list.length;
    for (const r of list) {
      t.ms += r.end_ms === null ? 0 : r.end_ms - r.start_ms;
      t.failed += r.run_status === 'FAILED';
      t.evictions += r.evicted.length;
    }
  }
  return t;
}

function attribution(f, s, from, to) {
  const n = dayCount(from, to), b = totals(f, s, addDays(from, -BEFORE), addDays(from, -1)), a = totals(f, s, from, to);
  const counts = s.kind === 'job' ? { evictions: a.evictions, failed_attempts: a.failed } : { evictions: null, failed_attempts: null };
  const names = ['by_runs_uusd', 'by_attempts_uusd', 'by_minutes_uusd', 'by_dbu_rate_uusd', 'by_price_uusd', 'by_vm_uusd', 'by_other_uusd'];
  if (addDays(from, -BEFORE) < s.start)
    return { event_days: n, mean: null, delta_uusd: null, parts: Object.fromEntries(names.map((x) => [x, null])), top: [null, null], counts };
  const times = (t, by) => Object.fromEntries(Object.entries(t).map(([k, v]) => [k, v * by]));
  const r = split(times(b, n), times(a, BEFORE), CENT * BEFORE), sign = r.delta < 0 ? -1 : 1;
  const words = s.kind === 'job' ? FACTORS : ['days in use', null, 'time up per day', ...FACTORS.slice(3)];
  const best = r.parts.reduce((m, v, i) => (words[i] !== null && v * sign > r.parts[m] * sign ? i : m), 0);
  return { event_days: n, mean: Math.trunc(((b.dbu + b.vm) * n) / BEFORE), delta_uusd: r.delta * CENT + 0,
    parts: Object.fromEntries(names.map((x, i) => [x, r.parts[i] * CENT + 0])),
    top: [words[best] ?? 'not attributable', r.parts[best] * CENT + 0], counts };
}

const change = (f, s, from) => f.changes.filter((e) => e.workspace_id === s.o.workspace_id && !['OWNER', 'TAGS', 'DESCRIPTION'].includes(e.kind)
    && (s.kind === 'job' ? e.job_id === s.o.job_id : e.compute_id === s.o.compute_id) && dayOf(e.at_ms) >= addDays(from, -7) && dayOf(e.at_ms) <= from)
  .sort((a, b) => b.at_ms - a.at_ms || byBytes(a.change_id, b.change_id))[0];

// Each day of W that the series has, and its band: null where nothing is known before it.
function bands(c, values, start, points) {
  const at = new Map(daysOf(start, c.last).map((d, i) => [d, i]));
  const line = (of) => JSON.stringify(daysOf(start > c.first ? start : c.first, c.last).map((d) => round(of(at.get(d)))));
  return [line((i) => values[i]), ...['expected', 'low', 'high'].map((k) => line((i) => points[i][k]))];
}

function anomalyRow(f, c, s, e, points) {
  const start = msOf(s.start) / DAY_MS, from = dayOf((start + e.from) * DAY_MS), to = dayOf((start + e.to) * DAY_MS);
  const [actual, expected, low, high] = [e.actual, e.expected, e.low, e.high].map(round), impact = actual - expected;
  if (to < c.first || Math.abs(impact) < 0.25 * Math.abs(expected)) return null;
  const a = attribution(f, s, from, to), linked = change(f, s, from), id = s.kind === 'job' ? s.o.job_id : s.o.compute_id;
  const event = f.calendar.filter((x) => (x.workspace_id === null || x.workspace_id === s.o.workspace_id) && x.first_date <= to && x.last_date >= from)
    .sort((x, y) => byBytes(x.first_date, y.first_date) || byBytes(x.event_id, y.event_id))[0];
  const name = s.o.job_name ?? s.o.compute_name;
  const severity = e.shape === 'calendar' || e.shape === 'drop' || impact < 0 ? 'info'
    : impact >= 250 * DOLLAR || impact >= 2 * Math.abs(expected) ? 'crit' : 'warn';
  const path = s.kind === 'job' ? 'jobs' : s.o.compute_type === 'SQL_WAREHOUSE' ? 'sql/warehouses' : 'compute/clusters';
  const [top, topUusd] = a.top, words = [`${top}${topUusd < 0 ? ' fell' : ' rose'}`];
  if (a.counts.evictions > 0) words.push(counted(a.counts.evictions, 'eviction'));
  if (a.counts.failed_attempts > 0) words.push(counted(a.counts.failed_attempts, 'failed attempt'));
  if (linked) words.push(`change on ${dayOf(linked.at_ms)}`);
  s.bands ??= bands(c, s.values, s.start, points);
  return {
    anomaly_key: `anomaly:${s.o.workspace_id}/${id}@${from}`, anomaly_name: `${name}, ${from}${to > from ? ` to ${to}` : ''}`,
    about_key: `${s.kind}:${s.o.workspace_id}/${id}`, about_kind: s.kind, about_name: name, ...head(f, s.o, `${path}/${id}`),
    owner: ownerOf(f, s.o), severity, shape: e.shape, from_date: from, to_date: to, event_days: a.event_days, actual_uusd: actual,
    expected_uusd: expected, low_uusd: low, high_uusd: high, impact_uusd: impact, impact_ratio: expected === 0 ? null : impact / Math.abs(expected),
    m: e.m, mean_before_uusd: a.mean, delta_uusd: a.delta_uusd, ...a.parts, top_factor: top, top_factor_uusd: topUusd, ...a.counts,
    linked_change: linked?.summary ?? null, linked_change_key: linked ? `change:${linked.workspace_id}/${linked.change_id}` : null,
    calendar_name: event?.name ?? null,
    why: e.shape === 'calendar' ? `expected on these days${event ? `: ${event.name}` : ' of a month'}`
      : top === null ? 'fewer than 28 days before it: no split' : words.join('; '),
    status: 'new', daily: s.bands[0], expected_daily: s.bands[1], low_daily: s.bands[2], high_daily: s.bands[3],
  };
}

export function costAnomalies(f, c) {
  const history = addDays(c.last, -(c.days + 62)), origin = history > f.meta.first_day ? history : f.meta.first_day;
  const series = [], whole = new Map(daysOf(origin, c.last).map((d) => [d, 0]));
  for (const [kind, list] of [['job', c.jobs], ['resource', c.resources]]) for (const o of list) {
    const days = dailyCost(f, c, kind, o), born = o.created_ms === null ? origin : dayOf(o.created_ms), start = born > origin ? born : origin;
    for (const [day, d] of days) if (whole.has(day)) whole.set(day, whole.get(day) + sumOf(d));
    if (start > c.last || ![...days.keys()].some((d) => whole.has(d))) continue;
    series.push({ kind, o, start, days, key: key(o.workspace_id, kind === 'job' ? o.job_id : o.compute_id),
      values: daysOf(start, c.last).map((d) => sumOf(days.get(d))) });
  }
  const perDay = Math.trunc(total([...whole].filter(([d]) => d >= c.first), ([, v]) => v) / dayCount(c.known, c.last)), rows = [];
  for (const s of series) {
    const calendar = f.calendar.filter((x) => x.workspace_id === null || x.workspace_id === s.o.workspace_id)
      .flatMap((x) => daysOf(x.first_date, x.last_date)).map((d) => msOf(d) / DAY_MS);
    const r = detect(s.values, { first: msOf(s.start) / DAY_MS, unit: DOLLAR, minImpact: 100 * DOLLAR, total: perDay, calendar });
    rows.push(...r.events.map((e) => anomalyRow(f, c, s, e, r.points)).filter((x) => x !== null));
  }
  const info = (r) => r.severity === 'info', sums = [...whole.values()];
  const all = bands(c, sums, origin, detect(sums, { first: msOf(origin) / DAY_MS, unit: DOLLAR }).points);
  const summary = { crit_count: rows.filter((r) => r.severity === 'crit').length, warn_count: rows.filter((r) => r.severity === 'warn').length, info_count: rows.filter(info).length,
    excess_uusd: total(rows.filter((r) => !info(r)), (r) => r.impact_uusd), watched: series.length, total_daily: all[0], total_expected: all[1],
    total_low: all[2], total_high: all[3] };
  rows.sort((a, b) => info(a) - info(b) || Math.abs(b.impact_uusd) - Math.abs(a.impact_uusd) || byBytes(a.anomaly_key, b.anomaly_key));
  return { rows: rows.map((r) => ({ ...r, ...summary })) };
}
