// The main job in a browser, with a mouse: command, chart, picker, card, chip, answer, Prompt, SQL, reply, reload.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { facts, indexDir, root, run, withSlack } from '../harness/drc.mjs';
import { NARROW, answerTo, assertFits, assertShown, contrastBreaks, inView, openPage, preText, send } from './browser.mjs';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

// Addresses of the pages of the corpus, read from their files.
const pages = () => new Set(readdirSync(join(root, 'corpus/databricks')).map((f) =>
  /^url: (\S+)$/m.exec(readFileSync(join(root, 'corpus/databricks', f), 'utf8'))?.[1]));

// The whole way, the same for each look of the page. Ends with the thread open.
const mainJob = async (w, slack, name) => {
  const { page, shot } = w;
  const touch = name === 'narrow';
  const box = page.getByTestId('composer-input');
  assert.equal(await box.inputValue(), '/drc report job-cost', 'the first command is ready');
  assert.equal(await page.getByTestId('starter').count(), 3);
  assert.match(await page.getByRole('heading', { level: 1 }).innerText(), /finops/);
  await assertFits(page);
  await shot(`${name}-1-open`);

  await page.getByTestId('composer').getByTestId('send').click();
  const report = page.locator('.place .msg', { has: page.locator('[data-action-id="pick:entity"]') });
  await report.waitFor();
  const chart = report.locator('img.chart');
  const reserved = await report.locator('.image-open').boundingBox();
  await page.waitForFunction((img) => img.complete && img.naturalWidth > 0, await chart.elementHandle());
  assert.equal(await chart.evaluate((img) => img.naturalWidth), 1200);
  const drawn = await report.locator('.image-open').boundingBox();
  assert.ok(Math.abs(reserved.height - drawn.height) < 2, `the height is reserved: ${reserved.height} and ${drawn.height}`);
  assert.ok((await chart.getAttribute('alt')).includes('Top:'));
  assert.ok(await inView(report.locator('.b-header')), 'the title of the new report is in view');
  const figures = await report.locator('.field-cell').allInnerTexts();
  assert.equal(figures.length, 4);
  const json = JSON.parse(run(['report', 'job-cost', '--json', '--db', facts()], { cwd: slack.dir }).stdout);
  assert.ok(json.rows.length > 10);
  const cost = json.columns.findIndex((c) => c.name === 'total_uusd');
  const total = json.rows.reduce((sum, r) => sum + r[cost], 0) / 1e6;
  assert.ok(figures[0].includes(`$${Math.round(total).toLocaleString('en-US')}`), `${figures[0]} is not ${total}`);
  assert.deepEqual((await report.locator('[data-action-id^="chip:"]').allInnerTexts()).map((t) => t.trim()), ['Explain', 'What changed', 'Cut cost', 'What to watch']);
  await assertFits(page);
  await shot(`${name}-2-report`);
  assert.deepEqual(await contrastBreaks(page), []);

  await report.locator('[data-action-id="pick:entity"]').click();
  const options = page.getByTestId('select-menu').getByRole('option');
  assert.match(await options.first().innerText(), /Whole report/);
  const picked = page.getByTestId('select-menu').getByRole('option', { name: /legacy_orders_etl/ });
  await shot(`${name}-3-picker`);
  await picked.click();
  await page.getByTestId('thread-bar').filter({ hasText: '1 reply' }).waitFor();
  assert.match(await report.locator('[data-action-id="pick:entity"]').innerText(), /legacy_orders_etl/);
  await shot(`${name}-4-picked`);

  await page.getByTestId('thread-bar').click();
  const pane = page.getByTestId('thread-pane');
  const card = pane.locator('.msg', { has: page.locator('.b-header', { hasText: 'legacy_orders_etl' }) });
  await card.locator('img.chart').waitFor();
  assert.equal(await card.locator('img.chart').evaluate((img) => img.decode().then(() => img.naturalWidth)), 1200);
  assert.ok(await inView(card.locator('.b-header')), 'the card is shown from its top');
  assert.equal(await card.locator('[data-action-id^="chip:"]').count(), 9);
  await assertFits(page);
  await shot(`${name}-5-card`);

  const answer = await answerTo(pane, () => card.getByRole('button', { name: /What changed/ }).click());
  await assertShown(answer);
  const text = await answer.innerText();
  assert.match(text, /^drc[\s\S]*legacy_orders_etl/);
  assert.match(text, /Sources\s+report job-cost v\d+, run \w+, sql [0-9a-f]{8}, row \d+ of \d+/);
  assert.match(text, /no AI in this answer/);
  assert.match(text, /\[F\d+\]/);
  await assertFits(page);
  await shot(`${name}-6-answer`);
  assert.deepEqual(await contrastBreaks(page), []);

  if (name === 'wide' && process.env.DRC_WORKBENCH_PICTURE) await picture(page);

  const modal = page.getByTestId('modal');
  await answer.getByRole('button', { name: 'Prompt' }).click();
  const prompt = await preText(modal);
  assert.ok(prompt.includes('"legacy_orders_etl"') && prompt.includes('Question: '));
  const shownHash = /SHA-256 ([0-9a-f]{16})/.exec(await modal.innerText())[1];
  assert.ok(sha256(prompt).startsWith(shownHash), 'the prompt shown is the prompt of the hash');
  await assertFits(page);
  await shot(`${name}-7-prompt`);
  await modal.getByTestId('modal-close').click();
  await modal.waitFor({ state: 'detached' });

  await answer.getByRole('button', { name: 'SQL' }).click();
  await modal.waitFor();
  assert.equal(await preText(modal), readFileSync(join(root, 'sql/reports/job-cost.sql'), 'utf8'));
  await assertFits(page);
  await shot(`${name}-8-sql`);
  await page.keyboard.press('Escape');
  await modal.waitFor({ state: 'detached' });

  await answer.getByRole('button', { name: 'Debug' }).click();
  await modal.waitFor();
  const made = await preText(modal);
  assert.match(made, /Route: telemetry \+ runbooks \+ docs, by chip: job\.what-changed\n[\s\S]*\n  F1 total_uusd \d+ \| job-cost row \d+, total_uusd\n/);
  await assertFits(page);
  await shot(`${name}-8-debug`);
  await page.keyboard.press('Escape');
  await modal.waitFor({ state: 'detached' });

  // A chip that reads runbooks and documentation: what it used is a source, with the address of the page.
  const cut = await answerTo(pane, () => card.getByRole('button', { name: /become cheaper/ }).click());
  assert.match(await cut.innerText(), /\[R1\] runbook .+\n\[D1\] .+ - https:\/\//);
  for (const link of await cut.locator('a[href^="https://docs."]').all()) {
    assert.equal(await link.getAttribute('href'), (await link.innerText()).trim(), 'the link is what it says');
    assert.ok(pages().has(await link.getAttribute('href')), 'and the address of a page of the corpus');
  }
  await assertShown(cut);
  await assertFits(page);
  await shot(`${name}-8-sources`);

  const followUp = await answerTo(pane, () => send(page, '@drc how do I cut its cost?', { thread: true }));
  assert.match(await followUp.innerText(), /legacy_orders_etl · Optimize · how do I cut its cost\?[\s\S]*Sources/);
  await assertShown(followUp);
  await shot(`${name}-9-reply`);
  const aboutSpark = await answerTo(pane, () => send(page, '@drc what is adaptive query execution?', { thread: true }));
  assert.match(await aboutSpark.innerText(), /Answered from the documentation[\s\S]*Adaptive query execution[\s\S]*Sources\n\[D1\] Adaptive query execution - https:\/\/docs\.databricks\.com\/aws\/en\/optimizations\/aqe/);
  await shot(`${name}-9-docs`);

  const before = await pane.locator('.msg .msg-content').allInnerTexts();
  await page.reload();
  await pane.locator('.msg').nth(before.length - 1).waitFor();
  assert.deepEqual(await pane.locator('.msg .msg-content').allInnerTexts(), before, 'the reload loses nothing');
  if (touch) await pane.getByRole('button', { name: 'Back' }).click();
  await report.waitFor();
  assert.match(await report.locator('[data-action-id="pick:entity"]').innerText(), /legacy_orders_etl/);
  assert.equal(await report.locator('img.chart').evaluate((img) => img.decode().then(() => img.naturalWidth)), 1200);
  assert.equal(await box.inputValue(), '', 'the first command is not offered twice');
};

// The picture of the README: DRC_WORKBENCH_PICTURE=1 draws it anew; a PNG optimiser then takes it below 400 kB.
const picture = async (page) => {
  const size = page.viewportSize();
  await page.setViewportSize({ width: 1440, height: 1310 });
  await page.evaluate(() => document.documentElement.style.setProperty('--side-2', '#3b1a43')); // a gradient takes 150 kB
  await page.mouse.move(1, 1);
  await page.locator('.place .scroller').evaluate((el) => el.scrollTo(0, el.scrollHeight));
  await page.waitForTimeout(300);
  await page.screenshot({ path: join(root, 'charts/gallery/workbench.png'), animations: 'disabled' });
  await page.setViewportSize(size);
};

const looks = { wide: {}, narrow: { viewport: NARROW, touch: true }, dark: { dark: true } };
for (const [name, options] of Object.entries(looks)) {
  test(`the main job, ${name}`, async () => {
    await withSlack({ args: ['--sample'], env: { DRC_INDEX_DIR: indexDir() } }, async (slack) => {
      const w = await openPage(slack, options);
      await mainJob(w, slack, name);
      assert.deepEqual(w.complaints, []);
      await w.context.close();
    });
  });
}
