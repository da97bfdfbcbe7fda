// Words in a thread after other words: the earlier questions are in the prompt, two entities are compared by the stored rows,
// and what is outside of the thread's subject is refused with the commands that would answer it.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { Bot, Slack, channels, people, text, waitFor } from '../harness/drc.mjs';
import { money } from '../harness/show.mjs';

const { alice } = people, { dmAlice } = channels;
const WAIT_MS = 120000;
let slack, bot, report, run;

before(async () => {
  slack = new Slack();
  await slack.start();
  bot = new Bot(slack);
  await bot.start();
  await slack.say(alice, dmAlice, 'report job-cost');
  report = await waitFor('the report', async () => (await slack.messages(dmAlice)).find((m) => m.text.startsWith('Job cost')), WAIT_MS);
  run = JSON.parse(state('SELECT result FROM report_run ORDER BY seq DESC LIMIT 1')[0].result);
});
after(async () => { await bot.stop(); await slack.stop(); });

const state = (sql, ...values) => {
  const db = new DatabaseSync(slack.path('state.db'), { readOnly: true });
  try { return db.prepare(sql).all(...values); } finally { db.close(); }
};
const cell = (job, column) => { const at = (n) => run.columns.findIndex((c) => c.name === n); return run.rows.find((r) => r[at('job_name')] === job)[at(column)]; };
const thread = async () => (await slack.messages(dmAlice, alice, report.ts)).filter((m) => m.user !== alice && m.ts !== report.ts);
const ask = async (words) => {
  const known = new Set((await thread()).map((m) => m.ts));
  await slack.say(alice, dmAlice, words, report.ts);
  const m = await waitFor(`an answer to ${words}`, async () => (await thread()).find((x) => !known.has(x.ts)), WAIT_MS);
  // The message stands a moment before the state says so.
  if (m.blocks.some((b) => b.block_id === 'check')) await waitFor('its row', () => state('SELECT 1 FROM answer WHERE ts = ?', m.ts).length === 1, WAIT_MS);
  return m;
};
const promptOf = (m) => state('SELECT prompt FROM answer WHERE ts = ?', m.ts)[0].prompt;
const asked = (m) => [...promptOf(m).matchAll(/^- "(.*)"$/gm)].map((x) => x[1]);

test('earlier questions about the entity stand in the prompt, oldest first, three at most; the words keep their subject', async () => {
  const words = ['explain nightly_orders_etl', 'what changed?', 'why is it failing?', 'and the evictions?', 'tell me more'];
  const answers = [];
  for (const w of words) answers.push(await ask(w));
  assert.deepEqual(asked(answers[0]), []);
  assert.deepEqual(asked(answers[1]), words.slice(0, 1));
  assert.deepEqual(asked(answers[4]), words.slice(1, 4));
  for (const m of answers) assert.ok(text(m).includes('`nightly_orders_etl`'), 'the first line names it');
});

test('two entities: figures of both, their difference to the cent, graph rows with their names', async () => {
  const m = await ask('compare with finance_daily_close'), all = text(m), [a, b] = ['nightly_orders_etl', 'finance_daily_close'];
  const [x, y] = [cell(a, 'total_uusd'), cell(b, 'total_uusd')];
  assert.ok(all.includes(`\`${a}\` cost ${money(x)} in `), all);
  assert.ok(all.includes(`\`${b}\` ${money(y)}: ${x > y ? '+' : ''}${money(x - y)} between them`), all);
  const prompt = promptOf(m);
  assert.match(prompt, new RegExp(`^F2 \\| Cost: J2 = "${b}" \\| \\$`, 'm'));
  assert.match(prompt, /^F3 \| Cost, difference of the two \| /m);
  assert.match(prompt, new RegExp(`^G\\d+ \\| .*"${b}: `, 'm'));
  const named = await ask('finance_daily_close vs nightly_orders_etl');
  assert.ok(text(named).includes(`\`${a}\` cost ${money(x)}`), 'the one in scope stands first');
});

test('a comparison with itself, or with nobody, says what it needs', async () => {
  assert.match(text(await ask('compare with nightly_orders_etl')), /needs two jobs of this report/);
  assert.match(text(await ask('compare it')), /needs two jobs of this report/);
  assert.match(text(await ask('compare with nosuch_job_x')), /'nosuch_job_x' is not on this report[^]*`\/drc job nosuch_job_x`/);
});

test('outside of the scope: refused, with the commands that would answer it', async () => {
  assert.match(text(await ask('why is nosuch_job_x failing?')), /'nosuch_job_x' is not on this report[^]*`\/drc job nosuch_job_x`/);
  assert.match(text(await ask('why did total_uusd of nightly_orders_etl grow?')), /nightly_orders_etl[^]*Sources/, 'a column is no stranger');
  assert.match(text(await ask('what changed in wasted_uusd?')), /Sources/);
  assert.match(text(await ask('write me a poem about spring')), /`\/drc (reports|report [a-z-]+)`/);
});
