// What the core reports find of what is planted in several estates (the answer key beside each): every cause that a report should find is
// found and named first, no decoy is critical.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { SEEDS, estate, report, scratch } from './estates.mjs';
import { addDays, total } from './raw.mjs';

after(() => scratch.remove());

const records = (r) => r.rows.map((row) => Object.fromEntries(r.columns.map((c, i) => [c.name, row[i]])));
const overlaps = (cause, row) => cause.from <= row.to_date && cause.to >= row.from_date;
// The entity that a cause costs most.
const dearest = (cause) => cause.entities.map((e) => [e, total(cause.effects.filter((x) => x.entity === e), (x) => x.effect_uusd)])
  .sort((a, b) => b[1] - a[1])[0][0];

// Whether an anomaly says what the cause was.
function says(row, cause) {
  const { type, ids } = cause.cause;
  if (type === 'change') return row.linked_change_key === ids.find((i) => i.startsWith('change:')); // not the one that mended it
  if (type === 'price') return row.top_factor === 'price per DBU';
  if (type === 'eviction') return row.evictions > 0 && row.top_factor === 'attempts per run';
  if (type === 'error') return row.failed_attempts > 0 && row.top_factor === 'attempts per run';
  return type === 'volume' && row.top_factor === 'minutes per attempt';
}

const finders = {
  // the first of the entity's anomalies that are not for information is of these days and says why
  'cost-anomalies': (x, cause) => {
    const first = x['cost-anomalies'].find((r) => r.about_key === dearest(cause) && r.severity !== 'info');
    return first !== undefined && overlaps(cause, first) && says(first, cause);
  },
  // it lost money, and whatever lost more is of a cause with evictions too
  'spot-risk': (x, cause) => {
    const at = x['spot-risk'].findIndex((r) => r.job_key === dearest(cause)), hit = x.key.causes.filter((c) => c.cause.ids.some((i) => i.startsWith('eviction:')));
    return at >= 0 && x['spot-risk'][at].expected_loss_uusd > 0
      && x['spot-risk'].slice(0, at).every((r) => hit.some((c) => c.entities.includes(r.job_key)));
  },
  // it rose, and whatever rose more is of a cause too
  'job-cost': (x, cause) => {
    const rise = (r) => (r.baseline_uusd === null ? -Infinity : r.total_uusd - r.baseline_uusd), row = x['job-cost'].find((r) => r.job_key === dearest(cause));
    return row !== undefined && rise(row) > 0
      && x['job-cost'].every((r) => rise(r) <= rise(row) || x.key.causes.some((c) => c.entities.includes(r.job_key)));
  },
  // it costs more than before and stands no lower
  pareto: (x, cause) => {
    const row = x.pareto.find((r) => r.job_key === dearest(cause));
    return row !== undefined && row.total_uusd > row.baseline_uusd && row.cost_rank <= row.before_rank;
  },
  // a price: the only DBU that became dearer; a resource: the largest rise of all resources
  'compute-type': (x, cause) => {
    if (cause.cause.type === 'price') {
      const dearer = x['compute-type'].filter((r) => r.uusd_per_dbu > x.before.find((b) => b.compute_key === r.compute_key).uusd_per_dbu);
      return dearer.length === 1 && dearer[0].compute_key === 'compute_type:all/jobs-serverless';
    }
    const rises = x['compute-type'].filter((r) => r.workspace_id !== null).sort((a, b) => (b.total_uusd - b.baseline_uusd) - (a.total_uusd - a.baseline_uusd));
    return rises[0].compute_key === dearest(cause).replace('resource:', 'compute_type:');
  },
};

for (const seed of SEEDS) {
  test(`seed ${seed}: what is planted is found`, (t) => {
    const db = estate(seed), x = { key: JSON.parse(readFileSync(db.replace(/\.db$/, '.answers.json'), 'utf8')) };
    for (const id of Object.keys(finders)) x[id] = records(report(id, '', db));
    x.before = records(report('compute-type', `as-of:${addDays(x.key.as_of, -x.key.window_days)}`, db));
    const missed = [];
    for (const [id, finds] of Object.entries(finders)) {
      const causes = x.key.causes.filter((c) => c.reports.includes(id)), found = causes.filter((c) => finds(x, c));
      assert.ok(causes.length > 0, `the key has nothing for ${id}`);
      missed.push(...causes.filter((c) => !found.includes(c)).map((c) => `${id}: ${c.kind}`));
      t.diagnostic(`${id}: recall ${(found.length / causes.length).toFixed(3)} (${found.length} of ${causes.length})`);
    }
    const told = x['cost-anomalies'].filter((r) => r.severity !== 'info');
    const planted = (r) => x.key.causes.some((c) => c.entities.includes(r.about_key) && overlaps(c, r));
    const wrong = told.filter((r) => !planted(r)), precision = 1 - wrong.length / told.length;
    t.diagnostic(`cost-anomalies: precision ${precision.toFixed(3)} (${told.length} told${wrong.map((r) => `; not planted: ${r.anomaly_name}, ${r.severity}`).join('')})`);
    const critical = x['cost-anomalies'].filter((r) => r.severity === 'crit' && x.key.decoys.some((d) => d.entities.includes(r.about_key) && overlaps(d, r)) && !planted(r));
    assert.deepEqual(missed, []);
    assert.deepEqual(critical.map((r) => r.anomaly_name), []);
    assert.ok(precision >= 0.85, `precision ${precision}`);
    assert.deepEqual(x.pareto.map((r) => [r.job_key, r.total_uusd]), x.key.jobs_by_cost.filter((j) => j.total_uusd > 0).map((j) => [j.entity, j.total_uusd]));
    const hit = new Map(x['spot-risk'].map((r) => [r.job_key, r.evicted_runs_failed]));
    for (const j of x.key.jobs_by_evicted_runs_failed) if (hit.has(j.entity) || j.evicted_runs_failed > 0) assert.equal(hit.get(j.entity), j.evicted_runs_failed, j.entity);
  });
}
