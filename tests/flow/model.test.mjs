// An OpenAI-compatible endpoint, played here: its text replaces the commentary by an edit, or the check line says why not.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Bot, Slack, channels, people, text, waitFor } from '../harness/drc.mjs';

const { alice } = people, { finops } = channels;
let slack, bot, endpoint, reply, report, chips, asked = [];

before(async () => {
  endpoint = createServer((req, res) => {
    let body = '';
    req.on('data', (d) => { body += d; });
    req.on('end', () => { asked.push({ url: req.url, auth: req.headers.authorization, body: JSON.parse(body) }); reply(res); });
  });
  await new Promise((ok) => endpoint.listen(0, '127.0.0.1', ok));
  slack = new Slack();
  await slack.start();
  bot = new Bot(slack, { LLM_PROVIDER: 'openai', LLM_MODEL: 'test-model', LLM_API_KEY: 'sk-test-secret', LLM_TIMEOUT_S: '2',
    LLM_BASE_URL: `http://127.0.0.1:${endpoint.address().port}/v1` });
  await bot.start();
  await slack.say(alice, finops, '/drc report job-cost');
  report = await waitFor('the report', async () => (await slack.messages(finops)).find((m) => m.text.startsWith('Job cost')));
  const card = async (job) => { // and its chips
    await slack.click(alice, finops, report, 'pick:entity', (o) => o.text.text === job);
    const m = await waitFor('the card', async () => (await slack.messages(finops, alice, report.ts)).find((x) => x.text.includes(job) && JSON.stringify(x).includes('chip:job.explain')));
    return m.blocks.flatMap((b) => b.elements ?? []).filter((e) => e.action_id?.startsWith('chip:')).map((e) => ({ card: m, id: e.action_id }));
  };
  chips = [...await card('nightly_orders_etl'), ...await card('finance_daily_close'), ...await card('demand_forecast_training')];
});
after(async () => { await bot.stop(); await slack.stop(); endpoint.closeAllConnections(); endpoint.close(); });

const content = (s, more = {}) => (res) => { res.setHeader('content-type', 'application/json'); res.end(JSON.stringify({ choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: s }, ...more }] })); };
const thread = async () => (await slack.messages(finops, alice, report.ts)).filter((m) => !m.is_ephemeral);
const checkLine = (m) => m.blocks.find((b) => b.block_id === 'check').elements[0].text;
// Clicks a chip nobody has clicked; resolves with the answer as it stands once no model is waited for.
const answer = async (play) => {
  reply = play;
  const known = new Set((await thread()).map((m) => m.ts)), chip = chips.shift();
  await slack.click(alice, finops, chip.card, chip.id);
  const fresh = async () => (await thread()).filter((m) => !known.has(m.ts));
  const first = await waitFor('the template', async () => (await fresh())[0]);
  const last = await waitFor('the edit', async () => { const m = (await fresh())[0]; return checkLine(m).includes('waiting for') ? null : m; });
  assert.equal((await fresh()).length, 1, 'an edit, not a second message');
  assert.equal(last.ts, first.ts);
  return last;
};
const figure = () => /\$[\d,]+(\.\d+)?/.exec(asked.at(-1).body.messages.map((m) => m.content).join('\n'))[0];

test('the template stands at once; good text replaces it by an edit and is marked as AI', async () => {
  let release;
  const held = new Promise((ok) => { release = ok; });
  const pending = answer((res) => { held.then(() => content(`The job cost ${figure()} in this window.`)(res)); });
  await waitFor('the template commentary', async () => (await thread()).some((m) => m.blocks.some((b) => b.block_id === 'check') && checkLine(m).includes('waiting for test-model')));
  release();
  const m = await pending;
  assert.match(text(m), /AI commentary/);
  assert.match(text(m), /The job cost \$/);
  assert.match(checkLine(m), /Written by AI \(test-model\)/);
  assert.ok(m.edited);
  const call = asked.at(-1);
  assert.equal(call.url, '/v1/chat/completions');
  assert.equal(call.auth, 'Bearer sk-test-secret');
  assert.equal(call.body.model, 'test-model');
  assert.doesNotMatch(bot.log(), /sk-test-secret/);
});

test('a figure that no fact holds: withheld, and the check line says which', async () => {
  for (const [words, token] of [['It cost $9,999,999.99 in all.', '9,999,999.99'], ['It is twice as dear.', 'twice']]) {
    const m = await answer(content(words));
    assert.match(checkLine(m), /AI commentary withheld/);
    assert.ok(checkLine(m).includes(token), checkLine(m));
    assert.ok(!JSON.stringify(m.blocks.filter((b) => b.block_id !== 'check')).includes(token), 'not a word of it is posted');
  }
});

// An answer in the form that was asked for, of sentences with the ids that they stand on.
const form = (sentences, more = {}) => JSON.stringify({ sentences: sentences.map(([text, fact_ids = [], source_ids = []]) => ({ text, fact_ids, source_ids })),
  next_steps: [], not_covered: false, ...more });

test('an answer in the form: the program prints value and name, and tags what they stand on', async () => {
  const m = await answer(content(form([['{J1} cost {F1} in this window, {F2} of the total.', ['F1', 'F2']]])));
  const prompt = asked.at(-1).body.messages.map((x) => x.content).join('\n');
  const shown = (id) => new RegExp(`^${id} \\| [^|]+ \\| ([^|\n]+)$`, 'm').exec(prompt)[1];
  const name = /the job J1 = "([^"]+)"/.exec(prompt)[1];
  assert.ok(text(m).includes(`${name} cost ${shown('F1')} in this window, ${shown('F2')} of the total. [F1] [F2]`), text(m));
  assert.match(checkLine(m), /Written by AI \(test-model\), 2 of 2 figures traced/);
  assert.equal(asked.at(-1).body.response_format.json_schema.name, 'answer');
});

test('placeholders that stand for nothing: mended once, else the template and how many could not be traced', async () => {
  const lie = form([['{J1} cost {F1}, lost {F77} and {F78}.', ['F1']], ['It ran {F2} of all.', ['F99']]]), before = asked.length;
  const m = await answer(content(lie));
  assert.equal(asked.length, before + 2, 'one try to mend it');
  assert.match(asked.at(-1).body.messages.at(-1).content, /An answer was refused[^]*there is no \{F7[78]\}/);
  assert.match(checkLine(m), /AI commentary withheld: 2 of \d figures could not be traced \(there is no \{F7[78]\}\)/);
  assert.match(text(m), /Sources/);
  assert.doesNotMatch(JSON.stringify(m.blocks.filter((b) => b.block_id !== 'check')), /F77|F78|F99/);
  const said = [lie];
  const mended = await answer((res) => content(said.shift() ?? form([['{J1} cost {F1}.', ['F1']]]))(res));
  assert.match(checkLine(mended), /Written by AI \(test-model\), 1 of 1 figure traced/);
});

test('a figure typed out in the form, and JSON in another form, are refused', async () => {
  const typed = await answer((res) => content(form([[`{J1} cost ${figure()}.`, ['F1']]]))(res));
  assert.match(checkLine(typed), /withheld: .*figures are written as placeholders only/);
  const odd = await answer(content('{"answer": "It cost $1."}'));
  assert.match(checkLine(odd), /withheld: the answer is not in its form/);
});

test('the model may mend its text once, with what is wrong quoted', async () => {
  const said = ['It cost $9,999,999.99 in all.'], before = asked.length;
  const m = await answer((res) => content(said.shift() ?? `The job cost ${figure()} in this window.`)(res));
  assert.match(checkLine(m), /Written by AI \(test-model\), 1 of 1 figure traced/);
  assert.equal(asked.length, before + 2);
  assert.match(asked.at(-1).body.messages.map((x) => x.content).join('\n'), /An answer was refused[^]*\$9,999,999\.99: no fact holds it/);
});

test('sentences that cannot be traced are left out where most of the answer stands', async () => {
  const m = await answer((res) => content(`The job cost ${figure()} in this window.\nThe facts do not show why.\nLook at secret_shadow_job first.`)(res));
  assert.match(checkLine(m), /Written by AI \(test-model\), 1 of 1 figure traced, 1 sentence left out/);
  assert.doesNotMatch(JSON.stringify(m.blocks), /secret_shadow_job/);
});

test('an endpoint that is down, slow, or talks nonsense: the template stays and says why', async () => {
  const why = [];
  for (const play of [
    (res) => { res.statusCode = 500; res.end('no'); },
    (res) => { res.end('<html>hello</html>'); },
    (res) => { res.socket.destroy(); },
    () => undefined, // never answers: LLM_TIMEOUT_S
    content('', {}),
  ]) {
    const m = await answer(play);
    assert.match(checkLine(m), /Commentary by template[.,] AI commentary withheld: ./);
    assert.match(text(m), /Sources/);
    why.push(checkLine(m));
  }
  assert.equal(new Set(why.map((w) => w.replace(/prompt .*/, ''))).size, why.length, 'each with its own reason');
});
