// The usage graph against plain SQL over five estates: what must be in the context of an entity is there for every entity of every
// core report, and the same bytes come from each start. And the questions that a graph is for.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';
import { binary, root } from '../harness/drc.mjs';
import { estate, report, scratch } from './estates.mjs';
import { dayOf, group, msOf } from './raw.mjs';

const SEEDS = [1, 7, 23, 41, 99], DAYS = 28, REPORTS = ['job-cost', 'compute-type', 'pareto', 'spot-risk', 'cost-anomalies'];
const BUDGET_TOKENS = 450; // of the graph in a prompt
after(() => scratch.remove());

const graph = (db, words, input = '') => {
  const r = spawnSync(binary, ['graph', ...words, '--json', '--db', db], {
    input, encoding: 'utf8', maxBuffer: 1 << 28, env: { PATH: process.env.PATH, DRC_NO_DOTENV: '1', DRC_HOME: root, DRC_STATE_DB: scratch.path('graph.db') } });
  assert.equal(r.status, 0, r.stderr);
  return r.stdout;
};

function entitiesOf(db) {
  const ids = new Set();
  for (const id of REPORTS) {
    const r = report(id, `${DAYS}d`, db), at = (name) => r.columns.findIndex((c) => c.name === name);
    const column = [at('about_key'), at('job_key'), at('compute_key')].find((i) => i >= 0);
    for (const row of r.rows) ids.add(row[column]);
  }
  return [...ids].sort();
}

// What plain SQL says of each job and each shared cluster in the window.
function truth(db) {
  const d = new DatabaseSync(db, { readOnly: true }), all = (sql) => d.prepare(sql).all();
  const last = all('SELECT min(complete_until) AS day FROM data_mark')[0].day, from = msOf(last) - (DAYS - 1) * 86400000, to = msOf(last) + 86400000;
  const runs = [...group(all('SELECT * FROM job_runs ORDER BY attempt'), (r) => `${r.workspace_id}/${r.logical_run_id}`).values()]
    .filter((attempts) => attempts[0].start_ms >= from && attempts[0].start_ms < to);
  const evicted = group(all('SELECT * FROM eviction_details'), (e) => `${e.workspace_id}/${e.job_run_id}`);
  const facts = runs.map((attempts) => ({
    key: attempts[0].run_key, job: attempts[0].job_key, day: attempts[0].run_date,
    status: attempts.at(-1).run_status,
    clusters: new Set(attempts.filter((a) => a.compute_id !== null).map((a) => `resource:${a.workspace_id}/${a.compute_id}`)),
    failed: attempts.filter((a) => a.run_status === 'FAILED').map((a) => `attempt:${a.workspace_id}/${a.job_run_id}`),
    lost: attempts.flatMap((a) => (evicted.get(`${a.workspace_id}/${a.job_run_id}`) ?? []).map((e) => e.eviction_key)),
  }));
  const changes = all('SELECT * FROM change_event').filter((c) => c.at_ms >= from && c.at_ms < to)
    .map((c) => ({ key: c.change_key, of: c.job_key ?? (c.compute_id === null ? null : `resource:${c.workspace_id}/${c.compute_id}`) }));
  const feeds = all(`SELECT DISTINCT 'job:' || w.workspace_id || '/' || w.job_id AS up, 'job:' || r.workspace_id || '/' || r.job_id AS down
    FROM lineage_edge AS w JOIN lineage_edge AS r ON r.src_dataset_id = w.dst_dataset_id WHERE w.job_id IS NOT NULL AND r.job_id IS NOT NULL`);
  const kinds = new Map(all('SELECT job_key, compute_kind FROM jobs').map((j) => [j.job_key, j.compute_kind]));
  d.close();
  return { facts, changes, feeds, kinds };
}

function mustHave(t, id) {
  const type = id.startsWith('compute_type:') ? id.slice(13) : null;
  const whole = { 'all/jobs-serverless': ['SERVERLESS'], 'all/jobs-classic': ['JOB_CLUSTER'] }[type];
  const resource = type !== null && whole === undefined ? `resource:${type}` : id;
  const mine = (r) => (whole ? whole.includes(t.kinds.get(r.job)) : id.startsWith('job:') ? r.job === id : r.clusters.has(resource));
  const runs = t.facts.filter(mine);
  const owned = (c) => (whole ? whole.includes(t.kinds.get(c.of)) : c.of === resource);
  const bad = new Set(runs.filter((r) => r.failed.length > 0 || r.status === 'SKIPPED').map((r) => r.day));
  const up = id.startsWith('job:') ? t.feeds.filter((f) => f.down === id && f.up !== id).map((f) => f.up) : [];
  return [...runs.filter((r) => r.failed.length > 0).map((r) => r.key), ...runs.flatMap((r) => r.failed), ...runs.flatMap((r) => r.lost),
    ...t.changes.filter(owned).map((c) => c.key),
    ...t.facts.filter((r) => up.includes(r.job) && r.failed.length > 0 && bad.has(r.day)).map((r) => r.key)];
}

const tokens = (row) => Math.ceil((Buffer.byteLength(`${row.id} | ${row.title} | 2026-01-01T00:00 | "${row.label}"\n`) * 2) / 7);

for (const seed of SEEDS) {
  test(`seed ${seed}: what must be in a context is in it`, (x) => {
    const db = estate(seed), ids = entitiesOf(db), t = truth(db);
    const out = graph(db, ['show', '-', '--days', String(DAYS)], ids.join('\n') + '\n');
    const shown = out.trimEnd().split('\n').map((l) => JSON.parse(l));
    assert.equal(shown.length, ids.length);
    let must = 0;
    ids.forEach((id, i) => {
      const wanted = mustHave(t, id), rows = shown[i] === null ? [] : shown[i].rows, have = new Set(rows.flatMap((r) => r.nodes));
      assert.deepEqual(wanted.filter((w) => !have.has(w)), [], `${id} lacks nodes`);
      const first = rows.filter((r) => r.must);
      assert.deepEqual(rows.slice(0, first.length), first, `${id}: what must be there stands first`);
      assert.ok(first.reduce((s, r) => s + tokens(r), 0) <= BUDGET_TOKENS, `${id}: what must be there does not fit`);
      for (const r of first) assert.ok(r.nodes.length > 0 && r.label !== '');
      must += wanted.length;
    });
    assert.ok(must > 100, 'the estate has things that must be there');
    x.diagnostic(`${ids.length} entities, ${must} nodes that must be there: all are`);
    if (seed === 1) for (let i = 0; i < 3; i++) assert.equal(graph(db, ['show', '-', '--days', String(DAYS)], ids.join('\n') + '\n'), out);
  });
}

test('what suffers downstream, and through what alone', () => {
  const db = estate(1), d = new DatabaseSync(db, { readOnly: true });
  const flows = d.prepare(`SELECT 'job:' || workspace_id || '/' || job_id AS job, src_dataset_id AS src, dst_dataset_id AS dst, entity_name AS name,
    workspace_id AS ws, entity_type AS type FROM lineage_edge`).all();
  const sets = new Map(d.prepare('SELECT dataset_id, dataset_key FROM dataset').all().map((s) => [s.dataset_id, s.dataset_key]));
  d.close();
  const next = new Map(), add = (a, b) => next.set(a, (next.get(a) ?? new Set()).add(b));
  for (const f of flows) {
    const who = f.type === 'JOB' ? f.job : `reader:${f.ws}/${f.name}`;
    if (f.src !== null) add(sets.get(f.src), who);
    if (f.dst !== null) add(who, sets.get(f.dst));
  }
  const reach = (from, without) => {
    const seen = new Set([from]), todo = [from];
    while (todo.length > 0) for (const n of next.get(todo.pop()) ?? []) if (n !== without && !seen.has(n)) { seen.add(n); todo.push(n); }
    return seen;
  };
  let through = 0;
  for (const start of ['job:2718281828459045/620114503', 'job:2718281828459045/620114501']) {
    const got = JSON.parse(graph(db, ['downstream', start])), all = reach(start);
    assert.deepEqual(got.map((g) => g.id).sort(), [...all].filter((n) => n !== start).sort());
    for (const g of got) {
      const only = [...all].filter((n) => n !== start && n !== g.id && !reach(start, n).has(g.id));
      assert.deepEqual([...g.only_through].sort(), only.sort(), g.id);
      through += only.length;
    }
  }
  assert.ok(through > 5);
});

test('why: each failed attempt with what ended it, by cost', () => {
  const db = estate(1), d = new DatabaseSync(db, { readOnly: true }), job = 'job:1618033988749894/845330701';
  const last = d.prepare('SELECT min(complete_until) AS day FROM data_mark').get().day;
  const wanted = d.prepare(`SELECT 'attempt:' || r.workspace_id || '/' || r.job_run_id AS attempt,
      (SELECT sum(u.cost_uusd) FROM compute_usage AS u WHERE u.workspace_id = r.workspace_id AND u.parent_id = r.job_run_id)
      + (SELECT sum(n.vm_uusd) FROM node_usage AS n WHERE n.workspace_id = r.workspace_id AND n.parent_id = r.job_run_id) AS cost
    FROM job_runs AS r WHERE r.job_key = ? AND r.run_status = 'FAILED' AND r.run_date > ? ORDER BY cost DESC, attempt`)
    .all(job, dayOf(msOf(last) - DAYS * 86400000));
  d.close();
  const got = JSON.parse(graph(db, ['why', job, '--days', String(DAYS)]));
  assert.ok(wanted.length >= 9);
  assert.deepEqual(got.map((p) => [p.path[2], p.cost_uusd]), wanted.map((w) => [w.attempt, w.cost]));
  assert.ok(got.every((p) => p.path[0] === job && p.path[1].startsWith('run:') && /^(eviction|error):/.test(p.path[3])));
});
