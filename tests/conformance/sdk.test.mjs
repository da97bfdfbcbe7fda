// The official @slack/bolt, @slack/web-api and @slack/socket-mode packages, unchanged, against `drc emulator`.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import bolt from '@slack/bolt';
import webApi from '@slack/web-api';
import socketMode from '@slack/socket-mode';
import WebSocket from 'ws';
import { Slack, channels, people, sleep, waitFor } from '../harness/drc.mjs';

const TOKENS = { bot: 'xoxb-local-drc', app: 'xapp-local-drc' };
const quiet = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel: () => 'error', setName() {} };
// A small PNG of 3 x 2 pixels: head and size are what the emulator looks at.
const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000030000000208020000001216f14d0000001049444154789c63fccf80050c8c0c000d1d01025aa2ac3e0000000049454e44ae426082', 'hex');
const section = (text) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const plain = (text) => ({ type: 'plain_text', text });
const modal = (title, blocks, more = {}) => ({ type: 'modal', callback_id: 'ask', title: plain(title), submit: plain('Save'), blocks, ...more });
const input = { type: 'input', block_id: 'why', label: plain('Why?'), element: { type: 'plain_text_input', action_id: 'words' } };

const withEmulator = async (options, body) => {
  const slack = new Slack(options);
  await slack.start();
  const client = new webApi.WebClient(TOKENS.bot, { slackApiUrl: `${slack.url}/api/`, logger: quiet });
  try { await body(slack, client); } finally { await slack.stop(); }
};
const rejects = (promise, error) => assert.rejects(promise, (e) => { assert.equal(e.data?.error, error); return true; });
// One raw request, with headers that fetch would not let through.
const request = (port, { host = '127.0.0.1', method = 'GET', path = '/', headers = {}, body } = {}) => new Promise((ok, no) => {
  const req = http.request({ host, port, method, path, headers, agent: false }, (res) => {
    const parts = [];
    res.on('data', (p) => parts.push(p));
    res.on('end', () => { const text = Buffer.concat(parts).toString(); ok({ status: res.statusCode, headers: res.headers, text, json: () => JSON.parse(text) }); });
  });
  req.on('error', no);
  req.end(body);
});
const openSocket = async (slack) => {
  const { url } = await new webApi.WebClient(TOKENS.app, { slackApiUrl: `${slack.url}/api/`, logger: quiet }).apps.connections.open();
  const ws = new WebSocket(url);
  const s = { ws, url, got: [], closed: undefined };
  ws.on('message', (data) => { const m = JSON.parse(data); s.got.push(m); if (m.envelope_id && s.ack !== false) ws.send(JSON.stringify({ envelope_id: m.envelope_id })); });
  ws.on('close', (code) => { s.closed = code; });
  ws.on('error', () => {});
  await waitFor('hello', () => s.got.length > 0 || s.closed !== undefined);
  return s;
};

describe('@slack/bolt', { timeout: 60000 }, () => {
  const slack = new Slack({ fileDelayMs: 250 });
  let app, client;
  const seen = []; // what reached the listeners
  const handlers = {}; // word after /drc -> what to do

  before(async () => {
    await slack.start();
    app = new bolt.App({ token: TOKENS.bot, appToken: TOKENS.app, socketMode: true, logger: quiet, clientOptions: { slackApiUrl: `${slack.url}/api/` } });
    client = app.client;
    app.error(async () => {});
    app.command('/drc', async (args) => { seen.push(args.command); await (handlers[args.command.text.split(' ')[0]] ?? (() => args.ack()))(args); });
    app.action(/^b:/, async (args) => { seen.push(args.body); await args.ack(); await handlers.action?.(args); });
    app.view('ask', async (args) => { seen.push(args.body); await handlers.view(args); });
    app.view({ callback_id: 'ask', type: 'view_closed' }, async (args) => { seen.push(args.body); await args.ack(); });
    app.event('app_mention', async (args) => { seen.push(args.event); });
    app.message(async (args) => { seen.push(args.message); });
    app.event('app_home_opened', async (args) => {
      seen.push(args.event);
      await client.views.publish({ user_id: args.event.user, view: { type: 'home', blocks: [section('Welcome')] } });
    });
    await app.start();
  });
  after(async () => { await app.stop(); await slack.stop(); });

  const command = (words, user = people.alice, channel = channels.finops) => slack.say(user, channel, `/drc ${words}`);

  test('slash command: payload, ack with a message, empty ack, in_channel', async () => {
    handlers.ephemeral = ({ ack }) => ack({ response_type: 'ephemeral', text: 'Working on job-cost' });
    const r = await command('ephemeral <b> & @bob');
    assert.equal(r.outcome, 'ok');
    assert.deepEqual(r.ack, { response_type: 'ephemeral', text: 'Working on job-cost' });
    const c = seen.at(-1);
    assert.equal(c.text, `ephemeral &lt;b&gt; &amp; <@${people.bob}|bob>`);
    assert.match(c.trigger_id, /^\d+\.\d+\.[0-9a-f]+$/);
    assert.equal(c.channel_name, 'finops');
    assert.equal(c.is_enterprise_install, 'false');
    const m = (await slack.messages(channels.finops)).at(-1);
    assert.equal(m.text, 'Working on job-cost');
    assert.equal(m.is_ephemeral, true);
    assert.equal((await slack.messages(channels.finops, people.bob)).some((x) => x.text === m.text), false, 'only the asker sees it');

    handlers.string = ({ ack }) => ack('just words');
    assert.equal((await command('string')).ack.text, 'just words');
    handlers.loud = ({ ack }) => ack({ response_type: 'in_channel', text: 'for all' });
    await command('loud');
    const all = (await slack.messages(channels.finops, people.bob)).slice(-2).map((x) => x.text);
    assert.deepEqual(all, ['/drc loud', 'for all'], 'Slack shows the command itself as well');
    const before = (await slack.messages(channels.finops)).length;
    await command('nothing');
    assert.equal((await slack.messages(channels.finops)).length, before);
    handlers.blocks = ({ ack }) => ack({ blocks: [{ type: 'nonsense' }] });
    await command('blocks');
    assert.match((await slack.messages(channels.finops)).at(-1).text, /failed with the error "invalid_blocks"/);
    const dm = await command('nothing', people.bob, channels.dmBob);
    assert.equal(dm.outcome, 'ok');
    assert.equal(seen.at(-1).channel_name, 'directmessage');
  });

  test('no ack in 3 s: operation_timeout; no socket: dispatch_failed (both seen by the person)', async () => {
    handlers.never = () => {};
    const at = performance.now();
    const r = await command('never', people.carol, channels.data);
    assert.equal(r.outcome, 'operation_timeout');
    assert.ok(performance.now() - at >= 2990);
    const m = (await slack.messages(channels.data, people.carol)).at(-1);
    assert.match(m.text, /failed with the error "operation_timeout"/);
    assert.equal(m.is_ephemeral, true);
    await withEmulator({}, async (empty) => {
      assert.equal((await empty.say(people.alice, channels.finops, '/drc help')).outcome, 'dispatch_failed');
      assert.match((await empty.messages(channels.finops)).at(-1).text, /dispatch_failed/);
    });
  });

  test('post, thread, update, delete, ephemeral, permalink, metadata, unknown arguments', async () => {
    const metadata = { event_type: 'drc_answer', event_payload: { id: 'abc' } };
    const root = await client.chat.postMessage({ channel: channels.data, text: 'root', blocks: [section('hello *you*'), { type: 'divider' }], metadata, unfurl_links: false, bogus_argument: 'x', another: [1] });
    assert.match(root.ts, /^\d{10}\.\d{6}$/);
    assert.equal(root.message.blocks.length, 2);
    assert.ok(root.message.blocks.every((b) => b.block_id), 'block ids are filled in');
    const reply = await client.chat.postMessage({ channel: channels.data, thread_ts: root.ts, text: 'reply' });
    assert.ok(reply.ts > root.ts);
    const thread = await client.conversations.replies({ channel: channels.data, ts: root.ts, include_all_metadata: true });
    assert.deepEqual(thread.messages.map((m) => m.text), ['root', 'reply']);
    assert.deepEqual(thread.messages[0].metadata, metadata);
    assert.equal(thread.messages[0].reply_count, 1);
    assert.equal(thread.messages[0].latest_reply, reply.ts);
    const history = await client.conversations.history({ channel: channels.data, latest: root.ts, inclusive: true, limit: 1 });
    assert.equal(history.messages[0].text, 'root');
    assert.equal(history.messages[0].metadata, undefined, 'metadata only where it was asked for');

    const changed = await client.chat.update({ channel: channels.data, ts: root.ts, text: 'changed' });
    assert.equal(changed.text, 'changed');
    assert.equal(changed.message.blocks.length, 2, 'blocks stay where the argument is missing');
    assert.equal((await client.chat.update({ channel: channels.data, ts: root.ts, text: 'bare', blocks: [] })).message.blocks, undefined);
    const { permalink } = await client.chat.getPermalink({ channel: channels.data, message_ts: reply.ts });
    assert.match(permalink, new RegExp(`/archives/${channels.data}/p${reply.ts.replace('.', '')}\\?thread_ts=${root.ts}`));
    const eph = await client.chat.postEphemeral({ channel: channels.data, user: people.bob, text: 'psst' });
    assert.ok(eph.message_ts);
    await rejects(client.chat.update({ channel: channels.data, ts: eph.message_ts, text: 'no' }), 'message_not_found');
    await client.chat.delete({ channel: channels.data, ts: reply.ts });
    await rejects(client.chat.delete({ channel: channels.data, ts: reply.ts }), 'message_not_found');
    const long = await client.chat.postMessage({ channel: channels.data, text: 'y'.repeat(41000) });
    assert.equal(long.message.text.length, 40000, 'cut as Slack does');
  });

  test('filesUploadV2: processed after a while, then shared; a slack_file block is refused until then', async () => {
    const done = await client.filesUploadV2({ channel_id: channels.finops, filename: 'a.png', file: png, alt_text: 'a small picture', title: 'A', initial_comment: 'look' });
    const { id } = done.files[0].files[0];
    assert.match(id, /^F[A-Z0-9]{8,}$/);
    const fresh = await client.files.info({ file: id });
    assert.equal(fresh.file.mimetype, '', 'not processed yet');
    const picture = { type: 'image', slack_file: { id }, alt_text: 'a' };
    await assert.rejects(client.chat.postMessage({ channel: channels.finops, text: 'x', blocks: [section('a'), picture] }), (e) => {
      assert.equal(e.data.error, 'invalid_blocks');
      assert.match(e.data.response_metadata.messages[0], /invalid slack file \[json-pointer:\/blocks\/1\/slack_file\]/);
      return true;
    });
    const ready = await waitFor('the file', async () => { const r = await client.files.info({ file: id }); return r.file.mimetype === 'image/png' && r.file; });
    assert.deepEqual([ready.original_w, ready.original_h], [3, 2]);
    const ts = ready.shares.public[channels.finops][0].ts;
    const shared = (await client.conversations.history({ channel: channels.finops, latest: ts, oldest: ts, inclusive: true })).messages[0];
    assert.equal(shared.text, 'look');
    assert.equal(shared.files[0].id, id);
    await client.chat.postMessage({ channel: channels.finops, text: 'x', blocks: [picture] });
    assert.deepEqual(await slack.admin('GET', `/admin/file/${id}`), png);
    // private: nothing is shared
    const alone = (await client.filesUploadV2({ filename: 'b.png', file: png })).files[0].files[0].id;
    await waitFor('the file', async () => (await client.files.info({ file: alone })).file.mimetype === 'image/png');
    assert.deepEqual((await client.files.info({ file: alone })).file.shares, {});
    // into a thread of a direct message
    const root = await client.chat.postMessage({ channel: channels.dmAlice, text: 'root' });
    const inThread = (await client.filesUploadV2({ channel_id: channels.dmAlice, thread_ts: root.ts, filename: 'c.png', file: png })).files[0].files[0].id;
    const f = await waitFor('the share', async () => { const r = await client.files.info({ file: inThread }); return Object.keys(r.file.shares).length && r.file; });
    assert.deepEqual(f.ims, [channels.dmAlice]);
    assert.equal((await client.conversations.replies({ channel: channels.dmAlice, ts: root.ts })).messages.length, 2);
    await client.files.delete({ file: alone });
    await rejects(client.files.info({ file: alone }), 'file_not_found');
  });

  test('modals: open, update with hash, push, submission with errors, update, push and clear, view_closed', async () => {
    let opened;
    handlers.modal = async ({ ack, body, client: c }) => { await ack(); opened = await c.views.open({ trigger_id: body.trigger_id, view: modal('First', [input], { private_metadata: 'm', notify_on_close: true }) }); };
    await command('modal', people.carol);
    await waitFor('the modal', () => opened);
    assert.match(opened.view.id, /^V/);
    assert.equal(opened.view.private_metadata, 'm');
    await rejects(client.views.open({ trigger_id: seen.at(-1).trigger_id, view: modal('Again', [section('x')]) }), 'exchanged_trigger_id');
    const updated = await client.views.update({ view_id: opened.view.id, hash: opened.view.hash, view: modal('Second', [input, section('more')], { notify_on_close: true }) });
    assert.notEqual(updated.view.hash, opened.view.hash);
    await rejects(client.views.update({ view_id: opened.view.id, hash: opened.view.hash, view: modal('Late', [input]) }), 'hash_conflict');

    const id = opened.view.id, submit = (value) => slack.act(people.carol, { type: 'view_submit', view_id: id, state: { why: { words: { type: 'plain_text_input', value } } } });
    assert.equal((await submit('')).error, 'required', 'an empty required input never reaches the app');
    handlers.view = ({ ack }) => ack({ response_action: 'errors', errors: { why: 'Needed' } });
    const r = await submit('because');
    assert.deepEqual(r.ack, { response_action: 'errors', errors: { why: 'Needed' } });
    const payload = seen.at(-1);
    assert.equal(payload.view.state.values.why.words.value, 'because');
    assert.equal(payload.type, 'view_submission');
    assert.equal((await slack.views(people.carol)).modals.length, 1, 'errors leave it open');

    handlers.view = ({ ack }) => ack({ response_action: 'update', view: modal('Third', [input]) });
    await submit('x');
    assert.equal((await slack.views(people.carol)).modals[0].title.text, 'Third');
    handlers.view = ({ ack }) => ack({ response_action: 'push', view: modal('On top', [section('x')], { submit: undefined, notify_on_close: true }) });
    await submit('x');
    const stack = (await slack.views(people.carol)).modals;
    assert.deepEqual(stack.map((v) => v.title.text), ['Third', 'On top']);
    assert.equal(stack[1].previous_view_id, id);
    assert.equal(stack[1].root_view_id, id);
    const closed = await slack.act(people.carol, { type: 'view_close', view_id: stack[1].id });
    assert.equal(closed.outcome, 'ok');
    assert.equal(seen.at(-1).type, 'view_closed');
    handlers.view = ({ ack }) => ack({ response_action: 'clear' });
    await submit('x');
    assert.equal((await slack.views(people.carol)).modals.length, 0);

    // trigger ids: an action in a modal can push; at most three; expired after three seconds
    handlers.modal = async ({ ack, body, client: c }) => { await ack(); opened = await c.views.open({ trigger_id: body.trigger_id, view: modal('A', [{ type: 'actions', block_id: 'a', elements: [{ type: 'button', action_id: 'b:push', text: plain('Push') }] }]) }); };
    await command('modal', people.carol);
    await waitFor('the modal', async () => (await slack.views(people.carol)).modals.length === 1);
    const results = [];
    handlers.action = async ({ body, client: c }) => { results.push(await c.views.push({ trigger_id: body.trigger_id, view: modal('B', [section('x')]) }).then(() => 'ok', (e) => e.data.error)); };
    for (let i = 0; i < 3; i++) {
      const press = await slack.act(people.carol, { type: 'action', container: { type: 'view', view_id: opened.view.id }, block_id: 'a', action: { type: 'button', action_id: 'b:push' }, state: {} });
      assert.equal(press.outcome, 'ok');
      await waitFor('the push', () => results.length === i + 1);
    }
    assert.deepEqual(results, ['ok', 'ok', 'push_limit_reached']);
    const action = seen.at(-1);
    assert.equal(action.container.type, 'view');
    assert.equal(action.response_url, undefined, 'no response URL from a modal');
    assert.equal(action.message, undefined);
    handlers.action = undefined;

    await command('nothing', people.carol);
    const { trigger_id } = seen.at(-1);
    await slack.fault('clock_jump', { ms: 3001 });
    await rejects(client.views.open({ trigger_id, view: modal('Late', [section('x')]) }), 'expired_trigger_id');
    await rejects(client.views.open({ trigger_id: '1.2.nothing', view: modal('Never', [section('x')]) }), 'invalid_trigger_id');
  });

  test('home tab: app_home_opened, views.publish, hash', async () => {
    await slack.act(people.bob, { type: 'home_open' });
    const home = await waitFor('the home tab', async () => (await slack.views(people.bob)).home);
    assert.equal(home.blocks[0].text.text, 'Welcome');
    const event = seen.find((e) => e.type === 'app_home_opened');
    assert.equal(event.tab, 'home');
    await rejects(client.views.publish({ user_id: people.bob, hash: 'old', view: { type: 'home', blocks: [] } }), 'hash_conflict');
    await client.views.publish({ user_id: people.bob, hash: home.hash, view: { type: 'home', blocks: [section('Second')] } });
  });

  test('block action: payload, state; response URL: replace, delete, five uses, thirty minutes', async () => {
    const options = [1, 2].map((n) => ({ text: plain(`Job ${n}`), value: `job:${n}` }));
    const m = await client.chat.postMessage({ channel: channels.room, text: 'pick', blocks: [{ type: 'actions', block_id: 'chips', elements: [
      { type: 'button', action_id: 'b:go', text: plain('Go'), value: 'r=1' }, { type: 'static_select', action_id: 'b:pick', options, initial_option: options[0] }] }] });
    let respond;
    handlers.action = async (args) => { respond = args.respond; };
    const shown = (await slack.messages(channels.room)).find((x) => x.ts === m.ts);
    assert.equal((await slack.click(people.bob, channels.room, shown, 'b:go')).outcome, 'ok');
    let body = seen.at(-1);
    assert.equal(body.actions[0].value, 'r=1');
    assert.equal(body.actions[0].block_id, 'chips');
    assert.equal(body.message.ts, m.ts);
    assert.equal(body.container.channel_id, channels.room);
    assert.equal(body.state.values.chips['b:pick'].selected_option.value, 'job:1', 'the state holds what stands in the select');
    assert.equal(body.user.id, people.bob);
    await respond({ text: 'one', response_type: 'ephemeral', replace_original: false });
    assert.ok((await slack.messages(channels.room, people.bob)).some((x) => x.text === 'one' && x.is_ephemeral));
    await respond({ text: 'two', response_type: 'in_channel', replace_original: false });
    await respond({ text: 'replaced', replace_original: true });
    assert.equal((await slack.messages(channels.room)).find((x) => x.ts === m.ts).text, 'replaced');
    await respond({ text: 'four', replace_original: false, thread_ts: m.ts });
    await respond({ delete_original: true });
    await assert.rejects(respond({ text: 'six' }), 'the sixth use');

    const again = await client.chat.postMessage({ channel: channels.room, text: 'pick', blocks: [{ type: 'actions', block_id: 'chips', elements: [{ type: 'static_select', action_id: 'b:pick', options }] }] });
    const fresh = (await slack.messages(channels.room)).find((x) => x.ts === again.ts);
    await slack.click(people.bob, channels.room, fresh, 'b:pick', (o) => o.value === 'job:2');
    body = seen.at(-1);
    assert.equal(body.actions[0].selected_option.value, 'job:2');
    assert.equal(body.state.values.chips['b:pick'].selected_option.value, 'job:2');
    const post = (text) => fetch(body.response_url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text }) });
    assert.equal((await post('fine')).status, 200);
    assert.equal((await fetch(body.response_url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ blocks: [{ type: 'x' }] }) })).status, 404);
    await slack.fault('clock_jump', { ms: 29 * 60 * 1000 });
    assert.equal((await post('still fine')).status, 200);
    await slack.fault('clock_jump', { ms: 61 * 1000 });
    const late = await post('late');
    assert.deepEqual([late.status, (await late.json()).error], [404, 'expired_url']);
    handlers.action = undefined;
  });

  test('events: a mention, a direct message; own messages are not listened to', async () => {
    const before = seen.length;
    await slack.say(people.alice, channels.finops, '@drc why?');
    await slack.say(people.bob, channels.dmBob, 'hello');
    await client.chat.postMessage({ channel: channels.dmBob, text: 'my own words' });
    await waitFor('both events', () => seen.length >= before + 2);
    const [mention, dm] = seen.slice(before);
    assert.equal(mention.text, '<@U0DRCBOT> why?');
    assert.equal(mention.type, 'app_mention');
    assert.equal(dm.channel_type, 'im');
    await slack.say(people.alice, channels.finops, 'nobody is meant');
    await sleep(100);
    assert.equal(seen.length, before + 2);
  });

  test('conversations, users, reactions, status, blocks.validate', async () => {
    const list = await client.conversations.list({ types: 'public_channel,private_channel', limit: 2 });
    assert.equal(list.channels.length, 2);
    const rest = await client.conversations.list({ types: 'public_channel,private_channel', limit: 100, cursor: list.response_metadata.next_cursor });
    assert.equal(rest.response_metadata.next_cursor, '');
    assert.deepEqual([...list.channels, ...rest.channels].map((c) => c.id).sort(), [channels.data, channels.finops, channels.random, channels.room].sort());
    assert.equal((await client.conversations.info({ channel: channels.room })).channel.is_private, true);
    assert.deepEqual((await client.conversations.members({ channel: channels.dmBob })).members, [people.bob, 'U0DRCBOT']);
    assert.equal((await client.conversations.open({ users: people.carol })).channel.id, 'D0CAROL03');
    assert.equal((await client.users.info({ user: people.bob })).user.tz, 'America/Chicago');
    assert.equal((await client.users.list()).members.length, 4);
    assert.equal((await client.auth.test()).bot_id, 'B0DRCBOT01');
    assert.equal((await client.bots.info({ bot: 'B0DRCBOT01' })).bot.app_id, 'A0DRC00001');
    assert.equal((await client.team.info()).team.id, 'T0DRCLOCAL');

    const m = await client.chat.postMessage({ channel: channels.finops, text: 'react' });
    const at = { channel: channels.finops, timestamp: m.ts, name: 'eyes' };
    await client.reactions.add(at);
    await rejects(client.reactions.add(at), 'already_reacted');
    assert.deepEqual((await client.reactions.get({ channel: channels.finops, timestamp: m.ts })).message.reactions, [{ name: 'eyes', users: ['U0DRCBOT'], count: 1 }]);
    await client.reactions.remove(at);
    await rejects(client.reactions.remove(at), 'no_reaction');

    await client.assistant.threads.setStatus({ channel_id: channels.finops, thread_ts: m.ts, status: 'is thinking...', loading_messages: ['a', 'b'] });
    await client.assistant.threads.setStatus({ channel_id: channels.finops, thread_ts: m.ts, status: '' });
    await rejects(client.assistant.threads.setStatus({ channel_id: channels.finops, thread_ts: '1.1', status: 'x' }), 'invalid_thread_ts');

    const none = new webApi.WebClient(undefined, { slackApiUrl: `${slack.url}/api/`, logger: quiet });
    assert.equal((await none.apiCall('blocks.validate', { blocks: [section('fine')] })).ok, true, 'needs no token');
    await assert.rejects(none.apiCall('blocks.validate', { blocks: [section('x'.repeat(3001))] }), (e) => {
      assert.equal(e.data.error, 'invalid_blocks');
      assert.equal(e.data.errors[0].pointer, '/blocks/0/text/text');
      assert.equal(e.data.errors[0].field, 'text');
      assert.deepEqual(e.data.errors[0].constraint, { type: 'max_length', expected: 3000 });
      return true;
    });
  });
});

describe('the server around it', { concurrency: 3, timeout: 60000 }, () => {
  test('429 with Retry-After: the SDK waits and succeeds; the limits of the tiers where they are switched on', async () => {
    await withEmulator({}, async (slack, client) => {
      await slack.fault('method_429', { method: 'chat.postMessage', retry_after_s: 1, times: 1 });
      const at = performance.now();
      const m = await client.chat.postMessage({ channel: channels.finops, text: 'patience' });
      assert.ok(m.ok && performance.now() - at >= 990);
      assert.equal((await slack.messages(channels.finops)).length, 1, 'posted once');
    });
    await withEmulator({ args: ['--rate-limits'] }, async (slack) => {
      const hasty = new webApi.WebClient(TOKENS.bot, { slackApiUrl: `${slack.url}/api/`, logger: quiet, rejectRateLimitedCalls: true });
      const results = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => hasty.chat.postMessage({ channel: channels.finops, text: `${i}` })));
      const limited = results.filter((r) => r.status === 'rejected');
      assert.ok(limited.length >= 1, 'about one message a second and channel');
      assert.equal(limited[0].reason.code, 'slack_webapi_rate_limited_error');
      assert.ok(limited[0].reason.retryAfter >= 1);
      assert.ok((await hasty.chat.postMessage({ channel: channels.data, text: 'another channel' })).ok);
    });
  });

  test('every encoding: form with JSON strings, JSON with native values, multipart, query', async () => {
    await withEmulator({}, async (slack, client) => {
      const blocks = [section('hi')], head = { authorization: `Bearer ${TOKENS.bot}` };
      const post = (body, type) => request(slack.port, { method: 'POST', path: '/api/chat.postMessage', headers: { ...head, ...(type ? { 'content-type': type } : {}) }, body }).then((r) => r.json());
      const args = { channel: channels.finops, text: 'héllo & +' };
      const form = new URLSearchParams({ ...args, blocks: JSON.stringify(blocks) }).toString();
      const part = (n, v) => `--XX\r\nContent-Disposition: form-data; name="${n}"\r\n\r\n${v}\r\n`;
      const all = [
        await post(form, 'application/x-www-form-urlencoded'), await post(form, 'application/x-www-form-urlencoded; charset=utf-8'),
        await post(JSON.stringify({ ...args, blocks }), 'application/json'), await post(JSON.stringify({ ...args, blocks: JSON.stringify(blocks) }), 'application/json;charset=utf-8'),
        await post(part('channel', args.channel) + part('text', args.text) + part('blocks', JSON.stringify(blocks)) + '--XX--\r\n', 'multipart/form-data; boundary=XX'),
      ];
      for (const r of all) {
        assert.equal(r.message?.text, 'héllo & +', JSON.stringify(r));
        assert.equal(r.message.blocks[0].text.text, 'hi');
      }
      assert.equal((await request(slack.port, { path: `/api/conversations.info?channel=${channels.finops}`, headers: head })).json().channel.id, channels.finops);
      assert.equal((await request(slack.port, { path: '/api/auth.test', method: 'POST', body: `token=${TOKENS.bot}`, headers: { 'content-type': 'application/x-www-form-urlencoded' } })).json().ok, true, 'the token may be in a form');
      const open = (body, type) => request(slack.port, { method: 'POST', path: '/api/apps.connections.open', headers: { authorization: `Bearer ${TOKENS.app}`, 'content-type': type }, body }).then((r) => r.json().ok);
      assert.equal(await open('', 'application/x-www-form-urlencoded'), true);
      assert.equal(await open('null', 'application/json;charset=utf-8'), true);
      // an upload as the Python SDK sends it: raw bytes, no token
      const url = await client.files.getUploadURLExternal({ filename: 'x.png', length: png.length });
      const up = await request(slack.port, { method: 'POST', path: new URL(url.upload_url).pathname, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: png });
      assert.deepEqual([up.status, up.text], [200, `OK - ${png.length}`]);
      assert.equal((await client.files.completeUploadExternal({ files: [{ id: url.file_id }] })).files[0].id, url.file_id);
    });
  });

  test('a restart loses nothing', async () => {
    await withEmulator({}, async (slack, client) => {
      const root = await client.chat.postMessage({ channel: channels.finops, text: 'root', blocks: [section('b')], metadata: { event_type: 'x', event_payload: { a: 1 } } });
      await client.chat.postMessage({ channel: channels.finops, thread_ts: root.ts, text: 'reply' });
      await client.reactions.add({ channel: channels.finops, timestamp: root.ts, name: 'eyes' });
      await client.conversations.join({ channel: channels.random });
      await client.views.publish({ user_id: people.alice, view: { type: 'home', blocks: [section('home')] } });
      const file = (await client.filesUploadV2({ filename: 'a.png', file: png })).files[0].files[0].id;
      const before = JSON.stringify([await slack.messages(channels.finops), await slack.views()]);
      await slack.stop();
      await slack.start(slack.port);
      assert.equal(JSON.stringify([await slack.messages(channels.finops), await slack.views()]), before);
      assert.equal((await client.conversations.replies({ channel: channels.finops, ts: root.ts })).messages.length, 2);
      assert.equal((await client.conversations.info({ channel: channels.random })).channel.is_member, true);
      assert.equal((await client.files.info({ file })).file.mimetype, 'image/png');
      assert.deepEqual(await slack.admin('GET', `/admin/file/${file}`), png);
      const next = await client.chat.postMessage({ channel: channels.finops, text: 'later' });
      assert.ok(next.ts > root.ts);
      // also after kill -9, but for what the last moments held
      await sleep(300);
      await slack.stop('SIGKILL');
      await slack.start(slack.port);
      assert.equal((await slack.messages(channels.finops)).at(-1).text, 'later');
    });
  });

  test('only this machine under its own name: 127.0.0.1, ::1, Host, Origin, admin token', async () => {
    await withEmulator({}, async (slack) => {
      const { port } = slack, at = (host) => `${host}:${port}`;
      for (const [host, name] of [['127.0.0.1', '127.0.0.1'], ['::1', '[::1]'], ['127.0.0.1', 'localhost'], ['::1', 'LOCALHOST']])
        assert.equal((await request(port, { host, headers: { host: at(name) }, path: '/api/api.test' })).json().ok, true, name);
      for (const name of ['evil.example', at('evil.example'), `localhost.evil.example:${port}`, 'localhost:1', at('127.0.0.2')])
        assert.equal((await request(port, { headers: { host: name }, path: '/api/api.test' })).status, 403, `Host ${name}`);
      const own = await request(port, { headers: { host: at('localhost'), origin: `http://localhost:${port}` }, path: '/api/api.test' });
      assert.equal(own.status, 200);
      assert.equal(own.headers['access-control-allow-origin'], undefined);
      for (const origin of ['http://evil.example', 'null', `https://localhost:${port}`, `http://localhost:${port}.evil.example`, 'http://localhost:1'])
        for (const path of ['/api/api.test', '/', '/admin/state'])
          assert.equal((await request(port, { headers: { host: at('localhost'), origin, authorization: `Bearer ${slack.token}` }, path })).status, 403, `Origin ${origin} ${path}`);
      for (const authorization of ['', 'Bearer ', `Bearer ${slack.token.slice(1)}`, `Bearer ${slack.token}x`, TOKENS.bot])
        assert.equal((await request(port, { headers: { host: at('localhost'), authorization }, path: '/admin/state' })).status, 401);
      assert.equal((await request(port, { headers: { host: at('localhost'), authorization: `Bearer ${slack.token}` }, path: '/admin/state' })).status, 200);
      // upgrades: a foreign page, no cookie, a made-up ticket
      const upgrade = (path, options) => new Promise((ok) => {
        const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, options);
        ws.on('open', () => { ws.close(); ok('open'); });
        ws.on('error', () => ok('refused'));
      });
      assert.equal(await upgrade(`/ui/socket?user=${people.alice}`, { origin: 'http://evil.example' }), 'refused');
      assert.equal(await upgrade(`/ui/socket?user=${people.alice}`, { origin: `http://127.0.0.1:${port}` }), 'refused');
      assert.equal(await upgrade('/link/?ticket=made-up', {}), 'refused');
    });
  });

  test('sockets: one-use tickets, num_connections, overlap at a refresh, acks on any socket, the eleventh is sent away', async () => {
    await withEmulator({}, async (slack) => {
      const first = await openSocket(slack);
      assert.equal(first.got[0].type, 'hello');
      assert.equal(first.got[0].num_connections, 1);
      assert.equal(first.got[0].connection_info.app_id, 'A0DRC00001');
      const again = new WebSocket(first.url);
      await new Promise((ok) => again.on('error', ok)); // a ticket works once
      await slack.fault('disconnect', { reason: 'refresh_requested', close_after_ms: 2500 });
      await waitFor('disconnect', () => first.got.at(-1).type === 'disconnect');
      assert.equal(first.got.at(-1).reason, 'refresh_requested');
      assert.equal((await slack.say(people.alice, channels.finops, '/drc a')).outcome, 'ok', 'the old socket is served while it is the only one');
      const second = await openSocket(slack);
      assert.equal(second.got[0].num_connections, 2);
      const before = first.got.length;
      for (let i = 0; i < 4; i++) assert.equal((await slack.say(people.alice, channels.finops, '/drc b')).outcome, 'ok');
      assert.equal(first.got.length, before, 'new envelopes go to the new socket');
      await waitFor('the old one to be closed', () => first.closed !== undefined);
      assert.equal(first.closed, 1000);

      // an ack may come on another socket of the app
      const third = await openSocket(slack);
      second.ack = third.ack = false;
      const waiting = slack.say(people.alice, channels.finops, '/drc c');
      const got = await waitFor('the envelope', () => [second, third].find((s) => s.got.at(-1).type === 'slash_commands' && s.got.at(-1).payload.text === 'c'));
      (got === second ? third : second).ws.send(JSON.stringify({ envelope_id: got.got.at(-1).envelope_id, payload: { text: 'from the other' } }));
      assert.equal((await waiting).outcome, 'ok');
      // acks that Slack drops: 20 KB and more, continuation frames; then a good one counts
      const dropped = slack.say(people.alice, channels.finops, '/drc d');
      const d = await waitFor('the envelope', () => [second, third].find((s) => s.got.at(-1).payload?.text === 'd'));
      const id = d.got.at(-1).envelope_id;
      d.ws.send(JSON.stringify({ envelope_id: id, payload: { text: 'z'.repeat(20480) } }));
      const pieces = JSON.stringify({ envelope_id: id, payload: { text: 'pieces' } });
      d.ws.send(pieces.slice(0, 20), { fin: false });
      d.ws.send(pieces.slice(20), { fin: true });
      d.ws.send(JSON.stringify({ envelope_id: id, payload: { text: 'whole' } }));
      assert.equal((await dropped).ack.text, 'whole');
      assert.equal((await slack.admin('GET', '/admin/state')).envelopes.dropped_acks, 2);

      for (let i = 0; i < 8; i++) await openSocket(slack);
      const eleventh = await openSocket(slack);
      assert.deepEqual([eleventh.got[0].type, eleventh.got[0].reason], ['disconnect', 'too_many_websockets']);
    });
  });

  test('events that are not acked come again, with the same event_id; commands do not', async () => {
    await withEmulator({}, async (slack) => {
      const s = await openSocket(slack);
      await slack.fault('redelivery', { delays_ms: [0, 50, 50] });
      s.ack = false;
      const [event, command] = await Promise.all([slack.say(people.alice, channels.dmAlice, 'hello'), slack.say(people.alice, channels.finops, '/drc x')]);
      assert.deepEqual([event.outcome, command.outcome], ['operation_timeout', 'operation_timeout']);
      await waitFor('the second delivery', () => s.got.filter((m) => m.type === 'events_api').length === 2);
      s.ws.send(JSON.stringify({ envelope_id: s.got.at(-1).envelope_id }));
      const [a, b] = s.got.filter((m) => m.type === 'events_api');
      assert.equal(a.payload.event_id, b.payload.event_id);
      assert.notEqual(a.envelope_id, b.envelope_id);
      assert.deepEqual([a.retry_attempt, b.retry_attempt], [0, 1]);
      await sleep(300);
      assert.equal(s.got.filter((m) => m.type === 'events_api').length, 2, 'acked now');
      assert.equal(s.got.filter((m) => m.type === 'slash_commands').length, 1);
    });
  });

  test('@slack/socket-mode alone: survives a disconnect by itself and gets what comes after', async () => {
    await withEmulator({}, async (slack) => {
      const client = new socketMode.SocketModeClient({ appToken: TOKENS.app, logger: quiet, clientOptions: { slackApiUrl: `${slack.url}/api/` } });
      const got = [];
      client.on('slash_commands', async ({ ack, body }) => { got.push(body.text); await ack({ text: 'ok' }); });
      await client.start();
      assert.equal((await slack.say(people.alice, channels.finops, '/drc one')).outcome, 'ok');
      await slack.fault('disconnect', { reason: 'warning' });
      await waitFor('the second socket', async () => (await slack.admin('GET', '/admin/state')).sockets_opened === 2, 15000);
      await waitFor('it to be online', async () => (await slack.admin('GET', '/admin/state')).online);
      assert.equal((await slack.say(people.alice, channels.finops, '/drc two')).outcome, 'ok');
      assert.deepEqual(got, ['one', 'two']);
      await client.disconnect();
      await waitFor('a clean end', async () => (await slack.admin('GET', '/admin/state')).sockets === 0);
    });
  });
});
