// Whether weights of 8 bits find the same pages as the published ones. Usage: precision.mjs INDEX_DIR
// F16_INDEX_DIR and F16_MODEL: an index made with the weights as published, and those weights.
//
// Fails where the five pages that are found, by all channels or by meaning alone, differ for more than 5 % of the labelled questions.
import { questions } from './cases.mjs';
import { search } from './retrieval.mjs';

const top = 5, least = 0.95;
const [dir] = process.argv.slice(2);
const texts = questions().map((q) => q.question);
const shipped = search(dir, texts);
const published = search(process.env.F16_INDEX_DIR, texts, { EMBED_MODEL_FILE: process.env.F16_MODEL });

const first = (ids) => ids.slice(0, top);
const sameSet = (x, y) => first(x).sort().join() === first(y).sort().join();
const sameOrder = (x, y) => first(x).join() === first(y).join();
const of = { joined: (s) => s.results.map((r) => r.id), 'by meaning alone': (s) => s.semantic };
const share = (test, ids) => texts.filter((_, i) => test(ids(shipped[i]), ids(published[i]))).length / texts.length;
for (const [name, ids] of Object.entries(of))
  console.log(`precision: ${name}: the same ${top} pages for ${(100 * share(sameSet, ids)).toFixed(1)} % of ${texts.length} questions, in the same order for ${(100 * share(sameOrder, ids)).toFixed(1)} %`);
const worst = Math.max(...shipped.map((s, i) => Math.abs(s.results[0].scores.semantic?.score - published[i].results.find((r) => r.id === s.results[0].id)?.scores.semantic?.score) || 0));
console.log(`precision: the cosine of the first page differs by at most ${worst.toFixed(4)}`);
process.exitCode = Object.values(of).every((ids) => share(sameSet, ids) >= least) ? 0 : 1;
