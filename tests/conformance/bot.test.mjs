// The bot against the fake Slack of fake_slack.mjs, which was written apart from `drc emulator`: one judge more for the protocol.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { Bot, facts, sleep, text, waitFor } from '../harness/drc.mjs';
import { FakeSlack, ids, tokens } from './fake_slack.mjs';
import { messageErrors, viewErrors } from './slack_schema.mjs';

const withFake = async (body, { env = {}, prepare = () => {}, wait = true } = {}) => {
  const slack = new FakeSlack();
  await slack.start();
  prepare(slack);
  const bot = new Bot(slack, { SLACK_BOT_TOKEN: tokens.bot, SLACK_APP_TOKEN: tokens.app, ...env });
  try {
    await bot.start({ wait });
    await body(slack, bot);
    assert.deepEqual(slack.complaints, [], 'the server has nothing to complain about');
  } catch (e) {
    e.message += `\n--- bot log\n${bot.log().split('\n').slice(-25).join('\n')}`;
    throw e;
  } finally {
    if (bot.process.exitCode === null) await bot.stop();
    await slack.stop();
  }
};

const report = async (slack, words = 'report job-cost top:5') => {
  const before = slack.messages.size;
  await slack.slash(words);
  return slack.posted((m) => !m.thread_ts && Number(m.ts.slice(-6)) > before && m.blocks?.some((b) => b.block_id === 'picker'));
};
const elements = (m) => m.blocks.flatMap((b) => (b.elements ?? (b.accessory ? [b.accessory] : [])).map((e) => ({ e, block: b.block_id })));
const find = (m, action_id) => elements(m).find((x) => x.e.action_id === action_id) ?? assert.fail(`no ${action_id} in ${text(m)}`);
const press = (slack, m, action_id, choice) => { const x = find(m, action_id); return slack.click(m, x.e, x.block, choice); };
const optionsOf = (select) => select.options ?? select.option_groups.flatMap((g) => g.options);
const settled = async (slack, ms = 1000) => { // until nothing new has come for a while
  for (let n = -1; n !== slack.calls.length;) { n = slack.calls.length; await sleep(ms); }
};
const judge = (slack) => {
  for (const { where, message, view } of slack.shown) {
    const wrong = view ? viewErrors(view) : messageErrors(message);
    assert.deepEqual(wrong, [], `${where}: ${JSON.stringify(view ?? message).slice(0, 1500)}`);
  }
};

// A model that says what it is told to, one text after the other.
const fakeModel = async (texts) => {
  let n = 0;
  const server = createServer((req, res) => {
    req.resume();
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ choices: [{ finish_reason: 'stop', message: { role: 'assistant', content: texts[n++ % texts.length] } }] }));
  });
  await new Promise((ok) => server.listen(0, '127.0.0.1', ok));
  return { env: { LLM_PROVIDER: 'openai', LLM_BASE_URL: `http://127.0.0.1:${server.address().port}/v1`, LLM_MODEL: 'fake', LLM_API_KEY: 'k' }, stop: () => { server.close(); server.closeAllConnections(); } };
};

facts(); // built before the clocks run

describe('the bot against another Slack', { concurrency: 4, timeout: 150000 }, () => {
  test('the form of a subscription: a view of the schema, errors at input blocks only, then another content of the same window', async () => {
    await withFake(async (slack) => {
      await slack.slash('help');
      await waitFor('the first answer', () => slack.calls.some((c) => c.method === 'response_url'), 25000);
      await slack.slash('digest subscribe');
      const view = await waitFor('the form', () => slack.views.find((v) => v.callback_id), 25000);
      const inputs = view.blocks.filter((b) => b.type === 'input');
      assert.deepEqual(viewErrors(view), []);
      assert.ok(view.submit && inputs.length >= 10);
      const given = (b, typed) => {
        const e = b.element, initial = e.initial_option;
        return { [e.action_id]: { type: e.type, ...(initial ? { selected_option: initial } : e.type === 'timepicker' ? { selected_time: e.initial_time }
          : e.type === 'conversations_select' ? { selected_conversation: e.initial_conversation } : { value: typed ?? e.initial_value ?? null }) } };
      };
      const fill = (typed = {}) => Object.fromEntries(inputs.map((b) => [b.block_id, given(b, typed[b.block_id])]));
      assert.equal(fill().zone.value.value, 'Asia/Tokyo');
      const refused = (await slack.submit(view, fill({ zone: 'Tokyo', tag: 'x' }))).ack;
      assert.equal(refused.payload.response_action, 'errors');
      assert.deepEqual(Object.keys(refused.payload.errors).sort(), ['tag', 'zone']);
      assert.ok(Object.keys(refused.payload.errors).every((id) => inputs.some((b) => b.block_id === id)));
      const nobody = (await slack.submit(view, fill({ owner: 'Ana "<!channel>" & Ruiz' }))).ack;
      assert.deepEqual(Object.keys(nobody.payload.errors), ['owner']);
      const { ack, ms } = await slack.submit(view, fill({ owner: 'Ana Ruiz' }));
      assert.ok(ms < 1500, `acked in ${ms} ms`);
      assert.equal(ack.payload.response_action, 'update');
      assert.deepEqual(viewErrors(ack.payload.view), []);
      await waitFor('the end of it', () => slack.views.find((v) => /Subscribed/.test(v.title?.text)), 25000);
      assert.ok(slack.views.some((v) => v.type === 'home'), 'the home tab follows');
      await slack.slash('digest list');
      await waitFor('the list', () => slack.calls.some((c) => c.method === 'response_url' && /Your subscriptions/.test(text(c.args))), 25000);
      const nothing = (await slack.submit({ ...view, callback_id: 'of-somebody-else' }, fill())).ack;
      assert.equal(nothing.payload, undefined);
      const garbage = await slack.submit(view, { zone: 1, day: { value: { selected_option: { value: 'x'.repeat(5000) } } }, ['y'.repeat(300)]: [] });
      assert.equal(garbage.ack.payload.response_action, 'errors');
      judge(slack);
    });
  });

  test('command, card, every chip, windows, home, help, mistakes: answered, and every message passes the schema and the limits', async () => {
    const model = await fakeModel(['Look at the failing runs first.', `<!channel> <https://evil.example|click> ${'long words '.repeat(900)}`, `${'- a point\n'.repeat(60)}`,
      '```\n*_~`<@U0DANA0001>\n', '| a | b |\n|---|---|\n| 1 | 2 |']);
    await withFake(async (slack) => {
      slack.refuseFileOnce = true;
      const acks = [await slack.slash('report job-cost')];
      const m = await slack.posted((x) => x.blocks?.some((b) => b.block_id === 'picker'));
      assert.equal(m.channel, ids.channel);
      const image = m.blocks.find((b) => b.type === 'image');
      const file = slack.files.get(image.slack_file.id);
      assert.equal(file.bytes.subarray(1, 4).toString(), 'PNG', 'the chart that was uploaded is a PNG');
      assert.ok(image.alt_text.length > 40);
      assert.equal(slack.calls.filter((c) => c.method === 'chat.postMessage' && c.refused).length, 1, 'a refusal because of the file is met by trying again');

      // entities of the picker: the first, one in the middle, the last
      const picker = find(m, 'pick:entity'), options = optionsOf(picker.e);
      for (const o of [options[1], options[Math.floor(options.length / 2)], options.at(-1)]) acks.push(await press(slack, m, 'pick:entity', { selected_option: o }));
      const cardsNow = () => [...slack.messages.values()].filter((x) => x.thread_ts === m.ts && elements(x).some((y) => y.e.action_id?.startsWith('chip:')));
      await waitFor('three cards in the thread', () => cardsNow().length === 3);
      const cards = cardsNow();

      // every chip of the report and of one card
      const before = slack.messages.size;
      const chips = [m, cards[0]].flatMap((x) => elements(x).filter((y) => y.e.action_id?.startsWith('chip:')).map((y) => [x, y]));
      assert.ok(chips.length >= 8);
      for (const [x, y] of chips) acks.push(await slack.click(x, y.e, y.block));
      const more = find(m, 'more:chips');
      for (const o of optionsOf(more.e)) acks.push(await press(slack, m, 'more:chips', { selected_option: o }));
      await waitFor('answers', () => slack.messages.size - before >= chips.length / 2, 60000);
      await settled(slack);
      const answers = [...slack.messages.values()].slice(before);
      assert.ok(answers.length >= chips.length / 2, `${answers.length} answers for ${chips.length} chips`);
      assert.ok(answers.every((a) => a.thread_ts === m.ts), 'answers stand in the thread');

      // windows over the chat
      for (const id of ['tool:sql', 'tool:details']) acks.push(await press(slack, m, id));
      const answer = answers.find((a) => elements(a).some((x) => x.e.action_id === 'tool:prompt'));
      acks.push(await press(slack, answer, 'tool:prompt'));
      await waitFor('three windows', () => slack.views.length === 3);

      // words: help, lists, mistakes, hostile input
      for (const words of ['', 'help', 'reports', 'reports cost', 'reports nothinglikethis', 'job nightly_orders_etl', 'job nightly', 'job 99999999', 'reprot job-cost',
        'report job-cots', 'report job-cost 9999d', 'report job-cost top:0', 'report job-cost workspace:nowhere', 'report job-cost as-of:2031-02-30',
        'report job-cost as-of:1999-01-01', '<!channel> &amp; <https://x.example|x> *_~`', 'x'.repeat(3500), '\u0000\u0007\u202e', 'job <script>"\'\\']) acks.push(await slack.slash(words));
      // a mention in the thread, in the channel, and words in a direct message
      const say = (more) => slack.event({ type: 'app_mention', user: ids.user, channel: ids.channel, ts: slack.nextTs(), event_ts: '1', team: ids.team, ...more });
      acks.push(await say({ text: `<@${ids.bot}> why is nightly_orders_etl so expensive?`, thread_ts: m.ts }), await say({ text: `<@${ids.bot}> report job-cost top:3` }),
        await say({ text: `<@${ids.bot}>` }), await say({ text: `<@${ids.bot}> hello there` }));
      for (const words of ['help', 'report job-cost', 'what is this about?'])
        acks.push(await slack.event({ type: 'message', channel_type: 'im', user: ids.user, channel: ids.dm, text: words, ts: slack.nextTs(), event_ts: '2' }));
      acks.push(await slack.event({ type: 'app_home_opened', user: ids.user, channel: ids.dm, tab: 'home', event_ts: '3' }));
      await waitFor('the home tab', () => slack.views.some((v) => v.type === 'home'));
      // a run that nobody knows, a button of another time
      acks.push(await slack.click(m, { type: 'button', action_id: 'chip:job.explain', text: { type: 'plain_text', text: 'x' }, value: 'r0000 job:0/0' }, 'chips'),
        await slack.click(m, { type: 'button', action_id: 'from:the-past', text: { type: 'plain_text', text: 'x' }, value: 'zzz' }, 'chips'));
      await settled(slack);

      assert.ok(acks.every((a) => a.ms < 3000));
      assert.ok(slack.calls.filter((c) => c.method === 'response_url').length >= 12, 'help and mistakes are told to the one who asked');
      judge(slack);
      const kinds = new Set(slack.shown.map((s) => s.where));
      assert.ok(['chat.postMessage', 'chat.update', 'response_url', 'view'].every((k) => kinds.has(k)), `messages of every kind were judged: ${[...kinds]}`);
    }, { env: model.env }).finally(model.stop);
  });

  test('every envelope is acked within 3 s: known, unknown, empty, of wrong types; and the bot lives on', async () => {
    await withFake(async (slack, bot) => {
      const deep = (n) => { let v = 1; for (let i = 0; i < n; i++) v = [v]; return v; };
      const slash = { command: '/drc', channel_id: ids.channel, user_id: ids.user, team_id: ids.team };
      const cases = [
        ['hologram', { type: 'projection' }], ['', {}], ['slash_commands', null], ['slash_commands', undefined], ['slash_commands', []], ['slash_commands', 'text'], ['slash_commands', 7],
        ['slash_commands', { text: 5, user_id: {}, channel_id: [] }], ['slash_commands', { ...slash, text: null }], ['slash_commands', { ...slash, text: { a: 1 }, trigger_id: 17, response_url: false }],
        ['slash_commands', { ...slash, text: 'help', response_url: 'javascript:alert(1)', trigger_id: 't1' }], ['slash_commands', { ...slash, text: 'help', response_url: 'http://127.0.0.1:1/x', trigger_id: 't2' }],
        ['slash_commands', { ...slash, text: 'help', is_enterprise_install: false, trigger_id: 't3' }],
        ['interactive', {}], ['interactive', { type: 'block_actions' }], ['interactive', { type: 'block_actions', actions: {} }], ['interactive', { type: 'block_actions', actions: [null, 3] }],
        ['interactive', { type: 'block_actions', user: 'U1', container: 4, actions: [{ action_id: 9, value: [] }] }],
        ['interactive', slack.interaction('block_actions', { actions: [{ type: 'button', action_id: 'chip:job.explain', action_ts: '1' }], container: null, message: 'no' })],
        ['interactive', slack.interaction('view_submission', { view: { id: 5, state: 'none' } })], ['interactive', slack.interaction('view_closed', {})],
        ['interactive', slack.interaction('block_suggestion', { value: 'a' })], ['interactive', slack.interaction('shortcut', { callback_id: 'x' })], ['interactive', slack.interaction('message_action', {})],
        ['interactive', slack.interaction('hypercube', {})], ['interactive', deep(100)],
        ['events_api', { type: 'app_rate_limited', minute_rate_limited: 1 }], ['events_api', {}], ['events_api', { event: 'x' }], ['events_api', { event: { type: 'app_mention' } }],
        ['events_api', { event: { type: 'message', channel: ids.dm, channel_type: 'im', user: ids.bot, text: 'report job-cost', ts: '5.1' } }],
        ['events_api', { event: { type: 'message', channel: ids.dm, channel_type: 'im', bot_id: 'B1', text: 'report job-cost', ts: '5.2' } }],
        ['events_api', { event: { type: 'message', subtype: 'message_changed', channel: ids.dm, channel_type: 'im', message: { text: 'report job-cost' }, ts: '5.3' } }],
        ['events_api', { event: { type: 'app_home_opened', user: 3, tab: [] } }], ['events_api', { event: { type: 'reaction_added', user: ids.user } }],
        ['events_api', { event: { type: 'agent_session_stopped', channel: ids.dm } }], ['events_api', { event_id: 6, event: [] }],
      ];
      const acks = await Promise.all(cases.map(([type, payload]) => slack.send(type, payload)));
      assert.ok(acks.every((a) => a.ms < 3000));
      assert.ok(acks.every((a) => Object.keys(a.ack).every((k) => ['envelope_id', 'payload'].includes(k))));
      await settled(slack);
      const posted = [...slack.messages.values()].map((m) => JSON.stringify(m));
      assert.deepEqual(posted.filter((m) => !m.includes('I do not know the question')), [], 'none of these is a reason to post, but who clicks a question that is gone is told');
      judge(slack);

      // two million characters, NUL bytes, half a surrogate, deep nesting
      for (const words of ['x'.repeat(2_000_000), `report ${'job-cost '.repeat(200_000)}`, 'a\u0000b'.repeat(100), '\ud800 \udc00', 'é'.repeat(300_000)])
        assert.ok((await slack.slash(words)).ms < 3000);
      await waitFor('sentences about them', () => slack.calls.filter((c) => c.method === 'response_url').length >= 5);
      assert.match(slack.calls.filter((c) => c.method === 'response_url').map((c) => c.args.text).join('\n'), /longer than/);
      judge(slack);

      // frames that are no envelopes
      const raw = slack.newest.ws;
      for (const frame of ['', 'null', '[]', '7', '"x"', '{', '{"a":', 'not json', '{"type":5}', '{"type":"hello","num_connections":"many"}', '{"envelope_id":7,"type":"slash_commands"}',
        '{"envelope_id":"","type":"events_api"}', '{"type":"disconnect","reason":{}}'.replace('disconnect', 'disconnected'), '\ud800', '{"a":1,"a":2}', '['.repeat(200_000)]) raw.send(frame);
      raw.send(Buffer.from([0, 1, 2, 255]), { binary: true });
      raw.send(Buffer.from('{"envelope_id":"bin","type":"events_api"}'), { binary: true });
      raw.ping('Ping from applink-9');
      await waitFor('the pong', () => slack.newest.pongs.includes('Ping from applink-9'));
      // the message in pieces with a ping between them
      const big = JSON.stringify({ envelope_id: 'pieces', type: 'interactive', payload: { type: 'block_suggestion', filler: 'y'.repeat(200_000), user: { id: ids.user } } });
      const piece = new Promise((ok) => { const f = ok; f.sentAt = performance.now(); slack.waiting.set('pieces', f); });
      for (let i = 0; i < big.length; i += 50_000) {
        raw.send(big.slice(i, i + 50_000), { fin: i + 50_000 >= big.length });
        raw.ping('between');
      }
      assert.ok((await piece).ms < 3000);
      assert.equal(bot.process.exitCode, null);
      assert.equal(slack.sockets.length, 1, 'nothing of this made the bot drop its socket');
      assert.ok(await report(slack));
    });
  });

  test('disconnect: the successor is open before the old socket goes, and no envelope is lost or answered twice', async () => {
    await withFake(async (slack) => {
      for (const [round, reason] of ['warning', 'refresh_requested', undefined, 'something_new'].entries()) {
        const old = slack.newest, count = slack.sockets.length;
        slack.hello = {};
        old.ws.send(JSON.stringify({ type: 'disconnect', ...(reason ? { reason } : {}), debug_info: { host: 'applink-9' } }));
        // late ones on the old socket, in both halves of the hand-over
        const late = Array.from({ length: 5 }, () => slack.slash('help', { socket: old }));
        await waitFor('a successor', () => slack.sockets.length === count + 1);
        assert.ok(old.open, 'the old socket is still there when the new one says hello');
        const both = [slack.slash('help', { socket: old }), slack.slash('help', { socket: slack.newest })];
        for (const a of await Promise.all([...late, ...both])) assert.ok(a.ms < 3000);
        // the same deed on both sockets
        const same = { trigger_id: `twin.${round}` };
        const payload = { channel_id: ids.channel, user_id: ids.user, team_id: ids.team, command: '/drc', text: 'help', response_url: `${slack.url}/hook/twin${round}`, ...same };
        await Promise.all([slack.send('slash_commands', payload, { socket: old }), slack.send('slash_commands', payload, { socket: slack.newest })]);
        old.ws.close(1000);
        await waitFor('the old one to go', () => !old.open);
        assert.ok((await slack.slash('help')).ms < 3000);
      }
      await settled(slack);
      const hooks = slack.calls.filter((c) => c.method === 'response_url').map((c) => c.hook);
      assert.equal(new Set(hooks).size, hooks.length, 'no deed was answered twice');
      assert.equal(hooks.length, 4 * 9, 'each deed was answered');
      assert.equal(slack.opens, 5);
    });
  });

  test('the bot closes the old socket by itself, with 1000, where Slack does not', async () => {
    await withFake(async (slack) => {
      const old = slack.newest;
      old.ws.send('{"type":"disconnect","reason":"refresh_requested"}');
      await waitFor('a successor', () => slack.sockets.length === 2);
      await waitFor('the old one to be closed', () => !old.open, 12500);
      assert.equal(old.code, 1000);
      assert.ok(slack.newest.open);
      assert.ok(slack.newest.pings >= 1, 'it pings of its own');
    });
  });

  test('a cut is followed by a redial at once', async () => {
    await withFake(async (slack, bot) => {
      const first = slack.newest;
      first.ws._socket.resetAndDestroy();
      await waitFor('a new socket', () => slack.open.length === 1 && slack.newest !== first, 20000);
      assert.doesNotMatch(bot.log(), /slack\.redial/, 'the first redial waits for nothing'); // a redial that waits is logged
      assert.ok((await slack.slash('help')).ms < 3000);
    });
  });

  test('a dial that fails is repeated with patience: HTTP 503, 429 with Retry-After, answers without sense', async () => {
    await withFake(async (slack, bot) => {
      await waitFor('a socket', () => slack.open.length === 1 && bot.log().includes('slack.connected'), 20000);
      assert.equal(slack.opens, 4);
      assert.match(bot.log(), /answered HTTP 503[^]*rate-limited/);
      assert.ok((await slack.slash('help')).ms < 3000);
    }, { wait: false, prepare: (slack) => { slack.planned = [{ status: 503, body: 'busy' }, { status: 429, body: { ok: false, error: 'ratelimited' }, headers: { 'retry-after': '1' } }, { body: { ok: true } }]; } });
  });

  test('num_connections above two is warned of; too_many_websockets and link_disabled close first and dial nothing', async () => {
    await withFake(async (slack, bot) => {
      await waitFor('a warning about ghosts', () => bot.log().includes('num_connections=10'));
      const opens = slack.opens, s = slack.newest;
      s.ws.send('{"type":"disconnect","reason":"too_many_websockets"}');
      await waitFor('the close', () => !s.open, 2000);
      assert.equal(s.code, 1000);
      await sleep(2500);
      assert.equal(slack.opens, opens, 'no storm: the next dial is at least 15 s away');
    }, { prepare: (slack) => { slack.hello = { num_connections: 10 }; } });
    await withFake(async (slack) => {
      const opens = slack.opens, s = slack.newest;
      s.ws.send('{"type":"disconnect","reason":"link_disabled"}');
      await waitFor('the close', () => !s.open, 2000);
      await sleep(1500);
      assert.equal(slack.opens, opens);
    });
  });

  test('SIGTERM: close frame 1000, then the end', async () => {
    await withFake(async (slack, bot) => {
      const s = slack.newest;
      assert.deepEqual(await bot.stop(), { code: 0, signal: null });
      await waitFor('the close', () => !s.open, 1000);
      assert.equal(s.code, 1000, 'no ghost socket is left behind');
    });
  });

  test('a token that Slack does not know ends the bot with a sentence that names it', async () => {
    for (const error of ['invalid_auth', 'account_inactive', 'token_revoked', 'not_authed']) {
      await withFake(async (slack, bot) => {
        const { code } = await bot.exited;
        assert.notEqual(code, 0);
        assert.match(bot.log(), new RegExp(`SLACK_APP_TOKEN.*${error}`));
        assert.equal(slack.opens, 1, 'no second try');
      }, { wait: false, prepare: (slack) => { slack.planned = Array(5).fill({ body: { ok: false, error } }); } });
    }
  });

  test('an event that comes again is answered once', async () => {
    await withFake(async (slack) => {
      const ts = slack.nextTs();
      const event = { type: 'app_mention', user: ids.user, channel: ids.channel, text: `<@${ids.bot}> report job-cost top:3`, ts, event_ts: ts };
      await slack.event(event, { event_id: 'Ev1' });
      await slack.event(event, { event_id: 'Ev1' }, { more: { retry_attempt: 1, retry_reason: 'timeout' } });
      await slack.event({ ...event, type: 'message', channel_type: 'channel' }, { event_id: 'Ev2' });
      await slack.posted((m) => m.blocks?.some((b) => b.block_id === 'picker'));
      await settled(slack);
      assert.equal(slack.messages.size, 1);
    });
  });

  describe('what Slack refuses', { concurrency: 3 }, () => {
    const blocksError = { body: { ok: false, error: 'invalid_blocks', errors: ['unsupported type: image [json-pointer:/blocks/3/type]'], response_metadata: { messages: ['[ERROR] unsupported type: image [json-pointer:/blocks/3/type]'] } } };

    test('blocks: less and less is sent until Slack takes it; something always arrives', async () => {
      for (const refuse of [(a) => a.blocks?.some((b) => b.type === 'image'), (a) => a.blocks !== undefined]) {
        await withFake(async (slack) => {
          await slack.slash('report job-cost top:5');
          const m = await slack.posted((x) => x.text?.startsWith('Job cost'));
          assert.ok(!refuse(m));
          judge(slack);
        }, { prepare: (slack) => { slack.force = (method, args) => (method === 'chat.postMessage' && refuse(args) ? blocksError : undefined); } });
      }
    });

    test('uploads: the report comes without its picture', async () => {
      await withFake(async (slack) => {
        await slack.slash('report job-cost top:5');
        const m = await slack.posted((x) => x.text?.startsWith('Job cost'));
        assert.ok(!m.blocks.some((b) => b.type === 'image'));
        assert.ok(find(m, 'pick:entity'));
        judge(slack);
      }, { prepare: (slack) => { slack.force = (method) => (method === 'files.getUploadURLExternal' ? { body: { ok: false, error: 'file_uploads_disabled' } } : undefined); } });
    });

    test('429 on a post: waits as long as Slack says, then posts once', async () => {
      await withFake(async (slack) => {
        await slack.slash('report job-cost top:5');
        const m = await slack.posted((x) => x.text?.startsWith('Job cost'));
        const posts = slack.calls.filter((c) => c.method === 'chat.postMessage');
        assert.equal(posts.length, 2);
        assert.ok(posts[1].at - posts[0].at >= 990, `waited ${posts[1].at - posts[0].at} ms`);
        assert.ok(m);
      }, { prepare: (slack) => { let n = 0; slack.force = (method) => (method === 'chat.postMessage' && n++ === 0 ? { status: 429, headers: { 'retry-after': '1' }, body: { ok: false, error: 'ratelimited' } } : undefined); } });
    });

    test('not in the channel, a rule of the workspace, a scope missing: the person is told, with what to do', async () => {
      const cases = [
        ['chat.postMessage', [ids.channel], { ok: false, error: 'not_in_channel' }, /direct messages.*invite @drc/s],
        ['chat.postMessage', [ids.channel], { ok: false, error: 'channel_not_found' }, /direct messages.*invite @drc/s],
        ['chat.postMessage', [ids.channel], { ok: false, error: 'restricted_action' }, /direct messages.*a rule of this workspace/s],
        ['chat.postMessage', [ids.channel, ids.dm], { ok: false, error: 'missing_scope', needed: 'chat:write', provided: 'commands' }, /chat:write/],
      ];
      for (const [name, channels, body, sentence] of cases) {
        await withFake(async (slack) => {
          await slack.slash('report job-cost top:5');
          const told = await waitFor('a word to the person', () => slack.calls.find((c) => c.method === 'response_url'), 25000);
          assert.match(told.args.text + JSON.stringify(told.args.blocks ?? []), sentence);
          judge(slack);
        }, { prepare: (slack) => { slack.force = (method, args) => (method === name && channels.includes(args.channel) ? { body } : undefined); } });
      }
    });
  });

  test('unknown members and null members of known envelopes change nothing', async () => {
    await withFake(async (slack) => {
      const id = randomUUID();
      await slack.send('slash_commands', { team_id: ids.team, channel_id: ids.channel, user_id: ids.user, command: '/drc', text: 'report job-cost top:3', trigger_id: 'u.1', response_url: `${slack.url}/hook/u`,
        enterprise_id: null, enterprise_name: null, future: { a: [1, 2, { b: null }] } }, { id, more: { retry_attempt: null, quantum: [], accepts_response_payload: 'yes' } });
      assert.ok(await slack.posted((m) => m.text?.startsWith('Job cost')));
    });
  });
});
