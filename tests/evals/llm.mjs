// A real model on the chips of the sample estate: `make eval-llm`, with LLM_PROVIDER, LLM_MODEL and LLM_API_KEY set as for the bot (LLM_MODELS, with
// commas: several models one after the other). Per model: posted, withheld, no answer, cost, latency, out of the rows that drc keeps of its calls.
// Each chip is a paid call. Without a key nothing is measured, which is said and is no failure.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { binary, facts, root } from '../harness/drc.mjs';
import { rows } from './cases.mjs';

const models = (process.env.LLM_MODELS ?? process.env.LLM_MODEL ?? '').split(',').filter((m) => m !== '');
const local = process.env.LLM_BASE_URL !== undefined; // an endpoint of one's own may want no key
if (!process.env.LLM_PROVIDER || models.length === 0 || (!local && !process.env.LLM_API_KEY && !process.env.LLM_API_KEY_FILE)) {
  console.log('real model: NOT MEASURED. No model is configured: set LLM_PROVIDER, LLM_MODEL and LLM_API_KEY (or LLM_API_KEY_FILE), then run: make eval-llm');
  process.exit(0);
}
const pairs = rows('tests/evals/responses.tsv', ['chip', 'where', 'verdict', 'reply']);
const pct = (n, of) => `${((100 * n) / Math.max(of, 1)).toFixed(0)} %`;
for (const model of models) {
  const dir = mkdtempSync(join(tmpdir(), 'drc-llm-')), state = join(dir, 'state.db');
  try {
    for (const p of pairs) {
      const r = spawnSync(binary, ['chip', p.chip, ...p.where.split(' '), '--db', facts()], { cwd: root, encoding: 'utf8',
        env: { ...process.env, DRC_HOME: root, DRC_NO_DOTENV: '1', DRC_STATE_DB: state, LLM_MODEL: model } });
      if (r.status !== 0) console.log(`  ${p.chip}: ${r.stderr.trim()}`);
    }
    const db = new DatabaseSync(state, { readOnly: true });
    const calls = db.prepare('SELECT verdict, cost_uusd, ms, tokens_in, tokens_out FROM ai_call WHERE cache_hit = 0').all();
    db.close();
    const of = (test) => calls.filter(test).length, ms = calls.map((c) => c.ms).sort((x, y) => x - y);
    const posted = of((c) => c.verdict === 'posted'), withheld = of((c) => c.verdict === 'withheld');
    const known = calls.filter((c) => c.cost_uusd !== null), usd = known.reduce((n, c) => n + Number(c.cost_uusd), 0) / 1e6;
    console.log(`  ${model}: ${calls.length} calls over ${pairs.length} chips: posted ${posted} (${pct(posted, calls.length)}), withheld ${withheld} (${pct(withheld, calls.length)}), no answer ${calls.length - posted - withheld}`);
    console.log(`    cost ${known.length === 0 ? 'not known: the model has no price in prompts/models.conf' : `$${usd.toFixed(4)}`}, latency p50 ${ms[Math.floor(ms.length / 2)] ?? 'n/a'} ms, p95 ${ms[Math.floor(ms.length * 0.95)] ?? 'n/a'} ms`);
  } finally {
    rmSync(dir, { recursive: true });
  }
}
