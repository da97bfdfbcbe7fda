// Speed and memory of the real program against the local Slack, each figure with its limit. A missed limit is printed as
// OVER and does not fail; what could not be measured does. Other work on the machine makes the times longer: the load is
// printed with each figure, and the smallest of the runs (left of "..") is the one that depends least on it.
import { rmSync } from 'node:fs';
import { Bot, Slack, channels, people, sleep, waitFor } from '../harness/drc.mjs';
import { measureChips, measurePrompts, measureSlowModels } from './answers.mjs';
import { measureDigests } from './digests.mjs';
import { measureEstates } from './estate.mjs';
import { connectionsTo, figure, median, percentile, slowModel } from './measure.mjs';

const RUNS = Number(process.env.DRC_BENCH_RUNS ?? 5);
const PER_SECOND = 50, ACK_SECONDS = 4;
const monoMs = () => Number(process.hrtime.bigint()) / 1e6; // CLOCK_MONOTONIC, as the bot's at_us
let problems = 0;

const section = async (name, body) => {
  try {
    await body();
  } catch (e) {
    problems++;
    console.log(`${name}: NOT MEASURED: ${e.message}`);
  }
};

const withBot = async (env, body) => {
  const slack = new Slack({ fileDelayMs: 0 });
  await slack.start();
  const bot = new Bot(slack, env);
  try {
    await bot.start();
    await body(slack, bot);
  } catch (e) {
    e.message += `\n--- bot log\n${bot.log().split('\n').slice(-15).join('\n')}`;
    throw e;
  } finally {
    if (bot.process && bot.process.exitCode === null) await bot.stop();
    await slack.stop();
    rmSync(slack.dir, { recursive: true, force: true });
  }
};

// Fonts, snapshot and a first look at the facts are warm: nothing of the start runs any more.
const settled = () => sleep(2500); // the bot gives memory back a second after its last request
const rssMb = (bot) => bot.rssKb() / 1024; // as ps and top count: 1 MB is 1024 kB
const count = (log, word) => log.split(word).length - 1;

// A message that somebody wrote in a channel: the commonest envelope, with nothing to do behind the ack.
let serial = 0;
const chatter = () => ({ type: 'events_api', payload: { type: 'event_callback', team_id: 'T0DRCLOCAL', api_app_id: 'A0DRC00001',
  event_id: `Ev0BENCH${String(++serial).padStart(8, '0')}`, event_time: 1796000000,
  event: { type: 'message', channel: channels.finops, channel_type: 'channel', user: people.bob, ts: `1796000000.${String(serial).padStart(6, '0')}`,
    text: 'has anybody looked at the cost of the nightly jobs this week? they look higher than usual to me' } } });

const sendEnvelope = async (slack) => {
  const r = await slack.admin('POST', '/admin/envelope', chatter());
  if (r.outcome !== 'ok') throw new Error(`an envelope was not acked: ${JSON.stringify(r)}`);
  return r.ack_us / 1000;
};

// ---- acks

// Envelopes at a steady pace. As the bot sees it: whole frame read to ack handed to the kernel. As Slack sees it: from its send
// to the ack read, so with both ways and its own other work.
const ackRun = async (slack, bot) => {
  const mark = bot.log().length, seen = [], n = PER_SECOND * ACK_SECONDS, start = performance.now();
  const sent = [];
  for (let i = 0; i < n; i++) {
    await sleep(Math.max(0, start + (i * 1000) / PER_SECOND - performance.now()));
    sent.push(sendEnvelope(slack).then((ms) => seen.push(ms)));
  }
  await Promise.all(sent);
  await sleep(50);
  const own = [...bot.log().slice(mark).matchAll(/slack\.acked us=(\d+)/g)].map((m) => Number(m[1]) / 1000);
  if (own.length < n) throw new Error(`${own.length} of ${n} acks are in the log`);
  return { own, seen };
};

const acks = async (label, slack, bot, alongside) => {
  const own50 = [], own99 = [], seen50 = [], seen99 = [];
  for (let i = 0; i < RUNS; i++) {
    const { own, seen } = await ackRun(slack, bot);
    own50.push(percentile(own, 0.5)); own99.push(percentile(own, 0.99));
    seen50.push(percentile(seen, 0.5)); seen99.push(percentile(seen, 0.99));
  }
  figure(`ack p50, 50/s, ${label}`, own50, 'ms', 0.5);
  figure(`ack p99, 50/s, ${label}`, own99, 'ms', 5);
  figure(`  the same p50 as the local Slack sees it`, seen50, 'ms');
  figure(`  the same p99 as the local Slack sees it`, seen99, 'ms');
  if (alongside) alongside();
};

// ---- reports

let day = 0;
const ask = (slack, channel = channels.finops) => slack.say(people.alice, channel, `/drc report job-cost ${20 + (day++ % 40)}d`);
const reportsPosted = (bot) => count(bot.log(), ' report.posted ');

// One report, timed on the wire log of the local Slack: envelope out to chat.postMessage in.
const timedReport = async (slack, bot) => {
  const from = (await slack.admin('GET', '/admin/wire?after=999999999')).last, before = reportsPosted(bot);
  await ask(slack);
  await waitFor('the report', () => reportsPosted(bot) > before);
  const { entries } = await slack.admin('GET', `/admin/wire?after=${from}`);
  const out = entries.find((e) => e.kind === 'ws' && e.dir === 'out' && e.name === 'slash_commands');
  const posted = entries.find((e) => e.kind === 'http' && e.dir === 'in' && e.name === 'chat.postMessage');
  const calls = entries.filter((e) => e.kind === 'http' && e.dir === 'in');
  if (!out || !posted) throw new Error(`not in the wire log: ${entries.map((e) => `${e.dir} ${e.kind} ${e.name}`).join(', ')}`);
  return { ms: posted.at_ms - out.at_ms, calls: calls.length };
};

const charts = async (slack, bot, n, atOnce = 4) => {
  const before = reportsPosted(bot);
  for (let i = 0; i < n; i++) {
    await waitFor('a free place', () => i - (reportsPosted(bot) - before) < atOnce, 20000);
    await ask(slack, [channels.finops, channels.data, channels.room][i % 3]);
  }
  await waitFor('the charts', () => reportsPosted(bot) - before >= n, 20000);
};

const measureReports = async () => {
  const cold = [], first = [], warm = [], ratio = [];
  let calls = 0;
  for (let i = 0; i < RUNS; i++)
    await withBot({}, async (slack, bot) => {
      if (i === 0) { // not a figure with a limit: the person who was faster than the fonts
        cold.push((await timedReport(slack, bot)).ms);
        return;
      }
      await settled();
      const one = await timedReport(slack, bot), own = [];
      for (let k = 0; k < 10; k++) {
        const r = await timedReport(slack, bot);
        own.push(r.ms);
        calls = Math.max(calls, r.calls);
      }
      first.push(one.ms); warm.push(...own); ratio.push(one.ms / median(own));
    });
  figure('/drc report job-cost, envelope to message posted', warm, 'ms', 50);
  figure('the first one after a start, times the warm ones', ratio, 'x', 1.5);
  figure('  the first one, right after hello', cold, 'ms');
  figure('Slack calls of one report, one after the other', [calls], 'calls', 5);
};

const measureConnections = () => withBot({}, async (slack, bot) => {
  await settled();
  await charts(slack, bot, 2, 1);
  const known = new Set(connectionsTo(bot.process.pid, slack.port));
  let fresh = 0;
  for (let i = 0; i < 20; i++) {
    await charts(slack, bot, 1, 1);
    for (const port of connectionsTo(bot.process.pid, slack.port)) if (!known.has(port)) { known.add(port); fresh++; }
  }
  figure('new connections for 20 more reports, one at a time', [fresh], 'new', 0);
});

// ---- start and memory

const measureStart = async () => {
  const hello = [];
  const slack = new Slack({ fileDelayMs: 0 });
  await slack.start();
  try {
    for (let i = 0; i < RUNS * 2 + 1; i++) {
      const bot = new Bot(slack), mark = bot.log().length, spawned = monoMs();
      await bot.start();
      const at = /slack\.connected at_us=(\d+)/.exec(bot.log().slice(mark));
      if (i > 0) hello.push(Number(at[1]) / 1000 - spawned); // the first one makes the databases
      await bot.stop();
    }
  } finally {
    await slack.stop();
    rmSync(slack.dir, { recursive: true, force: true });
  }
  figure('start of drc serve to hello', hello, 'ms', 90);
};

const many = async (slack, n, inFlight) => {
  let left = n;
  await Promise.all(Array.from({ length: inFlight }, async () => { while (left-- > 0) await sendEnvelope(slack); }));
};

const measureMemory = async () => {
  await withBot({}, async (slack, bot) => {
    await settled();
    figure('resident memory, idle', [rssMb(bot)], 'MB', 30);
    await many(slack, 10000, 32);
    await settled();
    let before = rssMb(bot);
    await many(slack, 10000, 32);
    await settled();
    figure('growth over a second 10,000 envelopes', [rssMb(bot) - before], 'MB', 1);
    await charts(slack, bot, 100);
    await settled();
    before = rssMb(bot);
    figure('resident memory after 100 charts', [before], 'MB', 65);
    await charts(slack, bot, 100);
    await settled();
    figure('growth over a second 100 charts', [rssMb(bot) - before], 'MB', 1);
  });
};

// ---- acks under work

const measureAcks = async () => {
  await withBot({ DRC_LOG_LEVEL: 'debug' }, async (slack, bot) => {
    await settled();
    await acks('nothing else to do', slack, bot);
    const before = reportsPosted(bot), begun = performance.now();
    let on = true;
    const work = (async () => { while (on) await charts(slack, bot, 4); })();
    work.catch(() => {});
    await acks('while charts render back to back', slack, bot,
      () => figure('  charts per second meanwhile', [(reportsPosted(bot) - before) / ((performance.now() - begun) / 1000)], '/s'));
    on = false;
    await work;
  });
};

const measureModelAcks = async () => {
  const model = await slowModel(3000);
  const env = { DRC_LOG_LEVEL: 'debug', LLM_PROVIDER: 'openai', LLM_BASE_URL: model.url, LLM_MODEL: 'slow', LLM_API_KEY: 'none-needed' };
  try {
    await withBot(env, async (slack, bot) => {
      let on = true;
      const stream = async (room) => { // one thread after the other, in each one model call at a time
        for (let known = new Set(); on;) {
          await ask(slack, room);
          const root = await waitFor('a report', async () => (await slack.messages(room)).find((m) => m.text.startsWith('Job cost') && !known.has(m.ts)), 20000);
          known.add(root.ts);
          const chips = root.blocks.flatMap((b) => b.elements ?? []).filter((e) => e.type === 'button' && e.action_id?.startsWith('chip:'));
          const before = model.stats.done;
          for (const chip of chips) await slack.click(people.alice, room, root, chip.action_id);
          await waitFor('the answers', () => !on || model.stats.done >= before + chips.length, 60000);
        }
      };
      const clicks = Promise.all([channels.finops, channels.data, channels.room].map(stream));
      clicks.catch(() => {});
      await waitFor('model calls', () => model.stats.running > 1);
      await acks('while 3 s model calls run', slack, bot, () => figure('  model calls at once meanwhile', [model.stats.most], 'calls'));
      on = false;
      await clicks;
    });
  } finally {
    model.close();
  }
};

const only = process.argv.slice(2);
const all = { start: measureStart, memory: measureMemory, reports: measureReports, connections: measureConnections, acks: measureAcks, models: measureModelAcks,
  chips: measureChips(withBot), prompts: measurePrompts, slowmodels: measureSlowModels(withBot, { timedReport, ackRun, settled }),
  digest: measureDigests(RUNS), estate: measureEstates };
for (const [name, body] of Object.entries(all))
  if (only.length === 0 || only.includes(name)) await section(name, body);
process.exit(problems === 0 ? 0 : 1);
