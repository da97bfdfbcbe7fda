// Data contracts: in an estate that lacks a source, a chip that needs it says which table, grant or call fills it, and prints nothing that
// rests on it; where the source is there the same chip answers.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { run } from '../harness/drc.mjs';
import { estate, report, scratch } from './estates.mjs';

after(() => scratch.remove());

// The sample estate after these statements.
function without(name, ...sql) {
  const file = scratch.path(`${name}.db`);
  copyFileSync(estate(1), file);
  const db = new DatabaseSync(file);
  for (const one of sql) db.exec(one);
  db.close();
  return file;
}

function answer(db, chip, ...where) {
  const r = run(['chip', chip, ...where, '--db', db], { env: { DRC_STATE_DB: scratch.path('state.db'), DRC_INDEX_DIR: scratch.path('none') } });
  assert.equal(r.status, 0, r.stderr);
  return r.stdout.slice(r.stdout.lastIndexOf('\n--- answer\n'));
}

const noQueries = () => without('no-queries', 'DELETE FROM sql_query_history', "DELETE FROM data_mark WHERE source = 'queries'");
const noEvents = () => without('no-events', 'DELETE FROM events', 'DELETE FROM eviction_details', "DELETE FROM data_mark WHERE source = 'events'");
const first = (id) => { const r = report(id, '', estate(1)); return r.rows[0][0]; };

const CASES = [
  ['node metrics', () => without('no-nodes', 'UPDATE node_usage SET cpu_p95_permille = NULL, mem_p95_permille = NULL'), 'cluster.utilisation',
    () => ['--entity', 'apc-finance'], /CPU, 95th percentile: system\.compute\.node_timeline has no rows for apc-finance .* grant SELECT/s, /CPU reached/],
  ['hours of use', () => without('no-hours', 'UPDATE resource_day SET used_ms = NULL, paid_ms = NULL'), 'warehouse.when-idle',
    () => ['--entity', 'wh-bi-prod'], /Idle share of the time up: .*system\.compute\.warehouse_events.*system\.query\.history.*grant SELECT/s, /had a query/],
  ['queries of a warehouse', noQueries, 'warehouse.make-reliable', () => ['--entity', 'wh-bi-prod'],
    /Queries: .*system\.query\.history.*enable the schema system\.query/s, /No query failed|quer(y|ies) failed/],
  ['durations of queries', noQueries, 'warehouse.verify-fix', () => ['--entity', 'wh-bi-prod'], /95th percentile of a query: .*system\.query\.history/s, /A new size worked/],
  ['evictions', noEvents, 'job.eviction-pattern', () => ['--report', 'spot-risk', '--entity', first('spot-risk')],
    /Spot evictions: .*Clusters Events API.*SPOT_INSTANCE_TERMINATION/s, /No eviction hit|\d evictions? hit/],
  ['the window before', () => estate(1), 'report.what-changed', () => ['--report', 'job-cost 85d'], /Cost in the window before: .*7d.*system\.billing\.usage/s, /moved by/,
    () => ['--report', 'job-cost']],
  ['runs', () => estate(1), 'report.make-reliable', () => ['--report', 'pareto'], /Run success: The report pareto does not hold it; the report job-cost does\./, /run success is/,
    () => ['--report', 'job-cost']],
];

for (const [name, lacking, chip, where, told, said, whereItIs = where] of CASES) {
  test(`without ${name} ${chip} says how to get it`, () => {
    const text = answer(lacking(), chip, ...where());
    assert.match(text, told);
    assert.match(text, /This run cannot answer the question\. It lacks:|For a whole answer this run lacks:/); // the second behind likely causes
    assert.match(text, /By template: AI is not asked where a fact is missing/);
    assert.doesNotMatch(text, said);
    const whole = answer(estate(1), chip, ...whereItIs());
    assert.doesNotMatch(whole, /It lacks:|this run lacks:/);
    assert.match(whole, said);
  });
}

function column(r, name) {
  const at = r.columns.findIndex((c) => c.name === name);
  assert.ok(at >= 0 && r.rows.length > 0, name);
  return r.rows.map((row) => row[at]);
}

test('unknown is not none: no count of evictions or queries is printed where they are not recorded', () => {
  const spot = report('spot-risk', '', noEvents()), anomalies = report('cost-anomalies', '', noEvents());
  for (const name of ['expected_loss_uusd', 'evictions', 'evicted_runs', 'evicted_share', 'evicted_runs_failed', 'fail_if_not', 'lost_attempt_uusd', 'evictions_daily'])
    assert.ok(column(spot, name).every((v) => v === null), name);
  for (const name of ['expected_loss_uusd', 'evictions', 'lost_attempt_uusd']) assert.equal(spot.totals[name], null);
  assert.ok(spot.totals.spot_vm_uusd > 0 && column(spot, 'evidence').every((v) => v === 'config_only'));
  assert.ok(column(anomalies, 'evictions').every((v) => v === null));
  assert.ok(column(anomalies, 'why').every((v) => !/eviction/.test(v)) && column(anomalies, 'failed_attempts').some((v) => v > 0));
  const said = run(['report', 'spot-risk', '--db', noEvents(), '--out', scratch.path('.')], { env: { DRC_STATE_DB: scratch.path('state.db') } }).stdout;
  assert.match(said, /Expected loss +not known: the data has no events of clusters\n +Evictions +not known: the data has no events of clusters\n/);
  const shown = said.slice(0, said.indexOf('How it is computed')).split('\n').filter((line) => !/ run |%/.test(line)).join('\n');
  assert.doesNotMatch(shown, /\$0|\b0\b/);
  for (const text of [answer(noEvents(), 'job.why-failing', '--report', 'job-cost', '--entity', first('job-cost')), answer(noQueries(), 'warehouse.explain', '--entity', 'wh-bi-prod')])
    assert.doesNotMatch(text, /\b0 (spot )?(evictions|queries)|[Nn]o (spot )?(eviction|query)/);
  const calendar = column(anomalies, 'calendar_name');
  const failing = anomalies.rows[column(anomalies, 'failed_attempts').findIndex((v, i) => v > 0 && calendar[i] === null)][0];
  const why = answer(noEvents(), 'anomaly.explain', '--report', 'cost-anomalies', '--entity', failing);
  assert.match(why, /failed on these days; whether nodes were evicted is not known/);
});
