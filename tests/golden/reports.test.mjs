// The five core reports against an independent recomputation from raw rows: every cell, total and reconciliation figure, on three
// estates and over windows, filters and prices; and that parts add up.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { run } from '../harness/drc.mjs';
import { estate, report, scratch } from './estates.mjs';
import { compare, load, parse, total } from './raw.mjs';
import { computeType, jobCost, pareto, spotRisk } from './recompute.mjs';
import { costAnomalies } from './anomalies.mjs';

const reports = { 'job-cost': jobCost, 'compute-type': computeType, pareto, 'spot-risk': spotRisk, 'cost-anomalies': costAnomalies };
const all = Object.keys(reports), jobsOnly = ['job-cost', 'pareto', 'spot-risk', 'cost-anomalies'], priced = all.filter((r) => r !== 'spot-risk');
// words, and the reports that are asked; those of `everywhere` on each estate, the others on the sample estate
const everywhere = [
  ['', all], ['2026-10-25..2026-11-08 price:contract', priced], // over changes of a price and a discount, corrections, a month's end
  ['10d as-of:2026-11-13 workspace:PROD-LAKEHOUSE', all],
];
const more = [
  ['1d', all], ['63d', ['compute-type', 'cost-anomalies']], ['mtd', ['job-cost', 'spot-risk']], ['last-week', ['pareto', 'compute-type']],
  ['last-month', ['spot-risk', 'cost-anomalies']], ['2026-10', ['job-cost', 'compute-type']],
  ['90d', ['job-cost', 'compute-type', 'pareto']], // the window before begins before the data: no baselines
  ['200d', all], // the window itself does
  ['3d as-of:2026-11-05', ['job-cost', 'compute-type', 'pareto']], // corrected days only
  ['1d as-of:2026-07-20', all], ['28d as-of:2026-08-02', ['job-cost', 'cost-anomalies']], // the first day; hardly any history
  ['workspace:1618033988749894 14d price:contract', ['job-cost', 'compute-type', 'cost-anomalies']],
  ['tag:team=finance', jobsOnly], ['owner:"Ana Ruiz"', jobsOnly], ['department:"data science" 14d', ['pareto', 'cost-anomalies']],
  ['tag:tier=1 workspace:prod-lakehouse as-of:2026-10-20', ['job-cost', 'spot-risk']],
];
after(() => scratch.remove());


for (const seed of [1, 7, 23]) {
  const raw = () => (raw.rows ??= load(estate(seed)));
  for (const [words, ids] of seed === 1 ? [...everywhere, ...more] : everywhere) {
    test(`seed ${seed}: ${words === '' ? 'default' : words}`, () => {
      const f = raw(), c = parse(f, words);
      for (const id of ids) assert.deepEqual(compare(reports[id](f, c), report(id, words, estate(seed))).slice(0, 12), [], id);
    });
  }
}

// ---- parts add up ----------------------------------------------------------------------------------------------------------------

const column = (r, name) => {
  const i = r.columns.findIndex((c) => c.name === name);
  return r.rows.map((row) => row[i]);
};
const sum = (r, name) => total(column(r, name), (v) => v ?? 0);

test('segments, layers and parts of a change add up; sums over workspaces are the total', () => {
  const db = estate(1);
  for (const words of ['', '63d price:contract']) {
    const jobs = report('job-cost', words, db), compute = report('compute-type', words, db), ranked = report('pareto', words, db);
    column(jobs, 'total_uusd').forEach((v, i) => {
      if (v === null) return;
      assert.equal(v, total(['dbu_uusd', 'ondemand_vm_uusd', 'spot_vm_uusd', 'wasted_uusd'], (k) => column(jobs, k)[i]));
      assert.equal(v, column(jobs, 'dbu_list_uusd')[i] + column(jobs, 'vm_est_uusd')[i]);
      assert.equal(v, total(JSON.parse(column(jobs, 'daily')[i]), (x) => x));
    });
    assert.equal(sum(ranked, 'total_uusd'), total(column(jobs, 'total_uusd').filter((v) => v > 0), (v) => v));
    assert.equal(sum(compute, 'dbu_uusd'), compute.reconciliation.bill_uusd);
    const { explained_uusd: explained, billed_uusd: billed, bill_uusd: bill } = jobs.reconciliation;
    assert.ok(explained > 0 && explained <= billed && billed <= bill && bill === compute.reconciliation.bill_uusd);
    assert.equal(explained, sum(jobs, 'dbu_list_uusd'));
    for (const id of words === '' ? ['job-cost', 'compute-type', 'pareto'] : []) {
      const whole = report(id, words, db), parts = ['prod-lakehouse', 'data-science', '1618033988749894'].map((w) => report(id, `${words} workspace:${w}`, db));
      assert.equal(total(parts, (r) => sum(r, 'total_uusd')), sum(whole, 'total_uusd'), id);
      assert.equal(total(parts, (r) => r.reconciliation.bill_uusd), whole.reconciliation.bill_uusd, id);
    }
  }
  const found = report('cost-anomalies', '', db), by = found.columns.map((c) => c.name).filter((n) => n.startsWith('by_'));
  assert.equal(by.length, 7);
  column(found, 'delta_uusd').forEach((delta, i) => {
    if (delta === null) return;
    const parts = by.map((k) => column(found, k)[i]);
    assert.ok(parts.every((v) => v % 10000 === 0));
    assert.equal(total(parts, (v) => v), delta);
    assert.ok(Math.abs(delta - (column(found, 'actual_uusd')[i] - column(found, 'mean_before_uusd')[i])) <= 5001);
  });
});

// RFC 4180 without line breaks inside of fields
const csvRows = (text) => text.split('\r\n').filter((l) => l !== '').map((l) => [...l.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((m) => m[1]));
const micro = (dollars) => { // exact: digits only
  const m = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(dollars);
  assert.ok(m, dollars);
  return Number(`${m[1]}${m[2]}${(m[3] ?? '').padEnd(6, '0')}`);
};

test('the rows of the CSV file sum to the totals', () => {
  for (const [id, words] of [['job-cost', ''], ['compute-type', '14d price:contract'], ['pareto', '2026-10'], ['spot-risk', ''], ['cost-anomalies', '']]) {
    const r = report(id, words, estate(1)), out = run(['report', id, words, '--csv', '--db', estate(1)].filter((w) => w !== ''), { env: { DRC_STATE_DB: scratch.path('state.db') } });
    const [names, ...rows] = csvRows(out.stdout), money = Object.keys(r.totals).filter((k) => k.endsWith('_uusd'));
    assert.equal(rows.length, r.rows.length);
    assert.ok(money.length > 0);
    for (const k of money) {
      const i = names.indexOf(k.replace(/_uusd$/, '_usd'));
      assert.equal(total(rows.filter((x) => x[i] !== ''), (x) => micro(x[i])), r.totals[k], `${id} ${k}`);
    }
  }
});
