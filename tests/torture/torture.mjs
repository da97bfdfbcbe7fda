// The nth call through a door of io/ fails (DRC_FAULT=door:n, src/base/fault.c), for n from 1 until no call is left that
// could fail. On the command line drc ends with 0 or with a status of its help and a sentence; in Slack the person gets
// exactly one message, or sees that the command did not arrive, or the bot refuses to start with such a status.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bot, Slack, binary, channels, facts, people, root, sleep, waitFor } from '../harness/drc.mjs';

const SECONDS = Number(process.env.DRC_TORTURE_SECONDS ?? 600);
const STATUSES = [0, 2, 3, 4, 5, 6, 7, 8]; // of `drc --help`; 70 would be a fault of drc itself
const started = performance.now();
const timeLeft = () => SECONDS - (performance.now() - started) / 1000;
let passed = 0, failed = 0;
const verdict = (where, problem) => {
  if (problem === undefined) { passed++; return; }
  failed++;
  console.log(`${where}: ${problem}`);
};

// Coarse steps first, then the gaps between them, as long as there is time: every n in the end.
const steps = function* (most) {
  const seen = new Set();
  for (let gap = 1 << Math.ceil(Math.log2(Math.max(2, most / 4))); gap >= 1; gap >>= 1)
    for (let n = 1; n <= most; n += gap) if (!seen.has(n)) { seen.add(n); yield n; }
};

const env = (fault, dir) => ({ PATH: process.env.PATH, HOME: '/', DRC_NO_DOTENV: '1', DRC_HOME: root, DRC_FACTS_DB: facts(),
  DRC_STATE_DB: join(dir, 'state.db'), DRC_INBOX_DB: join(dir, 'inbox.db'), DRC_FAULT: fault });
const wasInjected = (text) => text.includes('fault.injected');

// The number of calls that can fail: twice as far until the fault no longer fires.
const reach = async (fires) => {
  let most = 1;
  while (most < 1 << 20 && await fires(most)) most *= 2;
  let least = most >> 1; // fires there
  while (most - least > Math.max(1, least / 16)) {
    const mid = (least + most) >> 1;
    if (await fires(mid)) least = mid; else most = mid;
  }
  return least;
};

// ---- command line

const commandLine = async (door, share) => {
  const dir = mkdtempSync(join(tmpdir(), 'drc-torture-'));
  const run = (n) => {
    const r = spawnSync(binary, ['report', 'job-cost'], { env: env(`${door}:${n}`, dir), cwd: dir, encoding: 'utf8' });
    const own = r.stderr.split('\n').filter((l) => l !== '' && !wasInjected(l));
    let problem;
    if (r.signal) problem = `ended by ${r.signal}`;
    else if (!STATUSES.includes(r.status)) problem = `exit status ${r.status}: ${own.join(' / ')}`;
    else if (r.status !== 0 && own.length === 0) problem = `exit status ${r.status} without a word`;
    else if (r.status === 0 && !r.stdout.includes('Job cost')) problem = 'exit status 0 without a report';
    verdict(`drc report, ${door}:${n}`, problem);
    return wasInjected(r.stderr);
  };
  const most = await reach(run);
  let n = 0;
  const until = timeLeft() - share;
  for (const k of steps(most)) { if (timeLeft() < until) break; run(k); n++; }
  rmSync(dir, { recursive: true, force: true });
  console.log(`drc report: ${door} has ${most}+ calls, ${n} of them failed in turn`);
};

// ---- Slack

const visible = (slack) => slack.messages(channels.finops);

const inSlack = async (slack, door, n) => {
  await slack.admin('POST', '/admin/reset', {});
  for (const f of ['state.db', 'inbox.db']) for (const end of ['', '-wal', '-shm', '.lock']) rmSync(slack.path(f + end), { force: true });
  const bot = new Bot(slack, { DRC_FAULT: `${door}:${n}` });
  const mark = bot.log().length, log = () => bot.log().slice(mark);
  let problem;
  await bot.start({ wait: false });
  await waitFor('connected or ended', () => log().includes('slack.connected') || bot.process.exitCode !== null || bot.process.signalCode !== null, 20000);
  if (bot.process.signalCode !== null) problem = `the start ended by ${bot.process.signalCode}`;
  else if (bot.process.exitCode !== null) {
    if (!STATUSES.includes(bot.process.exitCode) || bot.process.exitCode === 0) problem = `the start ended with ${bot.process.exitCode}`;
  } else {
    const r = await slack.say(people.alice, channels.finops, '/drc report job-cost top:3');
    const arrived = r.outcome === 'ok';
    const answers = async () => (await visible(slack)).filter((m) => m.user !== people.alice);
    if (arrived) await waitFor('an answer', async () => (await answers()).length > 0, 20000).catch(() => {});
    await sleep(arrived ? 150 : 400);
    const got = await answers();
    if (bot.process.exitCode !== null || bot.process.signalCode !== null) problem = 'the bot ended';
    else if (arrived && got.length !== 1) problem = `acked, ${got.length} messages: ${got.map((m) => m.text.slice(0, 80)).join(' | ')}`;
    // Slack sends an envelope again that nobody acked: then it may still be answered, once.
    else if (!arrived && (got.length > 1 || r.outcome === 'none')) problem = `${r.outcome}, and ${got.length} messages`;
    const end = await bot.stop();
    if (end.signal !== null || end.code !== 0) problem ??= `the stop ended with ${end.code ?? end.signal}`;
  }
  verdict(`Slack, ${door}:${n}`, problem && `${problem}\n${log().split('\n').filter((l) => !/ info /.test(l)).slice(-6).join('\n')}`);
  return wasInjected(log());
};

// `most`: a few more calls than there are from the start to the answer.
const slackDoor = async (slack, door, most, share) => {
  let n = 0;
  const until = timeLeft() - share;
  for (const k of steps(most)) { if (timeLeft() < until) break; await inSlack(slack, door, k); n++; }
  console.log(`/drc report: ${n} calls of ${door} failed in turn`);
};

const slack = new Slack({ fileDelayMs: 0 });
facts();
await slack.start();
try {
  const part = timeLeft() / 10; // the command line 2 parts, Slack 8
  for (const door of ['raster', 'file', 'db']) await commandLine(door, (2 * part) / 3);
  await slackDoor(slack, 'http', 8, 2.5 * part);
  await slackDoor(slack, 'raster', 4, 1.5 * part);
  await slackDoor(slack, 'file', 48, 1.5 * part);
  await slackDoor(slack, 'db', 180, 2.5 * part);
} finally {
  await slack.stop();
  rmSync(slack.dir, { recursive: true, force: true });
}
console.log(`torture: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
