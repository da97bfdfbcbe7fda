// Search and routing over the shipped corpus at the command line, mostly by words alone: the rest of it is `make eval`.
import test from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { indexDir, root, run } from '../harness/drc.mjs';
import { floors, accuracy, report, routed } from '../evals/routing.mjs';
import { spotAnswers } from '../evals/spot.mjs';
import { questions } from '../evals/cases.mjs';

const dir = mkdtempSync(join(tmpdir(), 'drc-search-'));
test.after(() => rmSync(dir, { recursive: true, force: true }));
test.before(() => {
  const r = run(['docs', 'build', '--corpus', join(root, 'corpus'), '--out', dir], { env: { EMBED_PROVIDER: 'none' } });
  assert.equal(r.status, 0, r.stderr);
});

test('questions about machines that the cloud takes back lead to pages about spot', () => {
  const list = spotAnswers(indexDir()), wrong = list.filter((q) => !q.fits);
  assert.equal(list.length, 30);
  assert.equal(list[0].question, 'what happens to my job when AWS takes back the machine');
  assert.ok(list[0].fits, list[0].first);
  assert.ok(existsSync(join(indexDir(), 'docs.faiss')), 'the index has vectors: run bash tests/setup.sh for the model');
  assert.equal(wrong.length, 0, wrong.map((q) => `${q.question}: ${q.first}`).join('\n'));
});

test('by words alone most of them do', () => {
  const wrong = spotAnswers(dir).filter((q) => !q.fits);
  assert.ok(wrong.length <= 6, wrong.map((q) => `${q.question}: ${q.first}`).join('\n'));
});

test('typed questions are routed as their labels say', (t) => {
  const list = routed(dir);
  for (const line of report(list).split('\n')) t.diagnostic(line);
  for (const [split, least] of Object.entries(floors)) assert.ok(accuracy(list.filter((c) => c.split === split)) >= least, `${split}\n${report(list)}`);
  assert.ok(list.length >= 60);
  for (const label of ['telemetry', 'docs', 'telemetry+runbooks', 'refused']) assert.ok(list.some((c) => c.label === label && c.fits), label);
});

test('without an index the form of a text decides, and the rule is named', () => {
  const said = (...args) => JSON.parse(run(['route', ...args, '--json']).stdout);
  assert.deepEqual(said('why did it fail', '--entity', 'job:1/nightly').corpora, ['telemetry', 'runbooks']);
  assert.equal(said('why did it fail').kind, 'ask');
  assert.equal(said('what is a pool').cosine, null);
  assert.match(run(['route', 'tell me a joke']).stdout, /^refuse: nothing\nrule small-talk: /);
});

test('a bad call of drc route is refused with what to do', () => {
  const file = join(dir, 'cases');
  writeFileSync(file, 'none\tok\nno tab here\n');
  assert.match(run(['route', '--from', file]).stderr, /cases:2: a line is an entity, a tab and a text/);
  assert.match(run(['route']).stderr, /give a text/);
  assert.equal(run(['route', 'x', '--index', join(dir, 'nowhere')]).status, 4);
});

test('short forms are spelled out by the corpus', () => {
  const said = JSON.parse(run(['docs', 'search', 'DFP', '--json', '--out', dir]).stdout);
  assert.equal(said.results[0].id, 'optimizations-dynamic-file-pruning');
  assert.match(said.corrected, /^searched for "dynamic file pruning" instead of "dfp"$/);
});

test('half of the questions of the evaluation are held out', () => {
  const list = questions();
  assert.ok(list.length >= 120);
  assert.ok(Math.abs(list.filter((q) => q.split === 'held').length * 2 - list.length) <= 5);
});
