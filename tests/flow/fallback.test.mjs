// A model endpoint that ends in every phase of a call, and a bot that ends during one: there is always exactly one answer, and
// it says why no model wrote it.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Bot, Slack, channels, people, text, waitFor } from '../harness/drc.mjs';
import { FakeLlm, wires } from '../harness/fake_llm.mjs';

const { alice } = people, { dmAlice } = channels;
const WAIT_MS = 120000;
let slack, fake, bot, report;
const settings = () => ({ LLM_PROVIDER: 'openai', LLM_MODEL: 'test-model', LLM_API_KEY: 'sk-test', LLM_BASE_URL: fake.url(wires.openai), LLM_USER_TOKENS_PER_DAY: '0',
  LLM_SILENCE_S: '2', LLM_TIMEOUT_S: '3', LLM_RETRIES: '0' });

before(async () => {
  fake = new FakeLlm();
  slack = new Slack();
  await Promise.all([fake.start(), slack.start()]);
  bot = new Bot(slack, settings());
  await bot.start();
  await slack.say(alice, dmAlice, 'report job-cost');
  report = await waitFor('the report', async () => (await slack.messages(dmAlice)).find((m) => m.text.startsWith('Job cost')), WAIT_MS);
});
after(async () => { await bot.stop(); await slack.stop(); await fake.stop(); });

const checkLine = (m) => m?.blocks?.find((b) => b.block_id === 'check')?.elements[0].text ?? '';
const thread = async () => (await slack.messages(dmAlice, alice, report.ts)).filter((m) => m.user !== alice && m.ts !== report.ts);
const begin = async (play) => {
  const known = (await thread()).length;
  await slack.say(alice, dmAlice, `explain nightly_orders_etl, play ${play}`, report.ts);
  const last = async () => (await thread()).slice(known);
  return {
    waiting: () => waitFor(`the first reply to ${play}`, async () => checkLine((await last())[0]).includes('waiting for'), WAIT_MS),
    end: async () => {
      const m = await waitFor(`the end of ${play}`, async () => { const all = await last(); return checkLine(all[0]) && !checkLine(all[0]).includes('waiting for') ? all[0] : null; }, WAIT_MS);
      assert.equal((await last()).length, 1, `${play}: one answer`);
      return m;
    },
  };
};
const falls = async (play, why) => {
  const m = await (await begin(play)).end();
  assert.match(checkLine(m), /^Commentary by template, AI commentary withheld: /, play);
  assert.match(checkLine(m), why, play);
  assert.match(text(m), /nightly_orders_etl` cost \$/, `${play}: the template says the figures`);
  assert.doesNotMatch(text(m), /It cost \$1\.11|The job cost \$[^]*gr.{1,2}\u00dfe?/, `${play}: nothing of a broken answer`);
};

test('cut before the first byte, after the headers, halfway, after the last word; silent to the time-out', async () => {
  for (const [play, why] of [['reset', /Empty reply from server|connection/i], ['cutheaders', /connection|closed|broke off|reset/i], ['cut', /connection|closed|broke off|reset/i],
    ['cutlast', /connection|closed|broke off|reset/i], ['mute', /silent for 2 s|no answer in time/]]) await falls(play, why);
});

test('the bot is killed during the call: after the restart the answer that stands is finished', async () => {
  await bot.stop(); // from here on nothing but the kill may end a call, however busy the machine is
  bot = new Bot(slack, { ...settings(), LLM_SILENCE_S: '120', LLM_TIMEOUT_S: '180' });
  await bot.start();
  const deed = await begin('hangonce');
  await deed.waiting();
  await waitFor('the call', async () => fake.count('hangonce') === 1, WAIT_MS);
  await bot.kill();
  await bot.start();
  assert.match(checkLine(await deed.end()), /Written by AI \(test-model\)/);
});

test('killed at each call: the answer says so, the model is left alone', async () => {
  const deed = await begin('hang');
  await deed.waiting();
  for (let n = 1; n <= 2; n++) {
    await waitFor(`call ${n}`, async () => fake.count('hang') >= n, WAIT_MS);
    await bot.kill();
    await bot.start();
  }
  const m = await deed.end();
  assert.match(checkLine(m), /AI commentary withheld: drc was ended each time that the model was asked/);
  assert.equal(fake.count('hang'), 2);
});

test('where the answer cannot be edited any more it is posted anew, once', async () => {
  for (const error of ['edit_window_closed', 'cant_update_message', 'message_not_found']) {
    const known = (await thread()).length;
    await slack.fault('method_error', { method: 'chat.update', error, times: 1 });
    await slack.say(alice, dmAlice, `explain nightly_orders_etl, play plain, ${error}`, report.ts);
    const fresh = await waitFor(error, async () => { const all = (await thread()).slice(known); return all.length > 1 ? all : null; }, WAIT_MS);
    assert.match(checkLine(fresh[1]), /Written by AI \(test-model\)/);
    assert.equal((await thread()).length, known + 2);
  }
});

test('refused: nobody listens', async () => {
  await bot.stop();
  bot = new Bot(slack, { ...settings(), LLM_BASE_URL: 'http://127.0.0.1:1/v1' });
  await bot.start();
  await falls('refused', /connect|refused/i);
});
