// drc ground at the command line: the first groundedness set, single sentences, the shape of the output, hostile files.
import test from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from '../harness/drc.mjs';
import { evaluate } from '../evals/ground.mjs';

const dir = mkdtempSync(join(tmpdir(), 'drc-ground-cli-'));
test.after(() => rmSync(dir, { recursive: true, force: true }));
const file = (name, content) => {
  const path = join(dir, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const folder = join(root, 'tests/evals/ground'), plain = join(folder, 'plain.json');
const ground = (facts, answer, ...args) => run(['ground', '--facts', facts, '--answer', file('answer.txt', answer), ...args]);

for (const set of ['', 'dev-'])
  test(`${set}set: no adversarial text passes, at most 3 % of the faithful ones are withheld`, () => {
    const { faithful, adversarial } = evaluate(set);
    assert.ok(adversarial.length >= 300 && faithful.length >= 300);
    assert.deepEqual(adversarial.filter((c) => c.ok).map((c) => `${c.id} ${c.text}`), []);
    const withheld = faithful.filter((c) => !c.ok);
    assert.ok(withheld.length <= 0.03 * faithful.length, withheld.map((c) => `${c.id} ${c.text}`).join('\n'));
  });

test('single sentences', () => {
  const rows = readFileSync(join(folder, 'plain.tsv'), 'utf8').split('\n').filter((l) => l !== '' && !l.startsWith('#')).map((l) => l.split('\t'));
  const r = run(['ground', '--facts', plain, '--from', file('all.json', rows.map(([, text]) => text))]);
  assert.equal(r.status, 0, r.stderr);
  const said = r.stdout.trimEnd().split('\n').map((l) => JSON.parse(l));
  assert.deepEqual(said.flatMap((s, i) => (s.ok === (rows[i][0] === 'ok') ? [] : [`${rows[i].join(': ')} (${JSON.stringify(s.sentences)})`])), []);
});

test('the verdict has each sentence with its reasons; one bad sentence is enough', () => {
  const r = ground(plain, 'nightly_orders_etl cost $4,120 [F2]. It ran 413 times.\n', '--json');
  assert.equal(r.status, 0, r.stderr);
  assert.deepEqual(JSON.parse(r.stdout), {
    ok: false, figures: 2, traced: 1,
    sentences: [
      { text: 'nightly_orders_etl cost $4,120 [F2].', verdict: 'ok', reasons: [] },
      { text: 'It ran 413 times.', verdict: 'withheld', reasons: ['413: no fact holds it'] },
    ],
  });
  assert.match(ground(plain, 'nightly_orders_etl cost $4,120.').stdout, /^ok +nightly_orders_etl cost \$4,120\.\nok: 1 of 1 figure traced\n$/);
  assert.equal(JSON.parse(ground(plain, '', '--json').stdout).ok, false);
});

test('placeholders are printed as displays and names', () => {
  const [s] = JSON.parse(ground(plain, '{J1} cost {F2}.', '--json').stdout).sentences;
  assert.deepEqual(s, { text: 'nightly_orders_etl cost $4,120.', verdict: 'ok', reasons: [] });
});

test('facts may be a bare array; an unknown value supports nothing', () => {
  const facts = file('bare.json', [{ id: 'F1', entity: 'etl_a', metric: 'runs', period: '2026-11', value: null, unit: 'count', display: 'n/a', source: 'x' }]);
  assert.equal(JSON.parse(ground(facts, 'etl_a had 0 runs.', '--json').stdout).ok, false);
  assert.equal(JSON.parse(ground(facts, 'The runs of etl_a are not known.', '--json').stdout).ok, true);
});

test('files that cannot be used get one sentence', () => {
  const cases = [
    ['{', /bad\.json: .*line 1/],
    ['{"facts": 7}', /"facts" is not an array/],
    ['{"entities": []}', /"facts" is not an array/],
    [{ facts: [{ metric: 'x', value: 1 }] }, /facts\[0\] has no "id"/],
    [{ facts: [{ id: 'F1', value: '7' }] }, /facts\[0\] has no "value" that is a number or null/],
    [{ facts: [], entities: [{ name: 'x' }] }, /entities\[0\] has no "id"/],
    [{ facts: Array.from({ length: 401 }, (_, i) => ({ id: `F${i}`, value: 1 })) }, /not an array of at most 400/],
  ];
  for (const [content, sentence] of cases) {
    const r = ground(file('bad.json', content), 'x');
    assert.notEqual(r.status, 0);
    assert.match(r.stderr, sentence);
    assert.equal(r.stderr.trimEnd().split('\n').length, 1, r.stderr);
  }
  assert.match(run(['ground', '--facts', plain]).stderr, /give --facts FILE and --answer FILE/);
  assert.match(run(['ground', '--facts', join(dir, 'none.json'), '--answer', plain]).stderr, /none\.json/);
});
