// What an answer reads besides the facts: runbooks and documentation, their sources, and the same bytes each time.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { facts, indexDir, root, run } from '../harness/drc.mjs';

const dir = mkdtempSync(join(tmpdir(), 'drc-context-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const chip = (id, report, entity, index = indexDir()) => {
  const r = run(['chip', id, '--report', report, ...(entity ? ['--entity', entity] : []), '--db', facts()],
    { env: { DRC_STATE_DB: join(dir, 'state.db'), DRC_INDEX_DIR: index }, cwd: dir });
  assert.equal(r.status, 0, r.stderr);
  return r.stdout;
};
// Title and address of a page as its file says them.
const page = (folder, title) => {
  for (const name of readdirSync(join(root, 'corpus', folder))) {
    const text = readFileSync(join(root, 'corpus', folder, name), 'utf8');
    if (text.includes(`\ntitle: ${title}\n`)) return { name, url: /\nurl: (\S+)/.exec(text)?.[1] };
  }
  return undefined;
};
const sources = (out) => out.slice(out.indexOf('Sources'));

test('a chip that reads runbooks and documentation cites them with their own addresses', () => {
  const out = chip('job.make-reliable', 'spot-risk 28d', 'nightly_orders_etl');
  const said = sources(out);
  const runbook = /\[R1\] runbook (.+)/.exec(said);
  assert.ok(runbook && page('runbooks', runbook[1].trim()), said);
  const docs = [...said.matchAll(/\[(D\d)\] (.+) - (https:\S+)/g)];
  assert.ok(docs.length >= 1, said);
  for (const [, id, title, url] of docs) {
    assert.equal(page('databricks', title)?.url, url, `${title} has the address of its page`);
    assert.ok(out.includes(` [${id}]`), 'and is used in the answer');
  }
  assert.match(out, /Documentation \(id \| page, section \| text\):\nD1 \| "/);
  assert.match(out, /Runbooks of the team \(id \| page, section \| text\):\nR1 \| "/);
});

test('only what the answer uses is a source', () => {
  const out = chip('job.explain', 'job-cost 28d', 'nightly_orders_etl');
  assert.doesNotMatch(sources(out), /\[[RD]\d\]/, 'this chip reads neither');
  assert.match(sources(out), /report job-cost v\d+, run \w+, sql [0-9a-f]{8}/);
});

test('without an index the answer stands and says what it lacks', () => {
  const out = chip('job.make-reliable', 'spot-risk 28d', 'nightly_orders_etl', join(dir, 'nothing-here'));
  assert.match(sources(out), /no documentation found: .*make index/);
  assert.match(out, /• /);
});

test('the same click gives the same bytes over twenty starts', () => {
  const asked = [['job.make-reliable', 'spot-risk 28d', 'nightly_orders_etl'], ['report.cut-cost', 'job-cost 28d'], ['anomaly.what-changed', 'cost-anomalies']];
  const anomaly = JSON.parse(run(['report', 'cost-anomalies', '--json', '--db', facts()], { env: { DRC_STATE_DB: join(dir, 'state.db') }, cwd: dir }).stdout);
  asked[2].push(anomaly.rows[0][anomaly.columns.findIndex((c) => c.unit === 'id')]);
  for (const [id, report, entity] of asked) {
    const hashes = new Set();
    const starts = id === 'job.make-reliable' ? 20 : 3; // this one reads everything
    for (let i = 0; i < starts; i++) hashes.add(/prompt, SHA-256 ([0-9a-f]{64})/.exec(chip(id, report, entity))[1]);
    assert.equal(hashes.size, 1, id);
  }
});
