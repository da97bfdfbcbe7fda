// The same click gives the same bytes elsewhere: in another folder, time zone and language, with other vector instructions.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { facts, indexDir, root, run } from '../harness/drc.mjs';

const dir = mkdtempSync(join(tmpdir(), 'drc-elsewhere-'));
const far = join(dir, 'a folder with spaces', 'and a long way', 'gr\u00fc\u00df');
after(() => rmSync(dir, { recursive: true, force: true }));
before(() => {
  mkdirSync(far, { recursive: true });
  for (const name of ['sql', 'prompts', 'charts', 'corpus', 'src']) cpSync(join(root, name), join(far, name), { recursive: true });
  mkdirSync(join(far, 'here'));
});
let n = 0;
const machine = (home, cwd, env) => (...words) => {
  const r = run(words, { cwd, env: { DRC_HOME: home, DRC_STATE_DB: join(dir, `state-${n++}.db`), DRC_INDEX_DIR: indexDir(), DRC_FACTS_DB: facts(), ...env } });
  assert.equal(r.status, 0, r.stderr);
  if (env.DRC_FAULT && words[0] === 'docs') assert.match(r.stderr, /fault\.injected door=cpu/, 'the other instructions were really used');
  return r.stdout;
};
const plain = machine(root, root, { TZ: 'UTC', LANG: 'C' });
// Without AVX2 and FMA in our code ("cpu"), and with the kernels of the oldest x86-64 in the library for matrices.
const other = machine(far, join(far, 'here'), { TZ: 'Asia/Tokyo', LANG: 'de_DE.UTF-8', LC_ALL: 'tr_TR.UTF-8', DRC_FAULT: 'cpu:1+', OPENBLAS_CORETYPE: 'Prescott', MALLOC_PERTURB_: '165' });
// The run's id holds a counter, and it is the first of its state in each.
const words = (drc, ...args) => drc(...args).replace(/\brun [a-z0-9]{6}\b/g, 'run ID');

test('the prompt of a click, and the answer by template', () => {
  for (const [chip, report, entity] of [['job.why-failing', 'job-cost', 'nightly_orders_etl'], ['job.cut-cost', 'job-cost', 'finance_daily_close'],
    ['anomaly.what-changed', 'cost-anomalies', undefined], ['report.cut-cost', 'spot-risk', undefined], ['compute_type.what-changed', 'compute-type', undefined]]) {
    const kind = chip.split('.')[0], first = kind === 'report' ? undefined : entity ?? JSON.parse(plain('report', report, '--json')).rows[0][0];
    const args = ['chip', chip, '--report', report, ...(first ? ['--entity', first] : [])];
    const here = words(plain, ...args);
    assert.match(here, /^--- prompt, SHA-256 [0-9a-f]{64}\n/);
    assert.equal(words(other, ...args), here, chip);
  }
});

test('passages of a question, their order and their scores', () => {
  for (const question of ['what happens when AWS takes back the machine', 'executor out of memory', 'how is photon priced', 'wharehouse stays up all nite', 'retry loop']) {
    const here = JSON.parse(plain('docs', 'search', '--json', '--k', '20', '--out', indexDir(), question)), there = JSON.parse(other('docs', 'search', '--json', '--k', '20', '--out', indexDir(), question));
    assert.deepEqual(there, here, question);
    assert.ok(JSON.stringify(here).includes('"semantic"'));
  }
});

test('rows, facts and index that are made there are the same files', () => {
  assert.equal(other('report', 'job-cost', '--json'), plain('report', 'job-cost', '--json'));
  other('db', 'build', '--out', join(dir, 'there.db'));
  assert.deepEqual(JSON.parse(other('report', 'pareto', '--json', '--db', join(dir, 'there.db'))), JSON.parse(plain('report', 'pareto', '--json')));
  const corpus = join(dir, 'corpus');
  mkdirSync(corpus);
  for (const name of ['compute-photon', 'compute-pools', 'aws-ec2-spot-best-practices']) cpSync(join(root, 'corpus/databricks', `${name}.md`), join(corpus, `${name}.md`));
  const built = [plain, other].map((drc, i) => { drc('docs', 'build', '--corpus', corpus, '--out', join(dir, `ix-${i}`)); return ['docs.faiss', 'docs.meta.json'].map((f) => readFileSync(join(dir, `ix-${i}`, f)).toString('base64')); });
  assert.deepEqual(built[1], built[0]);
});
