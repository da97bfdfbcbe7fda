// Subscriptions by window, list and home tab: what is typed, what comes back at the fields, who may, who is told.
import test from 'node:test';
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { channels, people, text, waitFor, withSlack } from '../harness/drc.mjs';

const once = { skip: process.env.DRC_SLOW !== undefined }; // a sanitizer learns nothing new there
const ask = (slack, sql, ...args) => {
  const db = new DatabaseSync(slack.path('state.db'));
  try { db.exec('PRAGMA busy_timeout = 10000'); return db.prepare(sql).all(...args); } finally { db.close(); }
};
const subs = (slack) => ask(slack, 'SELECT * FROM subscription ORDER BY created_ms, sub_id');
const topView = async (slack, user = people.alice) => (await slack.views(user)).modals.at(-1);
const viewWith = (slack, title, user = people.alice) => waitFor(`the window ${title}`, async () => {
  const v = await topView(slack, user);
  return v?.title.text === title ? v : null;
}, 20000);
const home = (slack, word, user = people.alice) => waitFor(`the home tab with ${word}`, async () => {
  const v = (await slack.views(user)).home;
  return v && text(v).match(word) ? v : null;
}, 20000);
const whisper = (slack, word, channel = channels.finops, user = people.alice) => waitFor(`a whisper with ${word}`, async () =>
  (await slack.messages(channel, user)).filter((m) => m.is_ephemeral && text(m).match(word)).at(-1), 20000);
const dm = (slack, word, channel = channels.dmAlice, user = people.alice) => waitFor(`a direct message with ${word}`, async () =>
  (await slack.messages(channel, user)).filter((m) => text(m).match(word)).at(-1), 30000);

const FIELD = { plain_text_input: ['initial_value', 'value'], timepicker: ['initial_time', 'selected_time'], conversations_select: ['initial_conversation', 'selected_conversation'] };
const fields = (view) => view.blocks.filter((b) => b.type === 'input');
const shown = (view) => Object.fromEntries(fields(view).map((b) => [b.block_id, b.element.initial_option?.value ?? b.element[FIELD[b.element.type]?.[0]] ?? '']));
const optionsOf = (el) => el.options ?? el.option_groups.flatMap((g) => g.options);
// The state as a client sends it: what was filled in, with `changes` by field.
const state = (view, changes = {}) => ({ values: Object.fromEntries(fields(view).map((b) => {
  const el = b.element, value = changes[b.block_id] ?? shown(view)[b.block_id];
  if (el.type === 'static_select' || el.type === 'radio_buttons') {
    const o = optionsOf(el).find((x) => x.value === value);
    assert.ok(o, `${b.block_id} has the option ${value}`);
    return [b.block_id, { value: { type: el.type, selected_option: o } }];
  }
  return [b.block_id, { value: { type: el.type, [FIELD[el.type][1]]: value === '' ? null : value } }];
})) });
const submit = (slack, view, changes, user = people.alice) => slack.act(user, { type: 'view_submit', view_id: view.id, state: state(view, changes) });
// Errors that the page was told, by field.
const errorsOf = async (slack, act) => {
  const before = (await slack.admin('GET', '/admin/wire?after=0')).entries.at(-1).n;
  await act();
  return waitFor('errors at fields', async () => {
    const wire = (await slack.admin('GET', `/admin/wire?after=${before}`)).entries.filter((e) => e.text.includes('response_action'));
    return wire.length > 0 ? JSON.parse(wire.at(-1).text).payload.errors : null;
  });
};
// The first command of a bot that has just begun may wait longer than a trigger lives.
const awake = async (slack) => {
  await slack.say(people.alice, channels.room, '/drc help');
  await whisper(slack, /fixed questions/, channels.room);
};
const open = async (slack, user = people.alice, channel = channels.finops) => {
  await slack.say(user, channel, '/drc digest subscribe');
  return viewWith(slack, 'Subscribe to a digest', user);
};
const press = async (slack, user, container, view, action_id, blockId) => {
  const block = view.blocks.find((b) => b.elements?.some((e) => e.action_id === action_id) && (blockId === undefined || b.block_id === blockId));
  const el = block.elements.find((e) => e.action_id === action_id);
  return slack.act(user, { type: 'action', container, block_id: block.block_id, action: { type: el.type, action_id, value: el.value }, state: {} });
};

test('the window: filled in, wrong fields told at the fields, saved once, changed', async () => {
  await withSlack({}, async (slack) => {
    await awake(slack);
    const view = await open(slack);
    assert.deepEqual(shown(view), { digest: 'weekly', place: 'channel', channel: channels.finops, day: 'weekly mon', time: '08:00', zone: 'Europe/Paris',
      workspace: '', owner: '', tag: '', more: '', numbers: 'en' });
    const wrong = await errorsOf(slack, () => submit(slack, view, { zone: 'Berlin', tag: 'finance', more: '30d', channel: '' }));
    assert.match(wrong.zone, /^There is no time zone 'Berlin'\. Did you mean Europe\/Berlin\?$/);
    assert.match(wrong.tag, /^Write a tag as key=value/);
    assert.match(wrong.more, /^A digest takes filters/);
    assert.match(wrong.channel, /^Choose a channel/);
    assert.deepEqual(Object.keys(wrong).sort(), ['channel', 'more', 'tag', 'zone']);
    const unknown = await errorsOf(slack, () => submit(slack, view, { workspace: 'prod-lakehuose', owner: 'ruiz', tag: 'team=finanse', more: 'department:sales' }));
    assert.match(unknown.workspace, /^There is no workspace 'prod-lakehuose' in the data; the nearest: prod-lakehouse, /);
    assert.match(unknown.owner, /^There is no owner 'ruiz' in the data; the nearest: Ana Ruiz, /);
    assert.match(unknown.tag, /^There is no tag 'team=finanse' in the data; the nearest: team=finance, team=/);
    assert.match(unknown.more, /^There is no department 'sales' in the data; the nearest: /);
    assert.deepEqual(Object.keys(unknown).sort(), ['more', 'owner', 'tag', 'workspace']);
    assert.equal(subs(slack).length, 0);
    assert.equal((await topView(slack)).id, view.id, 'the window stays, with what was typed');
    await submit(slack, view, { zone: 'Europe/Berlin', day: 'monthly last', time: '17:30', workspace: 'PROD-LAKEHOUSE', owner: 'Ana Ruiz', tag: 'tag:team=finance', more: 'price:contract', numbers: 'de' });
    const saved = await viewWith(slack, 'Subscribed');
    assert.match(text(saved), /the last day of each month at 17:30, Europe\/Berlin, to <#C0FINOPS1>, filtered by .*numbers as 1\.234,5.*The next one comes on \w+ \d+ \w+ \d+, 17:30/s);
    const [sub] = subs(slack);
    assert.deepEqual([sub.channel, sub.schedule, sub.zone, sub.words, sub.numbers, sub.owner_id, sub.status],
      [channels.finops, 'monthly last 17:30', 'Europe/Berlin', 'workspace:PROD-LAKEHOUSE owner:"Ana Ruiz" tag:team=finance price:contract', 'de', people.alice, 'active']);
    await slack.say(people.alice, channels.finops, `/drc digest edit ${sub.sub_id}`);
    const again = await viewWith(slack, 'Change a subscription');
    assert.deepEqual(shown(again), { digest: 'weekly', place: 'channel', channel: channels.finops, day: 'monthly last', time: '17:30', zone: 'Europe/Berlin',
      workspace: 'PROD-LAKEHOUSE', owner: 'Ana Ruiz', tag: 'team=finance', more: 'price:contract', numbers: 'de' });
    await submit(slack, again, { day: 'daily', place: 'dm', workspace: '', owner: '', tag: '', more: 'department:"data platform"' });
    assert.match(text(await viewWith(slack, 'Changed')), /every day at 17:30, Europe\/Berlin, to direct messages, filtered by .*department/);
    assert.deepEqual(subs(slack).map((s) => [s.sub_id, s.channel, s.schedule, s.words]), [[sub.sub_id, '', 'daily 17:30', 'department:"data platform"']]);
  });
});

test('a channel is checked when it is saved: drc in it, the person in it, an admin anywhere; nothing typed is lost', once, async () => {
  await withSlack({ env: { DRC_ADMINS: people.carol } }, async (slack) => {
    await awake(slack);
    const view = await open(slack);
    await submit(slack, view, { channel: channels.random, owner: 'Ana Ruiz', zone: 'UTC' });
    const back = await waitFor('the form again', async () => { const v = await topView(slack); return v && text(v).match(/Not saved/) ? v : null; });
    assert.match(text(back), /Not saved\.\* Drc is not in this channel|Not saved.*drc is not in this channel/is);
    assert.deepEqual([shown(back).channel, shown(back).owner, shown(back).zone], [channels.random, 'Ana Ruiz', 'UTC']);
    for (const user of [people.alice, people.carol]) await slack.fault('person', { user, outside: channels.data });
    await submit(slack, back, { channel: channels.data });
    const refused = await waitFor('the refusal', async () => { const v = await topView(slack); return v && text(v).match(/You are not in that channel/) ? v : null; });
    assert.equal(shown(refused).owner, 'Ana Ruiz');
    assert.equal(subs(slack).length, 0);
    await submit(slack, await open(slack, people.carol, channels.finops), { channel: channels.data }, people.carol);
    await viewWith(slack, 'Subscribed', people.carol);
    await slack.say(people.alice, channels.data, '/drc digest subscribe daily 08:00');
    await whisper(slack, /You are not in that channel/, channels.data);
    assert.deepEqual(subs(slack).map((s) => s.owner_id), [people.carol]);
  });
});

test('list and home: a row of buttons for each, what was done stands in their place', once, async () => {
  await withSlack({}, async (slack) => {
    await awake(slack);
    await slack.act(people.alice, { type: 'home_open' });
    const empty = await home(slack, /None yet/);
    await press(slack, people.alice, { type: 'view', view_id: empty.id }, empty, 'sub:new');
    const form = await viewWith(slack, 'Subscribe to a digest');
    assert.equal(shown(form).place, 'dm', 'from the home tab it is for oneself');
    await submit(slack, form, { zone: 'America/New_York', day: 'weekly fri', time: '23:30' });
    const saved = await viewWith(slack, 'Subscribed');
    const [{ sub_id: id }] = subs(slack);
    const followed = await home(slack, new RegExp(id)); // nobody opened it again
    assert.match(text(followed), /Fridays at 23:30, America\/New_York, to direct messages . next Sat \d+ \w+ \d+, 0[45]:30 \(Europe\/Paris\)/);
    assert.deepEqual(followed.blocks.find((b) => b.block_id === `do-${id}`).elements.map((e) => e.text.text), ['Edit', 'Preview', 'Send now', 'Pause', 'History', 'Unsubscribe']);
    await press(slack, people.alice, { type: 'view', view_id: saved.id }, saved, 'sub:preview');
    await dm(slack, /^Digest .*\(preview\)/s);
    await dm(slack, /The digest is in your direct messages/);
    const home_ = { type: 'view', view_id: followed.id };
    await press(slack, people.alice, home_, followed, 'sub:pause');
    const paused = await home(slack, /paused until you resume it/);
    assert.ok(paused.blocks.some((b) => b.elements?.some((e) => e.text?.text === 'Resume')));
    await press(slack, people.alice, home_, paused, 'sub:history');
    assert.match(text(await viewWith(slack, 'History of a digest')), /None was due yet/);
    await press(slack, people.alice, home_, paused, 'sub:edit');
    assert.equal(shown(await viewWith(slack, 'Change a subscription')).day, 'weekly fri');
    await slack.say(people.alice, channels.finops, '/drc digest subscribe tuesday 9:05 Asia/Kathmandu numbers:fr tag:team=finance');
    const said = await whisper(slack, /Subscribed:/);
    assert.match(text(said), /Tuesdays at 09:05, Asia\/Kathmandu, to this channel, filtered by .*team=finance.*, numbers as 1\u00a0234,5/);
    await slack.say(people.bob, channels.finops, '/drc digest list');
    const list = await whisper(slack, /Your subscriptions and those of this channel/, channels.finops, people.bob);
    assert.equal(list.blocks.filter((b) => b.block_id?.startsWith('do-')).length, 1, 'not what is between alice and drc');
    const other = list.blocks.find((b) => b.block_id?.startsWith('do-')).block_id.slice(3);
    await slack.click(people.bob, channels.finops, list, 'sub:now');
    await whisper(slack, /The digest is posted/, channels.finops, people.bob);
    const root = (await slack.messages(channels.finops)).find((m) => m.text.startsWith('Digest ') && !m.is_ephemeral);
    assert.match(text(root), /\$\d+\u00a0\d{3}/);
    await slack.click(people.bob, channels.finops, (await whisper(slack, /Your subscriptions/, channels.finops, people.bob)), 'sub:unsubscribe');
    const ended = await whisper(slack, /ended, nothing more will come/, channels.finops, people.bob);
    assert.match(text(ended), /None yet/);
    assert.equal((await slack.messages(channels.finops, people.bob)).filter((m) => m.is_ephemeral && /Your subscriptions/.test(text(m))).length, 1, 'the list is replaced, not repeated');
    assert.equal(subs(slack).find((s) => s.sub_id === other).status, 'ended');
    await home(slack, new RegExp(`^(?!.*${other})`, 's'));
    await press(slack, people.bob, home_, followed, 'sub:unsubscribe').catch(() => {}); // a view of somebody else
    assert.equal(subs(slack).find((s) => s.sub_id === id).status, 'paused');
  });
});

const dueAt = (slack, id, ms) => ask(slack, 'UPDATE subscription SET next_day = ?, next_ms = ? WHERE sub_id = ?', Date.parse('2026-11-23T00:00:00Z') / 86400000, ms, id);
const slotOf = (slack, id) => waitFor('the end of the slot', () => ask(slack, "SELECT * FROM slot WHERE sub_id = ? AND status NOT IN ('due', 'claimed')", id)[0], 60000);

test('home: once a digest is sent an open tab says when the next one comes', once, async () => {
  await withSlack({ env: { DIGEST_TICK_MS: '200' } }, async (slack) => {
    await awake(slack);
    await slack.act(people.alice, { type: 'home_open' });
    await slack.say(people.alice, channels.finops, '/drc digest subscribe daily 08:00 zone:UTC');
    await whisper(slack, /Subscribed:/);
    const [{ sub_id: id }] = subs(slack);
    await home(slack, /day at 08:00, UTC.* next \w{3} \d+ \w+ \d+, 09:00 .Europe.Paris/);
    ask(slack, "UPDATE subscription SET schedule = 'daily 09:30' WHERE sub_id = ?", id); // nobody tells the home tab of it
    dueAt(slack, id, Date.now() - 1000);
    assert.equal((await slotOf(slack, id)).status, 'posted');
    await home(slack, /next \w{3} \d+ \w+ \d+, 10:30 .Europe.Paris/);
  });
});

test('what cannot be sent: the owner hears of it, and where there is none any more, the admins', once, async () => {
  await withSlack({ env: { DIGEST_TICK_MS: '200', DRC_ADMINS: `${people.carol}, U0NOBODY9` } }, async (slack) => {
    const make = async (words, user = people.alice, channel = channels.finops) => {
      const before = subs(slack).length;
      await slack.say(user, channel, `/drc digest subscribe ${words}`);
      await waitFor('the subscription', () => subs(slack).length > before);
      return subs(slack).at(-1).sub_id;
    };
    const archived = await make('weekly mon 08:00');
    await slack.fault('channel', { channel: channels.finops, archived: true });
    dueAt(slack, archived, Date.now() - 1000);
    assert.equal((await slotOf(slack, archived)).status, 'failed');
    await dm(slack, /Your digest weekly of 23 Nov 2026 was not sent: .*archived/);
    await slack.fault('channel', { channel: channels.finops, archived: false });

    const removed = await make('weekly mon 08:00', people.alice, channels.data);
    await slack.fault('channel', { channel: channels.data, bot_member: false });
    dueAt(slack, removed, Date.now() - 1000);
    assert.equal((await slotOf(slack, removed)).status, 'failed');
    await dm(slack, new RegExp(`was not sent: .*invite @drc.*Subscription ${removed}`, 's'));
    assert.equal(subs(slack).find((s) => s.sub_id === removed).status, 'paused', 'a place that is gone is not tried each week');
    await slack.fault('channel', { channel: channels.data, bot_member: true });

    // The owner is gone: a channel keeps its digest, direct messages end, and the admins hear of it.
    const kept = await make('weekly mon 08:00', people.bob), alone = await make('dm weekly mon 08:00', people.bob);
    await slack.fault('person', { user: people.bob, deactivated: true });
    dueAt(slack, kept, Date.now() - 1000);
    assert.equal((await slotOf(slack, kept)).status, 'posted');
    dueAt(slack, alone, Date.now() - 1000);
    assert.equal((await slotOf(slack, alone)).status, 'failed');
    const told = await dm(slack, /cannot be reached, so the subscription is paused/, 'D0CAROL03', people.carol);
    assert.match(text(told), new RegExp(`<@${people.bob}> cannot be reached.*digest resume ${alone}`, 's'));
    assert.deepEqual(subs(slack).filter((s) => s.owner_id === people.bob).map((s) => [s.sub_id, s.status, s.why]).sort(),
      [[alone, 'paused', 'its owner cannot be reached'], [kept, 'active', '']].sort());
    assert.equal((await slack.messages('D0CAROL03', people.carol)).filter((m) => /cannot be reached/.test(text(m))).length, 1);
  });
});
