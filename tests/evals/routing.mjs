// How often typed questions are routed as their labels say, per class and per half. Usage: routing.mjs INDEX_DIR [--misses]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../harness/drc.mjs';
import { routeFits, routingCases } from './cases.mjs';

// Reached on the half that was not used when the rules were made; a change may not fall below.
export const floors = { tune: 0.95, held: 0.9 };

export const routed = (dir) => {
  const cases = routingCases(), file = join(dir, 'cases.txt');
  writeFileSync(file, cases.map((c) => `${c.entity}\t${c.text}\n`).join(''));
  const r = run(['route', '--from', file, '--json', '--index', dir]);
  if (r.status !== 0) throw new Error(`drc route: ${r.stderr}`);
  const said = r.stdout.trim().split('\n').map((l) => JSON.parse(l));
  if (said.length !== cases.length) throw new Error(`drc route: ${said.length} answers to ${cases.length} texts`);
  return cases.map((c, i) => ({ ...c, said: said[i], fits: routeFits(c, said[i]) }));
};

export const accuracy = (list) => list.filter((c) => c.fits).length / list.length;
const cell = (list) => `${list.filter((c) => c.fits).length} of ${list.length}`.padStart(12);

export const report = (list) => {
  const line = (name, part) => `${name.padEnd(20)}${['tune', 'held'].map((s) => cell(part.filter((c) => c.split === s))).join('')}`;
  return [`${'route'.padEnd(20)}${'tune'.padStart(12)}${'held'.padStart(12)}`, ...[...Map.groupBy(list, (c) => c.label)].map(([label, part]) => line(label, part)),
    line('all', list)].join('\n');
};

if (process.argv[1]?.endsWith('routing.mjs')) {
  const list = routed(process.argv[2]);
  console.log(report(list));
  if (process.argv.includes('--misses'))
    for (const c of list.filter((x) => x.split === 'tune' && !x.fits))
      console.log(`${c.id} "${c.text}" (${c.entity}): ${c.route}, but ${c.said.kind} ${c.said.corpora.join('+')} by ${c.said.rule} (cosine ${c.said.cosine}, overlap ${c.said.overlap})`);
  const low = Object.entries(floors).filter(([split, least]) => accuracy(list.filter((c) => c.split === split)) < least);
  for (const [split, least] of low) console.log(`routing: less than ${100 * least} % of ${split} are right`);
  process.exitCode = low.length === 0 ? 0 : 1;
}
