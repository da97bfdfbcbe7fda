// What the evaluation of the search and of the routing share: the labelled files, the pages that their labels mean, the program.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../harness/drc.mjs';

export const kinds = ['lexical', 'synonym', 'abbreviation', 'typo', 'symptom'];

// Rows of a file with tabs as objects, with the line that each stands on.
export const rows = (path, columns) =>
  readFileSync(join(root, path), 'utf8').split('\n').flatMap((line, i) => {
    if (line === '' || line.startsWith('#')) return [];
    const cells = line.split('\t');
    if (cells.length !== columns.length) throw new Error(`${path}:${i + 1}: ${cells.length} columns, not ${columns.length}`);
    return [{ line: i + 1, ...Object.fromEntries(columns.map((c, k) => [c, cells[k]])) }];
  });

// The ids of one group in the order of their SHA-256, in turns tune and held: nobody chose who is held out.
export const checkSplit = (path, list, groupOf) => {
  const groups = Map.groupBy(list, groupOf);
  for (const group of groups.values())
    group.map((r) => ({ r, hash: createHash('sha256').update(r.id).digest('hex') }))
      .sort((x, y) => (x.hash < y.hash ? -1 : 1))
      .forEach(({ r }, n) => {
        const want = n % 2 === 0 ? 'tune' : 'held';
        if (r.split !== want) throw new Error(`${path}:${r.line}: ${r.id} belongs to ${want}`);
      });
};

const front = (path) => {
  const text = readFileSync(path, 'utf8').split(/^---$/m)[1] ?? '';
  return Object.fromEntries([...text.matchAll(/^([a-z_]+): (.*)$/gm)].map((m) => [m[1], m[2]]));
};
const folder = (name) =>
  readdirSync(join(root, 'corpus', name)).filter((f) => f.endsWith('.md'))
    .map((f) => ({ corpus: name === 'runbooks' ? 'runbooks' : 'docs', id: f.slice(0, -3), ...front(join(root, 'corpus', name, f)) }));
export const corpus = () => {
  const pages = [...folder('databricks'), ...folder('runbooks')], ids = new Set(pages.map((p) => p.id));
  if (ids.size !== pages.length) throw new Error('corpus: a runbook has the file name of a page');
  return pages;
};

const stem = (word) => word.toLowerCase().replace(/s$/, '');
const wordsOf = (text) => new Set(text.split(/[^A-Za-z0-9]+/).filter(Boolean).map(stem));

// From a label to ids of pages that are there; a label that fits no page gives none.
export const pagesOf = (label, pages) => {
  if (label === 'aws:spot') return pages.filter((p) => /amazonaws|aws\.amazon/.test(p.url ?? '') && /spot|rebalance/.test(p.url)).map((p) => p.id);
  const words = label.startsWith('runbook:') ? [...wordsOf(label.slice('runbook:'.length))] : null;
  if (words === null) return pages.filter((p) => p.corpus === 'docs' && p.id === label).map((p) => p.id);
  return pages.filter((p) => p.corpus === 'runbooks' && words.every((w) => wordsOf(`${p.id} ${p.title}`).has(w))).map((p) => p.id);
};

// Adds `right`, the set of ids of pages that answer the question.
export const withPages = (list, pages) =>
  list.map((q) => ({ ...q, right: new Set(q.pages.split(',').flatMap((label) => pagesOf(label, pages))) }));

export const questions = () => {
  const path = 'tests/evals/retrieval/questions.tsv';
  const list = rows(path, ['id', 'split', 'kind', 'question', 'pages']);
  for (const q of list) if (!kinds.includes(q.kind)) throw new Error(`${path}:${q.line}: there is no kind ${q.kind}`);
  checkSplit(path, list, (q) => q.kind);
  return list;
};
export const spotQuestions = () => rows('tests/evals/retrieval/spot.tsv', ['id', 'question', 'pages']);

const bare = (route) => route.replace(/\(.*/, '');
export const routingCases = () => {
  const path = 'tests/evals/routing/cases.tsv';
  const list = rows(path, ['id', 'split', 'entity', 'text', 'route']).map((c) => {
    const [, need, may] = /^([a-z+]+)(?:\(([a-z+]+)\))?$/.exec(c.route);
    return { ...c, label: need, need: need.split('+'), may: may === undefined ? [] : may.split('+') };
  });
  checkSplit(path, list, (c) => bare(c.route));
  return list;
};
// What drc route said of a case, as its label is written.
export const routeFits = (c, said) => {
  const got = said.kind === 'answer' ? said.corpora : [{ ask: 'ask', refuse: 'refused' }[said.kind]];
  return c.need.every((x) => got.includes(x)) && got.every((x) => c.need.includes(x) || c.may.includes(x));
};
