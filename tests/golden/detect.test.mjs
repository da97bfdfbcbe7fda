// drc detect: the same as a second implementation on random series, and what it finds of planted events.
import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../harness/drc.mjs';
import { detect, DAY_MS } from './detector.mjs';

const dir = mkdtempSync(join(tmpdir(), 'drc-detect-'));
test.after(() => rmSync(dir, { recursive: true, force: true }));
const FIRST = Date.UTC(2026, 5, 1) / DAY_MS;
const iso = (day) => new Date(day * DAY_MS).toISOString().slice(0, 10);

// mulberry32: small, seeded, good enough for test data
const random = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const gauss = (r) => Math.sqrt(-2 * Math.log(1 - r())) * Math.cos(2 * Math.PI * r());

const drc = (x, args = []) => {
  const file = join(dir, 'series.csv');
  writeFileSync(file, 'day,cost\n' + x.map((v, i) => `${iso(FIRST + i)},${v === null ? '' : v}\n`).join(''));
  const r = run(['detect', '--csv', file, '--json', ...args]);
  assert.equal(r.status, 0, r.stderr);
  return JSON.parse(r.stdout);
};

const close = (a, b, what) => {
  if (a === null || b === null) assert.equal(a, b, what);
  else assert.ok(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b)), `${what}: ${a} is not ${b}`);
};

// Weekday pattern, noise, growth, unknown days, and now and then a spike, a step or a zero.
function wild(seed) {
  const r = random(seed), n = 20 + Math.floor(r() * 180), level = 10 ** (r() * 4), noise = r() * 0.3, growth = (r() - 0.3) * 0.01;
  const week = Array.from({ length: 7 }, () => (r() < 0.3 ? 0 : 0.5 + r()));
  let step = 1;
  return Array.from({ length: n }, (_, t) => {
    if (r() < 0.03) step = r() < 0.5 ? 1 : 0.2 + 3 * r();
    if (r() < 0.03) return null;
    let v = level * week[t % 7] * step * (1 + growth * t) * (1 + noise * gauss(r));
    if (r() < 0.04) v *= r() < 0.2 ? 0 : 3 * r();
    if (r() < 0.01) v = -v;
    return Math.round(v * 100) / 100;
  });
}

test('the same verdicts, bands and events as the second implementation', () => {
  let events = 0, judged = 0;
  const shapes = new Set();
  for (let seed = 1; seed <= 30; seed++) {
    const x = wild(seed), unit = seed % 3 === 0 ? 1 : 0, minImpact = seed % 2 === 0 ? 100 : 0;
    const want = detect(x, { first: FIRST, unit, minImpact });
    const got = drc(x, ['--unit', String(unit), '--min-impact', String(minImpact)]);
    // unknown days at either end are rows, so the grid is the same
    assert.equal(got.series.length, x.length);
    got.series.forEach((p, t) => {
      for (const k of ['expected', 'low', 'high', 'm']) close(p[k], want.points[t][k], `seed ${seed}, ${p.time}, ${k}`);
      assert.equal(p.flagged, want.points[t].flagged, `seed ${seed}, ${p.time}`);
      judged += p.expected !== null;
    });
    assert.deepEqual(got.anomalies.map((e) => [e.from, e.to, e.shape]),
      want.events.map((e) => [iso(FIRST + e.from), iso(FIRST + e.to), e.shape]), `seed ${seed}`);
    got.anomalies.forEach((e, i) => {
      for (const k of ['actual', 'expected', 'low', 'high', 'impact', 'm']) close(e[k], want.events[i][k], `seed ${seed}, event ${i}, ${k}`);
      shapes.add(e.shape);
    });
    events += got.anomalies.length;
  }
  assert.ok(judged > 2500 && events > 100, `${judged} days, ${events} events`);
  assert.deepEqual([...shapes].sort(), ['calendar', 'drop', 'level shift', 'spike']);
});

// A calm estate: weekday pattern, noise of a few per cent, slow growth; then one planted event, or a decoy.
function planted(seed) {
  const r = random(seed * 7919), n = 120, level = 150 + 1500 * r(), noise = 0.02 + 0.06 * r(), growth = 0.002 * r();
  const weekend = 0.3 + 0.7 * r(), kind = ['spike', 'drop', 'level shift', 'back', 'none', 'noise', 'creep', 'unbilled', 'calendar'][seed % 9];
  const at = 60 + Math.floor(r() * 45), days = 1 + Math.floor(r() * 4), times = 1.6 + 2 * r();
  const x = Array.from({ length: n }, (_, t) => level * (t % 7 >= 5 ? weekend : 1) * (1 + growth * t) * (1 + noise * gauss(r)));
  const scale = (from, to, f) => { for (let t = from; t < Math.min(to, n); t++) x[t] *= f; };
  let truth = [];
  if (kind === 'spike') { scale(at, at + days, times); truth = [{ from: at, shape: 'spike' }]; }
  if (kind === 'drop') { scale(at, at + days, 0.1); truth = [{ from: at, shape: 'drop' }]; }
  if (kind === 'level shift') { scale(at, n, times); truth = [{ from: at, shape: 'level shift' }]; }
  if (kind === 'back') { scale(at, at + 8, times); truth = [{ from: at, shape: 'level shift' }]; }
  if (kind === 'noise') scale(at, at + 1, 1.12); // within what is normal
  if (kind === 'creep') for (let t = 0; t < n; t++) x[t] *= 1 + 0.004 * t;
  if (kind === 'unbilled') { for (let t = n - 2; t < n; t++) x[t] = null; }
  if (kind === 'calendar') for (let t = 0; t < n; t++) if (new Date((FIRST + t) * DAY_MS).getUTCDate() === 1) x[t] = level * 3;
  return { x: x.map((v) => (v === null ? null : Math.round(v * 100) / 100)), truth, kind };
}

test('planted events are found, decoys are not: precision and recall', (t) => {
  let hit = 0, wrong = 0, missed = 0;
  const notes = [];
  for (let seed = 1; seed <= 45; seed++) {
    const { x, truth, kind } = planted(seed);
    // the first of a month has no month before it in the series: that one is judged, the later ones are calendar
    const found = drc(x, ['--unit', '1', '--min-impact', '100']).anomalies
      .filter((e) => e.shape !== 'calendar' && !(kind === 'calendar' && e.from === '2026-07-01'));
    for (const want of truth) {
      const i = found.findIndex((e) => e.from === iso(FIRST + want.from) && e.shape === want.shape);
      if (i >= 0) { hit++; found.splice(i, 1); } else { missed++; notes.push(`seed ${seed}: missed ${kind}`); }
    }
    wrong += found.length;
    found.forEach((e) => notes.push(`seed ${seed}: ${kind}, wrong ${e.shape} ${e.from}`));
  }
  const precision = hit / (hit + wrong), recall = hit / (hit + missed);
  t.diagnostic(`precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)} (${hit} found, ${missed} missed, ${wrong} wrong)`);
  // |M| > 3.5 is wrong once in about 2000 days of pure noise; with one event in 240 days that bounds the precision
  assert.ok(precision >= 0.8 && recall >= 0.95, `precision ${precision}, recall ${recall}\n${notes.join('\n')}`);
});
