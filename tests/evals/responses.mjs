// Replies of a model, written by hand and stored, through the real binary: what is posted of each is what its line says. `node responses.mjs`.
import { facts } from '../harness/drc.mjs';
import { rows } from './cases.mjs';
import { chip, endpoint } from './chips.mjs';

let wrong = 0, posted = 0;
const list = rows('tests/evals/responses.tsv', ['chip', 'where', 'verdict', 'reply']);
for (const c of list) {
  const reply = c.reply.replace(/\\n/g, '\n');
  let values = {};
  const e = await endpoint((prompt) => { values = Object.fromEntries([...prompt.matchAll(/^(F\d+) \| [^|]* \| ([^|\n]+?)(?: \||$)/gm)].map((m) => [m[1], m[2].trim()])); return reply; });
  const r = await chip(e.url, facts(), [c.chip, ...c.where.split(' ')]);
  e.close();
  const want = reply.replace(/\{(F\d+)\}/g, (_, id) => values[id]).replace(/^- /gm, '').replace(/\s+/g, ' ');
  const got = r.commentary.replace(/^[•-] /gm, '').replace(/\[(F\d+)\] \[/g, '[$1][').replace(/\s+/g, ' ');
  const fits = c.verdict === 'posted' ? got.replaceAll('] [', '][') === want.replaceAll('] [', '][') && /^Written by AI/.test(r.check) : /AI commentary withheld/.test(r.check) && got !== want;
  posted += c.verdict === 'posted';
  if (!fits) {
    wrong++;
    console.log(`  ${c.chip} ${c.where}: not ${c.verdict}: ${r.check}\n    want ${want}\n    have ${got}`);
  }
}
console.log(`  ${list.length} replies over ${new Set(list.map((c) => `${c.chip} ${c.where}`)).size} pairs of chip and entity: ${posted} to be posted, ${list.length - posted} to be withheld, ${wrong} wrong`);
if (wrong > 0) process.exitCode = 1;
