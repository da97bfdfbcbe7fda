// The life of the process: start, stop, crash, reload, a second one; and the same deed twice gives the same answer.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, symlinkSync, writeFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { Bot, Slack, channels, people, root, run, sleep, text, waitFor, withSlack } from '../harness/drc.mjs';

const { alice, bob } = people;
const { finops } = channels;
const messages = async (slack, user = alice, ts) => (await slack.messages(finops, user, ts)).filter((m) => m.bot_id);
const answer = async (slack, words, pick, ts) => {
  const known = new Set((await messages(slack, alice, ts)).map((m) => m.ts));
  await words();
  return waitFor('an answer', async () => (await messages(slack, alice, ts)).find((m) => !known.has(m.ts) && pick(m)));
};
const report = (slack) => answer(slack, () => slack.say(alice, finops, '/drc report job-cost 21d top:5'), (m) => m.text.startsWith('Job cost'));
const click = (slack, m, ts) => answer(slack, () => slack.click(alice, finops, m, 'chip:report.explain'), (x) => text(x).includes('Sources'), ts);

// Run id, file id, ts and the like replaced by fixed marks; everything else must be equal.
const canonical = (m, run_id) => JSON.stringify({ text: m.text, blocks: m.blocks }, (k, v) => (k === 'slack_file' ? 'FILE' : v))
  .replaceAll(run_id, 'RUN').replace(/("value":"RUN )[a-z0-9]{10}( [+-])?"/g, '$1ANSWER$2"').replace(/"image_(width|height|bytes)":\d+,?/g, '').replace(/F0[A-Z0-9]{6,}/g, 'FILE');
const runIdOf = (m) => /run ([a-z0-9]{6})/.exec(text(m))[1];
// The message is there before its line is.
const logged = async (bot, run_id) => {
  const line = await waitFor('the line of the log', () => bot.log().split('\n').find((l) => l.includes(`report.posted run=${run_id}`)));
  return /report\.posted run=\S+ .*? (sql=\S+ rows_hash=\S+ svg=\S+)/.exec(line)[1];
};

const once = { skip: process.env.DRC_SLOW !== undefined }; // starts and stops; a sanitizer learns nothing new there

test('the same command and click twice, after a restart, and in a fresh state: same SQL, rows, SVG, message, prompt', once, async () => {
  const seen = [];
  const both = async (slack, bot) => {
    const m = await report(slack), a = await click(slack, m, m.ts), run_id = runIdOf(m);
    const db = new DatabaseSync(slack.path('state.db'), { readOnly: true });
    const row = db.prepare('SELECT sql_hash, rows_hash, result FROM report_run WHERE run_id = ?').get(run_id);
    const prompt = db.prepare('SELECT prompt_hash, prompt FROM answer WHERE run_id = ?').get(run_id);
    db.close();
    seen.push({ sql: row.sql_hash, rows: row.rows_hash, result: row.result, log: await logged(bot, run_id), message: canonical(m, run_id), answer: canonical(a, run_id), prompt: prompt.prompt_hash, text: prompt.prompt });
  };
  await withSlack({}, async (slack, bot) => {
    await both(slack, bot);
    await both(slack, bot);
    assert.deepEqual(await bot.stop(), { code: 0, signal: null });
    await bot.start();
    await both(slack, bot);
  });
  await withSlack({}, both);
  assert.match(seen[0].log, /svg=[0-9a-f]{8}/);
  for (const other of seen.slice(1)) assert.deepEqual(other, seen[0]);
});

test('SIGTERM: running work ends, sockets close with 1000, exit status 0; open rows run after the next start', async () => {
  await withSlack({}, async (slack, bot) => {
    await slack.fault('slow', { method: 'chat.postMessage', ms: 700, times: 1 });
    const m = answer(slack, () => slack.say(alice, finops, '/drc report job-cost 21d top:5'), (x) => x.text.startsWith('Job cost'));
    await waitFor('the post', async () => (await slack.admin('GET', '/admin/state')).requests['chat.postMessage'] === 1);
    assert.deepEqual(await bot.stop(), { code: 0, signal: null });
    assert.ok(bot.log().includes('stop'));
    await bot.start();
    await m;
    await sleep(300);
    assert.equal((await messages(slack)).length, 1, 'exactly one');
  });
});

test('a second bot on the same state refuses to start and says why', once, async () => {
  await withSlack({}, async (slack, bot) => {
    const r = run(['serve'], { env: bot.env });
    assert.equal(r.status, 4, r.stderr);
    assert.match(r.stderr, /lock|already|another/i);
  });
});

test('a request that was running at three starts is given up, and its person is told with an id', once, async () => {
  await withSlack({}, async (slack, bot) => {
    await slack.fault('slow', { method: 'files.getUploadURLExternal', ms: 4000 });
    assert.equal((await slack.say(alice, finops, '/drc report job-cost 21d')).outcome, 'ok');
    for (let i = 0; i < 2; i++) {
      await waitFor('the upload', async () => ((await slack.admin('GET', '/admin/state')).requests['files.getUploadURLExternal'] ?? 0) === i + 1);
      await bot.kill();
      await bot.start();
    }
    const told = await waitFor('the notice', async () => (await slack.messages(finops, alice)).find((m) => m.is_ephemeral && text(m).includes('given up')));
    assert.match(text(told), /id slash:/);
    await waitFor('the log line', () => bot.log().includes('outcome=dead'));
    await slack.fault('clear');
    await report(slack);
    assert.equal((await messages(slack)).filter((m) => !m.is_ephemeral).length, 1);
  });
});

test('SIGHUP: a broken report file keeps the old snapshot, a good one is loaded', async () => {
  await withSlack({}, async (slack, bot) => {
    // A home of its own, so that a file of it can be broken.
    await bot.stop();
    const home = slack.path('home');
    mkdirSync(home);
    for (const name of ['sql', 'prompts', 'charts']) cpSync(join(root, name), join(home, name), { recursive: true });
    if (process.env.DRC_BINARY === undefined) symlinkSync(join(root, 'src'), join(home, 'src'));
    bot.env.DRC_HOME = home;
    await bot.start();
    await report(slack);
    const file = join(home, 'sql/reports/zz-broken.sql');
    writeFileSync(file, '-- id: zz-broken\n-- nonsense: 1\nDELETE FROM jobs\n');
    const count = (what) => bot.log().split(what).length - 1;
    bot.process.kill('SIGHUP');
    await waitFor('the refusal', () => count('snapshot.refused') === 1);
    assert.match(bot.log(), /snapshot\.refused why="[^"]*zz-broken\.sql:\d+/);
    await report(slack);
    rmSync(file);
    bot.process.kill('SIGHUP');
    await waitFor('the new snapshot', () => count('snapshot.loaded') === 1);
    assert.match(bot.log().split('snapshot.refused')[1].split('snapshot.loaded')[0], /graph\.ready/, 'the graph is there before the snapshot is');
    await report(slack);
  });
});

test('Slack away at the start: the bot waits and is there when it comes', once, async () => {
  const slack = new Slack();
  await slack.start();
  const port = slack.port, bot = new Bot(slack);
  try {
    await slack.stop();
    await bot.start({ wait: false });
    await sleep(400);
    await slack.start(port);
    await waitFor('the connection', () => bot.log().includes('slack.connected'), 15000);
    await report(slack);
  } finally {
    await bot.stop();
    await slack.stop();
    rmSync(slack.dir, { recursive: true, force: true });
  }
});

test('a token that Slack refuses ends the bot with a sentence', once, async () => {
  const slack = new Slack();
  await slack.start();
  const bot = new Bot(slack, { SLACK_BOT_TOKEN: 'xoxb-wrong' });
  const app = new Bot(slack, { SLACK_APP_TOKEN: 'xapp-wrong' });
  try {
    for (const b of [bot, app]) {
      await b.start({ wait: false });
      assert.equal((await b.exited).code, 5);
    }
    assert.match(bot.log(), /SLACK_BOT_TOKEN/);
    assert.match(bot.log(), /SLACK_APP_TOKEN/);
  } finally {
    await slack.stop();
    rmSync(slack.dir, { recursive: true, force: true });
  }
});

test('ephemeral answers that come again after a crash say so', async () => {
  await withSlack({}, async (slack, bot) => {
    await slack.fault('slow', { method: 'chat.postEphemeral', ms: 2500, times: 1 });
    assert.equal((await slack.say(bob, finops, '<@U0DRCBOT> help')).outcome, 'ok');
    await waitFor('its begin', async () => {
      const db = new DatabaseSync(slack.path('state.db'), { readOnly: true });
      try { return db.prepare('SELECT count(*) AS n FROM request_start').get().n === 1; } finally { db.close(); }
    });
    await sleep(300); // the post is on its way
    await bot.kill();
    await bot.start();
    const again = await waitFor('the repeat', async () => (await slack.messages(finops, bob)).find((m) => text(m).includes('Sent again after a restart')));
    assert.ok(text(again).includes('How to use drc'));
  });
});
