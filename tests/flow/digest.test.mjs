// Digests through the real bot: subscribed by words, previewed, sent when due, found after a kill, decided about.
import test from 'node:test';
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Bot, Slack, channels, facts, people, sleep, text, waitFor, withSlack } from '../harness/drc.mjs';

const once = { skip: process.env.DRC_SLOW !== undefined }; // a sanitizer learns nothing new there
const tick = { DIGEST_TICK_MS: '200' };
const state = (slack) => { const db = new DatabaseSync(slack.path('state.db')); db.exec('PRAGMA busy_timeout = 10000'); return db; };
const ask = (slack, sql, ...args) => { const db = state(slack); try { return db.prepare(sql).all(...args); } finally { db.close(); } };
const day = (iso) => Date.parse(`${iso}T00:00:00Z`) / 86400000;
// Makes the slot of a nominal day due at an instant, whatever day it is where the test runs.
const dueAt = (slack, id, iso, ms) => ask(slack, 'UPDATE subscription SET next_day = ?, next_ms = ? WHERE sub_id = ?', day(iso), ms, id);
const whispers = async (slack, word, channel = channels.finops, user = people.alice) =>
  waitFor(`a whisper with ${word}`, async () => (await slack.messages(channel, user)).filter((m) => m.is_ephemeral && text(m).match(word)).at(-1), 20000);
const subscribe = async (slack, words, user = people.alice, channel = channels.finops) => {
  const all = async () => (await slack.messages(channel, user)).filter((m) => m.is_ephemeral && /Subscribed:/.test(text(m)));
  const before = (await all()).length;
  await slack.say(user, channel, `/drc digest subscribe ${words}`);
  const said = await waitFor('the subscription', async () => { const list = await all(); return list.length > before ? text(list.at(-1)) : null; }, 20000);
  return { id: /Its id is (\w+)/.exec(said)[1], said };
};
const roots = async (slack, channel = channels.finops) => (await slack.messages(channel)).filter((m) => m.text.startsWith('Digest ') && !m.is_ephemeral);
const ended = (slack, id, n = 1) => waitFor('the end of the slot', () => {
  const rows = ask(slack, "SELECT * FROM slot WHERE sub_id = ? AND status NOT IN ('due', 'claimed')", id);
  return rows.length >= n ? rows : null;
}, 60000);
const dollars = (s) => Number(/\$([\d,.]+)/.exec(s)[1].replaceAll(',', ''));

test('one subscription, one slot, one digest: root, a reply for each section, figures of plain SQL', async () => {
  await withSlack({ env: tick }, async (slack) => {
    const { id, said } = await subscribe(slack, 'weekly mon 08:00 zone:Europe/Berlin');
    assert.match(said, /weekly, Mondays at 08:00, Europe\/Berlin, to this channel\. The next one comes on Mon \d+ \w+ \d+, 08:00/);
    dueAt(slack, id, '2026-11-23', Date.now() - 1000);
    const [slot] = await ended(slack, id);
    assert.equal(slot.status, 'posted', slot.why);
    const found = await roots(slack);
    assert.equal(found.length, 1);
    const root = found[0];
    assert.match(root.text, /^Digest 16–22 Nov 2026: \$24,\d{3} \(\+[\d.]+ %\), \d+ to decide, top: /);
    assert.ok(root.blocks.length <= 20, `${root.blocks.length} blocks`);
    assert.ok(root.blocks.some((b) => b.type === 'image'));
    assert.doesNotMatch(text(root), /late|preview/);
    const thread = (await slack.messages(channels.finops, people.alice, root.ts)).filter((m) => m.ts !== root.ts);
    assert.deepEqual(thread.map((m) => m.text.split(/ \d/)[0]), ['3 more that need a decision', 'Whole report: Explain', 'Job cost', 'Cost anomalies', 'Spot risk', 'Cost by compute type']);
    for (const m of thread.slice(2)) assert.ok(m.blocks.some((b) => b.type === 'image'), m.text);
    const db = new DatabaseSync(facts(), { readOnly: true });
    const sum = (a, b) => db.prepare(`SELECT (SELECT sum(cost_uusd) FROM compute_usage WHERE usage_date BETWEEN ?1 AND ?2)
      + (SELECT sum(vm_uusd) FROM node_usage WHERE usage_date BETWEEN ?1 AND ?2) AS n`).get(a, b).n / 1e6;
    const week = sum('2026-11-16', '2026-11-22'), before = sum('2026-11-09', '2026-11-15');
    db.close();
    const figure = (label) => root.blocks.find((b) => b.block_id === 'figures').fields.map((f) => f.text).find((t) => t.includes(label)).split('\n')[1];
    assert.equal(dollars(figure('Total')), Math.round(week));
    assert.equal(dollars(figure('Change')), Math.round(week - before));
    assert.equal(slot.total_uusd, Math.round(week * 1e6));
  });
});

test('a late digest says so, one past the limit is skipped and its owner told, the next one names it', once, async () => {
  await withSlack({ env: { ...tick, DIGEST_LATE_HOURS: '5' } }, async (slack) => {
    const { id } = await subscribe(slack, 'weekly mon 08:00 workspace:prod-lakehouse');
    dueAt(slack, id, '2026-11-16', Date.now() - 6 * 3600000);
    await ended(slack, id);
    assert.equal(ask(slack, 'SELECT status FROM slot WHERE sub_id = ?', id)[0].status, 'skipped');
    dueAt(slack, id, '2026-11-23', Date.now() - 3 * 3600000);
    await ended(slack, id, 2);
    const [root] = await roots(slack);
    assert.match(text(root), /Sent 3 h 00 min late: drc was not running when it was due\./);
    assert.match(text(root), /Not sent: the digest of 16 Nov\./);
    assert.match(text(root), /workspace.*prod-lakehouse/);
  });
});

test('an incomplete week waits, a channel that is gone is said to the owner', once, async () => {
  await withSlack({ env: tick }, async (slack, bot) => {
    const waiting = await subscribe(slack, 'daily 08:00 zone:Pacific/Kiritimati');
    dueAt(slack, waiting.id, '2026-11-25', Date.now() - 1000);
    await waitFor('the wait', () => ask(slack, 'SELECT * FROM slot WHERE sub_id = ? AND status = ? AND why <> ?', waiting.id, 'due', '').length === 1);
    assert.match(ask(slack, 'SELECT why FROM slot')[0].why, /the data was complete to 22 Nov 2026 only/);
    assert.equal((await roots(slack)).length, 0);
    const { id } = await subscribe(slack, 'weekly mon 08:00');
    await slack.fault('method_error', { method: 'chat.postMessage', error: 'is_archived', times: 1 });
    dueAt(slack, id, '2026-11-23', Date.now() - 1000);
    const [slot] = await ended(slack, id);
    assert.equal(slot.status, 'failed', bot.log());
    const told = await waitFor('the word to the owner', async () => (await slack.messages(channels.dmAlice)).find((m) => /was not sent/.test(m.text)), 20000);
    assert.match(told.text, /Your digest weekly of 23 Nov 2026 was not sent: .*archived/);
  });
});

test('kill -9 while digests are sent: each slot has exactly one', once, async () => {
  const slack = new Slack();
  await slack.start();
  let bot = new Bot(slack, tick);
  try {
    await bot.start();
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push((await subscribe(slack, `weekly mon 08:0${i}`, people.bob, channels.data)).id);
    await slack.fault('method_5xx', { method: 'chat.postMessage', times: 1, executed: true });
    for (const id of ids) dueAt(slack, id, '2026-11-23', Date.now() - 1000);
    for (let kills = 0; kills < 4; kills++) {
      await sleep(300 + kills * 250);
      await bot.kill();
      bot = new Bot(slack, tick);
      await bot.start();
    }
    for (const id of ids) await ended(slack, id);
    assert.deepEqual(ask(slack, 'SELECT DISTINCT status FROM slot').map((r) => r.status), ['posted']);
    const found = await roots(slack, channels.data);
    assert.equal(found.length, 3);
    for (const root of found) {
      const thread = (await slack.messages(channels.data, people.bob, root.ts)).filter((m) => m.ts !== root.ts);
      assert.equal(thread.length, 6, thread.map((m) => m.text).join('\n'));
    }
  } finally {
    await bot.stop();
    await slack.stop();
    rmSync(slack.dir, { recursive: true, force: true });
  }
});

test('items: Diagnose answers in the thread, taken and dismissed ones are known to the next digest', async () => {
  await withSlack({ env: tick }, async (slack) => {
    const { id } = await subscribe(slack, 'weekly mon 08:00');
    dueAt(slack, id, '2026-11-16', Date.now() - 1000);
    await ended(slack, id);
    const [root] = await roots(slack);
    const reply = (word) => waitFor(`a reply with ${word}`, async () =>
      (await slack.messages(channels.finops, people.bob, root.ts)).find((m) => m.ts !== root.ts && text(m).match(word)), 20000);
    const row = root.blocks.find((b) => b.block_id === 'do-1').elements;
    await slack.click(people.bob, channels.finops, root, row[0].action_id);
    await reply(/figures traced|no AI|template/i);
    await slack.click(people.bob, channels.finops, root, 'digest:take');
    await reply(/takes/);
    const second = { ...root, blocks: root.blocks.filter((b) => b.block_id !== 'do-1') };
    await slack.click(people.bob, channels.finops, second, 'digest:dismiss', (o) => o.text.text === 'Known and accepted');
    await reply(/not an issue \(accepted\)/);
    dueAt(slack, id, '2026-11-17', Date.now() - 1000);
    await ended(slack, id, 2);
    const next = (await roots(slack)).at(-1);
    assert.match(text(next), /1 left out as not an issue/);
    assert.match(text(next), new RegExp(`was in the digest before.*taken by <@${people.bob}>`, 's'));
  });
});

test('commands: list, preview, now, pause, resume, edit, history, unsubscribe, and who may', once, async () => {
  await withSlack({ env: tick }, async (slack) => {
    const { id } = await subscribe(slack, 'monthly last 17:30 zone:America/St_Johns tag:team=finance');
    const say = (words, user = people.alice, channel = channels.finops) => slack.say(user, channel, `/drc digest ${words}`);
    await say('list');
    assert.match(text(await whispers(slack, /Your subscriptions/)), new RegExp(`${id}.*the last day of each month at 17:30.*next `));
    await say(`pause ${id}`);
    await whispers(slack, /paused until you resume it/);
    await say(`resume ${id}`);
    await whispers(slack, /goes on; the next one comes on/);
    await say(`edit ${id} daily 06:15 zone:Asia/Kathmandu`);
    await whispers(slack, /Changed.*every day at 06:15, Asia\/Kathmandu, to this channel, filtered by `tag:team=finance`/);
    await say(`history ${id}`);
    await whispers(slack, /None was due yet/);
    await say(`pause ${id}`, people.carol, channels.random);
    await whispers(slack, /no subscription.*of yours or of this channel/, channels.random, people.carol);
    for (const [words, why] of [['subscribe weekly mon 8 o', /is no schedule/], ['subscribe numbers:xx', /no language of numbers/], ['subscribe zone:Berlin', /Did you mean .Europe\/Berlin/],
      ['subscribe weekly mon 08:00 30d', /takes filters/], ['subscribe tag:team', /tag/], ['subscribe workspace:prod-lakehuose', /no workspace 'prod-lakehuose' in the data; the nearest: prod-lakehouse, /], ['pauze', /I do not know 'digest pauze'/], ['now', /Which subscription/]]) {
      await say(words);
      await whispers(slack, why);
    }
    await say('preview');
    const shown = await waitFor('the preview', async () => (await slack.messages(channels.dmAlice)).find((m) => m.text.startsWith('Digest ')), 20000);
    assert.match(text(shown), /\(preview\)/);
    assert.equal((await roots(slack)).length, 0);
    await say(`now ${id}`);
    await waitFor('the digest', async () => (await roots(slack)).length === 1, 20000);
    assert.match(text((await roots(slack))[0]), /tag.*team=finance/);
    await say(`unsubscribe ${id}`);
    await whispers(slack, /ended, nothing more will come/);
    assert.equal(ask(slack, 'SELECT status FROM subscription')[0].status, 'ended');
    await slack.act(people.alice, { type: 'home' });
  });
});

test('two processes on one state: the second refuses', once, async () => {
  await withSlack({}, async (slack) => {
    const other = new Bot(slack);
    await other.start({ wait: false });
    assert.notEqual((await other.exited).code, 0);
    assert.match(other.log(), /another drc holds/);
  });
});
