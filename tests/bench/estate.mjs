// Reports on large estates: each report, SQL to table, and DuckDB over the raw rows beside them. The estates lie in build/bench and
// are built only where they are missing or of another make (the 10 M one takes minutes and 6 GB with what DuckDB gets of it).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { askDuck, exportRows } from './duckdb.mjs';
import { figure } from './measure.mjs';

const FOLDER = 'build/bench', DRC = 'build/release/drc';
// Scale of `drc db build`: 2 and 12 have about a million and ten million usage rows.
const ESTATES = [{ scale: 2, name: '1 M', own: 20, year: 60 }, { scale: 12, name: '10 M', own: 60, year: 150, duck: true }];
const FROM_ATTEMPTS = new Set(['job-cost', 'spot-risk']); // percentiles and the like come from attempts
const make = () => createHash('sha256').update(['create_usage_tables', 'seed_usage_tables', 'rollups'].map((f) => readFileSync(`sql/${f}.sql`)).join('')).digest('hex');

// The database and how it was built: { path, seconds, mb }.
const estate = (scale) => {
  const path = `${FOLDER}/facts-${scale}.db`, note = `${path}.json`;
  const known = existsSync(note) && existsSync(path) ? JSON.parse(readFileSync(note, 'utf8')) : {};
  if (known.make === make()) return { path, ...known };
  mkdirSync(FOLDER, { recursive: true });
  for (const f of [path, note, `${FOLDER}/rows-${scale}.duckdb`]) rmSync(f, { force: true });
  const start = performance.now();
  const out = execFileSync('/bin/sh', ['-c', `ulimit -v 1048576; exec ${DRC} db build --seed 1 --scale ${scale} --out ${path}`], { encoding: 'utf8' });
  const built = { make: make(), seconds: (performance.now() - start) / 1000, said: out.trim() };
  writeFileSync(note, JSON.stringify(built));
  return { path, ...built };
};

const measureEstate = async ({ scale, name, own, year, duck }) => {
  const { path, seconds } = estate(scale);
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db.prepare('SELECT max(rowid) AS n FROM compute_usage').get().n;
  db.close();
  console.log(`estate of ${name}: ${(rows / 1e6).toFixed(2)} M usage rows, ${(statSync(path).size / 1e9).toFixed(1)} GB`);
  figure(`build of it with rollups, within 1 GB of memory`, [seconds], 's', scale === 12 ? 600 : undefined);
  const lines = execFileSync('build/release/bench/bench_reports', [path, '0', '365'], { encoding: 'utf8' }).trim().split('\n').map((l) => l.split(' '));
  let yearOfJobCost;
  for (const [report, days, count, us, cpu, total, lastDay] of lines) {
    if (report === 'rollups') {
      figure('rollup upkeep of one usage row', [Number(count) / Number(days)], 'us', 5);
      console.log(`  processor time ${(us / Number(days)).toFixed(1)} us`);
      continue;
    }
    const limit = days !== '0' ? year : FROM_ATTEMPTS.has(report) ? 100 : own;
    figure(`${report}, ${days === '0' ? 'its own window' : `${days} days`}, SQL to table`, [us / 1000], 'ms', limit);
    console.log(`  processor time ${(cpu / 1000).toFixed(1)} ms, ${count} rows`);
    if (report === 'job-cost' && days === '365') yearOfJobCost = { ms: us / 1000, total: BigInt(total), rows: Number(count), lastDay };
  }
  if (!duck) return;
  const rowsOf = `${FOLDER}/rows-${scale}.duckdb`;
  await exportRows(path, rowsOf);
  const asked = await askDuck(rowsOf, yearOfJobCost.lastDay, 365, 5);
  const theirs = figure('DuckDB, job-cost over 365 days from the raw rows, 2 threads', asked.ms, 'ms');
  figure('job-cost over 365 days, share of the time of DuckDB', [yearOfJobCost.ms / theirs], 'x', 0.12);
  if (asked.total !== yearOfJobCost.total)
    throw new Error(`DuckDB has another total: ${asked.total} in ${asked.rows} rows, drc ${yearOfJobCost.total} in ${yearOfJobCost.rows}`);
};

export const measureEstates = async () => {
  for (const one of ESTATES) await measureEstate(one);
};
