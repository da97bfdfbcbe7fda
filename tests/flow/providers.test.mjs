// Every provider against every trap: one question, one answer in the thread. Where the model's text comes whole it is shown,
// else the template stays and the check line says why; nothing of a broken reply is posted.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bot, Slack, channels, people, root, sleep, text, waitFor } from '../harness/drc.mjs';
import { FakeLlm, answered, slow, withheld, wires } from '../harness/fake_llm.mjs';

const { alice } = people, { dmAlice } = channels;
const fast = process.env.DRC_SLOW !== undefined; // the parsers see every trap in unit tests with a sanitizer; here it only takes time
const names = fast ? ['openai'] : Object.keys(wires);
const fakes = {}, slacks = {}, bots = {};

before(async () => {
  await Promise.all(names.map(async (name) => {
    const wire = wires[name];
    const fake = fakes[wire.name] = new FakeLlm(), slack = slacks[wire.name] = new Slack();
    await fake.start();
    await slack.start();
    bots[wire.name] = new Bot(slack, { LLM_PROVIDER: wire.name, LLM_MODEL: 'test-model', LLM_API_KEY: 'sk-test-secret', LLM_BASE_URL: fake.url(wire), LLM_SILENCE_S: '1',
      LLM_TIMEOUT_S: '4', LLM_USER_TOKENS_PER_DAY: '0' });
    await bots[wire.name].start();
  }));
});
after(async () => {
  for (const name of names) { await bots[name].stop(); await slacks[name].stop(); await fakes[name].stop(); }
});

const checkLine = (m) => m.blocks?.find((b) => b.block_id === 'check')?.elements[0].text ?? '';
const thread = async (slack, ts) => (await slack.messages(dmAlice, alice, ts)).filter((m) => m.user !== alice && m.ts !== ts);

// A report of its own, so that several threads are answered at once.
const newThread = async (slack, words) => {
  const known = new Set((await slack.messages(dmAlice, alice)).map((m) => m.ts));
  await slack.say(alice, dmAlice, `report job-cost ${words}`);
  return (await waitFor(`the report ${words}`, async () => (await slack.messages(dmAlice, alice)).find((m) => !known.has(m.ts) && m.text.startsWith('Job cost')), 60000)).ts;
};
const ask = async (slack, root, play) => {
  const known = (await thread(slack, root)).length;
  await slack.say(alice, dmAlice, `explain nightly_orders_etl, play ${play}`, root);
  const m = await waitFor(`the answer to ${play}`, async () => {
    await sleep(30); // many wait at once: looking costs the local Slack more than answering
    const last = (await thread(slack, root)).slice(known).at(-1);
    return last && checkLine(last) && !checkLine(last).includes('waiting for') ? last : null;
  }, 60000); // the first one may wait for the graph
  assert.equal((await thread(slack, root)).length, known + 1, `${play}: one answer`);
  return m;
};

const playAll = async (name, plays, root) => {
  const slack = slacks[name], fake = fakes[name];
  for (const [play, [requests, , why]] of Object.entries(plays).filter(([, r]) => r[3] === undefined || r[3] === name)) {
    const m = await ask(slack, root, play), line = checkLine(m), what = `${name} ${play}: ${line}`;
    if (why === undefined) {
      assert.match(line, /Written by AI \(test-model\)/, what);
      assert.match(text(m), /The job cost \$[\d,.]+ in this window \u2013 as shown\./, what);
    } else {
      assert.match(line, /^Commentary by template, AI commentary withheld: /, what);
      assert.match(line, why, what);
      assert.match(text(m), /\*?Commentary/, what);
    }
    assert.doesNotMatch(text(m), /1\.11|99 of 100|4711|sk-test/, what);
    assert.ok(fake.count(play) === requests || (play in slow && fake.count(play) > 1), `${what}: asked ${fake.count(play)} times`);
  }
};

test('what comes whole is shown, what does not is not', async () => {
  await Promise.all(names.map(async (name) => {
    const groups = fast ? [answered] : [answered, withheld, ...Object.entries(slow).map(([play, rule]) => ({ [play]: rule }))], roots = [];
    for (const i of groups.keys()) roots.push(await newThread(slacks[name], `${7 + i}d`));
    await Promise.all(groups.map((plays, i) => playAll(name, plays, roots[i])));
    const log = bots[name].log();
    assert.doesNotMatch(log, /sk-test-secret/);
    assert.match(log, /model\.try .*request="req_1"/);
  }));
});

test('the request: address, headers, nothing that sets chance', { skip: fast }, () => {
  const first = (name) => fakes[name].asked.find((a) => a.play === 'plain');
  const o = first('openai'), a = first('anthropic'), g = first('gemini');
  assert.equal(o.url, '/v1/chat/completions');
  assert.equal(o.headers.authorization, 'Bearer sk-test-secret');
  assert.deepEqual(Object.keys(o.body).sort(), ['max_tokens', 'messages', 'model', 'response_format', 'stream', 'stream_options']);
  assert.equal(a.url, '/v1/messages');
  assert.equal(a.headers['x-api-key'], 'sk-test-secret');
  assert.equal(a.headers.authorization, undefined);
  assert.equal(a.headers['anthropic-version'], '2026-10-21');
  assert.deepEqual(Object.keys(a.body).sort(), ['max_tokens', 'messages', 'model', 'output_config', 'stream', 'system']);
  assert.equal(g.url, '/v1/models/test-model:streamGenerateContent?alt=sse');
  assert.equal(g.headers['x-goog-api-key'], 'sk-test-secret');
  assert.deepEqual(Object.keys(g.body).sort(), ['contents', 'generationConfig', 'systemInstruction']);
  assert.equal(o.prompt.replace(/\n/g, ''), g.prompt.replace(/\n/g, ''), 'the same words to each of them');
  assert.equal(o.prompt, a.prompt);
  const schema = JSON.parse(readFileSync(join(root, 'prompts/answer.schema.json'), 'utf8')); // the form, in each wire's own words
  assert.deepEqual(o.body.response_format, { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } });
  assert.deepEqual(a.body.output_config, { format: { type: 'json_schema', schema } });
  assert.deepEqual(g.body.generationConfig, { maxOutputTokens: 4000, responseMimeType: 'application/json', responseJsonSchema: schema });
});

test('/drc usage counts what was asked, withheld and failed', { skip: fast }, async () => {
  const slack = slacks.openai;
  await slack.say(alice, dmAlice, 'usage');
  const m = await waitFor('the table', async () => (await slack.messages(dmAlice, alice)).find((x) => text(x).includes('Tokens in')));
  const row = (title) => Number(new RegExp(`${title} +([\\d,]+)`).exec(text(m))[1].replaceAll(',', ''));
  const all = Object.keys(answered).length + Object.keys(withheld).length + Object.keys(slow).length;
  assert.equal(row('Answers asked for'), all + 1, text(m));
  assert.equal(row('withheld'), 2); // the lying one, and what it made of the second chance
  assert.equal(row('failed'), all - Object.keys(answered).length - 1);
  assert.ok(row('Tokens in') >= Object.keys(answered).length * 900);
  assert.match(text(m), /Cost +unknown/);
  assert.match(text(m), /prompts\/models\.conf has no line/);
});
