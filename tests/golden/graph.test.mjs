// The usage graph against plain SQL over five estates: what must be in the context of an entity is there for every entity of every
// core report, and the same bytes come from each start. And the questions that a graph is for.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';
import { binary, root } from '../harness/drc.mjs';
import { SEEDS, estate, report, scratch } from './estates.mjs';
import { dayOf, group, msOf } from './raw.mjs';

const DAYS = 28, REPORTS = ['job-cost', 'compute-type', 'pareto', 'spot-risk', 'cost-anomalies'];
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

// Attempts of the window with their bill, straight from the tables.
function attemptsOf(d) {
  const last = d.prepare('SELECT min(complete_until) AS day FROM data_mark').get().day;
  return d.prepare(`WITH dbu AS (SELECT workspace_id, parent_id, sum(cost_uusd) AS c FROM compute_usage WHERE parent_type = 'JOB_RUN' GROUP BY 1, 2),
      vm AS (SELECT workspace_id, parent_id, sum(vm_uusd) AS c FROM node_usage WHERE parent_type = 'JOB_RUN' GROUP BY 1, 2)
    SELECT r.job_key AS job, 'compute:' || r.workspace_id || '/' || r.config_id AS config, 'resource:' || r.workspace_id || '/' || r.compute_id AS cluster,
      r.run_status = 'FAILED' AS failed, iif(r.run_status = 'FAILED', 'error:' || r.workspace_id || '/' || r.error_signature_id, NULL) AS error,
      coalesce(dbu.c, 0) + coalesce(vm.c, 0) AS cost
    FROM job_runs AS r LEFT JOIN dbu ON dbu.workspace_id = r.workspace_id AND dbu.parent_id = r.job_run_id
    LEFT JOIN vm ON vm.workspace_id = r.workspace_id AND vm.parent_id = r.job_run_id
    WHERE r.start_ms >= ? AND r.start_ms < ?`).all(msOf(last) - (DAYS - 1) * 86400000, msOf(last) + 86400000);
}

test('which jobs make the cost of a cluster or a configuration', () => {
  const db = estate(1), d = new DatabaseSync(db, { readOnly: true }), all = attemptsOf(d);
  d.close();
  let several = 0;
  for (const column of ['cluster', 'config'])
    for (const [place, rows] of [...group(all.filter((r) => r[column] !== null), (r) => r[column])].slice(0, 3)) {
      const got = JSON.parse(graph(db, ['jobs', place, '--days', String(DAYS)])), sum = rows.reduce((s, r) => s + r.cost, 0);
      const wanted = [...group(rows, (r) => r.job)].map(([id, of]) => [id, of.length, of.filter((r) => r.failed).length, of.reduce((s, r) => s + r.cost, 0)])
        .sort((p, q) => q[3] - p[3] || (p[0] < q[0] ? -1 : 1));
      assert.deepEqual(got.map((g) => [g.id, g.attempts, g.failed, g.cost_uusd]), wanted, place);
      for (const g of got) assert.ok(sum === 0 ? g.share === null : Math.abs(g.share - g.cost_uusd / sum) < 1e-12);
      several += got.length > 1;
    }
  assert.ok(several > 0, 'a cluster that several jobs share');
});

// Two-sided, by its definition: the sum over all tables with these margins that are not more probable.
function fisher(a, b, c, d) {
  const logs = [0];
  for (let i = 1; i <= a + b + c + d; i++) logs.push(logs[i - 1] + Math.log(i));
  const choose = (n, k) => logs[n] - logs[k] - logs[n - k], row = a + b, column = a + c, n = a + b + c + d;
  const at = (x) => choose(row, x) + choose(n - row, column - x) - choose(n, column);
  let p = 0;
  for (let x = Math.max(0, column - (n - row)); x <= Math.min(row, column); x++) if (at(x) <= at(a) + 1e-7) p += Math.exp(at(x));
  return Math.min(p, 1);
}

test('which failures go with which configuration', () => {
  const db = estate(1), d = new DatabaseSync(db, { readOnly: true }), all = attemptsOf(d);
  d.close();
  const check = (start, places, pool) => {
    const got = JSON.parse(graph(db, ['failures', start, '--days', String(DAYS)])), wanted = new Map();
    for (const [column, place] of places)
      for (const error of new Set(pool.filter((r) => r[column] === place && r.error !== null).map((r) => r.error))) {
        const here = pool.filter((r) => r[column] === place), there = pool.filter((r) => r[column] !== place), so = (rows) => rows.filter((r) => r.error === error).length;
        wanted.set(`${place} ${error}`, [so(here), here.length, so(there), there.length]);
      }
    assert.deepEqual(new Map(got.map((g) => [`${g.place} ${g.error}`, [g.here, g.here_all, g.there, g.there_all]]).sort()), new Map([...wanted].sort()), start);
    const ps = [];
    for (const g of got) {
      if (g.there_all === 0) { assert.equal(g.p, null); continue; }
      const p = fisher(g.here, g.here_all - g.here, g.there, g.there_all - g.there);
      assert.ok(Math.abs(g.p - p) <= 1e-6 * p + 1e-300, `${start}: p ${g.p}, not ${p}`);
      ps.push(p);
    }
    ps.sort((p, q) => p - q);
    const cut = ps.filter((p, i) => p <= 0.05 * (i + 1) / ps.length).at(-1) ?? -1;
    for (const g of got) assert.equal(g.goes_with, g.p !== null && g.p <= cut * (1 + 1e-6) && g.here / g.here_all > g.there / g.there_all, `${start} ${g.error}`);
    return got;
  };
  const failing = [...group(all.filter((r) => r.error !== null), (r) => r.config)].map(([config]) => config);
  const found = failing.slice(0, 4).flatMap((config) => check(config, [['config', config]], all));
  assert.ok(found.some((f) => f.goes_with) && found.some((f) => !f.goes_with), 'some go with a configuration, some do not');
  const cluster = all.find((r) => r.cluster !== null).cluster;
  check(cluster, [['cluster', cluster]], all);
  const configs = group(all, (r) => r.job), changed = [...configs].filter(([, rows]) => new Set(rows.map((r) => r.config)).size > 1).slice(0, 2);
  assert.ok(changed.length > 0, 'a job whose configuration changed');
  for (const [job, rows] of changed) check(job, [...new Set(rows.map((r) => r.config))].map((c) => ['config', c]), rows);
});

test('a run of another job says on which side it stands', () => {
  const db = estate(1), t = truth(db), jobs = [...t.kinds.keys()], owner = new Map(t.facts.map((r) => [r.key, r.job]));
  const out = graph(db, ['show', '-', '--days', String(DAYS)], jobs.join('\n') + '\n').trimEnd().split('\n').map((l) => JSON.parse(l));
  const seen = new Set();
  jobs.forEach((job, i) => {
    const feeds = (up, down) => t.feeds.some((f) => f.up === up && f.down === down);
    for (const r of out[i]?.rows ?? []) {
      const others = r.nodes.filter((n) => owner.has(n) && owner.get(n) !== job).map((n) => owner.get(n));
      if (r.edge !== 'HAS_RUN' || others.length === 0) continue;
      assert.match(r.title, /^(upstream run|downstream run|run on shared data)$/);
      for (const other of others) if (r.title !== 'run on shared data') assert.ok(r.title === 'upstream run' ? feeds(other, job) : feeds(job, other), `${job}: ${r.title} ${r.label}`);
      seen.add(r.title);
    }
  });
  assert.ok(seen.has('upstream run') && seen.has('downstream run'));
});
