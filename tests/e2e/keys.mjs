// The main job without a mouse.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withSlack } from '../harness/drc.mjs';
import { openPage } from './browser.mjs';

// Presses `key` until the focused element fits `selector`; every stop on the way must show where the focus is.
const goTo = async (page, selector, key) => {
  for (let n = 0; n < 60; n += 1) {
    await page.keyboard.press(key);
    const [there, ring, what] = await page.evaluate((wanted) => {
      const el = document.activeElement;
      const shows = (e) => { const s = getComputedStyle(e); return (s.outlineStyle !== 'none' && s.outlineWidth !== '0px') || s.boxShadow !== 'none'; };
      return [el.matches(wanted), shows(el) || shows(el.parentElement), `${el.tagName}.${el.className}`];
    }, selector);
    assert.ok(ring, `no focus ring on ${what}`);
    if (there) return;
  }
  assert.fail(`${key} never comes to ${selector}`);
};

test('the main job with the keyboard alone', async () => {
  await withSlack({ args: ['--sample'] }, async (slack) => {
    const w = await openPage(slack);
    const { page } = w;
    await page.locator('.composer-text:focus').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.place [data-action-id="pick:entity"]').waitFor();
    await goTo(page, '[data-action-id="pick:entity"]', 'Shift+Tab');
    await w.shot('keys-1-picker-focused');
    await page.keyboard.press('Enter');
    await page.locator('.list-filter:focus').waitFor();
    await page.keyboard.type('legacy_o');
    await page.keyboard.press('Enter');
    await page.getByTestId('thread-bar').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.dataset.actionId), 'pick:entity', 'the focus comes back');
    await goTo(page, '.thread-bar', 'Tab');
    await page.keyboard.press('Enter');
    await page.locator('.thread-pane .composer-text:focus').waitFor();
    const pane = page.getByTestId('thread-pane');
    await pane.locator('[data-action-id="chip:job.why-failing"]').waitFor();
    await goTo(page, '.thread-pane [data-action-id="chip:job.why-failing"]', 'Shift+Tab');
    await page.keyboard.press('Enter');
    await pane.locator('.msg').filter({ hasText: 'Sources' }).waitFor();
    await goTo(page, '[data-action-id="tool:prompt"]', 'Tab');
    await page.keyboard.press('Enter');
    await page.getByTestId('modal').waitFor();
    assert.ok(await page.evaluate(() => document.querySelector('[data-testid="modal"]').contains(document.activeElement)), 'the focus is in the modal');
    await page.keyboard.press('Escape');
    await page.getByTestId('modal').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement.dataset.actionId), 'tool:prompt');
    await goTo(page, '.thread-pane .composer-text', 'Tab');
    await page.keyboard.type('@dr');
    await page.keyboard.press('Tab');
    await page.keyboard.type('what changed?');
    await page.keyboard.press('Enter');
    await pane.locator('.msg').filter({ hasText: 'Sources' }).nth(1).waitFor();
    assert.match(await pane.locator('.msg').last().innerText(), /legacy_orders_etl · Diagnose · what changed\?/);
    await page.keyboard.press('Escape');
    await pane.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('data-pl');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'data-platform' }).waitFor();
    assert.deepEqual(w.complaints, []);
    await w.context.close();
  });
});
