// The anomaly detector a second time, from the words of include/drc/detect.h: plain sorts and whole arrays instead of
// selection and moving state. Days only.
const WEEKS = 8, RECENT = 4, SEASON = 7, DAYS = 28, DAYS_MIN = 14, RUN = 5;
export const DAY_MS = 86400000;

export const median = (values) => {
  const v = [...values].sort((a, b) => a - b), n = v.length;
  return n % 2 === 1 ? v[(n - 1) / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
};
const known = (v) => v !== null && v !== undefined;

const banded = (expected, mad, unit) => {
  const spread = Math.max(mad, 0.05 * Math.abs(expected), unit);
  const half = Math.max((3.5 * spread) / 0.6745, 0.25 * Math.abs(expected));
  return { expected, low: expected - half, high: expected + half, spread };
};

// clean: the baseline by index, null where unknown or flagged; only what is before `limit` counts.
function byWeeks(clean, t, limit, unit) {
  const at = (i) => (i >= 0 && i < limit ? clean[i] : null);
  const weeks = [];
  for (let k = 1; k <= WEEKS && k * SEASON <= t; k++) {
    const row = Array.from({ length: SEASON }, (_, c) => at(t - k * SEASON + c));
    const values = row.filter(known);
    if (values.length * 2 > SEASON) weeks.push({ row, level: median(values) });
  }
  if (weeks.filter((w) => known(w.row[0])).length < 6) return null;
  const effects = [], remainders = [];
  for (let c = 0; c < SEASON; c++) {
    const rests = weeks.filter((w) => known(w.row[c])).map((w) => w.row[c] - w.level);
    effects.push(rests.length ? median(rests) : 0);
    remainders.push(...rests.map((r) => Math.abs(r - effects[c])));
  }
  const seen = weeks.flatMap((w) => w.row.filter(known));
  const plain = median(weeks.slice(0, RECENT).map((w) => w.level)) + effects[0];
  return banded(Math.min(Math.max(plain, Math.min(...seen)), Math.max(...seen)), 1.3 * median(remainders), unit);
}

function byDays(clean, t, limit, unit) {
  const days = [];
  for (let i = Math.max(0, t - DAYS); i < Math.min(t, limit); i++) if (known(clean[i])) days.push(i);
  if (days.length < DAYS_MIN) return null;
  const values = days.map((i) => clean[i]), mid = median(values);
  const band = banded(mid, median(values.map((v) => Math.abs(v - mid))), unit);
  const same = days.filter((i) => (t - i) % SEASON === 0).map((i) => clean[i]);
  if (same.length >= 2) {
    const lo = Math.min(...same), hi = Math.max(...same);
    band.low = Math.min(band.low, lo - 0.25 * Math.abs(lo));
    band.high = Math.max(band.high, hi + 0.25 * Math.abs(hi));
  }
  return band;
}

const expect = (clean, t, limit, unit) => byWeeks(clean, t, limit, unit) ?? byDays(clean, t, limit, unit);
const score = (band, x) => {
  if (x === band.expected) return 0;
  return Math.min(Math.max((0.6745 * (x - band.expected)) / band.spread, -9999), 9999);
};
const fits = (band, x) => x >= band.low && x <= band.high;

const civil = (day) => { const d = new Date(day * DAY_MS); return [d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate()]; };
const dayNumber = (y, m, d) => Date.UTC(y, m, d) / DAY_MS;
function monthBefore(day) {
  const [y, m, d] = civil(day), lastThen = civil(dayNumber(y, m, 0))[2], isLast = civil(day + 1)[1] !== m;
  return dayNumber(y, m - 1, isLast ? lastThen : Math.min(d, lastThen));
}

// x: numbers or null; first: day number of x[0].
export function detect(x, { first = 0, unit = 0, minImpact = 0, total = 0, calendar = [] } = {}) {
  const n = x.length, points = [], owned = new Set(), levels = [];
  let clean = [], shift = null, since = 0;
  const shiftStart = (t) => {
    const back = [];
    for (let i = t; i >= 0 && back.length < RUN; i--) if (known(x[i])) back.push(i);
    if (back.length < RUN) return -1;
    const ok = back.every((i) => i >= since && known(points[i].expected) && !owned.has(i) && Math.abs(points[i].m) > 1.75 && points[i].m * points[t].m > 0);
    const start = back[RUN - 1];
    return ok && points[start].flagged && median(back.map((i) => Math.abs(points[i].m))) > 3.5 ? start : -1;
  };
  for (let t = 0; t < n; t++) {
    const none = { expected: null, low: null, high: null, m: null, flagged: false };
    points[t] = none;
    clean[t] = x[t];
    if (!known(x[t])) continue;
    const band = expect(clean, t, t, unit);
    if (band) {
      points[t] = { ...band, m: score(band, x[t]), flagged: !fits(band, x[t]) };
      if (points[t].flagged) clean[t] = null;
    }
    if (shift) {
      const old = shift.pattern[(t - shift.from) % SEASON], p = points[t];
      if (t - shift.from >= DAYS) shift = null;
      else if (p.flagged && p.m * shift.sign < 0 && old && fits(old, x[t])) {
        clean = clean.map((v, i) => (i < shift.from ? shift.clean[i] : null));
        clean[t] = x[t];
        points[t] = { ...old, m: score(old, x[t]), flagged: false };
        shift = null;
        since = t;
      } else shift.event.days.push(t);
    }
    const from = points[t].flagged ? shiftStart(t) : -1;
    if (from < 0) continue;
    const before = clean.slice(), days = [];
    for (let i = from; i <= t; i++) if (known(x[i])) days.push(i);
    const pattern = Array.from({ length: SEASON }, (_, j) => expect(before, from + j, from, unit));
    const ratios = days.map((i) => x[i] / points[i].expected), times = median(ratios);
    const plus = median(days.map((i) => x[i] - points[i].expected));
    const multiply = days.every((i) => points[i].expected > 0) && times >= 0;
    clean = clean.map((v, i) => (i >= from || !known(v) ? v : multiply ? v * times : v + plus));
    for (const i of days) { clean[i] = x[i]; owned.add(i); }
    shift = { from, sign: points[from].m, pattern, clean: before, event: { shape: 'level shift', days, pattern, from } };
    levels.push(shift.event);
  }
  const expectedDay = (t) => {
    const day = first + t, then = monthBefore(day) - first;
    if (calendar.includes(day)) return true;
    if (then < 0) return false;
    const p = points[then];
    return known(x[then]) && (p.flagged || !known(p.expected)) && Math.abs(x[t] - x[then]) <= 0.2 * Math.abs(x[then]);
  };
  const runs = [];
  for (let t = 0; t < n; t++) {
    if (!known(x[t])) continue;
    const p = points[t], open = p.flagged && !owned.has(t);
    const last = runs.at(-1);
    if (!open) { if (last) last.open = false; continue; }
    if (last?.open && Math.sign(points[last.days[0]].m) === Math.sign(p.m)) last.days.push(t);
    else { if (last) last.open = false; runs.push({ open: true, shape: p.m > 0 ? 'spike' : 'drop', days: [t] }); }
  }
  for (const r of runs) if (2 * r.days.filter(expectedDay).length >= r.days.length) r.shape = 'calendar';
  const events = [...levels, ...runs].map((e) => {
    const sum = { actual: 0, expected: 0, low: 0, high: 0, m: 0 };
    for (const t of e.days) {
      const p = e.pattern ? e.pattern[(t - e.from) % SEASON] : points[t];
      if (!p) continue;
      for (const k of ['expected', 'low', 'high']) sum[k] += p[k];
      sum.actual += x[t];
      if ((!e.pattern || owned.has(t)) && Math.abs(points[t].m) > Math.abs(sum.m)) sum.m = points[t].m;
    }
    return { from: e.days[0], to: e.days.at(-1), shape: e.shape, impact: sum.actual - sum.expected, ...sum };
  }).filter((e) => Math.abs(e.impact) >= minImpact || (total > 0 && Math.abs(e.impact) / (e.to - e.from + 1) >= 0.005 * total));
  events.sort((a, b) => a.from - b.from);
  return { points, events };
}
