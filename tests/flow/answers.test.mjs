// What stands behind an answer and what may be done with it: Evidence, Debug and Prompt checked against the state, feedback,
// deletion.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Bot, Slack, channels, indexDir, people, root, text, waitFor } from '../harness/drc.mjs';
import { FakeLlm, wires } from '../harness/fake_llm.mjs';

const { alice, bob } = people, { dmAlice, finops } = channels;
const WAIT_MS = 120000; // an answer that comes late is no fault here
let slack, bot, fake, report;

before(async () => {
  fake = new FakeLlm();
  slack = new Slack();
  await Promise.all([fake.start(), slack.start()]);
  bot = new Bot(slack, { LLM_PROVIDER: 'openai', LLM_MODEL: 'test-model', LLM_API_KEY: 'sk-test', LLM_BASE_URL: fake.url(wires.openai), LLM_USER_TOKENS_PER_DAY: '0',
    DRC_INDEX_DIR: indexDir(), DRC_ADMINS: `U0NOBODY1, ${people.carol}` });
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
const press = async (m, action, title, user = alice, channel = dmAlice) => {
  const known = new Set((await slack.views(user)).modals.map((v) => v.id));
  assert.equal((await slack.click(user, channel, m, action)).outcome, 'ok');
  return waitFor(`the window ${title}`, async () => { return (await slack.views(user)).modals.find((v) => !known.has(v.id) && v.title.text === title); }, WAIT_MS);
};
const words = (view) => text(view);

test('Evidence: what the answer used first, with metric, period, row, SQL, graph rows and pages; then what it was given besides', async () => {
  const m = await ask('explain nightly_orders_etl, play tagged');
  assert.match(checkLine(m), /Written by AI \(test-model\), 1 of 1 figure traced/);
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

test('Debug: model, tokens, unknown price, latency, verdict per sentence; what was withheld is for admins', async () => {
  const m = await ask('explain nightly_orders_etl, play lying');
  assert.match(checkLine(m), /withheld/);
  const view = await press(m, 'tool:debug', 'Debug'), calls = block(view, 'calls').text.text;
  const rows = state('SELECT c.* FROM ai_call c JOIN answer a USING (answer_id) WHERE a.ts = ? ORDER BY call_id', m.ts);
  assert.equal(rows.length, 2, 'the try and its repair');
  for (const [i, r] of rows.entries()) {
    const count = (n) => n.toLocaleString('en-US');
    assert.ok(calls.includes(`${i + 1}. \`test-model\`: tokens in ${count(r.tokens_in)} (cached there ${count(r.tokens_cached)}), out ${count(r.tokens_out)}; cost unknown; latency `), calls);
  }
  assert.match(calls, /1 try; withheld/);
  const said = block(view, 'sentences').elements[0].elements[0].text;
  assert.match(said, /^Try 1, withheld: \(its words are shown to admins\)\n {2}.*987,654,321/m);
  assert.match(said, /^Try 2, withheld/m);
  assert.doesNotMatch(said, /in all/);
  assert.match(text(view), /Facts \(id, metric/);
  const prompt = text(await press(m, 'tool:prompt', 'Prompt'));
  assert.match(prompt, /shown to admins \(DRC_ADMINS\)/);
  assert.doesNotMatch(prompt, /It cost \$987,654,321\.99 in all/);
  assert.ok(prompt.includes(`sent the second time (SHA-256 ${rows[1].prompt_hash.slice(0, 16)}`), prompt);
});

test('Prompt shows both texts that were sent, byte for byte, each with its hash: what quotes the refused answer to admins', async () => {
  await slack.say(alice, finops, '/drc report pareto');
  const root = await waitFor('the report', async () => (await slack.messages(finops)).find((m) => m.text.startsWith('Cost concentration')), WAIT_MS);
  fake.play = 'lying';
  await slack.click(alice, finops, root, 'chip:report.explain');
  const m = await waitFor('the answer', async () => (await slack.messages(finops, alice, root.ts)).find((x) => checkLine(x).includes('withheld')), WAIT_MS);
  fake.play = 'plain';
  const view = await press(m, 'tool:prompt', 'Prompt', people.carol, finops), sent = fake.asked.filter((x) => x.play === 'lying').slice(-2);
  const rows = state('SELECT c.prompt_hash FROM ai_call c JOIN answer a USING (answer_id) WHERE a.ts = ? ORDER BY call_id', m.ts);
  const shown = (id) => view.blocks.filter((b) => b.block_id?.match(new RegExp(`^${id}(-\\d+)?$`))).map((b) => b.elements[0].elements[0].text).join('');
  for (const [i, id] of ['prompt', 'repair'].entries()) {
    const came = sent[i].body.messages.map((x) => x.content).join('\n');
    assert.ok(shown(id).startsWith(`${came}\n{`), `${id}: as it came to the endpoint, then the form`);
    assert.deepEqual(JSON.parse(shown(id).slice(came.length)), sent[i].body.response_format.json_schema.schema);
    assert.equal(createHash('sha256').update(shown(id)).digest('hex'), rows[i].prompt_hash, `${id}: as its call has it`);
    assert.ok(text(view).includes(`SHA-256 ${rows[i].prompt_hash.slice(0, 16)}`));
  }
  assert.match(shown('repair'), /An answer was refused[^]*It cost \$987,654,321\.99 in all/);
});

test('feedback: stored, the second press changes it, counted', async () => {
  const m = (await thread()).find((x) => block(x, 'feedback')), el = block(m, 'feedback').elements[0];
  assert.equal(block(m, 'feedback').type, 'context_actions');
  const press = async (user, half) => {
    await slack.act(user, { type: 'action', container: { type: 'message', channel: dmAlice, ts: m.ts }, block_id: 'feedback',
      action: { type: 'feedback_buttons', action_id: el.action_id, value: el[half].value }, state: {} });
  };
  const kept = () => state('SELECT helpful FROM feedback').map((r) => r.helpful).join();
  await press(alice, 'positive_button');
  await waitFor('the word', async () => kept() === '1', WAIT_MS);
  await press(alice, 'negative_button');
  await waitFor('the other word', async () => kept() === '0', WAIT_MS);
  await slack.say(alice, dmAlice, 'usage');
  const usage = await waitFor('usage', async () => (await slack.messages(dmAlice)).findLast((x) => text(x).includes('Called helpful')), WAIT_MS);
  assert.match(text(usage), /Called helpful +0 +0 +0\n/);
  assert.match(text(usage), /Called not helpful +1 +1 +1/);
});

test('delete: the bin asks first, the message goes, the row stays, the same click makes a new answer', async () => {
  const root = (await slack.messages(dmAlice)).find((m) => m.ts === report.ts), chip = root.blocks.flatMap((b) => b.elements ?? []).find((e) => e.action_id?.startsWith('chip:'));
  const click = async () => {
    const known = new Set((await thread()).map((x) => x.ts));
    await slack.click(alice, dmAlice, root, chip.action_id);
    return waitFor('the answer', async () => { const x = (await thread()).find((y) => !known.has(y.ts)); return x && checkLine(x) && !checkLine(x).includes('waiting for') ? x : null; }, WAIT_MS);
  };
  const first = await click(), bin = block(first, 'feedback').elements[1];
  assert.equal(bin.icon, 'trash');
  assert.equal(bin.confirm.confirm.text, 'Delete this answer');
  await slack.click(alice, dmAlice, first, 'tool:delete');
  await waitFor('it is gone', async () => !(await thread()).some((x) => x.ts === first.ts), WAIT_MS);
  const [row] = await waitFor('its row', async () => { const rows = state('SELECT ts FROM answer WHERE deleted_ms IS NOT NULL'); return rows.length === 1 ? rows : null; }, WAIT_MS);
  assert.equal(row.ts, first.ts);
  const second = await click();
  assert.notEqual(second.ts, first.ts);
  assert.equal(checkLine(second).replace(/.*prompt /, ''), checkLine(first).replace(/.*prompt /, ''), 'the same prompt');
  assert.equal(state('SELECT count(*) AS n FROM answer WHERE deleted_ms IS NOT NULL')[0].n, 1);
});

test('delete: not by somebody else; by an admin, who also sees what the model wrote', async () => {
  const { carol } = people;
  await slack.say(alice, finops, '/drc report job-cost 14d');
  const root = await waitFor('the report', async () => (await slack.messages(finops)).find((m) => m.text.startsWith('Job cost')), WAIT_MS);
  const chip = root.blocks.flatMap((b) => b.elements ?? []).find((e) => e.action_id?.startsWith('chip:'));
  const replies = async (user) => (await slack.messages(finops, user, root.ts)).filter((m) => m.ts !== root.ts);
  await slack.click(alice, finops, root, chip.action_id);
  const answer = await waitFor('the answer', async () => (await replies(alice)).find((x) => checkLine(x).includes('traced')), WAIT_MS);
  await slack.click(bob, finops, answer, 'tool:delete');
  const no = await waitFor('the refusal', async () => (await replies(bob)).find((x) => x.is_ephemeral), WAIT_MS);
  assert.match(text(no), /deleted by who asked for it, or by an admin/);
  assert.match(text(await press(answer, 'tool:prompt', 'Prompt', carol, finops)), /What the model wrote\*?\n?[^]*The job cost \$/);
  await slack.click(carol, finops, answer, 'tool:delete');
  await waitFor('it is gone', async () => !(await replies(alice)).some((x) => x.ts === answer.ts), WAIT_MS);
});
