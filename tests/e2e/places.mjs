// What else the page has: completion, help and mistakes, people, places, unread marks, inspector, lightbox, a bot that is off.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channels, people, withSlack } from '../harness/drc.mjs';
import { assertFits, contrastBreaks, inView, openPage, send } from './browser.mjs';

const ephemeral = (page, text) => page.locator('.place .msg.ephemeral', { hasText: text });
const row = (page, name) => page.locator('.side-row', { hasText: name });

test('completion, help, reports, a mistake', async () => {
  await withSlack({ args: ['--sample'] }, async (slack) => {
    const w = await openPage(slack);
    const { page } = w;
    const box = page.getByTestId('composer-input');
    await box.fill('');
    await box.pressSequentially('/d');
    const list = page.getByTestId('composer').getByRole('listbox');
    assert.match(await list.innerText(), /\/drc/);
    await box.press('Tab');
    assert.equal(await box.inputValue(), '/drc ');
    await box.pressSequentially('rep');
    assert.deepEqual(await list.getByRole('option').allInnerTexts(), ['job-cost', 'compute-type', 'pareto', 'spot-risk', 'cost-anomalies'].map((id) => `/drc report ${id}`).concat('/drc reports'));
    await w.shot('places-1-completion');
    for (let n = 0; n < 5; n++) await box.press('ArrowDown');
    await box.press('Enter');
    assert.equal(await box.inputValue(), '/drc reports');
    await box.press('Enter');
    await ephemeral(page, 'Which jobs cost the most').waitFor();

    await send(page, '/drc help');
    await ephemeral(page, '/drc job <id or name>').waitFor();
    await w.shot('places-2-help');
    await send(page, '/drc reprot job-cost');
    const mistake = ephemeral(page, 'reprot');
    await mistake.waitFor();
    assert.match(await mistake.innerText(), /Did you mean \/drc report\s*\?\n/);
    await send(page, '/drc report job-csot');
    await ephemeral(page, 'job-csot').waitFor();
    assert.match(await ephemeral(page, 'job-csot').innerText(), /job-cost/);
    await w.shot('places-3-mistake');
    await mistake.getByTestId('dismiss').click();
    await mistake.waitFor({ state: 'detached' });

    await send(page, '/nothing here');
    await page.locator('.composer-error', { hasText: 'There is no such command here' }).waitFor();
    assert.deepEqual(w.complaints, []);
    await w.context.close();
  });
});

test('three people, Home, private report, channel without drc, unread marks', async () => {
  await withSlack({ args: ['--sample'] }, async (slack) => {
    const w = await openPage(slack);
    const { page } = w;
    await send(page, '/drc report job-cost top:5 private');
    await ephemeral(page, 'direct message').waitFor();
    await row(page, 'drc').first().locator('.side-count').waitFor();
    await w.shot('places-4-private');
    await ephemeral(page, 'direct message').getByRole('link').click();
    await page.locator('.place[data-channel^="D"] .msg img.chart').waitFor();
    await send(page, 'report job-cost 7d');
    await page.locator('.place .msg .b-header').nth(1).waitFor();
    assert.ok(await inView(page.locator('.place .msg .b-header').nth(1)));
    await w.shot('places-5-dm');

    await row(page, 'drc Home').click();
    await page.locator('.home-page .b-header').waitFor();
    assert.match(await page.locator('.home-page').innerText(), /Your last reports[\s\S]*job-cost 7d[\s\S]*Data complete to/);
    await w.shot('places-6-home');
    assert.deepEqual(await contrastBreaks(page), []);

    await row(page, 'random').click();
    await page.getByText('/invite @drc').waitFor();
    await send(page, '/drc report job-cost');
    await ephemeral(page, '/invite @drc').waitFor();
    await w.shot('places-7-not-a-member');

    for (const [name, dm] of [['Bob Tanaka', channels.dmBob], ['Carol Okafor', 'D0CAROL03'], ['Alice Moreau', channels.dmAlice]]) {
      await page.getByTestId('user-menu').click();
      await page.getByRole('menuitemradio', { name: new RegExp(name) }).click();
      await page.locator('.me-name', { hasText: name }).waitFor();
      await page.getByTestId('composer-input').waitFor();
      assert.deepEqual(await page.locator('.side-row[data-channel^="D"]').evaluateAll((all) => all.map((el) => el.dataset.channel)), [dm], `${name} has one's own messages with drc`);
      if (dm !== channels.dmAlice) {
        await row(page, 'random').click();
        await page.getByRole('heading', { name: '#random' }).waitFor();
        assert.equal(await page.locator('.place .msg').count(), 0, 'what one person alone sees is not shown to others');
      }
    }

    await row(page, 'finops').click();
    await slack.say(people.bob, channels.data, `Look at this, <@${people.alice}>`);
    await slack.say(people.bob, channels.data, 'and at that');
    await row(page, 'data-platform').locator('.side-count').waitFor();
    assert.match(await page.title(), /^\(2\)/, 'the report in the DM and the mention');
    await w.shot('places-8-unread');
    await row(page, 'data-platform').click();
    await page.locator('.new-line').waitFor();
    await row(page, 'data-platform').locator('.side-count').waitFor({ state: 'detached' });
    assert.deepEqual(w.complaints, []);
    await w.context.close();
  });
});

test('tools, lightbox, inspector', async () => {
  await withSlack({ args: ['--sample'] }, async (slack) => {
    const w = await openPage(slack);
    const { page } = w;
    await send(page, '/drc report job-cost');
    const report = page.locator('.place .msg', { has: page.locator('[data-action-id="pick:entity"]') });
    await report.locator('img.chart').waitFor();
    const modal = page.getByTestId('modal');
    await report.getByRole('button', { name: 'Details' }).click();
    await modal.waitFor();
    assert.match(await modal.innerText(), /nightly_orders_etl[\s\S]*How it is computed[\s\S]*--csv/);
    await assertFits(page);
    await w.shot('places-9-details');
    await page.keyboard.press('Escape');

    await report.locator('.image-open').click();
    await page.locator('.lightbox-image').waitFor();
    await w.shot('places-10-lightbox');
    await page.keyboard.press('+');
    await page.keyboard.press('Escape');
    await page.locator('.lightbox').waitFor({ state: 'detached' });

    await report.locator('[data-action-id="more:chips"]').click();
    assert.deepEqual(await page.getByTestId('select-menu').locator('.list-label').allInnerTexts(), ['Understand', 'Diagnose', 'Optimize', 'Monitor']);
    await w.shot('places-11-more-questions');
    await page.keyboard.press('Escape');

    await report.hover();
    await report.getByRole('button', { name: 'Inspect', exact: true }).click();
    const json = JSON.parse(await page.getByTestId('inspector-json').innerText());
    assert.equal(json.blocks.find((b) => b.block_id === 'picker').elements[0].action_id, 'pick:entity');
    await w.shot('places-12-inspector');
    await page.getByRole('tab', { name: 'Wire' }).click();
    await page.locator('.wire-line', { hasText: 'chat.postMessage' }).first().waitFor();
    assert.equal(await page.locator('.wire-line', { hasText: 'slash_commands' }).count(), 1);
    assert.match(await page.locator('.wire-line', { hasText: 'ack' }).first().innerText(), /\d ms/, 'how long the ack took');
    await w.shot('places-13-wire');
    await page.locator('.wire-line', { hasText: 'chat.postMessage' }).first().click();
    assert.match(await page.locator('.wire-text').innerText(), /"block_id":\s*"title"/);
    assert.deepEqual(w.complaints, []);
    await w.context.close();
  });
});

test('the bot is off, then deaf', async () => {
  await withSlack({ args: ['--sample'] }, async (slack, bot) => {
    const w = await openPage(slack);
    const { page } = w;
    await send(page, '/drc report job-cost');
    const chip = page.locator('.place .msg [data-action-id="chip:report.explain"]');
    await chip.waitFor();
    bot.process.kill('SIGSTOP');
    await chip.click();
    await page.locator('.el-error', { hasText: 'operation_timeout' }).waitFor();
    await send(page, '/drc help');
    await ephemeral(page, 'operation_timeout').waitFor();
    await w.shot('places-14-deaf');
    bot.process.kill('SIGCONT');
    await bot.stop();
    await page.getByTestId('banner-bot').waitFor();
    await send(page, '/drc help');
    await ephemeral(page, 'dispatch_failed').waitFor();
    await chip.click();
    await page.locator('.el-error', { hasText: 'dispatch_failed' }).waitFor();
    await w.shot('places-15-off');
    await ephemeral(page, 'dispatch_failed').getByRole('button', { name: 'Put it back into the composer' }).click();
    assert.equal(await page.getByTestId('composer-input').inputValue(), '/drc help');
    await bot.start();
    await page.getByTestId('banner-bot').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.getByTestId('composer-input').press('Enter');
    await ephemeral(page, '/drc job <id or name>').last().waitFor();
    assert.deepEqual(w.complaints, []);
    await w.context.close();
  });
});
