// The README is run: every command of its sh blocks, in order, in a copy of the tree with its own data folder and free ports.
// What is not run here: `make test` (this is it). Slack's part talks to a local Slack that was started beside it.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Slack, binary, channels, people, root, text, waitFor } from '../harness/drc.mjs';

const readme = readFileSync(join(root, 'README.md'), 'utf8');

// Fenced blocks in order; `file` is the path that the line before a block names.
const blocks = [];
{
  let open, before = '';
  for (const line of readme.split('\n')) {
    const fence = /^\s*```(\w*)$/.exec(line);
    if (open === undefined && fence) open = { lang: fence[1], lines: [], file: /`((?:sql|prompts)\/[^`]+)`:$/.exec(before)?.[1] };
    else if (open !== undefined && fence) { blocks.push({ ...open, text: open.lines.join('\n') + '\n' }); open = undefined; }
    else if (open !== undefined) open.lines.push(line.trim() === '' ? '' : line);
    if (line.trim() !== '') before = line;
  }
}
const commands = blocks.filter((b) => b.lang === 'sh')
  .flatMap((b) => b.lines.map((l) => l.replace(/\s+#.*$/, '').trim()).filter((l) => l !== ''));

const freePort = () => new Promise((ok) => {
  const s = createServer();
  s.listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => ok(port)); });
});

const copy = mkdtempSync(join(tmpdir(), 'drc-readme-'));
const slack = new Slack();
let port;
const env = (extra = {}) => ({ PATH: process.env.PATH, HOME: copy, DRC_PORT: String(port), INDEX: 'no', ...extra });
const sh = (line, extra) => {
  const r = spawnSync('bash', ['-c', line], { cwd: copy, env: env(extra), stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  assert.equal(r.status, 0, `${line}\n${r.stdout}\n${r.stderr}`);
  return r.stdout + r.stderr;
};

before(async () => {
  port = await freePort();
  const built = spawnSync('make', ['-s', 'build'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  assert.equal(built.status, 0, built.stderr);
  const files = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).stdout.split('\0').filter((f) => f !== '' && existsSync(join(root, f)));
  assert.ok(files.includes('Makefile'));
  // With their times, and with what is built, so that make finds nothing to do.
  for (const f of [...files, 'build/release']) {
    mkdirSync(dirname(join(copy, f)), { recursive: true });
    cpSync(join(root, f), join(copy, f), { recursive: true, preserveTimestamps: true, filter: (from) => !/build\/release\/(unit|bench)(\/|$)/.test(from) });
  }
  for (const b of blocks.filter((x) => x.file !== undefined)) {
    assert.ok(!existsSync(join(copy, b.file)), `${b.file} of the worked example exists already`);
    writeFileSync(join(copy, b.file), b.text);
  }
  await slack.start();
});

after(async () => {
  spawnSync('make', ['-s', 'stop'], { cwd: copy, env: env() });
  await slack.stop();
  rmSync(slack.dir, { recursive: true, force: true });
  rmSync(copy, { recursive: true, force: true });
});

// Rows of the table of slash commands, with the words that the README lists behind a report.
const slashCommands = async () => {
  const answers = async (typed, expected) => {
    const here = async () => (await slack.messages(channels.finops, people.alice)).filter((m) => m.user !== people.alice);
    const had = (await here()).length;
    await slack.say(people.alice, channels.finops, typed);
    const all = await waitFor(`an answer to ${typed}`, async () => { const m = await here(); return m.length > had && m; });
    assert.match(text(all.at(-1)), expected, typed);
  };
  const table = /\| command \| answer \|\n([\s\S]*?)\n\n/.exec(readme)[1];
  assert.deepEqual([...table.matchAll(/`(\/drc[^`]*)`/g)].map((m) => m[1]),
    ['/drc', '/drc help', '/drc reports [word]', '/drc report job-cost', '/drc job <id or name>', '/drc usage', '/drc digest subscribe', '/drc digest list'], 'a row without a check here');
  await answers('<@U0DRCBOT> help', /fixed questions/);
  await answers('/drc', /fixed questions/);
  await answers('/drc help', /Words after a report/);
  await answers('/drc reports cost', /\/drc report job-cost/);
  await answers('/drc reports retry-no-such', /No report speaks of/);
  await answers('/drc job nightly_orders_etl', /nightly_orders_etl/);
  await answers('/drc usage', /No model is configured/);
  await slack.say(people.alice, channels.finops, '/drc digest subscribe');
  await waitFor('the window', async () => (await slack.views()).modals.some((v) => v.title.text === 'Subscribe to a digest'));
  await answers('/drc digest list', /Subscriptions to digests/);
  const words = /Words behind a report:\n\n\| word \| means \|\n([\s\S]*?)\n\n/.exec(readme)[1];
  const each = words.split('\n').slice(1).flatMap((row) => [...row.split('|')[1].matchAll(/`([^`]+)`/g)].map((m) => m[1]));
  assert.deepEqual(each, ['30d', 'mtd', 'last-week', 'last-month', '2026-10', '2026-10-01..2026-10-15', 'as-of:2026-11-01',
    'workspace:name', 'owner:"Ana Ruiz"', 'department:Finance', 'tag:team=finance', 'price:contract', 'top:10', 'private'], 'a word without a check here');
  await answers('/drc report job-cost 30d top:10 as-of:2026-11-01', /^Job cost 3 Oct.1 Nov 2026/);
  await answers('/drc report job-cost mtd price:contract', /^Job cost 1.22 Nov 2026/);
  await answers('/drc report job-cost last-week owner:"Ana Ruiz"', /^Job cost 16.22 Nov 2026/);
  await answers('/drc report job-cost last-month department:Finance', /^Job cost 1.31 Oct 2026/);
  await answers('/drc report job-cost 2026-10 tag:team=finance', /^Job cost 1.31 Oct 2026/);
  await answers('/drc report job-cost 2026-10-01..2026-10-15', /^Job cost 1.15 Oct 2026/);
  await answers('/drc report job-cost private', /direct messages/);
  await answers('/drc report job-cots', /Did you mean `\/drc report job-cost`/);
};

// `drc serve` in the foreground, against the other local Slack, until it is connected; then SIGTERM.
const serve = async (line) => {
  const child = spawn(join(copy, line.split(' ')[0]), line.split(' ').slice(1), { cwd: copy, env: env({ SLACK_API_URL: `${slack.url}/api/` }) });
  let log = '';
  child.stderr.on('data', (d) => { log += d; });
  const ended = new Promise((ok) => child.once('exit', ok));
  try {
    await waitFor(`a connection:\n${log}`, () => child.exitCode !== null || (log.includes('slack.connected') && log.includes('slack.self')));
    assert.match(log, /slack\.self workspace="Acme Data"/);
    await slashCommands();
  } finally {
    child.kill('SIGTERM');
    assert.equal(await ended, 0, log);
  }
};

// What a reader sees after a command, where it is more than "it works".
const expects = {
  'make all': (out) => {
    assert.match(out, new RegExp(`http://localhost:${port}\\b`));
    assert.match(out, /Ready for the first chart after \d+ s/);
    assert.doesNotMatch(out, / {2}CC {4}| {2}LINK /, 'a copy of a built tree is not built again');
  },
  'make app': (out) => assert.match(out, /already running/),
  'build/release/drc report job-cost': () => assert.ok(statSync(join(copy, 'job-cost.png')).size > 10000),
  'build/release/drc report job-cost --json': (out) => assert.ok(JSON.parse(out.split('\n')[0]).rows.length > 10),
  'build/release/drc report failed-dbu': (out) => {
    assert.match(out, /^DBUs of failed attempts, /);
    assert.ok(statSync(join(copy, 'failed-dbu.png')).size > 10000);
  },
  'build/release/drc chip job.retry-price --report failed-dbu --entity nightly_orders_etl': (out) => {
    assert.match(out, /Failed attempts of nightly_orders_etl cost \$[\d,.]+ in the window; there were \d+\. \[F\d+\] \[F\d+\]/);
    assert.match(out, /^Sources .*failed-dbu/m);
  },
  'cp .env.example .env': () => { // what the reader edits
    const ini = blocks.find((b) => b.lang === 'ini' && b.text.includes('SLACK_BOT_TOKEN')).text;
    writeFileSync(join(copy, '.env'), ini.replace(/xoxb-\S*/, 'xoxb-local-drc').replace(/xapp-\S*/, 'xapp-local-drc').replace(/^\s+/gm, ''));
  },
  'build/release/drc doctor': (out, seen) => { // the second time the tokens are there
    if (seen > 1) assert.match(out, /ok +Slack bot token +Acme Data/);
  },
};

test('every command of the README works', async () => {
  assert.ok(commands.length > 15, commands.join('\n'));
  for (const must of ['make all', 'make test', 'build/release/drc manifest', 'build/release/drc serve']) assert.ok(commands.includes(must), must);
  const seen = new Map();
  for (const line of commands) {
    seen.set(line, (seen.get(line) ?? 0) + 1);
    if (line === 'make test') continue;
    if (line === 'build/release/drc serve') await serve(line);
    else {
      const doctor = line.endsWith(' doctor') && seen.get(line) > 1;
      const out = sh(line, doctor ? { SLACK_API_URL: `${slack.url}/api/` } : {});
      expects[line]?.(out, seen.get(line));
    }
  }
  for (const line of Object.keys(expects)) assert.ok(seen.has(line), `the README no longer has: ${line}`);
});

test('files of the worked example are complete and used', () => {
  const files = blocks.filter((b) => b.file !== undefined).map((b) => b.file);
  assert.equal(files.length, 2, files.join());
  assert.ok(files.some((f) => f.startsWith('sql/reports/')) && files.some((f) => f.startsWith('prompts/chips/')));
});

test('scopes are those of the manifest', () => {
  const manifest = JSON.parse(spawnSync(binary, ['manifest'], { encoding: 'utf8', cwd: root }).stdout);
  const table = /\| scope \| why \|\n([\s\S]*?)\n\n/.exec(readme)[1].split('\n').slice(1);
  const named = table.flatMap((row) => [...row.split('|')[1].matchAll(/`([^`]+)`/g)].map((m) => m[1]));
  assert.deepEqual(named.sort(), [...manifest.oauth_config.scopes.bot].sort());
});

test('make targets exist, and none is missing', () => {
  const named = new Set([...readme.matchAll(/\bmake ([a-z][a-z-]*)/g)].map((m) => m[1]));
  const listed = spawnSync('make', ['-s', 'help'], { cwd: root, encoding: 'utf8' }).stdout.split('\n')
    .map((l) => /^ {2}make (\S+)/.exec(l)?.[1]).filter(Boolean);
  for (const t of ['all', 'deps', 'build', 'db', 'index', 'docs', 'app', 'stop', 'test', 'bench', 'fuzz', 'asan', 'tsan', 'soak', 'torture', 'eval', 'gallery', 'clean', 'help'])
    assert.ok(listed.includes(t), `make help lacks ${t}`);
  for (const t of listed) assert.ok(named.has(t) || t === 'format', `the README lacks make ${t}`);
  const rows = /\| target \| does \|\n([\s\S]*?)\n\n/.exec(readme)[1];
  const makefile = readFileSync(join(root, 'Makefile'), 'utf8'); // not `make -n`: it runs the lines that call make again
  for (const m of rows.matchAll(/`make ([a-z-]+)/g)) assert.match(makefile, new RegExp(`^${m[1]}:`, 'm'));
});

test('links, pictures, paths and settings exist', () => {
  for (const file of ['README.md', 'src/README.md', 'src/emulator/README.md']) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const m of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      const [path, anchor] = m[1].split('#');
      if (/^https?:/.test(path)) continue;
      const target = path === '' ? file : join(dirname(file), path);
      assert.ok(existsSync(join(root, target)), `${file}: ${m[1]}`);
      if (!anchor) continue;
      const heads = readFileSync(join(root, target), 'utf8').split('\n').filter((l) => l.startsWith('#'))
        .map((l) => l.replace(/^#+ /, '').toLowerCase().replace(/[^a-z0-9 -]/g, '').replaceAll(' ', '-'));
      assert.ok(heads.includes(anchor), `${file}: ${m[1]}`);
    }
  }
  const example = readFileSync(join(root, '.env.example'), 'utf8');
  for (const b of blocks.filter((x) => x.lang === 'ini'))
    for (const l of b.lines.filter((x) => x.includes('='))) assert.match(example, new RegExp(`^# ${l.trim().split('=')[0]}=`, 'm'));
});

test('every report is named with its question', () => {
  const rows = /\| report \| question \|\n([\s\S]*?)\n\n/.exec(readme)[1].split('\n').slice(1);
  const files = readdirSync(join(root, 'sql/reports')).filter((f) => f.endsWith('.sql'));
  const expected = files.map((f) => `| \`${f.slice(0, -4)}\` | ${/^-- question: (.*)$/m.exec(readFileSync(join(root, 'sql/reports', f), 'utf8'))[1]} |`);
  assert.deepEqual(rows.sort(), expected.sort());
});

test('every subcommand is named', () => {
  const help = spawnSync(binary, ['--help'], { encoding: 'utf8', cwd: root }).stdout;
  for (const m of help.matchAll(/^ {2}drc (\w+)/gm)) assert.match(readme, new RegExp(`drc ${m[1]}\\b`), `drc ${m[1]}`);
});
