// Starts the real binary for a test: the local Slack and the bot as two processes with their own folder and free ports.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const binary = process.env.DRC_BINARY ?? join(root, 'build/release/drc');
export const sleep = (ms) => new Promise((ok) => setTimeout(ok, ms));

export const people = { alice: 'U0ALICE01', bob: 'U0BOB0002', carol: 'U0CAROL03' };
export const channels = { finops: 'C0FINOPS1', data: 'C0DATAPL2', random: 'C0RANDOM3', room: 'G0COSTRM4', dmAlice: 'D0ALICE01', dmBob: 'D0BOB0002' };

// No index unless a test asks for one: what a developer has built is not for tests.
const cleanEnv = (extra) => {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME ?? '/', DRC_NO_DOTENV: '1', DRC_HOME: root,
    DRC_INDEX_DIR: join(root, 'build/test/no-index'), EMBED_MODEL_FILE: join(root, 'data/models/minilm-l6-v2.q8') };
  for (const k of ['ASAN_OPTIONS', 'LSAN_OPTIONS', 'TSAN_OPTIONS', 'UBSAN_OPTIONS']) if (process.env[k]) env[k] = process.env[k];
  return { ...env, ...extra };
};

// Looks more rarely the longer it takes: looking costs the bot and the local Slack time, above all with a sanitizer.
// With one it is given four times as long: a bot that starts beside other suites needs more than ten seconds there.
const patience = process.env.DRC_SLOW === undefined ? 1 : 4;
const waitFor = async (what, test, limitMs = 10000) => {
  const begun = Date.now(), ms = limitMs * patience;
  for (;;) {
    const value = await test(), waited = Date.now() - begun;
    if (value) return value;
    if (waited > ms) throw new Error(`timed out waiting for ${what}`);
    await sleep(Math.min(5 + waited / 8, 100));
  }
};
export { waitFor };

// One facts file for all tests of a run: building it takes a second.
let factsFile;
export const facts = () => {
  if (factsFile === undefined) {
    factsFile = process.env.DRC_TEST_FACTS ?? join(mkdtempSync(join(tmpdir(), 'drc-facts-')), 'facts.db');
    if (!existsSync(factsFile)) {
      const r = spawnSync(binary, ['db', 'build', '--out', factsFile], { env: cleanEnv({}), encoding: 'utf8' });
      if (r.status !== 0) throw new Error(`drc db build failed: ${r.stderr}`);
    }
  }
  return factsFile;
};

// The search index of the shipped corpus, made once: with the model it takes some ten seconds.
let indexFolder;
export const indexDir = () => {
  if (indexFolder === undefined) {
    indexFolder = process.env.DRC_TEST_INDEX ?? mkdtempSync(join(tmpdir(), 'drc-index-'));
    const r = spawnSync(binary, ['docs', 'build', '--corpus', join(root, 'corpus'), '--out', indexFolder], { env: cleanEnv({}), encoding: 'utf8' });
    if (r.status !== 0) throw new Error(`drc docs build failed: ${r.stderr}`);
  }
  return indexFolder;
};

export const run = (args, { env = {}, cwd, input } = {}) =>
  spawnSync(binary, args, { env: cleanEnv(env), cwd, input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });

// Last day of the data in ms, as the report itself says it; `dir` gets the state of that run. Asked once.
let dayOfData;
export const lastDay = (dir) => {
  if (dayOfData !== undefined) return dayOfData;
  const r = run(['report', 'job-cost', '7d', '--json', '--db', facts()], { env: { DRC_STATE_DB: join(dir, 'cli.db') } });
  if (r.status !== 0) throw new Error(r.stderr);
  dayOfData = Date.parse(`${JSON.parse(r.stdout).parameters.as_of}T00:00:00Z`);
  return dayOfData;
};

export class Slack {
  constructor({ fileDelayMs = 0, args = [] } = {}) {
    this.dir = mkdtempSync(join(tmpdir(), 'drc-test-'));
    this.args = ['--file-delay-ms', String(fileDelayMs), ...args];
  }
  path(name) { return join(this.dir, name); }
  async start(port = 0) {
    const portFile = this.path('port');
    rmSync(portFile, { force: true });
    this.process = spawn(binary, ['emulator', '--port', String(port), '--state', this.path('slack.json'), '--token-file', this.path('token'),
      '--port-file', portFile, ...this.args], { env: cleanEnv({}), stdio: ['ignore', 'ignore', openSync(this.path('slack.log'), 'a')] });
    await waitFor('the emulator', () => existsSync(portFile) && readFileSync(portFile, 'utf8').trim() !== '');
    this.port = Number(readFileSync(portFile, 'utf8'));
    this.token = readFileSync(this.path('token'), 'utf8').trim();
    this.url = `http://127.0.0.1:${this.port}`;
  }
  async admin(method, path, body) {
    const r = await fetch(this.url + path, { method, headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body) });
    return r.headers.get('content-type')?.includes('json') ? r.json() : Buffer.from(await r.arrayBuffer());
  }
  act(user, message) { return this.admin('POST', '/admin/act', { user, ...message }); }
  say(user, channel, text, thread_ts) { return this.act(user, { type: 'send', channel, text, ...(thread_ts ? { thread_ts } : {}) }); }
  fault(fault, more = {}) { return this.admin('POST', '/admin/fault', { fault, ...more }); }
  async messages(channel, user = people.alice, thread_ts) {
    const r = await this.admin('GET', `/admin/messages?channel=${channel}&user=${user}${thread_ts ? `&thread_ts=${thread_ts}` : ''}`);
    return r.messages;
  }
  views(user = people.alice) { return this.admin('GET', `/admin/views?user=${user}`); }
  // A click as the page sends it: finds the element in the message.
  async click(user, channel, message, actionId, pick) {
    for (const block of message.blocks) {
      for (const el of block.elements ?? (block.accessory ? [block.accessory] : [])) {
        if (el.action_id !== actionId) continue;
        const action = { type: el.type, action_id: el.action_id };
        if (el.type === 'button' || el.type === 'icon_button') action.value = el.value;
        else {
          const options = el.options ?? el.option_groups.flatMap((g) => g.options);
          action.selected_option = options.find(pick);
          if (!action.selected_option) throw new Error(`no such option in ${actionId}`);
        }
        return this.act(user, { type: 'action', container: { type: 'message', channel, ts: message.ts, ephemeral: message.is_ephemeral === true },
          block_id: block.block_id, action, state: {} });
      }
    }
    throw new Error(`no element ${actionId} in the message`);
  }
  async stop(signal = 'SIGTERM') {
    if (!this.process) return;
    const gone = new Promise((ok) => this.process.once('exit', ok));
    this.process.kill(signal);
    await gone;
    this.process = undefined;
  }
}

export class Bot {
  constructor(slack, env = {}) {
    this.slack = slack;
    this.env = { SLACK_API_URL: `${slack.url}/api/`, SLACK_BOT_TOKEN: 'xoxb-local-drc', SLACK_APP_TOKEN: 'xapp-local-drc',
      DRC_FACTS_DB: facts(), DRC_STATE_DB: slack.path('state.db'), DRC_INBOX_DB: slack.path('inbox.db'), ...env };
    this.logFile = slack.path('bot.log');
  }
  async start({ wait = true } = {}) {
    const mark = this.log().length;
    this.startedAt = performance.now();
    this.process = spawn(binary, ['serve'], { env: cleanEnv(this.env), stdio: ['ignore', 'ignore', openSync(this.logFile, 'a')] });
    this.exited = new Promise((ok) => this.process.once('exit', (code, signal) => ok({ code, signal })));
    if (wait) await waitFor('slack.connected', () => this.log().slice(mark).includes('slack.connected'));
  }
  log() { return existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8') : ''; }
  async kill() { this.process.kill('SIGKILL'); await this.exited; }
  async stop() { this.process.kill('SIGTERM'); return this.exited; }
  rssKb() { return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.process.pid}/status`, 'utf8'))[1]); }
}

export const withSlack = async (options, body) => {
  const slack = new Slack(options);
  await slack.start();
  const bot = new Bot(slack, options.env);
  try {
    await bot.start();
    await body(slack, bot);
  } catch (e) {
    e.message += `\n--- bot log\n${bot.log().split('\n').slice(-25).join('\n')}`;
    throw e;
  } finally {
    if (bot.process && bot.process.exitCode === null) await bot.stop();
    await slack.stop();
    rmSync(slack.dir, { recursive: true, force: true });
  }
};

export const text = (m) => {
  const parts = [m.text];
  const walk = (v) => {
    if (Array.isArray(v)) v.forEach(walk);
    else if (v && typeof v === 'object') { if (typeof v.text === 'string') parts.push(v.text); Object.values(v).forEach(walk); }
  };
  walk(m.blocks);
  return parts.join('\n');
};
