// What Slack and the network can do to the bot: limits, errors, refused blocks, files, cut and deaf sockets, refresh.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Bot, Slack, channels, lastDay, people, sleep, text, waitFor } from '../harness/drc.mjs';
import { dayRange } from '../harness/show.mjs';

const { alice, bob } = people;
const { finops, data, dmAlice } = channels;
const fast = { skip: process.env.DRC_SLOW !== undefined }; // minutes with a sanitizer, and they wait more than they run
let slack, bot, window = 10;

before(async () => {
  slack = new Slack();
  await slack.start();
  bot = new Bot(slack);
  await bot.start();
});
after(async () => { await bot.stop(); await slack.stop(); });

const lasting = async (fault, more, body) => { // with a fault that ends with the body
  assert.equal((await slack.fault(fault, more)).ok, true);
  try { await body(); } finally { await slack.fault('clear'); }
};
const titles = async (channel, user = alice) => (await slack.messages(channel, user)).filter((m) => m.bot_id);
// A report with a window of its own, by which its message is known: one that a test before it has left behind may still
// come. Resolves with the message; fails if there is not exactly one.
const report = async (channel = finops, ms = 15000) => {
  const words = `/drc report job-cost ${++window}d top:3`, last = lastDay(slack.dir);
  const head = `Job cost ${dayRange(last - (window - 1) * 86400000, last)}:`;
  const mine = async () => (await titles(channel)).filter((x) => x.text.startsWith(head));
  const r = await slack.say(alice, channel, words);
  assert.equal(r.outcome, 'ok');
  const m = await waitFor(words, async () => (await mine())[0], ms);
  await sleep(60);
  assert.equal((await mine()).length, 1, 'exactly one answer');
  return m;
};
const types = (m) => (m.blocks ?? []).map((b) => b.type);
const requests = async (method) => (await slack.admin('GET', '/admin/state')).requests[method] ?? 0;

test('429 with Retry-After on each method of a report: it waits as told, and posts once', fast, async () => {
  for (const method of ['chat.postMessage', 'files.getUploadURLExternal', 'files.completeUploadExternal', 'files.info']) {
    await lasting('method_429', { method, retry_after_s: 1, times: 1 }, async () => {
      const begun = Date.now();
      const m = await report(data);
      assert.ok(Date.now() - begun >= 900 || method === 'files.info', `${method} was asked again too early`);
      assert.ok(types(m).includes('image'), method);
    });
  }
});

test('a long Retry-After does not hold a worker: the request is queued again', async () => {
  await lasting('method_429', { method: 'chat.postMessage', retry_after_s: 3, times: 1 }, async () => {
    const waiting = report();
    await waitFor('the queue', () => bot.log().includes('request.waits'));
    const r = await slack.say(bob, data, '/drc help'); // goes by its response URL
    assert.equal(r.outcome, 'ok');
    await waitFor('help', async () => (await slack.messages(data, bob)).some((m) => text(m).includes('How to use drc')), 2000);
    await waiting;
  });
});

test('429 for what only one person sees, for windows and links', async () => {
  await lasting('method_429', { method: 'chat.postEphemeral', retry_after_s: 1, times: 1 }, async () => {
    await slack.say(alice, data, '<@U0DRCBOT> help'); // a mention has no response URL
    await waitFor('help', async () => (await slack.messages(data, alice)).some((m) => m.is_ephemeral && text(m).includes('How to use drc')));
  });
  const m = await report();
  await lasting('method_429', { method: 'views.open', retry_after_s: 1, times: 1 }, async () => {
    await slack.click(alice, finops, m, 'tool:sql');
    await waitFor('the window', async () => (await slack.views(alice)).modals.some((v) => v.title.text === 'SQL'));
  });
  await lasting('method_429', { method: 'conversations.open', retry_after_s: 1, times: 1 }, async () => {
    const n = (await titles(dmAlice)).length;
    await slack.say(alice, finops, '/drc report job-cost 5d private');
    await waitFor('the private report', async () => (await titles(dmAlice)).length === n + 1);
  });
});

test('HTTP 500, whether the call was carried out or not: one message', fast, async () => {
  for (const executed of [false, true]) {
    for (const method of ['chat.postMessage', 'files.getUploadURLExternal', 'files.completeUploadExternal']) {
      await lasting('method_5xx', { method, status: 503, executed, times: 1 }, async () => { await report(); });
    }
  }
});

test('an answer that is cut off in the middle: one message', async () => {
  for (const method of ['chat.postMessage', 'files.info']) await lasting('body_cut', { method, times: 1 }, async () => { await report(); });
});

test('a slow Slack is waited for', async () => {
  await lasting('slow', { method: 'chat.postMessage', ms: 1500, times: 1 }, async () => { await report(); });
});

test('blocks that Slack refuses: less and less, down to plain text, never silence', fast, async () => {
  const whole = types(await report());
  const seen = [];
  for (const times of [1, 2, 3, 4]) {
    await lasting('method_error', { error: 'invalid_blocks', method: 'chat.postMessage', times }, async () => {
      const m = await report();
      assert.ok(m.text.startsWith('Job cost'));
      seen.push(types(m));
    });
  }
  assert.ok(whole.includes('image'));
  assert.ok(seen[0].includes('image'), 'first the tables go');
  assert.ok(!seen[1].includes('image') && seen[1].includes('actions'), 'then the pictures');
  assert.ok(!seen[2].includes('actions') && seen[2].includes('section'), 'then the buttons');
  assert.deepEqual(seen[3].filter((t) => t !== 'section'), [], 'then all blocks');
});

test('a failed upload: the message comes without the picture and says so', async () => {
  for (const [fault, more] of [['method_5xx', { method: 'files.getUploadURLExternal', status: 500 }], ['method_5xx', { method: 'files.completeUploadExternal', status: 500 }]]) {
    await lasting(fault, more, async () => {
      const m = await report(finops, 20000);
      assert.ok(!types(m).includes('image'));
      assert.match(text(m), /chart/i);
      assert.ok(types(m).includes('actions'), 'the rest is there');
    });
  }
});

test('a file that never becomes ready: the message comes without it', fast, async () => {
  await lasting('file_never_ready', {}, async () => {
    const m = await report(finops, 60000);
    assert.ok(!types(m).includes('image'));
    assert.match(text(m), /chart/i);
  });
});

test('response_url that is gone: the ephemeral call takes over', async () => {
  const before = await requests('chat.postEphemeral');
  await lasting('response_url_gone', { times: 1 }, async () => {
    await slack.say(bob, finops, '/drc reports zulu');
    await waitFor('the list', async () => (await slack.messages(finops, bob)).some((m) => text(m).includes('zulu')));
  });
  assert.equal(await requests('chat.postEphemeral'), before + 1);
});

test('a trigger that has expired: the person is told to press again', async () => {
  const m = await report();
  await lasting('expired_trigger', { times: 1 }, async () => {
    await slack.click(bob, finops, m, 'tool:details');
    await waitFor('the note', async () => (await slack.messages(finops, bob)).some((x) => x.is_ephemeral && text(x).includes('press again')));
  });
});

test('an event delivered twice is answered once', async () => {
  await lasting('duplicate_event', { times: 1 }, async () => {
    const n = (await titles(data)).length;
    await slack.say(alice, data, `<@U0DRCBOT> report job-cost ${++window}d`);
    await waitFor('the report', async () => (await titles(data)).length > n);
    await sleep(400);
    assert.equal((await titles(data)).length, n + 1);
  });
});

test('a socket cut while it works: the answer comes all the same, and the bot is back at once', async () => {
  await lasting('slow', { method: 'chat.postMessage', ms: 800, times: 1 }, async () => {
    const pending = report();
    await sleep(200);
    await slack.fault('drop_tcp', { all: true });
    await pending;
  });
  await waitFor('the new socket', async () => (await slack.admin('GET', '/admin/state')).online, 3000);
  await report();
});

test('a refresh overlaps: the successor says hello before the old socket goes, and no deed is refused meanwhile', async () => {
  const opened = (await slack.admin('GET', '/admin/state')).sockets_opened;
  await slack.fault('disconnect', { reason: 'refresh_requested', close_after_ms: 3000 });
  const outcomes = new Set();
  for (let i = 0; i < 12; i++) { outcomes.add((await slack.say(bob, data, `/drc reports word${i}`)).outcome); await sleep(50); }
  assert.deepEqual([...outcomes], ['ok']);
  await waitFor('the successor', async () => (await slack.admin('GET', '/admin/state')).sockets_opened === opened + 1);
});

test('a deaf socket (no frames, no pongs): a successor within 15 s', fast, async () => {
  const opened = (await slack.admin('GET', '/admin/state')).sockets_opened, begun = Date.now();
  await slack.fault('half_open', { frozen: true });
  await waitFor('the successor', async () => (await slack.admin('GET', '/admin/state')).sockets_opened > opened, 17000);
  assert.ok(Date.now() - begun < 16500, `${Date.now() - begun} ms`);
  await slack.fault('clear');
  await report();
});
