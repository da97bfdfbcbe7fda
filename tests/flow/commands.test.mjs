// What people type and press, against the real local Slack: commands, mentions, direct messages, picker, card, chips, tools.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Bot, Slack, channels, people, text, waitFor } from '../harness/drc.mjs';

const { alice, bob, carol } = people;
const { finops, data, random, dmAlice, dmBob } = channels;
const BOT = '<@U0DRCBOT>';
let slack, bot, report, card;

before(async () => {
  slack = new Slack();
  await slack.start();
  bot = new Bot(slack);
  await bot.start();
});
after(async () => { await bot.stop(); await slack.stop(); });

const has = (m, ...words) => words.every((w) => text(m).includes(w));
// The next message that this person sees there and that the words are in; `deed` makes it appear.
const next = async (channel, user, words, deed, thread_ts) => {
  const list = async () => slack.messages(channel, user, thread_ts).then((l) => l ?? []);
  const known = new Set((await list()).map((m) => m.ts));
  const r = await deed();
  assert.equal(r.ok, true, JSON.stringify(r));
  assert.equal(r.outcome, 'ok');
  return waitFor(`a message with ${words}`, async () => (await list()).find((m) => !known.has(m.ts) && m.bot_id && has(m, ...words)))
    .catch(async (e) => { throw new Error(`${e.message}; there is: ${(await list()).filter((m) => !known.has(m.ts)).map(text).join(' | ').slice(0, 1500)}`); });
};
const says = (user, channel, words, ...expected) => next(channel, user, expected, () => slack.say(user, channel, words));
const whispers = async (...args) => { const m = await says(...args); assert.equal(m.is_ephemeral, true, 'only the asker may see this'); return m; };
const element = (m, id) => m.blocks.flatMap((b) => b.elements ?? []).find((e) => e.action_id === id);
const chipsOf = (m) => m.blocks.flatMap((b) => b.elements ?? []).filter((e) => e.action_id?.startsWith('chip:'));
const inThread = (user, channel, ts, words, ...expected) => next(channel, user, expected, () => slack.say(user, channel, words, ts), ts);
const modal = async (user, title, deed) => {
  const r = await deed();
  assert.equal(r.outcome, 'ok');
  return waitFor(`the window ${title}`, async () => (await slack.views(user)).modals.findLast((v) => v.title.text === title));
};

test('help and lists are for the asker alone', async () => {
  await whispers(alice, finops, '/drc', '/drc report job-cost', '/drc job');
  await whispers(alice, finops, '/drc help', 'workspace:name');
  await whispers(alice, finops, '/drc reports', '/drc report job-cost');
  await whispers(alice, finops, '/drc reports cost', '/drc report job-cost');
  await whispers(alice, finops, '/drc reports zebra', 'No report speaks of', 'zebra');
});

test('mistakes are answered with the nearest match', async () => {
  await whispers(alice, finops, '/drc hlep', 'Did you mean `/drc help`');
  await whispers(alice, finops, '/drc report job-csot', 'Did you mean `/drc report job-cost`');
  await whispers(alice, finops, '/drc report', 'Which report?', '/drc reports');
  await whispers(alice, finops, '/drc report job-cost worksapce:x', 'worksapce', 'workspace:');
  await whispers(alice, finops, '/drc report job-cost 0d', '0d');
  await whispers(alice, finops, '/drc report job-cost 99999d', '99999d');
  await whispers(alice, finops, '/drc report job-cost top:99', 'top:99');
  await whispers(alice, finops, '/drc report job-cost as-of:tomorrow', 'as-of:tomorrow');
  await whispers(alice, finops, '/drc job', 'job');
  await whispers(alice, finops, '/drc job nightly_orders_etk', 'Did you mean', 'nightly_orders_etl');
  await whispers(alice, finops, `/drc report ${'x'.repeat(5000)}`, 'longer than');
});

test('a report has title, figures, chart, honesty line, picker, four chips, tools', async () => {
  report = await says(alice, finops, '/drc report job-cost', 'Job cost', 'Total', 'Change vs');
  assert.deepEqual(report.blocks.map((b) => b.type).filter((t) => t === 'header' || t === 'image'), ['header', 'image']);
  assert.ok(report.blocks.length <= 12);
  assert.equal(chipsOf(report).length, 4, 'one primary chip of each lane');
  assert.equal(element(report, 'more:chips').option_groups.length, 4, 'all lanes behind More questions');
  assert.equal(element(report, 'pick:entity').initial_option.text.text, 'Whole report');
  const image = report.blocks.find((b) => b.type === 'image');
  const png = await slack.admin('GET', `/admin/file/${image.slack_file.id}`);
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  assert.equal(png.readUInt32BE(16), 1200, 'twice 600 CSS px');
  assert.match(image.alt_text, /Total \$/);
  assert.ok(report.text.length > 0);
});

test('each parameter is in the message', async () => {
  await says(bob, finops, '/drc report job-cost 7d', 'Job cost');
  const top = await says(bob, finops, '/drc report job-cost 30d top:3', '3 of');
  assert.match(text(top), /3 of \d+ jobs drawn, the rest in Other/);
  const workspaces = JSON.stringify(element(report, 'pick:entity').options[1].value);
  const id = /job:(\d+)\//.exec(workspaces)[1];
  await says(bob, finops, `/drc report job-cost workspace:${id}`, `\`${id}\``);
  const day = await says(bob, finops, '/drc report job-cost 1d as-of:2026-11-01', 'Job cost, 1 Nov 2026');
  assert.ok(day);
  await whispers(bob, finops, '/drc report job-cost as-of:2031-01-01', 'newest complete day');
});

test('private goes to the direct messages, with a link where it was asked', async () => {
  const known = (await slack.messages(dmBob, bob)).length;
  const note = await whispers(bob, finops, '/drc report job-cost 14d private', 'direct messages');
  assert.match(JSON.stringify(note.blocks), /https?:\/\/[^"]*D0BOB0002/);
  assert.equal((await slack.messages(dmBob, bob)).length, known + 1);
});

test('a channel without drc: the report comes by direct message and the note says how to invite', async () => {
  const note = await whispers(alice, random, '/drc report job-cost 9d', 'not in this channel', '/invite @drc');
  assert.ok(note);
  assert.ok((await slack.messages(dmAlice, alice)).some((m) => m.text.startsWith('Job cost')));
});

test('a mention and a direct message take the same words', async () => {
  await says(carol, data, `${BOT} report job-cost 8d`, 'Job cost');
  await whispers(carol, data, `${BOT} help`, '/drc report job-cost');
  await says(bob, dmBob, 'report job-cost 11d', 'Job cost');
  await says(bob, dmBob, 'reports', '/drc report job-cost');
});

test('a job by name, by id, by a pasted address, and one of several', async () => {
  card = await says(alice, data, '/drc job nightly_orders_etl', 'nightly_orders_etl');
  assert.equal(chipsOf(card).length, 9, 'all chips of the entity');
  const id = /\/(\d+)$/.exec(chipsOf(card)[0].value)[1];
  await says(bob, data, `/drc job ${id}`, 'nightly_orders_etl');
  await says(bob, data, `/drc job https://acme.cloud.databricks.com/jobs/${id}?o=1`, 'nightly_orders_etl');
  const several = await whispers(carol, data, '/drc job etl', 'Which one?');
  const options = element(several, 'pick:entity').options;
  assert.ok(options.length > 1);
  const chosen = options.find((o) => o.text.text === 'legacy_orders_etl') ?? options[0];
  await next(data, carol, [chosen.text.text], () => slack.click(carol, data, several, 'pick:entity', (o) => o.value === chosen.value));
});

test('a pick gives one card per run and entity', async () => {
  const pick = (o) => o.text.text === 'nightly_orders_etl';
  const first = await next(finops, alice, ['nightly_orders_etl', 'Cost'], () => slack.click(alice, finops, report, 'pick:entity', pick), report.ts);
  assert.equal(chipsOf(first).length, 9);
  const again = await next(finops, bob, ['in this thread already'], () => slack.click(bob, finops, report, 'pick:entity', pick), report.ts);
  assert.equal(again.is_ephemeral, true);
  assert.match(JSON.stringify(again.blocks), /https?:\/\//);
  card = first;
});

test('every chip of every lane is answered in the thread, with facts, sources and check line', async () => {
  for (const chip of chipsOf(card)) {
    const m = await next(finops, alice, ['Sources', 'prompt '], () => slack.click(alice, finops, card, chip.action_id), report.ts);
    assert.ok(text(m).startsWith('nightly_orders_etl'), `the first line names the entity: ${text(m).slice(0, 80)}`);
    assert.equal(m.thread_ts, report.ts);
    assert.ok(m.blocks.length <= 9);
    assert.equal(element(m, 'tool:prompt').text.text, 'Prompt');
  }
});

test('a second click links to the answer that exists', async () => {
  const count = async () => (await slack.messages(finops, bob, report.ts)).filter((m) => !m.is_ephemeral).length;
  const before = await count();
  const m = await next(finops, bob, ['is answered already'], () => slack.click(bob, finops, card, 'chip:job.explain'), report.ts);
  assert.equal(m.is_ephemeral, true);
  assert.match(JSON.stringify(m.blocks), /https?:\/\//);
  assert.equal(await count(), before);
});

test('chips of the report act on the person\'s own selection', async () => {
  const whole = await next(finops, carol, ['Whole report'], () => slack.click(carol, finops, report, 'chip:report.explain'), report.ts);
  assert.ok(text(whole).startsWith('Whole report'));
  await next(finops, carol, ['legacy_orders_etl'], () => slack.click(carol, finops, report, 'pick:entity', (o) => o.text.text === 'legacy_orders_etl'), report.ts);
  await next(finops, carol, ['`legacy_orders_etl`'], () => slack.click(carol, finops, report, 'chip:report.explain'), report.ts);
  await next(finops, carol, ['`legacy_orders_etl`'], () => slack.click(carol, finops, report, 'more:chips', (o) => o.value.endsWith(' report.drivers')), report.ts);
});

test('a reply is about the entity named in it, else the selected one, else drc asks', async () => {
  await inThread(alice, finops, report.ts, `${BOT} why did demand_forecast_training change?`, '`demand_forecast_training`', 'asked by');
  await inThread(alice, finops, report.ts, `${BOT} and what drives it?`, '`demand_forecast_training`');
  const fresh = await says(alice, finops, '/drc report job-cost 13d', 'Job cost');
  await waitFor('the report to be known', async () => bot.log().includes(`ts=${fresh.ts} `)); // nobody answers within the same instant
  const which = await inThread(bob, finops, fresh.ts, `${BOT} why is it failing?`, 'Which one do you mean');
  await next(finops, bob, ['nightly_orders_etl'], () => slack.click(bob, finops, which, 'pick:entity', (o) => o.text.text === 'nightly_orders_etl'), fresh.ts);
  await inThread(bob, finops, fresh.ts, `${BOT} why is it failing?`, '`nightly_orders_etl`', 'nswered as the fixed question');
});

test('in a direct message any reply is a question, and without a report drc says what to do', async () => {
  const root = (await slack.messages(dmAlice, alice)).find((m) => m.text.startsWith('Job cost'));
  await inThread(alice, dmAlice, root.ts, 'why is nightly_orders_etl expensive?', '`nightly_orders_etl`', 'Sources');
  await says(carol, 'D0CAROL03', 'why is everything so dear?', 'report job-cost');
});

test('Prompt, SQL and Details open a window with the exact text', async () => {
  const answer = (await slack.messages(finops, alice, report.ts)).find((m) => element(m, 'tool:prompt'));
  const hash = /prompt ([0-9a-f]{8})/.exec(text(answer))[1];
  const prompt = await modal(alice, 'Prompt', () => slack.click(alice, finops, answer, 'tool:prompt'));
  assert.ok(text(prompt).includes(hash));
  const sql = await modal(alice, 'SQL', () => slack.click(alice, finops, report, 'tool:sql'));
  assert.match(text(sql), /SELECT/);
  assert.match(text(sql), /:days = 28/);
  const details = await modal(alice, 'Details', () => slack.click(alice, finops, report, 'tool:details'));
  assert.ok(text(details).includes('nightly_orders_etl'));
});

test('the home tab lists reports and starts one into the direct messages', async () => {
  const r = await slack.act(carol, { type: 'home_open' });
  assert.equal(r.outcome, 'ok');
  const home = await waitFor('the home view', async () => (await slack.views(carol)).home);
  assert.ok(text(home).includes('Data Reliability Copilot'));
  const starters = home.blocks.find((b) => b.block_id === 'starters').elements;
  assert.deepEqual(starters.map((e) => e.value), ['job-cost', 'compute-type', 'pareto', 'spot-risk', 'cost-anomalies']);
  assert.deepEqual(starters.map((e) => e.style ?? ''), ['primary', '', '', '', '']);
});

test('unknown types, unknown runs, odd JSON: acked, said where somebody can hear it, and the bot lives on', async () => {
  assert.equal((await slack.fault('unknown_envelope')).outcome, 'ok');
  assert.equal((await slack.fault('rate_limited_event')).outcome, 'ok');
  await slack.fault('raw', { text: '{"type":' });
  await slack.fault('raw', { text: '[]' });
  await slack.fault('big_payload');
  for (const payload of [{ type: 'block_actions' }, { type: 'block_actions', user: 7, actions: 'x' }, { type: 'block_actions', user: { id: alice }, actions: [{ action_id: 5 }] }, { type: 'view_submission', view: [] }, {}]) {
    assert.equal((await slack.admin('POST', '/admin/envelope', { type: 'interactive', payload })).outcome, 'ok');
  }
  assert.equal((await slack.admin('POST', '/admin/envelope', { type: 'slash_commands', payload: { command: 5 } })).outcome, 'ok');
  const payload = { type: 'block_actions', user: { id: alice }, team: { id: 'T0DRCLOCAL' }, channel: { id: finops }, trigger_id: '1.2.x', message: { ts: report.ts },
    container: { type: 'message', channel_id: finops, message_ts: report.ts }, actions: [{ type: 'button', action_id: 'chip:job.explain', value: 'nosuch job:1/2', action_ts: '1.5' }] };
  await next(finops, alice, ['no report run'], () => slack.admin('POST', '/admin/envelope', { type: 'interactive', payload }));
  await whispers(alice, finops, '/drc help', '/drc report job-cost');
});
