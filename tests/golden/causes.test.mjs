// Likely causes of a run and of a whole report: their figures against sums made here, their rows against the entities' own answers.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { facts, run } from '../harness/drc.mjs';

const dir = mkdtempSync(join(tmpdir(), 'drc-causes-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const drc = (...words) => {
  const r = run([...words, '--db', facts()], { env: { DRC_STATE_DB: join(dir, 'state.db') } });
  assert.equal(r.status, 0, r.stderr);
  return r.stdout;
};
const db = new DatabaseSync(facts(), { readOnly: true });
after(() => db.close());
const uusd = (shown) => Math.round(Number(shown.replace(/[$,]/g, '')));
// Facts of causes in a prompt: entity (or ''), what, figure.
const causes = (out) => [...out.matchAll(/^F\d+ \| Likely cause, ([^:]+): cost(?:: \w+ = "([^"]+)"|: (\w+))? \| (\$[\d,.]+)/gm)].map((m) => ({ what: m[1], entity: m[2] ?? m[3] ?? '', cost: m[4] }));

test('a run: what its failed attempts cost, by kind of failure', () => {
  const runs = db.prepare(`SELECT r.workspace_id AS ws, r.logical_run_id AS id, r.error_signature_id AS sig, count(*) AS times,
      sum(coalesce((SELECT sum(u.cost_uusd) FROM compute_usage u WHERE u.workspace_id = r.workspace_id AND u.parent_id = r.job_run_id), 0)
        + coalesce((SELECT sum(n.vm_uusd) FROM node_usage n WHERE n.workspace_id = r.workspace_id AND n.parent_id = r.job_run_id), 0)) AS uusd
    FROM job_runs r WHERE r.run_status = 'FAILED' AND r.error_signature_id IS NOT NULL AND r.run_date > (SELECT date(max(run_date), '-8 days') FROM job_runs)
    GROUP BY 1, 2, 3 HAVING times > 1 ORDER BY uusd DESC LIMIT 3`).all();
  assert.equal(runs.length, 3);
  for (const r of runs) {
    const out = drc('chip', 'run.why-failing', '--entity', `run:${r.ws}/${r.id}`), found = causes(out);
    assert.ok(found.some((c) => Math.abs(uusd(c.cost) - r.uusd / 1e6) <= 0.5), `${r.id}: ${JSON.stringify(found)} without ${r.uusd / 1e6}`);
    assert.match(out, new RegExp(`Likely cause, [^:]+: times \\| ${r.times}\\b`));
    assert.match(out.slice(out.indexOf('--- answer')), /Likely cause: [^]*Next step: /);
    assert.doesNotMatch(out, /on that day alone|of that day alone/, 'one run is no day');
  }
});

test('a whole report: the dearest causes of its first rows, each with its entity and graph row, as the entities say them', () => {
  const rows = JSON.parse(drc('report', 'job-cost', '--json')), name = rows.columns.findIndex((c) => c.name === 'job_name');
  const dearest = (chip) => rows.rows.slice(0, 3).flatMap((r) => causes(drc('chip', chip, '--report', 'job-cost', '--entity', r[0])).slice(0, 1)
    .map((c) => ({ ...c, entity: r[name] }))).sort((x, y) => uusd(y.cost) - uusd(x.cost));
  const all = dearest('job.what-changed'), failures = dearest('job.why-failing');
  assert.ok(all.length >= 2 && failures.length >= 2, 'the sample has causes among its dearest jobs');
  assert.notDeepEqual(all, failures, 'not every cause is one of failures');
  for (const [verb, own] of [['what-changed', all], ['drivers', all], ['cut-cost', all], ['make-reliable', failures]]) {
    const out = drc('chip', `report.${verb}`, '--report', 'job-cost'), answer = out.slice(out.indexOf('--- answer'));
    assert.deepEqual(causes(out), own.slice(0, 2), verb);
    for (const c of own.slice(0, 2)) {
      const alias = new RegExp(`(\\w+) = "${c.entity}"`).exec(out)[1];
      assert.match(out, new RegExp(`^G\\d+ \\| [a-z ]+: ${alias} = "${c.entity}" \\| `, 'm'), `${verb}: a graph row of ${c.entity}`);
      assert.match(answer, new RegExp(`^${c.entity}\n\u2022 Likely cause: `, 'm'));
    }
    assert.match(answer, /Evidence: [^\n]*\[G1\]/);
  }
});
