// drc detect at the command line: text, exit status, and the sentence for each kind of bad file.
import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../harness/drc.mjs';

const dir = mkdtempSync(join(tmpdir(), 'drc-detect-cli-'));
test.after(() => rmSync(dir, { recursive: true, force: true }));
const detect = (text, ...args) => {
  const file = join(dir, 'x.csv');
  writeFileSync(file, text);
  return run(['detect', '--csv', file, ...args]);
};
const hours = (n, value) => Array.from({ length: n }, (_, i) => `${1780272000 + i * 3600},${value(i)}`).join('\n');

test('an hourly series: one busy night is found, the working days are not', () => {
  const r = detect(hours(24 * 60, (i) => (i === 24 * 50 + 2 ? 900 : i % 24 < 8 ? 100 : 900)), '--period', 'hour', '--json');
  assert.equal(r.status, 0, r.stderr);
  const found = JSON.parse(r.stdout);
  assert.equal(found.period, 'hour');
  assert.equal(found.series.length, 24 * 60);
  assert.deepEqual(found.anomalies.map((e) => [e.from, e.shape, e.actual, e.expected]), [['2026-07-21T02Z', 'spike', 900, 100]]);
});

test('text is for people', () => {
  const r = detect('day,usd\n2026-01-01,5\n');
  assert.equal(r.status, 0);
  assert.match(r.stdout, /^1 day, 2026-01-01 to 2026-01-01.*\nNo anomaly\.\n$/s);
  assert.match(run(['detect', '--help']).stdout, /anomalies: from, to, shape/);
});

test('what cannot be used is refused with its line', () => {
  const cases = [
    ['', 8, /no rows/],
    ['a,b\n2026-01-01,1\n2026-01-01,2\n', 8, /line 3: a second value for the day of line 2; hourly data wants --period hour/],
    ['2026-01-01,1\n2026-13-01,2\n', 8, /line 2: this is not a time/],
    ['2026-01-01,1e308\n', 8, /line 1: values go up to 1e15/],
    [hours(100001, () => 1), 8, /line 100001: more than 100000 rows/, '--period', 'hour'],
    ['2026-01-01,1\n', 2, /--period is 'day' or 'hour'/, '--period', 'week'],
    ['2026-01-01,1\n', 2, /--unit wants a number/, '--unit', '-1'],
    ['2026-01-01,1\n', 2, /do not know the option '--what'/, '--what'],
  ];
  for (const [text, status, words, ...args] of cases) {
    const r = detect(text, ...args);
    assert.equal(r.status, status, r.stderr);
    assert.match(r.stderr, words);
    assert.equal(r.stdout, '');
  }
  assert.equal(run(['detect']).status, 2);
  assert.equal(run(['detect', '--csv', join(dir, 'none.csv')]).status, 4);
});
