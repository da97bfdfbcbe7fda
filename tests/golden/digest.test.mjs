// The digest of a quiet and of a catastrophic week as whole messages, and its figures against plain SQL over usage and machines.
import test from 'node:test';
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { facts, root, run } from '../harness/drc.mjs';
import { scratch } from './estates.mjs';

mkdirSync(scratch.path('out'));
test.after(() => scratch.remove());

// An estate of its own in which everything took six times the DBUs for a week: changed before its rollups are made.
const catastrophe = () => {
  const home = scratch.path('home'), db = scratch.path('catastrophe.db');
  mkdirSync(home);
  for (const dir of ['sql', 'prompts', 'charts', 'corpus']) cpSync(join(root, dir), join(home, dir), { recursive: true });
  for (const f of readdirSync(join(home, 'sql/checks'))) if (f !== 'discounts-are-single.sql') rmSync(join(home, 'sql/checks', f)); // that year did not happen
  const file = join(home, 'sql/rollups.sql');
  writeFileSync(file, `UPDATE compute_usage SET udbu = udbu * 6, cost_uusd = cost_uusd * 6 WHERE usage_date BETWEEN '2026-11-16' AND '2026-11-22'
    AND usage_date IN (SELECT usage_date FROM touched_day);\n${readFileSync(file, 'utf8')}`);
  const r = run(['db', 'build', '--out', db], { env: { DRC_HOME: home } });
  assert.equal(r.status, 0, r.stderr);
  return db;
};

const preview = (db, asOf, ...words) => {
  const r = run(['digest', '--preview', '--as-of', asOf, '--db', db, '--out', scratch.path('out'), ...words], { env: { DRC_STATE_DB: scratch.path('digest.db') } });
  assert.equal(r.status, 0, r.stderr);
  return r.stdout;
};
// The root message ends with its footer; pictures are named by a folder of this run.
const rootOf = (out) => out.slice(0, out.indexOf(' \u00b7 no AI in this message')).concat('\n').replace(/^ {2}chart: .*\n/m, '  chart\n');
const golden = (name, text) => {
  const file = join(root, 'tests/golden', name);
  if (process.env.DRC_GOLDEN_WRITE) writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'), name);
};
const micro = (db, sql, ...args) => { const d = new DatabaseSync(db, { readOnly: true }); try { return d.prepare(sql).get(...args).n / 1e6; } finally { d.close(); } };
const cost = (db, a, b) => micro(db, `SELECT (SELECT sum(cost_uusd) FROM compute_usage WHERE usage_date BETWEEN ?1 AND ?2)
  + (SELECT sum(vm_uusd) FROM node_usage WHERE usage_date BETWEEN ?1 AND ?2) AS n`, a, b);
const usd = (v) => `$${Math.round(v).toLocaleString('en-US')}`;

test('a quiet week is two lines', () => {
  const text = rootOf(preview(facts(), '2026-10-11', 'tag:team=marketing'));
  golden('digest-quiet.txt', text);
  assert.match(text, /^Nothing needs a decision: \$3,5\d\d in 5–11 Oct 2026/m);
  assert.equal(text.trim().split('\n').length, 7);
});

test('a catastrophic week says what it is, and the three dearest things', () => {
  const db = catastrophe(), text = rootOf(preview(db, '2026-11-22'));
  golden('digest-catastrophe.txt', text);
  const week = cost(db, '2026-11-16', '2026-11-22'), before = cost(db, '2026-11-09', '2026-11-15'), month = cost(db, '2026-11-01', '2026-11-22');
  const budget = micro(db, "SELECT sum(amount_uusd) AS n FROM budget WHERE month = '2026-11'");
  assert.ok(text.includes(usd(week)) && text.includes(`+${usd(week - before)} (+${Math.round((week / before - 1) * 100)} %)`), text);
  assert.ok(text.includes(`${Math.round(month / budget * 100)} % of ${usd(budget)} used`), text);
});

test('untagged cost and the month so far, against plain SQL', () => {
  const text = rootOf(preview(facts(), '2026-11-22'));
  const a = '2026-11-16', b = '2026-11-22';
  const untagged = micro(facts(), `SELECT (SELECT sum(u.cost_uusd) FROM compute_usage AS u WHERE u.usage_date BETWEEN ?1 AND ?2 AND NOT EXISTS
      (SELECT 1 FROM job_tag AS t WHERE t.workspace_id = u.workspace_id AND t.job_id = u.job_id AND t.key = 'team') AND NOT EXISTS
      (SELECT 1 FROM compute_tag AS t WHERE t.workspace_id = u.workspace_id AND t.compute_id = u.compute_id AND t.key = 'team'))
    + (SELECT coalesce(sum(n.vm_uusd), 0) FROM node_usage AS n WHERE n.usage_date BETWEEN ?1 AND ?2 AND NOT EXISTS
      (SELECT 1 FROM job_runs AS r JOIN job_tag AS t ON t.workspace_id = r.workspace_id AND t.job_id = r.job_id AND t.key = 'team'
       WHERE r.workspace_id = n.workspace_id AND r.job_run_id = n.parent_id) AND NOT EXISTS
      (SELECT 1 FROM compute_tag AS t WHERE t.workspace_id = n.workspace_id AND t.compute_id = n.parent_id AND t.key = 'team')) AS n`, a, b);
  assert.ok(text.includes(`${usd(untagged)} (`), `${usd(untagged)} in\n${text}`);
  assert.ok(text.includes(usd(cost(facts(), a, b))), text);
});

// Each figure of the English text written anew by rule, the rest byte for byte. A figure is digits with signs of thousands, or one with decimals;
// versions, hashes, times and days hold none such.
const rewritten = (text, group, point) => text.replace(/(?<![\w.])\d{1,3}(?:,\d{3})+(?!\w|,\d)|(?<![\w.])\d+\.\d+(?=[ %km]|$)/gm, (n) => n.replace(/[,.]/g, (c) => (c === ',' ? group : point)));
const sent = (numbers) => {
  const r = run(['digest', '--preview', '--as-of', '2026-11-22', '--db', facts(), '--out', scratch.path('out'), '--numbers', numbers], { env: { DRC_STATE_DB: scratch.path('digest.db') } });
  assert.equal(r.status, 0, r.stderr);
  return { text: r.stdout.replace(/run \w+/g, 'run').replace(/^ {2}chart: .*$/gm, '  chart'), charts: r.stdout.match(/\d+ bytes/g) };
};

test('language of numbers: every figure of root and sections, and nothing else', () => {
  const { text: en, charts: inEnglish } = sent('en');
  const moneyOf = (text) => text.match(/\$[\d.,\u00a0]+/g) ?? [];
  assert.ok(moneyOf(en).length > 60, `${moneyOf(en).length} amounts`);
  for (const [numbers, group, point] of [['de', '.', ','], ['fr', '\u00a0', ',']]) {
    const { text, charts } = sent(numbers);
    assert.notEqual(text, en);
    assert.notDeepEqual(charts, inEnglish, 'their figures are written like those of the text');
    assert.equal(text, rewritten(en, group, point), numbers);
  }
  const r = run(['report', 'job-cost', '--csv', '--db', facts()], { env: { DRC_STATE_DB: scratch.path('digest.db') } });
  assert.match(r.stdout, /,\d+\.\d{6}[,\r\n]/, 'a CSV is for machines');
  const wrong = run(['digest', '--preview', '--numbers', 'xx', '--db', facts()]);
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /--numbers takes en, de or fr/);
});
