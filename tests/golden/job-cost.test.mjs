// The posted message of job-cost and the facts of an answer against an independent recomputation from raw rows: every figure.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Bot, Slack, channels, facts, people, run, text, waitFor } from '../harness/drc.mjs';
import { dayRange, money, percent, signedPercent } from '../harness/show.mjs';
import { addDays, load, parse } from './raw.mjs';
import { jobCost } from './recompute.mjs';

let raw, slack, bot;
before(async () => {
  raw = load(facts());
  slack = new Slack();
  await slack.start();
  bot = new Bot(slack);
  await bot.start();
});
after(async () => { await bot.stop(); await slack.stop(); });

const sum = (rows, column) => rows.reduce((s, r) => s + (r[column] ?? 0), 0);
const optionLabel = (s) => ([...s].length > 75 ? `${[...s].slice(0, 74).join('')}…` : s); // as long as Slack lets an option be
const has = (m, ...words) => { for (const w of words) assert.ok(text(m).includes(w), `'${w}' is not in:\n${text(m)}`); };
const post = async (words) => {
  const known = new Set((await slack.messages(channels.finops)).map((m) => m.ts));
  await slack.say(people.alice, channels.finops, `/drc report job-cost ${words}`);
  return waitFor('the report', async () => (await slack.messages(channels.finops)).find((m) => !known.has(m.ts) && m.text.startsWith('Job cost')));
};

test('the posted message: title, key figures, honesty line, picker, alternative text', async () => {
  for (const c of [{ words: '', days: 28 }, { words: '14d top:4', days: 14, top: 4 }]) {
    const m = await post(c.words), { rows, reconciliation: r } = jobCost(raw, parse(raw, c.words));
    const live = rows.filter((x) => x.total_uusd !== null && x.total_uusd !== 0), total = sum(rows, 'total_uusd'), last = raw.marks[0];
    const ms = (day) => Date.parse(`${day}T00:00:00Z`), window = dayRange(ms(addDays(last, 1 - c.days)), ms(last));
    const baseline = sum(rows, 'baseline_uusd'), drawn = Math.min(live.length, c.top ?? 15);
    has(m, `Job cost, ${window}`, money(total), `${money(sum(rows, 'dbu_list_uusd'))} DBU`, `${money(sum(rows, 'vm_est_uusd'))} VM estimate`);
    has(m, `Change vs ${dayRange(ms(addDays(last, 1 - 2 * c.days)), ms(addDays(last, -c.days)))}`, `(${signedPercent((total - baseline) / baseline)})`);
    has(m, live[0].job_name, `${money(live[0].total_uusd)}, ${percent(live[0].total_uusd / total)} of the total`);
    has(m, `${money(sum(rows, 'wasted_uusd'))} (${percent(sum(rows, 'wasted_uusd') / total)})`);
    has(m, `${drawn} of ${live.length} jobs drawn`, percent(r.explained_uusd / r.billed_uusd), percent(r.billed_uusd / r.bill_uusd));
    const options = m.blocks.find((b) => b.block_id === 'picker').elements[0].options.slice(1);
    assert.deepEqual(options.map((o) => [o.text.text, o.description.text]), live.slice(0, 99).map((x) => [optionLabel(x.job_name), money(x.total_uusd)]));
    const image = m.blocks.find((b) => b.type === 'image');
    for (const x of live.slice(0, 3)) assert.ok(image.alt_text.includes(`${x.job_name} ${money(x.total_uusd)}`), image.alt_text);
  }
});

test("the facts of an answer are the row's own figures", async () => {
  const r = run(['chip', 'job.explain', '--report', 'job-cost', '--entity', 'nightly_orders_etl', '--db', facts()], { env: { DRC_STATE_DB: slack.path('cli.db') } });
  assert.equal(r.status, 0, r.stderr);
  const { rows } = jobCost(raw, parse(raw, '')), row = rows.find((x) => x.job_name === 'nightly_orders_etl'), prompt = r.stdout.split('--- answer')[0];
  for (const column of ['total_uusd', 'baseline_uusd', 'dbu_uusd', 'ondemand_vm_uusd', 'spot_vm_uusd', 'wasted_uusd']) assert.ok(prompt.includes(money(row[column])), column);
  for (const column of ['runs', 'failed_attempts', 'evictions']) assert.match(prompt, new RegExp(`\\b${row[column].toLocaleString('en-US')}\\b`), column);
  for (const v of [row.total_uusd / sum(rows, 'total_uusd'), row.runs_ok / row.runs, row.wasted_uusd / row.total_uusd]) assert.ok(prompt.includes(percent(v)), String(v));
});
