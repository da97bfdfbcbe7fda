// Prompt regression: the prompt of each chip on an entity of its kind, on the sample estate, against the hashes in prompts.json. A hash
// that changed needs a new version: of the chip (`version:`) or, where the rules or the context of all changed, of the set (SET). With
// RECORD=1 the hashes are written anew; a changed prompt whose versions did not change is refused then too.
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from 'node:sqlite';
import { facts, root, run } from '../harness/drc.mjs';

const SET = 1; // raised where the system prompt or the format of the context changes for all chips
const file = join(dirname(fileURLToPath(import.meta.url)), 'prompts.json'), dir = mkdtempSync(join(tmpdir(), 'drc-prompts-'));
const env = { DRC_STATE_DB: join(dir, 'state.db'), DRC_INDEX_DIR: join(dir, 'none') }; // pages come and go with the corpus
const drc = (...words) => run([...words, '--db', facts()], { env });
const short = (text) => createHash('sha256').update(text).digest('hex').slice(0, 16);

// Two calls of a model, for the chips of ai-usage.
drc('report', 'ai-usage'); // makes the state
const state = new DatabaseSync(env.DRC_STATE_DB);
for (const [day, verdict] of [[21, 'posted'], [22, 'withheld']])
  state.prepare(`INSERT INTO ai_call (ts_ms, user_id, chip, model, prompt_hash, tokens_in, tokens_out, tokens_cached, estimated, cost_uusd, ms, tries, cache_hit, verdict)
    VALUES (?, 'U', 'job.explain', 'm-1', 'h', 1200, 150, 0, 0, 4100, 900, 1, 0, ?)`).run(Date.UTC(2026, 10, day), verdict);
state.close();

// The first row of a report, or one entity of each kind that has a card of its own.
const first = (id) => { const r = JSON.parse(drc('report', id, '--json').stdout); return r.rows[0][0]; };

const where = {
  report: ['--report', 'job-cost'], job: ['--report', 'job-cost', '--entity', first('job-cost')],
  compute_type: ['--report', 'compute-type', '--entity', first('compute-type')],
  anomaly: ['--report', 'cost-anomalies', '--entity', first('cost-anomalies')], chip: ['--report', 'ai-usage', '--entity', first('ai-usage')],
  run: ['--entity', '727123000'], warehouse: ['--entity', 'wh-bi-prod'], cluster: ['--entity', 'apc-finance'],
  workspace: ['--entity', 'prod-lakehouse'], user: ['--entity', 'Ana Ruiz'], query: ['--entity', 'query:2718281828459045/fp-00'],
};

const now = {}, tokens = [];
for (const name of readdirSync(join(root, 'prompts/chips')).filter((n) => n.endsWith('.md')).sort()) {
  const id = name.slice(0, -3), kind = id.slice(0, id.indexOf('.')), text = readFileSync(join(root, 'prompts/chips', name), 'utf8');
  const r = drc('chip', id, ...where[kind]);
  if (r.status !== 0) { console.error(`prompts: ${id}: ${r.stderr}`); process.exitCode = 1; continue; }
  const prompt = r.stdout.slice(r.stdout.indexOf('\n') + 1, r.stdout.lastIndexOf('\n--- answer\n'));
  now[id] = { version: Number(/\nversion: (\d+)/.exec(text)[1]), hash: short(prompt) };
  tokens.push(Math.ceil(Buffer.byteLength(prompt) / 3.5));
}
rmSync(dir, { recursive: true, force: true });

let stored = { set: 0, prompts: {} };
try { stored = JSON.parse(readFileSync(file, 'utf8')); } catch { console.error('prompts: there is no prompts.json yet; make it with RECORD=1'); }
const changed = Object.keys(now).filter((id) => stored.prompts[id] && stored.prompts[id].hash !== now[id].hash);
const silent = changed.filter((id) => stored.set === SET && stored.prompts[id].version === now[id].version);
const added = Object.keys(now).filter((id) => !stored.prompts[id]), gone = Object.keys(stored.prompts).filter((id) => !now[id]);
tokens.sort((a, b) => a - b);
const p95 = tokens[Math.min(tokens.length - 1, Math.floor(tokens.length * 0.95))];
console.log(`prompts: ${Object.keys(now).length} chips, ${changed.length} changed, ${added.length} new, ${gone.length} gone; 95 % have at most ${p95} tokens (goal 2000), the longest ${tokens.at(-1)}`);
for (const id of silent) console.error(`prompts: the prompt of ${id} changed; raise its version, ${now[id].version} now`);
if (silent.length > 0) process.exitCode = 1;
else if (process.env.RECORD === '1') {
  const lines = Object.entries(now).map(([id, x]) => `    ${JSON.stringify(id)}: ${JSON.stringify(x)}`);
  writeFileSync(file, `{\n  "set": ${SET},\n  "prompts": {\n${lines.join(',\n')}\n  }\n}\n`);
} else if (changed.length + added.length + gone.length > 0) {
  console.error(`prompts: prompts.json is behind (${[...changed, ...added, ...gone].slice(0, 5).join(', ')} ...): record it with RECORD=1`);
  process.exitCode = 1;
}
