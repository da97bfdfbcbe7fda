// drc docs and drc index at the command line: a corpus built, listed and asked; what is wrong with it is said. Words only: the
// embedder has tests of its own.
import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { facts, root, run } from '../harness/drc.mjs';

const dir = mkdtempSync(join(tmpdir(), 'drc-docs-cli-'));
test.after(() => rmSync(dir, { recursive: true, force: true }));
const env = { EMBED_PROVIDER: 'none' };
const drc = (...args) => run(args, { env });
const put = (name, text) => writeFileSync(join(dir, name), text);
const page = (title, text) => `---\ntitle: ${title}\nurl: https://docs.example/${title.length}\nsection: s\ndate: 2026-11-26\n---\n${text}\n`;
mkdirSync(join(dir, 'runbooks'));
put('spill.md', page('Spill to disk', 'A shuffle that does not fit into memory is written to disk.\n\n## What helps\n- More memory for each core.'));
put('spot.md', page('Spot machines', 'The cloud takes a machine back with two minutes notice.'));
put('runbooks/lost.md', '---\ntitle: Machines were lost\nsignal: evictions > 0\n---\n1. Repair the run.\n');
const out = join(dir, 'out'), corpus = ['--corpus', dir, '--out', out];
const search = (...args) => drc('docs', 'search', '--out', out, ...args);

test('build, build again, list', () => {
  const first = drc('docs', 'build', ...corpus);
  assert.equal(first.status, 0, first.stderr);
  assert.equal(first.stdout, `${out}/docs: 3 pages, 4 passages, 0 vectors made, 0 kept\n`);
  assert.match(first.stderr, /docs: words only, no search by meaning: EMBED_PROVIDER is 'none'/);
  assert.match(drc('docs', 'build', ...corpus).stdout, /4 passages, nothing has changed/);
  const list = drc('docs', 'list', '--corpus', dir);
  assert.match(list.stdout, /^docs +spill +Spill to disk - https:\/\/docs\.example\/13$/m);
  assert.match(list.stdout, /^runbooks +lost /m);
});

test('search: text, JSON, a file of questions', () => {
  const text = search('What does a shufle do?');
  assert.match(text.stdout, /^semantic search off: the index was built without vectors/);
  assert.match(text.stdout, /searched for "shuffle" instead of "shufle"/);
  assert.match(text.stdout, /^ 1\. Spill to disk\n {4}https:\/\/docs\.example\/13$/m);
  assert.match(search('pineapple harvest').stdout, /no documentation found\n$/);

  const found = JSON.parse(search('memory for each core', '--json', '--k', '1').stdout);
  assert.equal(found.results.length, 1);
  const r = found.results[0];
  assert.deepEqual([r.id, r.corpus, r.title, r.url, r.section, r.heading], ['spill', 'docs', 'Spill to disk', 'https://docs.example/13', 's', 'What helps']);
  assert.equal(r.text, '- More memory for each core.');
  assert.equal(r.scores.lexical.rank, 1);
  assert.equal(r.scores.semantic, null);
  assert.equal(found.found, true);
  assert.deepEqual(JSON.parse(search('machines', '--json', '--corpus-name', 'runbooks').stdout).results.map((x) => x.id), ['lost']);

  put('questions.txt', 'two minutes notice\n\nrepair\n');
  const lines = search('--from', join(dir, 'questions.txt')).stdout.trim().split('\n').map((l) => JSON.parse(l));
  assert.deepEqual(lines.map((l) => [l.question, l.results[0].id, l.lexical[0]]), [['two minutes notice', 'spot', 'spot'], ['repair', 'lost', 'lost']]);
});

test('names of the estate', () => {
  const r = run(['index', 'build', ...corpus], { env: { ...env, DRC_FACTS_DB: facts() } });
  assert.equal(r.status, 0, r.stderr);
  assert.match(r.stdout, /graph: \d+ pages/);
  const found = JSON.parse(drc('index', 'search', '--out', out, '--json', 'the nightly orders thing').stdout);
  assert.ok(found.results.slice(0, 3).some((x) => x.title === 'nightly_orders_etl' && x.id.startsWith('job:')), JSON.stringify(found.results.map((x) => x.id)));
});

test('bad pages are left out by name, bad calls and files are refused', () => {
  const bad = join(dir, 'bad');
  mkdirSync(bad);
  writeFileSync(join(bad, 'bare.md'), 'no front matter\n');
  const none = drc('docs', 'build', '--corpus', bad, '--out', out);
  assert.equal(none.status, 4);
  assert.match(none.stderr, /bad\/bare\.md:1: expected a line '---' \(left out\)/);
  assert.match(none.stderr, /there is nothing to index: no page was taken/);
  writeFileSync(join(bad, 'corpus.jsonl'), '{"id":"a","title":"A","text":"t"}\n{broken\n');
  const some = drc('docs', 'build', '--corpus', bad, '--out', join(bad, 'out'));
  assert.equal(some.status, 0);
  assert.match(some.stderr, /corpus\.jsonl:2: left out/);
  const cases = [
    [['docs', 'build', '--corpus', join(dir, 'nowhere')], 4, /nowhere is not a folder of pages/],
    [['docs', 'search', 'x', '--out', join(dir, 'nowhere')], 4, /there is no search index .*; run: make index/],
    [['docs', 'search', '--out', out], 2, /give a question/],
    [['docs', 'search', 'x', '--k', '0', '--out', out], 2, /--k takes a whole number from 1 to 50/],
    [['docs', 'search', 'x', '--corpus-name', 'books'], 2, /--corpus-name is docs, runbooks or telemetry/],
    [['docs', 'burn'], 2, /give 'build', 'search', 'list' or 'crawl'/],
    [['index'], 2, /give 'build' or 'search'/],
  ];
  for (const [args, status, words] of cases) {
    const r = drc(...args);
    assert.equal(r.status, status, `${args.join(' ')}: ${r.stderr}`);
    assert.match(r.stderr, words);
    assert.equal(r.stdout, '');
  }
  const db = join(out, 'docs.db'), bytes = readFileSync(db);
  bytes[5000] ^= 1;
  writeFileSync(db, bytes);
  const r = search('spill');
  assert.equal(r.status, 7);
  assert.match(r.stderr, /docs\.db is damaged, or of another build/);
  assert.equal(drc('docs', 'build', ...corpus).status, 0); // and mended
  assert.equal(search('spill').status, 0);
});

test('the shipped corpus has no page that is left out', () => {
  const r = drc('docs', 'list', '--corpus', join(root, 'corpus'));
  assert.equal(r.status, 0);
  assert.equal(r.stderr, '');
  assert.ok(r.stdout.trim().split('\n').length > 90);
});
