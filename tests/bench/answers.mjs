// Answers to chips: what drc itself adds to the model's time, how long its prompts are, and what eight slow models at once cost
// the others. The model is played: the time between its question and its reply is known and taken off.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { channels, facts, indexDir, people, run, sleep, waitFor } from '../harness/drc.mjs';
import { figure, median, percentile, slowModel } from './measure.mjs';

const chipFiles = () => readdirSync('prompts/chips').map((f) => ({ id: f.replace(/\.md$/, ''), text: readFileSync(join('prompts/chips', f), 'utf8') }));
const readsDocs = (text) => /^corpora:.*\bdocs\b/m.test(text);
const buttons = (m) => m.blocks.flatMap((b) => b.elements ?? []).filter((e) => e.type === 'button' && e.action_id?.startsWith('chip:'));
const modelEnv = (model) => ({ LLM_PROVIDER: 'openai', LLM_BASE_URL: model.url, LLM_MODEL: 'played', LLM_API_KEY: 'none-needed' });

// The cards of the dearest jobs in the thread of a report, each with its chips.
const cards = async (slack, room, n) => {
  await slack.say(people.alice, room, '/drc report job-cost');
  const report = await waitFor('the report', async () => (await slack.messages(room)).find((m) => m.text.startsWith('Job cost')));
  const picker = report.blocks.flatMap((b) => b.elements ?? (b.accessory ? [b.accessory] : [])).find((e) => e.action_id === 'pick:entity');
  const jobs = (picker.options ?? picker.option_groups.flatMap((g) => g.options)).filter((o) => !/report/i.test(o.text.text)).slice(0, n);
  const thread = async () => slack.messages(room, people.alice, report.ts);
  const made = [];
  for (const job of jobs) {
    const known = new Set((await thread()).map((m) => m.ts));
    await slack.click(people.alice, room, report, 'pick:entity', (o) => o.value === job.value);
    made.push(await waitFor('the card', async () => (await thread()).find((m) => !known.has(m.ts) && buttons(m).length > 0)));
  }
  return { made, thread };
};

// One click: envelope out to the last edit in, on the wire log of the local Slack, less the time that the model had.
const answered = async (slack, model, room, card, chip) => {
  const from = (await slack.admin('GET', '/admin/wire?after=999999999')).last, thought = model.stats.thoughtMs, done = model.stats.done;
  await slack.click(people.alice, room, card, chip.action_id);
  await waitFor('the model', () => model.stats.done > done);
  const edit = await waitFor('the edit', async () => {
    const { entries } = await slack.admin('GET', `/admin/wire?after=${from}`);
    const out = entries.find((e) => e.kind === 'ws' && e.dir === 'out' && e.name === 'interactive');
    const posts = entries.filter((e) => e.kind === 'http' && e.dir === 'in' && e.name === 'chat.postMessage');
    const edits = entries.filter((e) => e.kind === 'http' && e.dir === 'in' && e.name === 'chat.update');
    return out && posts.length > 0 && edits.length > 0 && { ms: edits.at(-1).at_ms - out.at_ms, first: posts[0].at_ms - out.at_ms };
  });
  if (model.stats.done !== done + 1) throw new Error(`${chip.action_id}: the model was asked ${model.stats.done - done} times`);
  return { share: edit.ms - (model.stats.thoughtMs - thought), first: edit.first };
};

export const measureChips = (withBot) => async () => {
  const model = await slowModel(50);
  try {
    await withBot({ ...modelEnv(model), DRC_INDEX_DIR: indexDir() }, async (slack) => {
      const texts = new Map(chipFiles().map((c) => [`chip:${c.id}`, c.text]));
      const { made } = await cards(slack, channels.finops, 6);
      const share = { docs: [], plain: [] }, first = [];
      for (const [i, card] of made.entries())
        for (const chip of buttons(card).filter((b) => texts.has(b.action_id))) {
          const r = await answered(slack, model, channels.finops, card, chip);
          if (i === 0) continue; // the indexes are opened by the first that asks them
          share[readsDocs(texts.get(chip.action_id)) ? 'docs' : 'plain'].push(r.share);
          first.push(r.first);
        }
      figure('our share of a chip answer with documentation, p50', share.docs, 'ms', 60);
      figure('our share of a chip answer without, p50', share.plain, 'ms', 25);
      figure('  click to the facts and the commentary without a model', first, 'ms');
    });
  } finally {
    model.close();
  }
};

// ---- prompts

const tokens = (text) => Math.ceil((Buffer.byteLength(text) * 2) / 7); // as drc_tokens_estimate() counts them

// Some entities of each kind that chips speak of, evenly spaced in the order of their ids.
const entitiesOf = (kind, n, dir) => {
  if (kind === 'report') return ['job-cost', 'compute-type', 'pareto', 'spot-risk', 'cost-anomalies'].map((id) => ({ report: id }));
  const report = { anomaly: 'cost-anomalies', compute_type: 'compute-type' }[kind];
  if (report) {
    const r = run(['report', report, '--json', '--db', facts()], { env: { DRC_STATE_DB: join(dir, 'state.db') }, cwd: dir });
    const { columns, rows } = JSON.parse(r.stdout), at = columns.findIndex((c) => c.unit === 'id');
    return rows.slice(0, n).map((row) => ({ report, entity: row[at] }));
  }
  const db = new DatabaseSync(facts(), { readOnly: true });
  const ids = db.prepare(readFileSync(`sql/graph/node-${kind}.sql`, 'utf8')).all().map((r) => r.id).sort();
  db.close();
  return [...new Set(Array.from({ length: n }, (_, i) => ids[Math.floor(((i + 0.5) * ids.length) / n)]))].map((entity) => ({ entity }));
};

export const measurePrompts = async () => {
  const dir = mkdtempSync(join(tmpdir(), 'drc-bench-')), sizes = [], failed = [];
  try {
    const byKind = Map.groupBy(chipFiles(), (c) => c.id.split('.')[0]);
    for (const [kind, chips] of byKind)
      for (const { report, entity } of entitiesOf(kind, Number(process.env.DRC_BENCH_ENTITIES ?? 3), dir))
        for (const { id } of chips) {
          const r = run(['chip', id, ...(report ? ['--report', report] : []), ...(entity ? ['--entity', entity] : []), '--db', facts()],
            { env: { DRC_STATE_DB: join(dir, 'state.db'), DRC_INDEX_DIR: indexDir() }, cwd: dir });
          const prompt = /^--- prompt, SHA-256 \w+\n([^]*?)\n--- answer\n/m.exec(r.stdout)?.[1];
          if (r.status !== 0 || prompt === undefined) failed.push(`${id} ${entity ?? report}: ${r.stderr.trim()}`);
          else sizes.push(tokens(prompt));
        }
    if (failed.length > sizes.length / 20) throw new Error(`${failed.length} chips printed no prompt, as ${failed[0]}`);
    figure('prompt of a chip, 95 of 100 are not longer', [percentile(sizes, 0.95)], 'tokens', 2000);
    console.log(`  ${sizes.length} prompts: median ${median(sizes)}, longest ${Math.max(...sizes)}; tokens of 3.5 bytes, as the budgets count them`
      + `${failed.length > 0 ? `; ${failed.length} had none, as ${failed[0]}` : ''}`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

// ---- eight slow models

// Reports over other days, each with a thread of its own: in one thread nothing runs at once.
const threads = async (slack, room, n) => {
  for (let i = 0; i < n; i++) await slack.say(people.alice, room, `/drc report job-cost ${70 + i}d`);
  return waitFor('the reports', async () => {
    const all = (await slack.messages(room)).filter((m) => buttons(m).length > 0);
    return all.length === n && all;
  }, 30000);
};

// Reports before, while and after eight calls of 30 s: the machine's other work is in all three.
export const measureSlowModels = (withBot, { timedReport, ackRun, settled }) => async () => {
  const model = await slowModel(30000), atOnce = 8;
  try {
    await withBot({ ...modelEnv(model), LLM_CONCURRENCY: String(atOnce), LLM_TIMEOUT_S: '60', DRC_LOG_LEVEL: 'debug' }, async (slack, bot) => {
      const roots = await threads(slack, channels.data, atOnce);
      const reports = async (n) => { const ms = []; for (let i = 0; i < n; i++) ms.push((await timedReport(slack, bot)).ms); return ms; };
      await settled();
      await reports(5);
      const quiet = await reports(15), quietAcks = percentile((await ackRun(slack, bot)).own, 0.99);
      for (const root of roots) await slack.click(people.alice, channels.data, root, buttons(root)[0].action_id);
      await waitFor('eight model calls', () => model.stats.running === atOnce, 20000);
      const begun = performance.now(), busy = await reports(30), { own } = await ackRun(slack, bot);
      if (model.stats.running !== atOnce) throw new Error(`only ${model.stats.running} calls ran to the end of ${performance.now() - begun} ms`);
      await waitFor('their answers', () => model.stats.done === atOnce, 60000);
      await sleep(500);
      quiet.push(...await reports(15));
      figure('report p50 while 8 model calls of 30 s run, times alone', [median(busy) / median(quiet)], 'x', 1.1);
      console.log(`  ${median(busy)} ms with them (n=${busy.length}), ${median(quiet)} ms before and after (n=${quiet.length})`);
      figure('ack p99, 50/s, while they run', [percentile(own, 0.99)], 'ms', 5);
      figure('  the same without them', [quietAcks], 'ms');
    });
  } finally {
    model.close();
  }
};
