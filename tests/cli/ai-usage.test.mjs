// The report ai-usage against sums made here from the same calls: figures, unknown prices, feedback, the window and the one before, CSV,
// what is said where no model was asked; and that nothing of a prompt, a text or a person is in it.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { facts, run } from '../harness/drc.mjs';

const DAY = 86400000, LAST = Date.UTC(2026, 10, 22), dir = mkdtempSync(join(tmpdir(), 'drc-ai-usage-')), state = join(dir, 'state.db');
const env = { DRC_STATE_DB: state, DRC_INDEX_DIR: join(dir, 'none') };
const drc = (...words) => run([...words, '--db', facts()], { env });
const calls = [], feedback = [];
after(() => rmSync(dir, { recursive: true, force: true }));

before(() => {
  const r = drc('report', 'ai-usage'); // makes the state
  assert.equal(r.status, 3, r.stderr);
  assert.match(r.stderr, /No model was asked for an answer yet.*LLM_PROVIDER/);
  const db = new DatabaseSync(state), chips = ['job.explain', 'job.what-changed', 'report.explain'];
  const put = db.prepare(`INSERT INTO ai_call (ts_ms, user_id, chip, model, prompt_hash, tokens_in, tokens_out, tokens_cached, estimated, cost_uusd, ms, tries,
    cache_hit, verdict, answer_id) VALUES (?, 'U0SECRET', ?, ?, 'HASHSECRET', ?, ?, 0, ?, ?, ?, ?, ?, ?, ?)`);
  const answer = db.prepare(`INSERT INTO answer (answer_id, run_id, entity_id, chip_key, request_key, channel, prompt, prompt_hash, model, model_text, verdict,
    created_ms) VALUES (?, 'r', ?, 'x', 'k', 'C', 'PROMPTSECRET', 'h', 'm', 'TEXTSECRET', 'v', 0)`);
  db.exec("INSERT INTO report_run (run_id, seq, request_key, report_id, version, parameters, result, sql_hash, rows_hash, created_ms, user_id, channel) VALUES ('r', 999, 'k', 'x', 1, '', '{}', '', '', 0, 'U', 'C')");
  for (let i = 0; i < 300; i++) {
    const hit = i % 11 === 0, fail = i % 17 === 0, model = i % 7 === 0 ? 'unpriced/model' : 'priced-1', sent = !hit && !fail;
    const c = { ts_ms: LAST - (i % 70) * DAY + (i % 24) * 3600000 + i, chip: chips[(i * 5) % 3], model, tokens_in: sent ? 1000 + i * 3 : 0, tokens_out: sent ? 90 + i % 60 : 0,
      estimated: i % 29 === 0 ? 1 : 0, cost_uusd: sent ? (model === 'priced-1' ? 4000 + i * 11 : null) : 0, ms: hit ? 0 : 700 + (i * 37) % 4000, tries: hit ? 0 : 1 + i % 2, cache_hit: hit ? 1 : 0,
      verdict: fail ? 'TIMEOUT' : i % 13 === 0 ? 'withheld' : i % 31 === 0 ? 'pending' : 'posted', answer_id: i % 19 === 0 ? null : `a${i >> 1}` };
    calls.push(c);
    put.run(c.ts_ms, c.chip, c.model, c.tokens_in, c.tokens_out, c.estimated, c.cost_uusd, c.ms, c.tries, c.cache_hit, c.verdict, c.answer_id);
  }
  for (let i = 0; i < 150; i++) {
    answer.run(`a${i}`, `e${i}`);
    for (const user of i % 3 === 0 ? ['U1', 'U2'] : []) {
      const f = { answer_id: `a${i}`, helpful: (i + Number(user[1])) % 2 };
      feedback.push(f);
      db.prepare('INSERT INTO feedback VALUES (?, ?, ?, 0)').run(f.answer_id, user, f.helpful);
    }
  }
  db.close();
});

const sum = (list, f) => list.reduce((s, x) => s + f(x), 0);
const day = (ms) => new Date(ms).toISOString().slice(0, 10);

// Percentile, linear between the two next values (Hyndman & Fan, type 7).
function percentile(values, p) {
  if (values.length === 0) return null;
  const v = [...values].sort((a, b) => a - b), at = (v.length - 1) * p, lo = Math.floor(at);
  return Math.round(v[lo] + (v[Math.min(lo + 1, v.length - 1)] - v[lo]) * (at - lo));
}

// What the report must hold for these days.
function wanted(days, last = LAST) {
  const from = last - (days - 1) * DAY, to = last + DAY, first = Math.min(...calls.map((c) => c.ts_ms));
  const W = calls.filter((c) => c.ts_ms >= from && c.ts_ms < to), B = calls.filter((c) => c.ts_ms >= from - days * DAY && c.ts_ms < from);
  const timed = (list) => list.filter((c) => c.tries > 0 && ['pending', 'posted', 'withheld'].includes(c.verdict)).map((c) => c.ms);
  const keys = [...new Set(W.map((c) => `chip:${c.model}/${c.chip}`))];
  return keys.map((key) => {
    // Nothing but zeros and unknown ones is unknown.
    const cost = (list) => (list.some((c) => c.cost_uusd === null) && list.every((c) => !c.cost_uusd) ? null : sum(list, (c) => c.cost_uusd ?? 0));
    const mine = (list) => list.filter((c) => `chip:${c.model}/${c.chip}` === key), own = mine(W), known = own.filter((c) => c.cost_uusd !== null), unknown = cost(own) === null;
    const count = (test) => own.filter(test).length;
    const posted = count((c) => c.verdict === 'posted'), withheld = count((c) => c.verdict === 'withheld');
    const told = feedback.filter((f) => own.some((c) => c.answer_id === f.answer_id));
    return { use_key: key, total_uusd: cost(own),
      baseline_uusd: Math.floor(first / DAY) * DAY <= from - days * DAY ? cost(mine(B)) : null,
      wasted_calls_uusd: unknown ? null : sum(own.filter((c) => !['posted', 'pending'].includes(c.verdict)), (c) => c.cost_uusd ?? 0),
      calls: own.length, posted, withheld, failed: count((c) => c.verdict === 'TIMEOUT'), posted_share: posted + withheld === 0 ? null : posted / (posted + withheld),
      cache_hits: count((c) => c.cache_hit === 1), tokens_in: sum(own, (c) => c.tokens_in), tokens_out: sum(own, (c) => c.tokens_out), p50_ms: percentile(timed(own), 0.5),
      p95_ms: percentile(timed(own), 0.95), helpful: told.filter((f) => f.helpful === 1).length, unhelpful: told.filter((f) => f.helpful === 0).length,
      unpriced: own.length - known.length, estimated: sum(own, (c) => c.estimated), whole_p50_ms: percentile(timed(W), 0.5), whole_p95_ms: percentile(timed(W), 0.95) };
  });
}

for (const [words, days, last] of [['', 28, LAST], ['7d', 7, LAST], ['1d', 1, LAST], ['60d', 60, LAST], ['14d as-of:2026-10-20', 14, Date.UTC(2026, 9, 20)]]) {
  test(`each figure of "ai-usage ${words}" is the one of its calls`, () => {
    const r = JSON.parse(drc('report', 'ai-usage', ...(words === '' ? [] : [words]), '--json').stdout), want = wanted(days, last);
    const got = r.rows.map((row) => Object.fromEntries(r.columns.map((c, i) => [c.name, row[i]])));
    assert.equal(got.length, want.length);
    for (const w of want) {
      const g = got.find((x) => x.use_key === w.use_key);
      for (const [name, value] of Object.entries(w))
        if (name === 'posted_share' && value !== null) assert.ok(Math.abs(g[name] - value) < 1e-12, `${w.use_key} ${name}`);
        else assert.equal(g[name], value, `${w.use_key} ${name}`);
      if (g.daily !== null) assert.equal(sum(JSON.parse(g.daily), (x) => x ?? 0), g.total_uusd, `${w.use_key} daily`);
    }
    const costs = got.map((x) => x.total_uusd);
    assert.deepEqual(costs, [...costs].sort((a, b) => (b ?? -1) - (a ?? -1)), 'dearest first, unknown last');
  });
}

test('the message says what it rests on; nobody is named and no text is in it', () => {
  const r = drc('report', 'ai-usage', '--out', dir), want = wanted(28), total = sum(want, (w) => w.total_uusd ?? 0), unpriced = sum(want, (w) => w.unpriced);
  assert.equal(r.status, 0, r.stderr);
  assert.match(r.stdout, new RegExp(`Cost +\\$${(total / 1e6).toFixed(2)} for ${sum(want, (w) => w.calls)} calls`));
  assert.match(r.stdout, /explains 100 % of the \$ that the calls of the window cost · prices of prompts\/models\.conf/);
  assert.match(r.stdout, new RegExp(`the price of ${unpriced} calls is not known`));
  assert.match(r.stdout, /^AI usage, 26 Oct.22 Nov 2026 so far\n/); // more may be asked on that day
  assert.match(r.stdout, /newest call on 22 Nov 2026, UTC days/);
  assert.match(drc('report', 'ai-usage', '14d', 'as-of:2026-11-21', '--out', dir).stdout, /^AI usage, 8.21 Nov 2026\n/);
  assert.match(drc('chip', 'chip.explain', '--report', 'ai-usage', '--entity', 'job.explain, priced-1').stdout, /^Report: AI usage, .*22 Nov 2026 so far\./m);
  assert.doesNotMatch(r.stdout, /VM|list price|all workspaces/);
  assert.ok(day(LAST) === '2026-11-22');
  for (const text of [r.stdout, drc('report', 'ai-usage', '--csv').stdout, drc('report', 'ai-usage', '--json').stdout]) assert.doesNotMatch(text, /SECRET/);
});

test('a window without a call, a day after the newest one, a card question and an unknown price', () => {
  assert.match(drc('report', 'ai-usage', 'as-of:2026-11-26').stderr, /newest day with a call of a model is 22 Nov 2026/);
  assert.match(drc('chip', 'chip.cut-cost', '--report', 'ai-usage', '--entity', 'job.explain, unpriced/model').stdout, /Cost: The price of these calls is not known: prompts\/models\.conf/);
  assert.match(drc('chip', 'chip.explain', '--report', 'ai-usage', '--entity', 'job.explain, priced-1').stdout, /job\.explain, priced-1: \d+ calls of the model cost \$/);
});
