// What leaves for a model: `drc egress` says it, and the prompts of real clicks agree. Nobody is asked here.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { facts, run } from '../harness/drc.mjs';

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
