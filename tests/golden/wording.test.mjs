// What answers by template may not say: a figure under another figure's name, "not known" of what merely gave way, a sum of ranks or of
// prices, another job's run, a cause that does not answer the question.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { run } from '../harness/drc.mjs';
import { estate, report, scratch } from './estates.mjs';

after(() => scratch.remove());

function ask(chip, id, entity) {
  const r = run(['chip', chip, '--report', id, ...(entity ? ['--entity', entity] : []), '--db', estate(1)],
    { env: { DRC_STATE_DB: scratch.path('state.db'), DRC_INDEX_DIR: scratch.path('none') } });
  assert.equal(r.status, 0, r.stderr);
  const [prompt, said] = r.stdout.split('\n--- answer\n');
  return { prompt, said, lines: said.slice(said.indexOf('\nCommentary')).split('\n').filter((l) => l.startsWith('• ')) };
}
const line = (x, start) => x.lines.find((l) => l.slice(2).startsWith(start)) ?? assert.fail(`no line begins with '${start}':\n${x.said}`);
const column = (r, name) => { const at = r.columns.findIndex((c) => c.name === name); return r.rows.map((row) => row[at]); };
const usd = (uusd) => `$${Math.round(uusd / 1e6).toLocaleString('en-US')}`;
const sum = (list) => list.reduce((x, y) => x + (y ?? 0), 0);

test('a share of the expected loss is no share of the cost', () => {
  const r = report('spot-risk', '', estate(1)), loss = column(r, 'expected_loss_uusd'), cost = column(r, 'total_uusd'), name = column(r, 'job_name')[1];
  const part = `${Math.round((100 * loss[1]) / sum(loss))} %`;
  assert.notEqual(part, `${Math.round((100 * cost[1]) / sum(cost))} %`, 'the two differ, or the test shows nothing');
  const job = ask('job.explain', 'spot-risk', name);
  assert.ok(line(job, `${name} stands at rank 2`).includes(`${usd(loss[1])}, ${part} of that of the report. Its whole cost was ${usd(cost[1])}.`), job.said);
  assert.doesNotMatch(job.lines.join(), /of the report's total/);
  for (const chip of ['explain', 'drivers', 'cut-cost', 'what-to-watch'])
    assert.doesNotMatch(ask(`report.${chip}`, 'spot-risk').lines.join(), /dearest|of the total/, chip);
});

test('a window before that a report does not compare with is not called incomplete', () => {
  for (const id of ['pareto', 'spot-risk', 'cost-anomalies']) assert.doesNotMatch(ask('report.explain', id).said, /complete window before/, id);
  const r = report('pareto', '', estate(1));
  assert.match(ask('job.explain', 'pareto', r.rows[0][0]).said, /against the window before/);
  assert.match(ask('report.explain', 'job-cost 85d').said, /There is no complete window before/);
});

test('what gave way to the figures of causes is not said to be unknown', () => {
  const r = report('cost-anomalies', '', estate(1)), delta = column(r, 'delta_uusd');
  for (let i = 0; i < 4; i++) {
    assert.ok(delta[i] !== null);
    const x = ask('anomaly.what-changed', 'cost-anomalies', r.rows[i][0]);
    assert.ok(line(x, delta[i] < 0 ? '-$' : '+$').includes('against the mean of the 28 days before'), x.said);
    assert.doesNotMatch(x.said, /fewer than 28 days/);
  }
});

test('each primary chip of a report has an answer, with the figure that the report is about', () => {
  const idle = sum(column(report('compute-type', '', estate(1)), 'idle_uusd'));
  assert.ok(line(ask('report.cut-cost', 'compute-type'), 'Start with idle time').includes(usd(idle)));
  const found = report('cost-anomalies', '', estate(1)), grade = (s) => column(found, 'severity').filter((x) => x === s).length;
  assert.ok(line(ask('report.explain', 'cost-anomalies'), `${found.rows.length} anomalies in `).includes(`: ${grade('crit')} critical, ${grade('warn')} warning`));
  for (const chip of ['explain', 'what-changed', 'cut-cost', 'what-to-watch'])
    for (const id of ['job-cost', 'compute-type', 'cost-anomalies']) assert.doesNotMatch(ask(`report.${chip}`, id).said, /lacks:/, `${chip} of ${id}`);
});

test('what moved most are the largest changes, in order', () => {
  const r = report('job-cost', '', estate(1)), [name, now, before] = ['job_name', 'total_uusd', 'baseline_uusd'].map((c) => column(r, c));
  const moved = name.map((n, i) => [n, now[i] === null || before[i] === null ? 0 : now[i] - before[i]]).sort((x, y) => Math.abs(y[1]) - Math.abs(x[1]));
  const said = line(ask('report.what-changed', 'job-cost'), 'What moved most: ');
  assert.equal(said.replace(/\. \[F.*/, ''), `• What moved most: ${moved.slice(0, 3).map(([n, by]) => `${n} ${by < 0 ? '-' : '+'}${usd(Math.abs(by))}`).join('; ')}`);
});

test('ranks, prices and medians are not added up', () => {
  for (const [id, words] of [['pareto', /\| Place/], ['compute-type', /Price of a DBU|Micro/], ['spot-risk', /usual cost/], ['cost-anomalies', /\| (Days|Band|At the mean)/]]) {
    assert.doesNotMatch(ask('report.explain', id).prompt, words);
    const totals = Object.keys(report(id, '', estate(1)).totals);
    for (const c of ['cost_rank', 'before_rank', 'uusd_per_dbu', 'rerun_uusd', 'low_uusd', 'event_days']) assert.ok(!totals.includes(c), `${id} adds up ${c}`);
  }
});

test('cost is called productive only where failed attempts are told apart', () => {
  assert.match(ask('report.explain', 'job-cost').prompt, /\| Productive DBU cost \|/);
  assert.match(ask('report.explain', 'compute-type').prompt, /\| DBU cost \|/);
  assert.match(ask('report.explain', 'spot-risk').prompt, /\| Spot VM cost \|/);
});

test('runs and causes that a job is told of are its own, and answer the question', () => {
  const r = report('job-cost', '', estate(1)), names = column(r, 'job_name'), failed = column(r, 'failed_attempts'), runs = column(r, 'runs');
  const calm = names.filter((_, i) => failed[i] === 0 && runs[i] > 0).slice(0, 3);
  assert.ok(calm.length > 0);
  for (const name of calm) {
    for (const l of ask('job.drivers', 'job-cost', name).lines.filter((x) => x.includes('trouble'))) for (const other of names) assert.ok(!l.includes(`${other},`), l);
    const why = ask('job.why-failing', 'job-cost', name);
    line(why, `No attempt of ${name} failed`);
    assert.doesNotMatch(why.said, /price of a DBU|runs take longer|costs a little more/);
  }
});

test('a filter that names nothing of the estate is refused with the nearest names; one that has no rows is asked about', () => {
  const made = (...words) => run(['report', 'job-cost', ...words, '--db', estate(1), '--out', scratch.path('.')], { env: { DRC_STATE_DB: scratch.path('state.db') } });
  for (const [words, said] of [['workspace:prod-lakehuose', /there is no workspace 'prod-lakehuose' in the data; the nearest: prod-lakehouse/], ['owner:"Anna Ruiz"', /there is no owner 'Anna Ruiz' in the data; the nearest: Ana Ruiz/]]) {
    const r = made(words);
    assert.equal(r.status, 2);
    assert.match(r.stderr, said);
    assert.equal(r.stdout, '');
  }
  assert.match(made('owner:"Ludmila Horáková"').stdout, /Is the filter spelt as the name in the workspace\? The data goes from [^;]+; try another window, for example 60d, or fewer filters\./);
  assert.doesNotMatch(made().stdout, /filter/);
});
