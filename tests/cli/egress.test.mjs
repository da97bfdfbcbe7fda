// What leaves for a model: `drc egress` says it, and the prompts of real clicks agree. Nobody is asked here.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, facts, root, run } from '../harness/drc.mjs';

const dir = mkdtempSync(join(tmpdir(), 'drc-egress-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const hosted = { LLM_PROVIDER: 'openai', LLM_MODEL: 'm-1', LLM_API_KEY: 'sk-secret-1', LLM_BASE_URL: 'https://llm.invalid/v1' };
const egress = (env) => {
  const r = run(['egress', '--db', facts()], { env: { DRC_STATE_DB: join(dir, 'state.db'), ...env }, cwd: dir });
  assert.equal(r.status, 0, r.stderr);
  assert.doesNotMatch(r.stdout, /sk-secret-1/);
  return r.stdout;
};
// The prompt alone: a closed port on this machine is no model, so the switches are set by hand.
const prompt = (env, chip = 'job.why-failing', entity = 'nightly_orders_etl') => {
  const r = run(['chip', chip, '--report', 'job-cost 28d', '--entity', entity, '--db', facts()], { env: { DRC_STATE_DB: join(dir, 'state.db'), ...env }, cwd: dir });
  assert.equal(r.status, 0, r.stderr);
  return r.stdout.slice(0, r.stdout.indexOf('--- answer'));
};
const all = (value) => ({ LLM_SEND_SQL: value, LLM_SEND_ERRORS: value, LLM_SEND_PEOPLE: value });
const db = new DatabaseSync(facts(), { readOnly: true });
const people = db.prepare('SELECT name FROM users_lookup').all().map((r) => r.name);
const errors = db.prepare('SELECT template FROM error_signature').all().map((r) => r.template);
db.close();

test('without a model nothing leaves', () => {
  const out = egress({});
  assert.match(out, /^Model: none is configured .*nothing leaves/);
  assert.match(out, /^Search: nothing leaves/m);
  assert.doesNotMatch(out, /F1 \|/);
});

test('a hosted model: host, classes, a real prompt without what is withheld', () => {
  const out = egress(hosted);
  assert.match(out, /^Model: https:\/\/llm\.invalid\/v1, hosted\.$/m);
  for (const what of ['SQL text', 'error text', 'names and e-mail']) assert.match(out, new RegExp(`^  withheld  ${what}.*is not set\\)$`, 'm'));
  const example = out.slice(out.indexOf('One example'));
  assert.match(example, /SHA-256 [0-9a-f]{64}:\n\nYou explain figures/);
  assert.match(example, /"additionalProperties": false/, 'the form is sent too');
  for (const text of [...people, ...errors]) assert.ok(!example.includes(text), text);
});

test('the switches, and an endpoint on this machine', () => {
  const off = egress({ ...hosted, LLM_BASE_URL: 'http://127.0.0.1:9/v1', ...all('0') });
  assert.match(off, /on this machine\.$/m);
  assert.match(off, /withheld  error text.*LLM_SEND_ERRORS is 0/);
  assert.match(egress({ ...hosted, LLM_BASE_URL: 'http://127.0.0.1:9/v1' }), /^  sent      error text.*is not set/m);
  assert.match(egress({ ...hosted, LLM_SEND_PEOPLE: '1' }), /^  sent      names and e-mail.*LLM_SEND_PEOPLE is 1/m);
});

test('what prompts hold agrees with it: names and error text only where a switch allows them', () => {
  const withheld = prompt({}), sent = prompt(all('1'));
  const named = people.filter((name) => sent.includes(name)), failed = errors.filter((text) => sent.includes(text));
  assert.ok(named.length > 0 && failed.length > 0, 'this job has both');
  for (const text of [...named, ...failed]) assert.ok(!withheld.includes(text), text);
  assert.match(withheld, /\[error text withheld\]: \d+ attempt/);
  assert.match(withheld, /by U1: /);
  assert.notEqual(/SHA-256 (\w+)/.exec(withheld)[1], /SHA-256 (\w+)/.exec(sent)[1]);
  assert.equal(prompt({}), withheld, 'the same click, the same bytes');
});

// Vectors: the endpoint plays here; on this machine it may have everything, so the switches are set by hand.
const embedder = { EMBED_PROVIDER: 'openai', EMBED_MODEL: 'e-1', EMBED_API_KEY: 'sk-secret-1', EMBED_DIM: '3' };
const asking = async (args, env) => {
  const sent = [];
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (d) => { body += d; });
    req.on('end', () => {
      const { input } = JSON.parse(body);
      sent.push(...input);
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify({ data: input.map((t, index) => ({ index, embedding: [t.length, 1, 1] })) }));
    });
  });
  await new Promise((ok) => server.listen(0, '127.0.0.1', ok));
  const child = spawn(binary, args, { cwd: dir, env: { PATH: process.env.PATH, DRC_NO_DOTENV: '1', DRC_HOME: root, DRC_FACTS_DB: facts(), DRC_STATE_DB: join(dir, 'state.db'),
    ...embedder, EMBED_BASE_URL: `http://127.0.0.1:${server.address().port}/v1`, ...env } });
  let stderr = '';
  child.stderr.on('data', (d) => { stderr += d; });
  const status = await new Promise((ok) => { child.on('close', ok); });
  server.closeAllConnections();
  server.close();
  return { status, stderr, sent };
};

test('a hosted endpoint for vectors: host, classes, a real card without what is withheld', () => {
  const out = egress({ ...embedder, EMBED_BASE_URL: 'https://vectors.invalid/v1' });
  assert.match(out, /^Search: https:\/\/vectors\.invalid\/v1, hosted\.$/m);
  for (const what of ['SQL text', 'error text', 'names and e-mail']) assert.match(out, new RegExp(`^  withheld  ${what}.*is not set\\)$`, 'm'));
  const example = out.slice(out.indexOf('One example'));
  assert.match(example, /as it is sent:\n\n {2}\S/);
  assert.match(example, /\bU1\b|text withheld/);
  for (const text of [...people, ...errors]) assert.ok(!example.includes(text), text);
  assert.match(egress({ ...embedder, EMBED_BASE_URL: 'https://vectors.invalid/v1', ...all('1') }), /^ {2}sent {6}names and e-mail.*LLM_SEND_PEOPLE is 1/m);
  assert.match(egress({ ...embedder, EMBED_BASE_URL: 'http://127.0.0.1:9/v1' }), /^Search: .*on this machine[^]*^ {2}sent {6}error text/m);
});

test('what the endpoint for vectors gets: cards and questions without names, error texts and SQL where a switch withholds them', async () => {
  const corpus = join(dir, 'corpus');
  mkdirSync(corpus);
  writeFileSync(join(corpus, 'a.md'), `---\ntitle: A page\nurl: https://docs.databricks.com/a\nsection: x\n---\nAsk ${people[0]} first.\n`);
  const build = (env) => asking(['index', 'build', '--corpus', corpus, '--out', join(dir, 'ix')], env);
  const kept = await build(all('0'));
  assert.equal(kept.status, 0, kept.stderr);
  assert.ok(kept.sent.length > 50, 'all cards');
  const holds = (sent, list) => list.filter((x) => sent.some((t) => t.includes(x)));
  assert.deepEqual(holds(kept.sent, [...people, ...errors]), []);
  assert.ok(kept.sent.some((t) => t.includes('Ask U1 first.')), 'a page too');
  assert.ok(kept.sent.some((t) => /Owner U1, /.test(t)) && kept.sent.some((t) => t.includes('[error text withheld]')));
  const question = `why does ${people[0]} see ${errors[0]} on SELECT a FROM b`;
  const asked = await asking(['index', 'search', '--out', join(dir, 'ix'), question], all('0'));
  assert.equal(asked.status, 0, asked.stderr);
  assert.ok(asked.sent.includes('why does U1 see [error text withheld]'), asked.sent.join('|'));
  rmSync(join(dir, 'ix'), { recursive: true, force: true });
  const free = await build({});
  assert.ok(holds(free.sent, people).length > 0 && holds(free.sent, errors).length > 0, 'on this machine nothing is withheld');
});

test('where it is not known who may not be named, nothing is sent', async () => {
  const r = await asking(['model', 'embed'], { ...all('0'), DRC_FACTS_DB: join(dir, 'nothing.db') });
  assert.notEqual(r.status, 0);
  assert.match(r.stderr, /not known \(LLM_SEND_\*\)/);
  assert.deepEqual(r.sent, []);
});
