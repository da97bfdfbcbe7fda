// What stands behind an answer and what may be done with it: the window Evidence, checked against the state and the facts.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Bot, Slack, channels, indexDir, people, root, text, waitFor } from '../harness/drc.mjs';
import { FakeLlm, wires } from '../harness/fake_llm.mjs';

const { alice } = people, { dmAlice } = channels;
const WAIT_MS = 120000; // an answer that comes late is no fault here
let slack, bot, fake, report;

before(async () => {
  fake = new FakeLlm();
  slack = new Slack();
  await Promise.all([fake.start(), slack.start()]);
  bot = new Bot(slack, { LLM_PROVIDER: 'openai', LLM_MODEL: 'test-model', LLM_API_KEY: 'sk-test', LLM_BASE_URL: fake.url(wires.openai), LLM_USER_TOKENS_PER_DAY: '0',
    DRC_INDEX_DIR: indexDir() });
  await bot.start();
  await slack.say(alice, dmAlice, 'report job-cost');
  report = await waitFor('the report', async () => (await slack.messages(dmAlice)).find((m) => m.text.startsWith('Job cost')), WAIT_MS);
});
after(async () => { await bot.stop(); await slack.stop(); await fake.stop(); });

const state = (sql, ...values) => {
  const db = new DatabaseSync(slack.path('state.db'), { readOnly: true });
  try { return db.prepare(sql).all(...values); } finally { db.close(); }
};
const block = (m, id) => m.blocks.find((b) => b.block_id === id);
const checkLine = (m) => block(m, 'check')?.elements[0].text ?? '';
const thread = async () => (await slack.messages(dmAlice, alice, report.ts)).filter((m) => m.user !== alice && m.ts !== report.ts);
const ask = async (words) => {
  const known = (await thread()).length;
  await slack.say(alice, dmAlice, words, report.ts);
  return waitFor(`the answer to ${words}`, async () => {
    const last = (await thread()).slice(known).at(-1);
    return last && !checkLine(last).includes('waiting for') ? last : null;
  }, WAIT_MS);
};
const press = async (m, action, title) => {
  const known = (await slack.views(alice)).modals.length;
  assert.equal((await slack.click(alice, dmAlice, m, action)).outcome, 'ok');
  return waitFor(`the window ${title}`, async () => { const all = (await slack.views(alice)).modals; return all.length > known && all.at(-1).title.text === title ? all.at(-1) : null; }, WAIT_MS);
};
const words = (view) => text(view);

test('Evidence: what the answer used first, with metric, period, row, SQL, graph rows and pages; then what it was given besides', async () => {
  const m = await ask('explain nightly_orders_etl, play tagged');
  assert.match(checkLine(m), /Written by AI \(test-model\), 1 of 1 figures traced/);
  assert.match(block(m, 'commentary').text.text, /\[F1\]/, 'the tag stays visible');
  const view = await press(m, 'tool:evidence', 'Evidence'), all = words(view);
  assert.ok(view.blocks.length <= 100);
  for (const b of view.blocks) if (b.type === 'section') assert.ok(b.text.text.length <= 3000);
  // The figure, from the rows that the run stored, by their own column.
  const run = JSON.parse(state('SELECT result FROM report_run ORDER BY seq DESC LIMIT 1')[0].result);
  const at = (name) => run.columns.findIndex((c) => c.name === name);
  const i = run.rows.findIndex((r) => r[at('job_name')] === 'nightly_orders_etl'), row = run.rows[i];
  const shown = row[at('total_uusd')] < 99995000 ? `$${(row[at('total_uusd')] / 1e6).toFixed(2)}` : `$${Math.round(row[at('total_uusd')] / 1e6).toLocaleString('en-US')}`;
  const used = block(view, 'used-F').text.text;
  assert.ok(used.includes(`[F1] Cost *${shown}*, \`nightly_orders_etl\``), used);
  assert.match(used, /metric `total_uusd` · job-cost row \d+, total_uusd/);
  assert.ok(used.includes(`row ${i + 1}, total_uusd`));
  assert.doesNotMatch(used, /\[F2\]/, 'what was not said is not called used');
  assert.match(block(view, 'given-F').text.text, /\[F2\]/);
  assert.ok(all.indexOf('Used by the answer') < all.indexOf('Given to the answer, not used'));
  // Its row, whole.
  const cells = block(view, 'cells-' + (i + 1)).elements[0].elements[0].text;
  for (const c of run.columns) assert.match(cells, new RegExp(`^${c.name} +`, 'm'));
  // SQL with its parameters, as the file has it.
  const sql = view.blocks.filter((b) => b.block_id?.match(/^sql(-\d+)?$/)).map((b) => b.elements[0].elements[0].text).join('');
  const file = readFileSync(`${root}/sql/reports/job-cost.sql`, 'utf8');
  assert.ok(file.includes(sql.trim().slice(0, 2000)), 'the SQL is that of the file');
  assert.match(all, /:as_of = '\d{4}-\d\d-\d\d', :days = 28, :price = 'list'/);
  assert.match(all, /SHA-256 [0-9a-f]{16}/);
  assert.match(all, /\[G1\] [^]*usage graph [0-9a-z]+, 1 edge away/);
});

test('Evidence: passages carry title and official address', async () => {
  const m = await ask('what is a spot instance in databricks?');
  const view = await press(m, 'tool:evidence', 'Evidence'), all = words(view);
  assert.match(all, /\[D1\] \*/);
  const link = /<(https:\/\/[^|>]+)/.exec(all)?.[1];
  assert.ok(link, all);
  const pages = readdirSync(`${root}/corpus/databricks`).map((name) => readFileSync(`${root}/corpus/databricks/${name}`, 'utf8'));
  assert.ok(pages.some((p) => p.includes(`\nurl: ${link}\n`)), `${link} is the address of a page`);
});
