// What the reports do with windows outside of the data, no rows, one row, unknown, negative and incomplete figures and a broken file:
// never a wrong number, and the reader is told.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { closeSync, copyFileSync, openSync, statSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { facts, run } from '../harness/drc.mjs';
import { dayLong, money } from '../harness/show.mjs';
import { scratch } from './estates.mjs';
import { addDays, msOf, total } from './raw.mjs';

const REPORTS = ['job-cost', 'compute-type', 'pareto', 'spot-risk', 'cost-anomalies'];
let first, last;
before(() => {
  const db = new DatabaseSync(facts(), { readOnly: true });
  first = db.prepare("SELECT value FROM meta WHERE key = 'first_day'").get().value;
  last = db.prepare('SELECT complete_until AS d FROM data_mark ORDER BY 1 LIMIT 1').get().d;
  db.close();
});
after(() => scratch.remove());

const drc = (words, db = facts()) => run(['report', ...words, '--db', db, '--out', scratch.path('.')], { env: { DRC_STATE_DB: scratch.path('state.db') } });
const json = (words, db) => {
  const r = drc([...words, '--json'], db);
  assert.equal(r.status, 0, `${words}: ${r.stderr}`);
  const got = JSON.parse(r.stdout);
  return { ...got, records: got.rows.map((row) => Object.fromEntries(got.columns.map((c, i) => [c.name, row[i]]))) };
};
const says = (words, db, ...texts) => {
  const r = drc(words, db);
  assert.equal(r.status, 0, `${words}: ${r.stderr}`);
  for (const t of texts) assert.ok(r.stdout.includes(t), `'${t}' is not in ${words.join(' ')}:\n${r.stdout}`);
  return r.stdout;
};
const refuses = (words, status, pattern, db) => {
  const r = drc(words, db);
  assert.equal(r.status, status, `${words}: ${r.stdout}${r.stderr}`);
  assert.match(r.stderr, pattern);
};
// A copy of the estate with something changed in it.
function variant(name, ...sql) {
  const file = scratch.path(`${name}.db`);
  copyFileSync(facts(), file);
  const db = new DatabaseSync(file);
  for (const s of sql) db.exec(s);
  db.close();
  return file;
}

// Every day of a job with a value in these columns gets this one. The format: src/io/db_days.c.
function setDays(file, table, id, columns, x) {
  const db = new DatabaseSync(file);
  for (const c of columns) for (const { month, days } of db.prepare(`SELECT month, ${c} AS days FROM ${table} WHERE job_id = ?`).all(id)) {
    const was = Buffer.from(days), width = was.readUInt32LE(4), now = Buffer.alloc(8 + (was.length - 8) / width * 4);
    was.copy(now, 0, 0, 4);
    now.writeUInt32LE(4, 4);
    for (let i = 8, o = 8; i < was.length; i += width, o += 4) now.writeInt32LE(was.readIntLE(i, width) === -(2 ** (8 * width - 1)) ? -(2 ** 31) : x, o);
    db.prepare(`UPDATE ${table} SET ${c} = ? WHERE job_id = ? AND month = ?`).run(now, id, month);
  }
  db.close();
}

test('a window before the data, after it, or of a day that is not complete is refused with the days that there are', () => {
  const db = new DatabaseSync(facts(), { readOnly: true });
  assert.ok(db.prepare('SELECT count(*) AS n FROM compute_usage WHERE usage_date > ?').get(last).n > 0, 'the estate has no incomplete day');
  db.close();
  for (const id of REPORTS) {
    refuses([id, `as-of:${addDays(first, -1)}`], 2, new RegExp(`the data starts on ${dayLong(msOf(first))} and is complete to ${dayLong(msOf(last))}`));
    for (const day of [addDays(last, 1), '2031-01-01']) refuses([id, `as-of:${day}`], 2, new RegExp(`the newest complete day of the data is ${dayLong(msOf(last))}`));
  }
});

test('a window that begins before the data says how much of it is unknown, and draws only what is known', () => {
  for (const id of REPORTS) {
    says([id, '365d'], facts(), `the data starts on ${dayLong(msOf(first))}: nothing is known of the first ${Math.round((msOf(first) - msOf(addDays(last, -364))) / 86400000)} days`);
    for (const r of json([id, '365d']).records) if (r.daily !== null) assert.ok(addDays(last, 1 - JSON.parse(r.daily).length) >= first);
  }
});

test('an incomplete day is never shown: one source that ends earlier moves all reports back', () => {
  const earlier = addDays(last, -1), db = variant('late', `UPDATE data_mark SET complete_until = '${earlier}' WHERE source = 'nodes'`);
  for (const id of REPORTS) {
    const was = json([id, `7d`, `as-of:${earlier}`]), now = json([id, '7d'], db);
    assert.equal(now.parameters.as_of, earlier);
    assert.deepEqual(now.rows, was.rows);
    says([id, 'mtd'], db, `data complete to ${dayLong(msOf(earlier))}`);
    refuses([id, `as-of:${last}`], 2, /newest complete day/, db);
  }
});

test('no rows: the message says so and what to try, and shows no amount', () => {
  const db = variant('no-cost', "INSERT INTO workspace (workspace_id, workspace_name, account_id, description, workspace_url) SELECT '42', 'new-one', account_id, description, workspace_url FROM workspace LIMIT 1");
  for (const id of REPORTS) {
    assert.deepEqual(json([id, 'workspace:no-such']).rows, []);
    const shown = says([id, 'workspace:new-one'], db, 'workspace new-one', 'Is the filter spelt', 'try another window', `from ${dayLong(msOf(first))} to ${dayLong(msOf(last))}`);
    assert.doesNotMatch(shown, /\$0/);
  }
});

test('one row: shares, ranks and charts hold', () => {
  const once = json(['cost-anomalies']).records.filter((r, _, all) => r.about_kind === 'job' && all.filter((o) => o.about_key === r.about_key).length === 1)
    .find((r) => json(['spot-risk']).records.some((s) => s.job_key === r.about_key));
  const id = once.about_key.split('/')[1];
  const db = variant('one', ...['job_day', 'job_month', 'job_vm_month', 'job_waste_month', 'job_run_day', 'job_run_month', 'job_run_values'].map((t) => `DELETE FROM ${t} WHERE job_id <> '${id}'`),
    'DELETE FROM resource_day', 'DELETE FROM resource_month', "DELETE FROM sku_day WHERE compute_sku <> 'PREMIUM_JOBS_COMPUTE'");
  for (const name of REPORTS) {
    const r = json([name], db);
    assert.equal(r.rows.length, 1, name);
    says([name], db, '1 of 1');
  }
  const [p] = json(['pareto'], db).records;
  assert.deepEqual([p.n50, p.n80, p.gini, p.class, p.cum_before, p.cum_after, p.class_c], [1, 1, 0, 'A', 0, 1, 0]);
});

test('an unknown cost stays unknown', () => {
  const shared = json(['job-cost']).records.filter((r) => r.total_uusd === null), shown = says(['job-cost'], facts());
  assert.ok(shared.length > 0, 'no job on a shared cluster');
  for (const r of shared) {
    for (const c of ['dbu_uusd', 'ondemand_vm_uusd', 'spot_vm_uusd', 'wasted_uusd', 'baseline_uusd', 'daily']) assert.equal(r[c], null, c);
    for (const id of ['pareto', 'spot-risk']) assert.ok(!json([id]).records.some((o) => o.job_key === r.job_key));
  }
  assert.ok(shown.split('\n').some((l) => l.startsWith(shared[0].job_name.slice(0, 20)) && l.includes('n/a') && !l.includes('$0')), shown);
  assert.ok(json(['compute-type']).records.filter((r) => r.compute_kind === 'SQL warehouse').every((r) => r.vm_uusd === null));
  const db = variant('hours', 'UPDATE resource_day SET paid_ms = NULL, used_ms = NULL', "UPDATE resource_month SET paid_ms = x'', used_ms = x''");
  assert.ok(json(['compute-type'], db).records.every((r) => r.idle_share === null && r.idle_uusd === null));
  says(['compute-type'], db, 'not known: no hours of use are recorded');
  says(['cost-anomalies'], db, 'critical');
});

test('a net credit is a negative cost: shown as one, left out where shares would be wrong, summed up everywhere', () => {
  const job = json(['spot-risk']).records.at(-1), id = job.job_key.split('/')[1];
  const credit = ['dbu_uusd', 'dbu_contract_uusd'], none = ['ondemand_uusd', 'spot_uusd', 'waste_dbu_uusd', 'waste_dbu_contract_uusd', 'waste_ondemand_uusd', 'waste_spot_uusd'];
  const db = variant('credit', `UPDATE job_day SET ${credit.map((c) => `${c} = -3000000, `).join('')}${none.map((c) => `${c} = 0`)} WHERE job_id = '${id}'`);
  setDays(db, 'job_month', id, [...credit, 'cost_uusd', 'cost_contract_uusd'], -3000000);
  setDays(db, 'job_vm_month', id, none.slice(0, 2), 0);
  setDays(db, 'job_waste_month', id, none.slice(2), 0);
  const jobs = json(['job-cost', '28d'], db), row = jobs.records.find((r) => r.job_key === job.job_key);
  assert.ok(row.total_uusd < 0 && row.total_uusd % 3000000 === 0 && row.total_uusd === row.dbu_uusd);
  const sum = total(jobs.records, (r) => r.total_uusd ?? 0);
  assert.equal(sum, jobs.totals.total_uusd);
  says(['job-cost'], db, money(sum), money(row.total_uusd));
  const ranked = json(['pareto'], db).records;
  assert.ok(!ranked.some((r) => r.job_key === job.job_key) && ranked.at(-1).cum_after === 1);
  assert.equal(json(['spot-risk'], db).records.find((r) => r.job_key === job.job_key).total_uusd, row.total_uusd);
  for (const name of REPORTS) says([name], db);
});

test('changed prices and corrected bills inside the window are said', () => {
  const db = new DatabaseSync(facts(), { readOnly: true });
  const [price] = db.prepare('SELECT date(p.valid_from_ms / 1000, ?) AS d FROM sku_price p JOIN sku_price o ON o.sku = p.sku AND o.valid_to_ms = p.valid_from_ms').all('unixepoch');
  const corrected = db.prepare("SELECT DISTINCT compute_usage_id, usage_date AS d FROM compute_usage WHERE record_type <> 'ORIGINAL'").all();
  db.close();
  assert.ok(price !== undefined && corrected.length > 0);
  for (const id of REPORTS) {
    const inside = corrected.filter((r) => r.d >= addDays(last, -27) && r.d <= last).length;
    says([id], facts(), `DBU prices changed on ${price.d}`, `${inside} billed hours were corrected later`);
  }
  assert.doesNotMatch(says(['job-cost', '7d', `as-of:${addDays(price.d, -14)}`], facts()), /prices changed|corrected later/);
});

test('duplicate keys and impossible rows are refused, a wrong cost is found by the checks', () => {
  const db = new DatabaseSync(variant('twice')), one = "FROM compute_usage WHERE record_type = 'ORIGINAL' LIMIT 1";
  const columns = 'compute_usage_id, record_type, workspace_id, parent_id, parent_type, product, job_id, compute_sku, start_ms, end_ms, usage_date, ingestion_date, udbu, uusd_per_dbu, cost_uusd';
  assert.throws(() => db.exec(`INSERT INTO compute_usage (${columns}) SELECT ${columns} ${one}`), /UNIQUE/);
  for (const t of ['job_day', 'job_run_day', 'resource_day', 'sku_day', 'workspace_day', 'job_month', 'job_vm_month', 'job_waste_month', 'job_run_month', 'job_run_values', 'resource_month']) assert.throws(() => db.exec(`INSERT INTO ${t} SELECT * FROM ${t} LIMIT 1`), /UNIQUE/);
  for (const set of ['udbu = -1', 'cost_uusd = NULL', "cost_uusd = 'much'", 'end_ms = start_ms', "record_type = 'GIFT'"])
    assert.throws(() => db.exec(`UPDATE compute_usage SET ${set} WHERE rowid = (SELECT rowid ${one})`), /CHECK|NOT NULL|cannot store|FOREIGN/, set);
  db.exec(`UPDATE compute_usage SET cost_uusd = cost_uusd + 1 WHERE rowid = (SELECT rowid ${one})`);
  db.close();
  const r = run(['db', 'check', '--out', scratch.path('twice.db')]);
  assert.notEqual(r.status, 0);
  assert.match(r.stderr + r.stdout, /cost-is-quantity-times-price/);
});

test('a broken file is an error of the database, not a number', () => {
  const file = variant('broken'), size = statSync(file).size, fd = openSync(file, 'r+');
  for (let at = 64 * 4096; at < size; at += 4096) writeSync(fd, Buffer.alloc(4096, 0xa5), 0, 4096, at);
  closeSync(fd);
  for (const id of REPORTS) refuses([id], 7, /database|malformed/, file);
});
