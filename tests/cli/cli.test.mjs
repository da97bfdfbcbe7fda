// The command line: what it prints, what it says when something is wrong, and its exit status as `drc --help` documents it.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { closeSync, copyFileSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Slack, facts, run } from '../harness/drc.mjs';

const dir = mkdtempSync(join(tmpdir(), 'drc-cli-'));
const env = { DRC_STATE_DB: join(dir, 'state.db'), DRC_INBOX_DB: join(dir, 'inbox.db'), DRC_FACTS_DB: facts(), DRC_PORT: '1' };
const drc = (args, more = {}) => run(args, { env: { ...env, ...more }, cwd: dir });
const fine = (args, more) => { const r = drc(args, more); assert.equal(r.status, 0, `${args.join(' ').slice(0, 200)}: ${r.stderr}`); return r.stdout; };
// Refused with this status, a sentence on standard error and nothing that a script could take for a result.
const refused = (args, status, pattern, more) => {
  const r = drc(args, more);
  assert.equal(r.status, status, `${args.join(' ').slice(0, 200)}: ${r.status} ${r.stderr}`);
  assert.match(r.stderr, pattern);
  assert.ok(r.stderr.length < 2000, 'a sentence, not the input again');
  assert.doesNotMatch(r.stdout, /^\{|^job_key/m);
};
let slack;
before(async () => { slack = new Slack(); await slack.start(); });
after(async () => { await slack.stop(); rmSync(dir, { recursive: true, force: true }); });

// RFC 4180, enough for our own files.
const parseCsv = (s) => s.split('\r\n').filter((l) => l !== '').map((line) => {
  const cells = [];
  for (const m of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) cells.push(m[1] !== undefined ? m[1].replaceAll('""', '"') : m[2]);
  return cells;
});
const micro = (s) => { const m = /^(-?)(\d+)\.(\d{6})$/.exec(s); return (m[1] ? -1n : 1n) * (BigInt(m[2]) * 1000000n + BigInt(m[3])); };

test('a report prints its figures and rows and writes its chart', () => {
  const out = fine(['report', 'job-cost', '14d', 'top:5']);
  assert.match(out, /Job cost/);
  assert.match(out, /Total/);
  assert.match(out, /nightly_orders_etl/);
  const png = readFileSync(join(dir, 'job-cost.png'));
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  assert.equal(png.readUInt32BE(16), 1200);
  fine(['report', 'job-cost', '14d', '--out', mkdtempSync(join(dir, 'out-'))]);
});

test('--json and --csv hold the same rows, and they add up to the total', () => {
  const json = JSON.parse(fine(['report', 'job-cost', '30d', '--json']));
  const csv = parseCsv(fine(['report', 'job-cost', '30d', '--csv']));
  const names = csv[0], at = names.indexOf('total_usd');
  assert.ok(at >= 0, names.join());
  assert.equal(csv.length - 1, json.rows.length);
  for (const row of csv) assert.equal(row.length, names.length);
  const sum = csv.slice(1).reduce((s, r) => s + (r[at] === '' ? 0n : micro(r[at])), 0n);
  assert.equal(sum, BigInt(json.totals.total_uusd));
  assert.equal(json.parameters.days, 30);
  for (const k of ['sql', 'rows']) assert.match(json.hashes[k], /^[0-9a-f]{64}$/, k);
  for (const c of json.columns) assert.ok(c.name && c.unit);
});

test('a spreadsheet reads no name as a formula', () => {
  const file = join(dir, 'formula.db');
  copyFileSync(facts(), file);
  const db = new DatabaseSync(file);
  db.exec("UPDATE jobs SET job_name = '=1+1, \"x\"' WHERE job_name = 'nightly_orders_etl'");
  db.close();
  const csv = fine(['report', 'job-cost', '--csv', '--db', file]);
  assert.ok(csv.includes('"\'=1+1, ""x"""'));
});

test('a facts database that is missing, corrupt, empty or of another version', () => {
  const bad = (name, status, pattern) => {
    refused(['report', 'job-cost', '--db', join(dir, name)], status, pattern);
    const r = drc(['doctor'], { DRC_FACTS_DB: join(dir, name) });
    assert.equal(r.status, 4);
    assert.match(r.stdout, /FAILED\s+facts/);
  };
  bad('nosuch.db', 4, /nosuch\.db; run: drc db build/);
  writeFileSync(join(dir, 'empty.db'), '');
  bad('empty.db', 7, /empty\.db.*not a facts database/);
  writeFileSync(join(dir, 'noise.db'), Buffer.alloc(100000, 'noise'));
  bad('noise.db', 7, /noise\.db is damaged or is not a database/);
  copyFileSync(facts(), join(dir, 'torn.db'));
  const fd = openSync(join(dir, 'torn.db'), 'r+');
  for (let page = 1; page < 400; page++) writeSync(fd, Buffer.alloc(3000, 0xa5), 0, 3000, page * 4096 + 500);
  closeSync(fd);
  const torn = drc(['report', 'job-cost', '--db', join(dir, 'torn.db')]);
  assert.equal(torn.status, 7, torn.stderr);
  copyFileSync(facts(), join(dir, 'newer.db'));
  const db = new DatabaseSync(join(dir, 'newer.db'));
  db.exec("PRAGMA user_version = 999; UPDATE meta SET value = '999' WHERE key = 'schema_version'");
  db.close();
  bad('newer.db', 7, /newer\.db.*schema version 999/);
});

test('a chip prints the exact prompt and its answer, the same each time', () => {
  const ask = (...more) => fine(['chip', 'job.explain', '--report', 'job-cost 30d', '--entity', 'nightly_orders_etl', ...more]);
  const first = ask();
  assert.match(first, /--- prompt, SHA-256 [0-9a-f]{64}/);
  assert.match(first, /--- answer/);
  assert.match(first, /Sources/);
  const run_id = /run ([a-z0-9]{6})/.exec(first)[1];
  const prompt = (s) => s.split('--- answer')[0];
  assert.equal(prompt(ask()), prompt(first));
  assert.equal(prompt(fine(['chip', 'job.explain', '--run', run_id, '--entity', 'nightly_orders_etl'])), prompt(first));
  fine(['chip', 'report.explain', '--report', 'job-cost']);
  refused(['chip', 'job.explain', '--run', 'zzzzzz', '--entity', 'x'], 3, /zzzzzz/);
  refused(['chip', 'job.explain', '--run', run_id, '--entity', 'no_such_job'], 3, /no_such_job/);
  refused(['chip', 'job.explain', '--run', run_id], 2, /asks about a job/);
  refused(['chip', 'job.nonsense', '--run', run_id], 2, /job\.nonsense/);
  refused(['chip', 'job.explain'], 2, /--run ID, --report/);
});

test('the manifest is JSON with every scope, event and command that the bot uses', () => {
  const m = JSON.parse(fine(['manifest']));
  const scopes = new Set(m.oauth_config.scopes.bot);
  for (const s of ['commands', 'app_mentions:read', 'im:history', 'chat:write', 'files:write', 'files:read', 'im:write', 'channels:history', 'groups:history']) assert.ok(scopes.has(s), s);
  assert.deepEqual(new Set(m.settings.event_subscriptions.bot_events), new Set(['app_mention', 'message.im', 'app_home_opened']));
  assert.equal(m.settings.socket_mode_enabled, true);
  assert.equal(m.settings.interactivity.is_enabled, true);
  assert.equal(m.features.slash_commands[0].command, '/drc');
  assert.equal(m.features.app_home.messages_tab_read_only_enabled, false);
});

test('help: of the program, of each command; unknown words are answered with the nearest one', () => {
  const help = fine(['--help']);
  for (const c of ['serve', 'report', 'chip', 'db', 'doctor', 'manifest', 'emulator', 'usage']) {
    assert.ok(help.includes(`drc ${c}`));
    assert.match(fine([c, '--help']), new RegExp(`^Usage: drc ${c}`));
  }
  for (const code of ['0 ok', '2 wrong input', '3 not found', '4 configuration', '5 not allowed', '6 network', '7 database', '8 limit']) assert.ok(help.replace(/\s+/g, ' ').includes(code), code);
  assert.equal(drc([]).status, 2);
  refused(['reprot'], 2, /Did you mean 'drc report'/);
  refused(['report', 'job-csot'], 2, /Did you mean .*report job-cost/);
  refused(['report', 'job-csot', '--json'], 2, /job-csot/);
  for (const c of ['serve', 'report', 'chip', 'db', 'doctor', 'manifest', 'usage']) refused([c, '--nonsense'], 2, /--nonsense/);
  refused(['report', 'job-cost', '--out'], 2, /--out/);
  refused(['report', 'job-cost', '31x'], 2, /31x/);
  refused(['report', 'job-cost', 'as-of:2031-01-01', '--json'], 2, /newest complete day/);
  refused(['db', 'burn'], 2, /build/);
});

test('two million characters of text', () => {
  const words = Array.from({ length: 19 }, (_, i) => String(i % 10).repeat(100000));
  refused(['report', 'job-cost', ...words], 2, /./);
  refused(['report', ...words], 2, /./);
  refused(['chip', ...words, '--report', 'job-cost'], 2, /./);
  refused([words[0]], 2, /there is no command/);
});

test('serve without tokens names the missing one', () => {
  refused(['serve'], 4, /SLACK_BOT_TOKEN is not set/);
  refused(['serve'], 4, /SLACK_APP_TOKEN is not set/, { SLACK_BOT_TOKEN: 'xoxb-1' });
  refused(['serve'], 4, /LLM_MODEL/, { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', LLM_PROVIDER: 'openai' });
  refused(['serve'], 4, /WORKERS/, { WORKERS: 'many' });
});

test('a port that is in use', async () => {
  const server = createServer();
  await new Promise((ok) => server.listen(0, '127.0.0.1', ok));
  const port = String(server.address().port);
  refused(['serve', '--local', '--port', port], 4, new RegExp(`port ${port} in use`));
  assert.match(drc(['doctor'], { DRC_PORT: port }).stdout, new RegExp(`warn\\s+port .*${port}`));
  server.close();
});

test('doctor: all in order, and each thing that is not', () => {
  const slackEnv = { SLACK_API_URL: `${slack.url}/api/`, SLACK_BOT_TOKEN: 'xoxb-local-drc', SLACK_APP_TOKEN: 'xapp-local-drc' };
  writeFileSync(join(dir, 'key'), 'sk-ant-secret-key\n');
  const ok = fine(['doctor'], { ...slackEnv, LLM_PROVIDER: 'anthropic', LLM_MODEL: 'claude-haiku-4-5-20251001', ANTHROPIC_API_KEY_FILE: join(dir, 'key') });
  assert.match(ok, /ok\s+model +anthropic claude-haiku-4-5-20251001 at api\.anthropic\.com, ANTHROPIC_API_KEY from file, \$1 in, \$5 out per million tokens \(20\d\d-/);
  assert.match(ok, /Everything is in order/);
  assert.match(ok, /Acme Data/);
  assert.doesNotMatch(ok, /xoxb-local|xapp-local|sk-ant-secret/);
  const ill = (more, line) => {
    const r = drc(['doctor'], { ...slackEnv, ...more });
    assert.equal(r.status, 4, r.stdout);
    assert.match(r.stdout, line);
    assert.match(r.stdout, /must be mended/);
  };
  ill({ SLACK_BOT_TOKEN: 'xoxb-wrong' }, /FAILED\s+Slack bot token.*SLACK_BOT_TOKEN/);
  ill({ SLACK_APP_TOKEN: 'wrong' }, /FAILED\s+Slack app token.*xapp-/);
  ill({ SLACK_API_URL: 'http://127.0.0.1:1/api/' }, /FAILED\s+Slack bot token/);
  ill({ LLM_PROVIDER: 'oracle' }, /FAILED\s+model.*oracle/);
  refused(['usage'], 4, /LLM_MODEL is not/, { LLM_PROVIDER: 'gemini' });
  refused(['usage'], 4, /must be https/, { LLM_PROVIDER: 'openai', LLM_MODEL: 'm', LLM_BASE_URL: 'http://models.example/v1' });
  refused(['usage'], 4, /models\.conf has no price of 'm'/, { LLM_PROVIDER: 'openai', LLM_MODEL: 'm', LLM_USD_PER_MONTH: '5' });
  writeFileSync(join(dir, 'fonts.conf'), '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>');
  ill({ FONTCONFIG_FILE: join(dir, 'fonts.conf') }, /FAILED\s+fonts/);
  writeFileSync(join(dir, 'state-noise.db'), Buffer.alloc(9000, 'x'));
  ill({ DRC_STATE_DB: join(dir, 'state-noise.db') }, /FAILED\s+state/);
  const none = drc(['doctor']);
  assert.equal(none.status, 0);
  assert.match(none.stdout, /warn\s+Slack tokens.*SLACK_BOT_TOKEN is not set/);
});

test('without the font a report still gives its figures and says that the chart is missing', () => {
  writeFileSync(join(dir, 'fonts.conf'), '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>');
  rmSync(join(dir, 'job-cost.png'), { force: true });
  const out = fine(['report', 'job-cost', '9d'], { FONTCONFIG_FILE: join(dir, 'fonts.conf') });
  assert.match(out, /chart could not be drawn/);
  assert.match(out, /nightly_orders_etl/);
  assert.equal(existsSync(join(dir, 'job-cost.png')), false);
});

test('a model that is away is said in the answer', () => {
  const away = fine(['chip', 'report.explain', '--report', 'job-cost'], { LLM_PROVIDER: 'openai', LLM_MODEL: 'm', LLM_BASE_URL: 'http://127.0.0.1:1/v1' });
  assert.match(away, /AI commentary withheld/);
});
