// How well the search finds the right page: by words alone, by meaning alone, and joined. Usage: retrieval.mjs INDEX_DIR
//
// recall@k: share of the questions with a right page among the first k. MRR: mean of 1 / rank of the first right page among
// the first 20, 0 where there is none. Fails where joining is not better than either over all questions, or is worse by more
// than 0.02 than one of them on the half that was not used for tuning.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../harness/drc.mjs';
import { corpus, kinds, questions, withPages } from './cases.mjs';

const depth = 20, resamples = 10000, tolerance = 0.02;
const systems = ['lexical', 'semantic', 'hybrid'];

export const search = (dir, texts, env = {}) => {
  const file = join(dir, 'questions.txt');
  writeFileSync(file, texts.map((t) => `${t}\n`).join(''));
  const r = run(['docs', 'search', '--from', file, '--json', '--k', String(depth), '--out', dir], { env });
  if (r.status !== 0) throw new Error(`drc docs search: ${r.stderr}`);
  const said = r.stdout.trim().split('\n').map((l) => JSON.parse(l));
  if (said.length !== texts.length) throw new Error(`drc docs search: ${said.length} answers to ${texts.length} questions`);
  return said;
};

const rankings = (said) => ({ lexical: said.lexical, semantic: said.semantic, hybrid: said.results.map((r) => r.id) });
// Rank of the first right page, counted from 1; Infinity where there is none.
const rankOf = (ids, right) => {
  const i = ids.slice(0, depth).findIndex((id) => right.has(id));
  return i < 0 ? Infinity : i + 1;
};
const mean = (list) => (list.length === 0 ? NaN : list.reduce((s, x) => s + x, 0) / list.length);
const mrr = (list, system) => mean(list.map((q) => 1 / q.rank[system]));
const recall = (list, system, k) => mean(list.map((q) => (q.rank[system] <= k ? 1 : 0)));

// Reproducible numbers in 0..1 (a 32-bit linear congruential generator, upper bits).
const random = (seed) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 4294967296;
};
// 95 % interval of the mean of differences, questions drawn with replacement.
const interval = (differences) => {
  const next = random(20261126), n = differences.length;
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += differences[Math.floor(next() * n)];
    return sum / n;
  }).sort();
  return [means[Math.floor(resamples * 0.025)], means[Math.ceil(resamples * 0.975) - 1]];
};

const f3 = (x) => x.toFixed(3).replace(/^(-?)0\./, '$1.').padStart(6);
const signed = (x) => `${x < 0 ? '-' : '+'}${Math.abs(x).toFixed(3)}`;
const table = (name, list) => {
  for (const s of systems)
    console.log(`${(s === systems[0] ? `${name} (${list.length})` : '').padEnd(20)} ${s.padEnd(9)}${[1, 3, 5].map((k) => f3(recall(list, s, k))).join(' ')} ${f3(mrr(list, s))}`);
};

const answerable = (list) => {
  const kept = list.filter((q) => q.right.size > 0), dropped = list.filter((q) => q.right.size === 0);
  console.log(`questions: ${kept.length} of ${list.length}; ${dropped.length} ask for pages that are not in the corpus${dropped.length === 0 ? '' : `: ${dropped.map((q) => q.id).join(' ')}`}`);
  return kept;
};

// What is wrong with the result, as sentences.
const verdicts = (all) => {
  const wrong = [], held = all.filter((q) => q.split === 'held');
  for (const other of ['lexical', 'semantic']) {
    const [low, high] = interval(all.map((q) => 1 / q.rank.hybrid - 1 / q.rank[other]));
    const gain = mrr(all, 'hybrid') - mrr(all, other), heldGain = mrr(held, 'hybrid') - mrr(held, other);
    console.log(`MRR hybrid - ${other.padEnd(8)} ${signed(gain)} (95 % of ${resamples} resamples: ${signed(low)} to ${signed(high)}); held half ${signed(heldGain)}`);
    if (!(gain > 0)) wrong.push(`over all questions hybrid is not better than ${other}`);
    if (!(heldGain >= -tolerance)) wrong.push(`on the held half hybrid is worse than ${other} by more than ${tolerance}`);
  }
  if (all.length < 120) wrong.push(`${all.length} questions; at least 120`);
  return wrong;
};

const main = (dir, args) => {
  const list = answerable(withPages(questions(), corpus()));
  const said = search(dir, list.map((q) => q.question));
  const silent = said.filter((s) => s.semantic.length === 0).length;
  if (silent > 0) throw new Error(`${silent} questions were not searched by meaning: ${said[0].note}`);
  const all = list.map((q, i) => ({ ...q, rank: Object.fromEntries(Object.entries(rankings(said[i])).map(([s, ids]) => [s, rankOf(ids, q.right)])) }));
  console.log(`${''.padEnd(30)}   R@1    R@3    R@5    MRR`);
  table('all', all);
  for (const split of ['tune', 'held']) table(split, all.filter((q) => q.split === split));
  for (const kind of kinds) table(kind, all.filter((q) => q.kind === kind));
  // The held half is for judging, not for looking at.
  if (args.includes('--misses'))
    for (const q of all.filter((x) => x.split === 'tune' && x.rank.hybrid > 1))
      console.log(`${q.id} ${q.kind} "${q.question}": lexical ${q.rank.lexical}, semantic ${q.rank.semantic}, hybrid ${q.rank.hybrid}; first ${said[all.indexOf(q)].results[0]?.id}, right ${[...q.right].join(' ')}`);
  const wrong = verdicts(all);
  for (const w of wrong) console.log(`retrieval: ${w}`);
  console.log(`retrieval: ${wrong.length === 0 ? 'as it must be' : 'FAILED'}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
};
if (process.argv[1]?.endsWith('retrieval.mjs')) main(process.argv[2], process.argv.slice(3));
