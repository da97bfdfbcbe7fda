// The commentary without a model names every planted cause of the estates (the answer key beside each) with its cost, its evidence and
// a next step that has documentation, and no two kinds of cause share a sentence.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { SEEDS, scratch } from './estates.mjs';
import { placeOf, told } from './narrator.mjs';

const WITHIN = 0.4; // of the planted effect: a median or a mean of the days before stands for what nobody can know
after(() => scratch.remove());

// Sentences without what is filled in: names, figures, dates, tags.
const bare = (c, t) => [c.cause, c.evidence, c.step].map((s) => s.replace(/ \[[FGRD]\d+\]/g, '').replaceAll(t.names[0], '…').replace(/[$\d][\d.,%]*/g, '#'));

const sentences = new Map(); // -> kind
for (const seed of SEEDS.slice(0, 3)) { // of the others `make eval` says how often
  test(`seed ${seed}: cause, cost, evidence and next step of everything planted`, (s) => {
    const wrong = [];
    for (const t of told(seed)) {
      const place = placeOf(t), c = t.causes[place - 1], { kind } = t.cause;
      if (place === 0) { wrong.push(`${kind}: not named: ${t.causes.map((x) => x.cause).join(' / ')}`); continue; }
      const lost = c.dollars.at(-1), off = t.planted === null ? 0 : Math.abs(t.causes.reduce((m, x) => m + (x.dollars.at(-1) ?? 0), 0) - t.planted) / t.planted;
      const near = t.planted === null || off <= WITHIN || Math.abs(lost - t.planted) / t.planted <= WITHIN;
      s.diagnostic(`${kind}: place ${place}, said $${lost}${t.planted === null ? '' : `, planted $${Math.round(t.planted)}`}`);
      if (lost === undefined) wrong.push(`${kind}: no cost: ${c.cause}`);
      if (!near) wrong.push(`${kind}: $${lost} for $${Math.round(t.planted)}`);
      if (!/\[[FG]\d+\]/.test(c.evidence ?? '')) wrong.push(`${kind}: no evidence: ${c.evidence}`);
      if (c.step === undefined || !/\n\[D1\] .+ - https:/.test(t.text)) wrong.push(`${kind}: no next step with documentation`);
      for (const x of bare(c, t)) {
        if (sentences.has(x) && sentences.get(x) !== kind) wrong.push(`${kind} and ${sentences.get(x)} share: ${x}`);
        sentences.set(x, kind);
      }
    }
    assert.deepEqual(wrong, []);
  });
}
