// The groundedness checker against its sets: `node ground.mjs [--second | --third | --fourth | --fifth | --sixth | --natural | --dev]
// [--misses]`. Prints, per kind, how many adversarial texts passed (must be none) and how many faithful ones were withheld (at most 3 %).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary } from '../harness/drc.mjs';
import { casesOf, ledgers, readFrames } from './ground/frames.mjs';
import { frozenCases, frozenLedgers } from './ground/frozen.mjs';

// Each case with what drc ground said of it: { ok, sentences }.
export const judged = (cases, list) => {
  const dir = mkdtempSync(join(tmpdir(), 'drc-ground-'));
  try {
    return list.flatMap((ledger) => {
      const own = cases.filter((c) => c.ledger === ledger.name), file = join(dir, 'answers.json');
      writeFileSync(file, JSON.stringify(own.map((c) => c.text)));
      const r = spawnSync(binary, ['ground', '--facts', ledger.path, '--from', file], { encoding: 'utf8', maxBuffer: 1 << 26, env: { ...process.env, DRC_NO_DOTENV: '1' } });
      if (r.status !== 0) throw new Error(`drc ground: ${r.stderr}`);
      const lines = r.stdout.trimEnd().split('\n');
      return own.map((c, i) => ({ ...c, ...JSON.parse(lines[i]) }));
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
};

export const evaluate = (prefix) => {
  const list = ledgers(), wide = prefix === 'dev-' ? ledgers('ledgers', 'third-ledgers', 'dev-ledgers') : [];
  const run = (file) => [...judged(casesOf(readFrames(`${prefix}${file}`), list), list), ...(wide.length > 0 ? judged(casesOf(readFrames(`${prefix}wide-${file}`), wide), wide) : [])];
  return { faithful: run('faithful.tsv'), adversarial: run('adversarial.tsv') };
};

// The third to the sixth and the natural set are texts, not frames; ground/README.md says when they may be run.
export const evaluateFrozen = (name) => {
  const list = frozenLedgers(name);
  const run = (file) => judged(frozenCases(file), list);
  return { faithful: run(`${name}-faithful.tsv`), adversarial: run(`${name}-adversarial.tsv`) };
};

const table = (cases, wrong, word) => {
  for (const [kind, own] of Map.groupBy(cases, (c) => c.kind)) {
    const bad = own.filter(wrong).length;
    console.log(`  ${kind.padEnd(12)} ${String(own.length).padStart(5)} texts ${String(bad).padStart(4)} ${word}`);
  }
  const bad = cases.filter(wrong);
  console.log(`  ${'all'.padEnd(12)} ${String(cases.length).padStart(5)} texts ${String(bad.length).padStart(4)} ${word} (${((100 * bad.length) / cases.length).toFixed(2)} %), ${new Set(cases.map((c) => c.id.split('/')[0])).size} frames`);
  return bad;
};

if (process.argv[1] === import.meta.filename) {
  const second = process.argv.includes('--second'), dev = process.argv.includes('--dev'), misses = process.argv.includes('--misses');
  const frozen = ['third', 'fourth', 'fifth', 'sixth', 'natural'].find((name) => process.argv.includes(`--${name}`) || process.env.SET === name);
  const { faithful, adversarial } = frozen ? evaluateFrozen(frozen) : evaluate(second ? 'second-' : dev ? 'dev-' : '');
  console.log(`groundedness, ${frozen ? `${frozen} set (${{ third: 'used', fourth: 'frozen', fifth: 'frozen', sixth: 'frozen', natural: 'for tuning' }[frozen]})` : second ? 'second set (used)' : dev ? 'dev set' : 'first set'}: adversarial texts that passed`);
  const passed = table(adversarial, (c) => c.ok, 'passed');
  console.log('faithful texts that were withheld');
  const withheld = table(faithful, (c) => !c.ok, 'withheld');
  if (misses)
    for (const c of [...passed, ...withheld])
      console.log(`${c.id} ${JSON.stringify(c.text)}${c.ok ? ' passed' : ` ${c.sentences.filter((s) => s.verdict !== 'ok').map((s) => s.reasons.join('; ')).join(' | ')}`}`);
  if (passed.length > 0 || withheld.length > 0.03 * faithful.length) process.exitCode = 1;
}
