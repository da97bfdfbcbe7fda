// A posted message made anew: the same after a restart, equal to Slack's own copy, and each input that changed is named.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { Bot, Slack, channels, people, root, run, text, waitFor } from '../harness/drc.mjs';
import { FakeLlm, wires } from '../harness/fake_llm.mjs';

const { alice, bob } = people, { finops } = channels;
const reports = { 'job-cost': 'Job cost', 'compute-type': 'Cost by compute type', pareto: 'Cost concentration', 'spot-risk': 'Spot risk', 'cost-anomalies': 'Cost anomalies' };
let slack, bot, llm, home;
const runs = [], answers = []; // what was posted: id and Slack's own copy

const posted = async (ts) => (await slack.messages(finops, alice, ts)).filter((m) => m.bot_id && !m.is_ephemeral);
const fresh = async (act, pick, ts) => {
  const known = new Set((await posted(ts)).map((m) => m.ts));
  await act();
  return waitFor('a message', async () => (await posted(ts)).find((m) => !known.has(m.ts) && pick(m)));
};
const settled = (m) => !/waiting for/.test(m.blocks.find((b) => b.block_id === 'check')?.elements[0].text ?? 'waiting for');
const again = async (m, ts) => waitFor('the edit', async () => (await posted(ts)).find((x) => x.ts === m.ts && settled(x)));
const click = async (m, chip, ts) => again(await fresh(() => slack.click(alice, finops, m, chip), (x) => text(x).includes('Sources'), ts), ts);
const ask = async (words, ts) => again(await fresh(() => slack.say(alice, finops, `@drc ${words}`, ts), (x) => text(x).includes('Sources'), ts), ts);
const runIdOf = (m) => /run ([a-z0-9]{6})/.exec(text(m))[1];
const answerIdOf = (m) => m.blocks.flatMap((b) => b.elements ?? []).find((e) => e.action_id === 'tool:evidence').value.split(' ')[1];
const replay = (id, env = {}) => {
  const r = run(['replay', id, '--json'], { env: { ...bot.env, ...env } });
  assert.ok([0, 1].includes(r.status), r.stderr);
  const out = JSON.parse(r.stdout);
  assert.equal(r.status, out.same ? 0 : 1);
  return out;
};
const changed = (out) => out.inputs.filter((x) => !x.same).map((x) => x.name);
// The hash of a message, from Slack's copy alone.
const sorted = (v) => (Array.isArray(v) ? v.map(sorted) : v && typeof v === 'object' ? Object.fromEntries(Object.keys(v).sort().map((k) => [k, sorted(v[k])])) : v);
const hashOf = (m) => createHash('sha256').update(`${m.text}\n${JSON.stringify(sorted(m.blocks), (k, v) => (/^image_(width|height|bytes)$/.test(k) ? undefined : v))}`).digest('hex').slice(0, 16);

before(async () => {
  slack = new Slack();
  await slack.start();
  llm = new FakeLlm();
  await llm.start();
  home = slack.path('home'); // of its own, so that its files can change
  mkdirSync(home);
  for (const name of ['sql', 'prompts', 'charts', 'corpus']) cpSync(join(root, name), join(home, name), { recursive: true });
  if (process.env.DRC_BINARY === undefined) symlinkSync(join(root, 'src'), join(home, 'src'));
  const index = run(['docs', 'build', '--corpus', join(home, 'corpus'), '--out', slack.path('index')], { env: { EMBED_PROVIDER: 'none' } });
  assert.equal(index.status, 0, index.stderr);
  bot = new Bot(slack, { DRC_HOME: home, DRC_INDEX_DIR: slack.path('index'), EMBED_PROVIDER: 'none', LLM_PROVIDER: 'openai', LLM_MODEL: 'test-model', LLM_API_KEY: 'sk-1', LLM_BASE_URL: llm.url(wires.openai), LLM_USER_TOKENS_PER_DAY: '0' });
  await bot.start();
  for (const [id, title] of Object.entries(reports)) {
    const m = await fresh(() => slack.say(alice, finops, `/drc report ${id}`), (x) => x.text.startsWith(title));
    runs.push({ id: runIdOf(m), report: id, m });
    answers.push({ id: answerIdOf(await click(m, 'chip:report.what-changed', m.ts)), ts: m.ts });
    const rows = m.blocks.flatMap((b) => b.elements ?? []).find((e) => e.action_id === 'pick:entity').options;
    const card = await fresh(() => slack.click(alice, finops, m, 'pick:entity', (o) => o === rows[1]), (x) => JSON.stringify(x).includes('"pick:entity"') || JSON.stringify(x).includes('"chip:'), m.ts);
    const chip = card.blocks.flatMap((b) => b.elements ?? []).map((e) => e.action_id).find((a) => /^chip:.*\.what-changed$/.test(a ?? ''));
    answers.push({ id: answerIdOf(await click(card, chip, m.ts)), ts: m.ts });
  }
  const ts = runs[0].m.ts;
  for (const words of ['why does nightly_orders_etl fail?', 'tell me more', 'nightly_orders_etl vs finance_daily_close', 'what is adaptive query execution?', 'explain finance_daily_close, play lying'])
    answers.push({ id: answerIdOf(await ask(words, ts)), ts, words });
  const usage = await fresh(() => slack.say(alice, finops, '/drc report ai-usage'), (x) => x.text.startsWith('AI usage'));
  runs.push({ id: runIdOf(usage), report: 'ai-usage', m: usage });
  const card = await fresh(() => slack.say(alice, finops, '/drc job nightly_orders_etl'), (x) => x.text.startsWith('nightly_orders_etl'));
  runs.push({ id: runIdOf(card), report: 'card', m: card });
});
after(async () => { await bot.stop(); await slack.stop(); await llm.stop(); });

test('a run and its answers in every report: the same after a restart, and equal to what Slack holds', async () => {
  await bot.stop();
  await bot.start();
  for (const { id, report, m } of runs) {
    const out = replay(id);
    assert.deepEqual(changed(out), [], report);
    assert.ok(out.same && out.message.same && out.svg.same && out.png.same, JSON.stringify(out));
    assert.ok(out.svg.now && out.png.now && out.inputs.length >= 6);
    assert.equal(out.rows, report === 'ai-usage' ? 'same as they were kept; not run anew, what they count has gone on' : 'same, also run anew');
    assert.equal(hashOf(m), out.message.now, `${report}: Slack's copy`);
  }
  for (const { id, ts, words } of answers) {
    const out = replay(id), m = (await posted(ts)).find((x) => JSON.stringify(x).includes(id));
    assert.ok(out.same && out.prompt.same && out.prompt.now, `${words}: ${JSON.stringify(out)}`);
    assert.equal(hashOf(m), out.message.now, `${words}: Slack's copy`);
    if (state('SELECT verdict FROM answer WHERE answer_id = ?', id).verdict !== 'template') assert.match(out.notes.join(), /test-model was not asked again/);
  }
  const calls = llm.asked.length;
  replay(answers[0].id);
  assert.equal(llm.asked.length, calls, 'nobody was asked');
});

test('the button: a word to the person alone, all inputs in a window', async () => {
  const own = async (who) => (await slack.messages(finops, who, runs[0].m.ts)).concat(await slack.messages(finops, who)).filter((m) => m.is_ephemeral && m.text.startsWith('Replayed'));
  await slack.click(bob, finops, runs[0].m, 'tool:replay');
  const told = await waitFor('the word', async () => (await own(bob))[0]);
  assert.match(text(told), /the same, byte for byte, from the same \d+ inputs/);
  assert.equal((await own(alice)).length, 0);
  await slack.act(bob, { type: 'action', container: { type: 'message', channel: finops, ts: told.ts, ephemeral: true }, block_id: 'more',
    action: { type: 'button', action_id: 'tool:replay-all', value: told.blocks.flatMap((b) => b.elements ?? []).find((e) => e.action_id === 'tool:replay-all').value }, state: {} });
  const view = await waitFor('the window', async () => (await slack.views(bob)).modals.find((v) => v.title.text === 'Replay'));
  assert.match(text(view), /charts\/theme\.conf`? {2}same \([0-9a-f]{16}\)/);
  assert.match(text(view), /message\*?: same/);
});

// One input at a time; each is put back.
const edit = (file, change) => {
  const path = join(home, file), old = readFileSync(path, 'utf8');
  writeFileSync(path, change(old));
  return () => writeFileSync(path, old);
};
const state = (sql, ...values) => {
  const db = new DatabaseSync(slack.path('state.db'), { readOnly: true });
  try { return db.prepare(sql).get(...values); } finally { db.close(); }
};
const answerOn = (chip) => state('SELECT subject FROM made WHERE chip = ?', chip).subject;

test('a chip, a report, the theme: named, and where the message differs', () => {
  const run_id = runs[0].id, answer = answerOn('job.what-changed');
  for (const [file, change, id, name, differs] of [
    ['prompts/chips/job.what-changed.md', (s) => s.replace('{{context}}', '{{context}}\nBe short.'), answer, 'prompts/chips/job.what-changed.md', (o) => !o.prompt.same && !o.message.same && o.message.block_id === 'check'],
    ['prompts/chips/report.drivers.md', (s) => s.replace(/^label: .*/m, 'label: Other words'), run_id, 'prompts/chips/report.*.md', (o) => o.message.block_id === 'chips' && o.svg.same],
    ['prompts/system.md', (s) => `${s}\nBe kind.\n`, answer, 'prompts/system.md, form-json.md', (o) => !o.prompt.same],
    ['sql/reports/job-cost.sql', (s) => `${s}\n-- a word more\n`, run_id, 'sql/reports/job-cost.sql', (o) => o.message.block_id === 'footer' && o.svg.same && /run anew/.test(o.rows)],
    ['charts/theme.conf', (s) => s.replace(/^(\w+ = )#[0-9a-f]{6}/mi, '$1#123456'), run_id, 'charts/theme.conf', (o) => !o.svg.same && !o.png.same],
    ['prompts/missing.list', (s) => s.replace(/^([\w.]+ +\| )/gm, '$1The '), state("SELECT subject FROM made WHERE inputs LIKE '%missing.list%'").subject, 'prompts/missing.list', (o) => o.message.block_id === 'commentary' && o.prompt.same],
    ['sql/causes.sql', (s) => `${s}\n-- a word more\n`, answer, 'sql/causes.sql, prompts/causes', (o) => o.prompt.same && o.message.same],
  ]) {
    const undo = edit(file, change), out = replay(id);
    undo();
    assert.deepEqual(changed(out), [name], file);
    assert.ok(differs(out), `${file}: ${JSON.stringify(out)}`);
    assert.ok(replay(id).same, `${file} put back`);
  }
});

test('a report of another version, a question that is gone: named, nothing is made anew', () => {
  const undo = edit('sql/reports/job-cost.sql', (s) => s.replace(/^-- version: .*/m, '-- version: 99'));
  for (const id of [runs[0].id, answers[0].id]) {
    const out = replay(id);
    assert.deepEqual(changed(out), ['sql/reports/job-cost.sql']);
    assert.match(out.not_made, /another version of the report 'job-cost'/);
  }
  undo();
});

test('facts of another seed, a page of the corpus, a setting, another model', () => {
  const other = slack.path('other.db');
  assert.equal(run(['db', 'build', '--seed', '7', '--out', other]).status, 0);
  const out = replay(runs[0].id, { DRC_FACTS_DB: other });
  assert.deepEqual(changed(out), ['facts database']);
  assert.ok(out.message.same && out.svg.same, 'a report stands on its stored rows');
  assert.match(out.rows, /not run anew, the facts are of another build/);
  const failing = answers.find((x) => x.words?.startsWith('why does')).id;
  const elsewhere = replay(failing, { DRC_FACTS_DB: other });
  assert.ok(changed(elsewhere).includes('facts database') && !elsewhere.prompt.same);

  const used = replay(failing).inputs.map((x) => /^(?:page|runbook) ([\w-]+)/.exec(x.name)?.[1]).filter(Boolean);
  assert.ok(used.length > 0, 'it stands on a page');
  const runbook = replay(failing).inputs.find((x) => x.name.startsWith('runbook '));
  const undo = edit(`corpus/runbooks/${/^runbook ([\w-]+)/.exec(runbook.name)[1]}.md`, (s) => s.replace(/\n---\n/, '\n---\nRead this first, all of it.\n'));
  const paged = replay(failing);
  undo();
  assert.ok(changed(paged).includes('corpus/runbooks') && changed(paged).includes(runbook.name), changed(paged).join());
  assert.ok(!paged.prompt.same);

  const index = slack.path('index-2');
  cpSync(join(home, 'corpus'), slack.path('corpus-2'), { recursive: true });
  appendFileSync(join(slack.path('corpus-2'), 'databricks', 'compute-photon.md'), '\nOne more sentence.\n');
  assert.equal(run(['docs', 'build', '--corpus', slack.path('corpus-2'), '--out', index], { env: { EMBED_PROVIDER: 'none' } }).status, 0);
  assert.ok(changed(replay(failing, { DRC_INDEX_DIR: index })).includes('search index'));

  assert.deepEqual(changed(replay(failing, { LLM_SEND_ERRORS: '0' })), ['LLM_SEND_ERRORS']);
  assert.deepEqual(changed(replay(failing, { LLM_MODEL: 'm-2' })), ['LLM_MODEL']);
  const none = replay(failing, { LLM_PROVIDER: '' });
  assert.ok(changed(none).includes('LLM_MODEL') && changed(none).includes('prompts/system.md, form-json.md'));
});

test('rows that were changed in the database, hashes that are not there, an id that nobody has', () => {
  const db = new DatabaseSync(slack.path('state.db'));
  const id = runs[2].id, row = db.prepare('SELECT result FROM report_run WHERE run_id = ?').get(id);
  const first = JSON.parse(row.result);
  first.rows[0][first.columns.findIndex((c) => c.unit === 'micro-usd')] += 1000000;
  db.prepare('UPDATE report_run SET result = ? WHERE run_id = ?').run(JSON.stringify(first), id);
  const out = replay(id);
  assert.ok(!out.same && !out.message.same);
  assert.match(out.rows, /differ from those that were kept/);
  db.prepare('UPDATE report_run SET result = ? WHERE run_id = ?').run(row.result, id);
  const kept = db.prepare('SELECT inputs FROM made WHERE subject = ?').get(id);
  db.prepare('UPDATE made SET inputs = ? WHERE subject = ?').run('\t\n\n\tx\nno tab\nsql\t\u0001\n'.repeat(3000), id);
  assert.equal(replay(id).same, false, 'hostile bytes are read as what they are');
  db.prepare('UPDATE made SET inputs = ? WHERE subject = ?').run(kept.inputs, id);
  assert.ok(replay(id).same);
  db.prepare('DELETE FROM made WHERE subject = ?').run(id);
  assert.equal(replay(id).recorded, false);
  db.close();
  const r = run(['replay', 'zzzzzz'], { env: bot.env });
  assert.equal(r.status, 2);
  assert.match(r.stderr, /older than 90 days \(DRC_RETENTION_DAYS\)/);
});
