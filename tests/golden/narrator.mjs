// What the commentary without a model says of a planted cause: asks the question "what changed" about the dearest entity of the cause,
// of its anomaly where it makes one, else of its job in job-cost, and takes the sentences apart.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { indexDir, run } from '../harness/drc.mjs';
import { estate, report, scratch } from './estates.mjs';
import { addDays, total } from './raw.mjs';

const records = (r) => r.rows.map((row) => Object.fromEntries(r.columns.map((c, i) => [c.name, row[i]])));
const dearest = (cause) => cause.entities.map((e) => [e, total(cause.effects.filter((x) => x.entity === e), (x) => x.effect_uusd)])
  .sort((a, b) => b[1] - a[1])[0][0];

// "$1,240" or "-$3.50" in dollars.
const dollars = (text) => [...text.matchAll(/\$([\d,]+(?:\.\d+)?)/g)].map((m) => Number(m[1].replaceAll(',', '')));

export function commentary(chip, words, entity, db) {
  const r = run(['chip', chip, '--report', words, '--entity', entity, '--db', db],
    { env: { DRC_STATE_DB: scratch.path('state.db'), DRC_INDEX_DIR: indexDir() } });
  assert.equal(r.status, 0, r.stderr);
  const text = r.stdout.slice(r.stdout.lastIndexOf('\nCommentary\n')), causes = [];
  for (const line of text.split('\n').filter((l) => l.startsWith('• '))) {
    const said = line.slice(2);
    if (said.startsWith('Likely cause: ')) causes.push({ cause: said, dollars: dollars(said.replace(/\[F\d+\]/g, '')) });
    else if (said.startsWith('Evidence: ')) causes.at(-1).evidence = said;
    else if (said.startsWith('Next step: ')) causes.at(-1).step = said;
  }
  return { causes, text };
}

// Every cause of the key of a seed with what is said of it.
export function told(seed) {
  const db = estate(seed), key = JSON.parse(readFileSync(db.replace(/\.db$/, '.answers.json'), 'utf8')), facts = new DatabaseSync(db, { readOnly: true });
  const anomalies = records(report('cost-anomalies', '', db)), first = addDays(key.as_of, 1 - key.window_days);
  const out = key.causes.map((cause) => {
    const entity = dearest(cause), anomaly = cause.reports.includes('cost-anomalies')
      ? anomalies.find((r) => r.about_key === entity && r.severity !== 'info' && cause.from <= r.to_date && cause.to >= r.from_date) : undefined;
    const said = anomaly === undefined ? commentary('job.what-changed', 'job-cost', entity, db)
      : commentary('anomaly.what-changed', 'cost-anomalies', anomaly.anomaly_key, db);
    const from = anomaly?.from_date ?? first, to = anomaly?.to_date ?? key.as_of;
    const planted = total(cause.effects.filter((x) => x.entity === entity && x.date >= from && x.date <= to), (x) => x.effect_uusd) / 1e6;
    return { cause, entity, planted: cause.effect_uusd === null ? null : planted, names: names(facts, cause), ...said };
  });
  facts.close();
  return out;
}

// Words of which a sentence must hold one to name the cause, from the recorded facts: the summary of the change before it, the template
// of the failure, the SKU; for a volume and a growth what the word means.
function names(facts, { kind, cause }) {
  const one = (sql, ...of) => Object.values(facts.prepare(sql).get(...of) ?? {})[0];
  const changes = cause.ids.filter((i) => i.startsWith('change:')).map((i) => one('SELECT summary FROM change_event WHERE change_key = ?', i));
  if (cause.type === 'change') return changes.slice(0, 1);
  if (cause.type === 'price') return [cause.ids[0].split('@')[0]];
  if (cause.type === 'growth') return ['a little more than the one before'];
  if (cause.type === 'volume') return kind === 'empty-file' ? ['wrote nothing'] : ['more data than usual'];
  const template = one('SELECT template FROM error_signature WHERE signature_id = ?', cause.ids[0]);
  return [template];
}

// The place (from 1) of the first told cause that names it; 0: none.
export const placeOf = (t) => t.causes.findIndex((c) => t.names.some((n) => `${c.cause} ${c.evidence}`.includes(n))) + 1;
