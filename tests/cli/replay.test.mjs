// `drc replay` in a terminal: what it prints, and its exit status.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { facts, run } from '../harness/drc.mjs';

const dir = mkdtempSync(join(tmpdir(), 'drc-replay-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const env = { DRC_STATE_DB: join(dir, 'state.db') };
const drc = (...words) => run([...words, '--db', facts()], { env, cwd: dir });

test('a run of the command line: a line an input, then rows, message, chart, prompt', () => {
  const report = drc('report', 'job-cost', '14d', 'top:5');
  assert.equal(report.status, 0, report.stderr);
  const id = /run ([a-z0-9]{6})/.exec(report.stdout)[1], r = drc('replay', id);
  assert.equal(r.status, 0, r.stdout + r.stderr);
  assert.match(r.stdout, new RegExp(`^report job-cost, run ${id}, made \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC\n`));
  for (const name of ['sql/reports/job-cost\\.sql', 'facts database', 'prompts/chips/report\\.\\*\\.md', 'charts/theme\\.conf', 'fonts', 'picture libraries', 'drc'])
    assert.match(r.stdout, new RegExp(`^  ${name}: same \\(.+\\)$`, 'm'));
  assert.ok(r.stdout.endsWith('rows: same, also run anew\nmessage: same\nchart: same\nprompt: none\n'), r.stdout);
  assert.equal(drc('replay', id).stdout, r.stdout);
  const json = JSON.parse(drc('replay', id, '--json').stdout);
  assert.equal(json.same, true);
  assert.equal(json.inputs.find((x) => x.name === 'drc').now, /^ {2}drc: same \((\w{12})\)$/m.exec(r.stdout)[1]);
});

test('an id that is not there is 2, so is none', () => {
  for (const words of [['replay', 'nope'], ['replay'], ['replay', "x' OR 1=1 --"]]) {
    const r = drc(...words);
    assert.equal(r.status, 2, r.stderr);
    assert.equal(r.stdout, '');
  }
});
