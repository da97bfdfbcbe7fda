// Estates of several seeds, each built once for a run of the suite, and reports over them.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { facts, run } from '../harness/drc.mjs';

const own = mkdtempSync(join(tmpdir(), 'drc-golden-'));
const folder = process.env.DRC_TEST_FACTS ? dirname(process.env.DRC_TEST_FACTS) : own; // alone: nothing is left behind
// `make seeds` takes five.
export const SEEDS = process.env.DRC_SEEDS === 'all' ? [1, 7, 23, 41, 99] : [1, 7, 23];
export const scratch = { path: (name) => join(own, name), remove: () => rmSync(own, { recursive: true, force: true }) };

// Seed 1 is the sample estate that all tests share; others are kept beside it, so that the next file does not build them again.
export function estate(seed) {
  if (seed === 1) return facts();
  const file = join(folder, `facts-${seed}.db`);
  if (!existsSync(file)) {
    const r = run(['db', 'build', '--seed', String(seed), '--out', file]);
    assert.equal(r.status, 0, r.stderr);
  }
  return file;
}

export function report(id, words, db) {
  const r = run(['report', id, ...(words === '' ? [] : [words]), '--json', '--db', db], { env: { DRC_STATE_DB: scratch.path('state.db') } });
  assert.equal(r.status, 0, `${id} ${words}: ${r.stderr}`);
  return JSON.parse(r.stdout);
}
