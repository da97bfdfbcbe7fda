// An answer that a model wrote, in a browser: the template stands first, checked text with its tags takes its place, Evidence,
// Prompt and Debug open, a thumb is pressed; a model that lies leaves the template and a reason.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { people, waitFor, withSlack } from '../harness/drc.mjs';
import { FakeLlm, wires } from '../harness/fake_llm.mjs';
import { NARROW, assertFits, contrastBreaks, openPage, preText } from './browser.mjs';

const WAIT = { timeout: 60000 };

const modelAnswer = async (w, slack, fake, name) => {
  const { page, shot } = w;
  const words = () => {
    const db = new DatabaseSync(slack.path('state.db'), { readOnly: true });
    try { return db.prepare('SELECT helpful FROM feedback').all().map((r) => r.helpful).join(); } finally { db.close(); }
  };
  await page.getByTestId('composer').getByTestId('send').click();
  const report = page.locator('.place .msg', { has: page.locator('[data-action-id="pick:entity"]') });
  await report.waitFor(WAIT);
  fake.play = 'tagged';
  await report.locator('[data-action-id^="chip:"]').first().click();
  await page.getByTestId('thread-bar').waitFor(WAIT);
  await page.getByTestId('thread-bar').click();
  const pane = page.getByTestId('thread-pane');
  const answer = pane.locator('.msg').filter({ hasText: 'Sources' }).first();
  await answer.filter({ hasText: 'Written by AI (test-model), 1 of 1 figure traced' }).waitFor(WAIT);
  const text = await answer.innerText();
  assert.match(text, /AI commentary\s+The cost was \$[\d,.]+ \[F1\]\./);
  assert.match(text, /Facts\s+Cost: \$[\d,.]+ \[F1\]/, 'the fact of the tag stands above');
  await assertFits(page);
  await answer.scrollIntoViewIfNeeded();
  await shot(`${name}-model-1-answer`);
  assert.deepEqual(await contrastBreaks(page), []);

  const modal = page.getByTestId('modal');
  const window = async (button, check) => {
    await answer.getByRole('button', { name: button, exact: true }).click();
    await modal.waitFor(WAIT);
    await check();
    await assertFits(page);
    await shot(`${name}-model-2-${button.toLowerCase()}`);
    assert.deepEqual(await contrastBreaks(page), []);
    await page.keyboard.press('Escape');
    await modal.waitFor({ state: 'detached' });
  };
  await window('Evidence', async () => {
    const all = await modal.innerText();
    assert.match(all, /Used by the answer: \d+\s+Facts\s+\[F1\] Cost \$/);
    assert.ok(all.indexOf('Used by the answer') < all.indexOf('Given to the answer, not used'));
    assert.match(await preText(modal), /SELECT/);
  });
  await window('Prompt', async () => assert.match(await modal.innerText(), /Exactly this text was sent[\s\S]*What the model wrote/));
  await window('Debug', async () => assert.match(await modal.innerText(), /Calls of the model\s+1\. test-model: tokens in 900 \(cached there 512\), out 70; cost unknown; latency [\s\S]*Try 1, ok: The cost was/));

  await answer.getByRole('button', { name: 'Replay', exact: true }).click();
  const told = pane.locator('.msg').filter({ hasText: 'Replayed: the same, byte for byte' });
  await told.waitFor(WAIT);
  assert.match(await told.innerText(), /message: same\s+chart: none\s+prompt: same[\s\S]*test-model was not asked again/);
  await told.scrollIntoViewIfNeeded();
  await assertFits(page);
  await shot(`${name}-model-3-replay`);
  assert.deepEqual(await contrastBreaks(page), []);
  await told.getByRole('button', { name: 'All inputs' }).click();
  await modal.waitFor(WAIT);
  assert.match(await modal.innerText(), /sql\/reports\/job-cost\.sql\s+same \([0-9a-f]{16}\)[\s\S]*LLM_MODEL\s+same \(test-model\)/);
  await assertFits(page);
  await shot(`${name}-model-4-inputs`);
  assert.deepEqual(await contrastBreaks(page), []);
  await page.keyboard.press('Escape');
  await modal.waitFor({ state: 'detached' });

  await answer.getByRole('button', { name: 'Helpful', exact: true }).click();
  await waitFor('the word', () => words() === '1', 60000);
  await answer.getByRole('button', { name: 'Not helpful' }).click();
  await waitFor('the other word', () => words() === '0', 60000);

  fake.play = 'lying';
  if (name === 'narrow') await pane.getByRole('button', { name: 'Back' }).click();
  await report.locator('[data-action-id^="chip:"]').nth(1).click();
  if (name === 'narrow') await page.getByTestId('thread-bar').click();
  const withheld = pane.locator('.msg').filter({ hasText: 'AI commentary withheld' }).first();
  await withheld.waitFor(WAIT);
  assert.match(await withheld.innerText(), /Commentary by template, AI commentary withheld: .*987,654,321/);
  assert.doesNotMatch(await withheld.innerText(), /in all\./);
  await withheld.scrollIntoViewIfNeeded();
  await shot(`${name}-model-3-withheld`);

  await withheld.getByRole('button', { name: 'Delete this answer' }).click();
  await shot(`${name}-model-4-delete`);
  await page.getByRole('dialog').getByRole('button', { name: 'Delete this answer' }).click();
  await withheld.waitFor({ state: 'detached', ...WAIT });
};

const looks = { wide: {}, narrow: { viewport: NARROW, touch: true }, dark: { dark: true } };
for (const [name, options] of Object.entries(looks)) {
  test(`an answer of a model, ${name}`, async () => {
    const fake = new FakeLlm();
    await fake.start();
    try {
      const env = { LLM_PROVIDER: 'openai', LLM_MODEL: 'test-model', LLM_API_KEY: 'sk-test', LLM_BASE_URL: fake.url(wires.openai), LLM_USER_TOKENS_PER_DAY: '0', LLM_CACHE_HOURS: '0', DRC_ADMINS: people.alice };
      await withSlack({ args: ['--sample'], env }, async (slack) => {
        const w = await openPage(slack, options);
        await modelAnswer(w, slack, fake, name);
        assert.deepEqual(w.complaints, []);
        await w.context.close();
      });
    } finally { await fake.stop(); }
  });
}
