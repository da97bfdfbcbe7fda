// The digest in a browser: subscribed in the window, previewed, sent when due, its thread, Diagnose and Take it on an item, the list, sent now,
// paused, the Home tab.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { channels, waitFor, withSlack } from '../harness/drc.mjs';
import { NARROW, assertFits, contrastBreaks, openPage, send } from './browser.mjs';

// Makes the slot of the sample's last whole week due now, whatever day it is where the test runs.
const fire = (slack) => {
  const db = new DatabaseSync(slack.path('state.db'));
  try {
    db.exec('PRAGMA busy_timeout = 10000');
    db.prepare('UPDATE subscription SET next_day = ?, next_ms = ?').run(Date.parse('2026-11-23T00:00:00Z') / 86400000, Date.now() - 1000);
  } finally { db.close(); }
};

// The window: a zone that does not exist is told at its field, nothing else is lost; then the preview, for this person alone.
const subscribeJob = async ({ page, shot }, slack, name) => {
  await send(page, '/drc help'); // a bot that has just begun may need longer than a trigger lives
  await page.locator('.msg').filter({ hasText: 'fixed questions' }).waitFor({ timeout: 30000 });
  await send(page, '/drc digest subscribe');
  const modal = page.getByTestId('modal'), field = (id) => modal.locator(`[data-block-id="${id}"]`);
  await modal.filter({ hasText: 'Subscribe to a digest' }).waitFor();
  await shot(`digest-${name}-1-window`);
  assert.equal(await field('zone').locator('input').inputValue(), 'Europe/Paris');
  await field('zone').locator('input').fill('Europe/Berln');
  await field('tag').locator('input').fill('team');
  await modal.getByTestId('modal-submit').click();
  await field('zone').getByText('Did you mean Europe/Berlin?').waitFor();
  assert.equal(await field('zone').locator('input').inputValue(), 'Europe/Berln');
  await field('zone').scrollIntoViewIfNeeded();
  await shot(`digest-${name}-2-errors`);
  await assertFits(page);
  assert.deepEqual(await contrastBreaks(page), []);
  await field('zone').locator('input').fill('Europe/Berlin');
  await field('tag').locator('input').fill('');
  await field('numbers').getByRole('button').click();
  await page.getByTestId('select-menu').getByText('1.234,5').click();
  await field('numbers').scrollIntoViewIfNeeded();
  await shot(`digest-${name}-3-window-end`);
  await modal.getByTestId('modal-submit').click();
  await modal.getByText('The next one comes on').waitFor({ timeout: 20000 });
  await shot(`digest-${name}-4-saved`);
  const id = /Its id is (\w+)/.exec(await modal.innerText())[1];
  await modal.getByRole('button', { name: 'Preview' }).click();
  await waitFor('the preview', async () => (await slack.messages(channels.dmAlice)).find((m) => m.text.startsWith('Digest ')), 30000);
  assert.equal((await slack.messages(channels.finops)).filter((m) => m.text.startsWith('Digest ') && !m.is_ephemeral).length, 0);
  await modal.getByTestId('modal-close').click();
  return id;
};

// The list in the channel and what its buttons do, then the Home tab.
const manageJob = async (w, slack, id, look, name) => {
  const { page, shot } = w;
  if (look.viewport) await page.getByTestId('thread-pane').getByRole('button', { name: /close|back/i }).first().click();
  await send(page, '/drc digest list');
  const list = page.locator('.place .msg').filter({ hasText: 'Your subscriptions and those of this channel' });
  await list.waitFor();
  await list.scrollIntoViewIfNeeded();
  await shot(`digest-${name}-8-list`);
  await list.locator('[data-action-id="sub:now"]').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send now' }).click();
  await list.filter({ hasText: 'The digest is posted' }).waitFor({ timeout: 30000 });
  await list.locator('[data-action-id="sub:pause"]').click();
  await list.filter({ hasText: 'paused until you resume it' }).waitFor();
  await list.scrollIntoViewIfNeeded();
  await shot(`digest-${name}-9-paused`);
  assert.equal(await list.count(), 1, 'the list is replaced');
  await assertFits(page);
  assert.deepEqual(await contrastBreaks(page), []);
  const home = await openPage(slack, { ...look, place: 'home' });
  await home.page.getByText('Your digests').waitFor();
  const body = home.page.locator('.home-page');
  assert.match(await body.innerText(), new RegExp(`${id}.*Mondays at 08:00.*paused`, 's'));
  await home.page.locator('[data-action-id="sub:resume"]').click();
  await body.getByText(/goes on; the next one comes on/).waitFor();
  await home.page.getByText('Your digests').scrollIntoViewIfNeeded();
  await home.shot(`digest-${name}-10-home`);
  await home.page.locator('[data-action-id="sub:edit"]').click();
  await home.page.getByTestId('modal').filter({ hasText: 'Change a subscription' }).waitFor();
  await home.shot(`digest-${name}-11-edit`);
  await assertFits(home.page);
  assert.deepEqual(await contrastBreaks(home.page), []);
  assert.deepEqual(home.complaints, []);
};

const digestJob = async (w, slack, name) => {
  const { page, shot } = w;
  const id = await subscribeJob(w, slack, name);
  fire(slack);
  const root = page.locator('.place .msg').filter({ has: page.locator('[data-action-id="digest:take"]') });
  await root.waitFor({ timeout: 60000 });
  const chart = root.locator('img.chart');
  await page.waitForFunction((img) => img.complete && img.naturalWidth > 0, await chart.elementHandle());
  assert.match(await root.innerText(), /Digest, 16–22 Nov 2026/);
  assert.match(await root.innerText(), /Total\s+\$24\.\d{3}/);
  assert.equal(await root.locator('[data-action-id="digest:take"]').count(), 3);
  await root.getByTestId('thread-bar').filter({ hasText: '6 replies' }).waitFor({ timeout: 60000 }); // each one draws the row anew
  await root.locator('.b-header').scrollIntoViewIfNeeded();
  await shot(`digest-${name}-5-root`);
  await root.locator('[data-action-id="digest:take"]').first().scrollIntoViewIfNeeded();
  await shot(`digest-${name}-6-items`);
  await root.locator('[data-action-id^="chip:"]').first().click();
  await root.locator('[data-action-id="digest:take"]').nth(1).click();
  await root.getByTestId('thread-bar').click();
  const thread = page.getByTestId('thread-pane');
  for (const title of ['Job cost, 16–22 Nov 2026', 'Cost anomalies, 16–22 Nov 2026', 'Spot risk, 16–22 Nov 2026', 'Cost by compute type, 16–22 Nov 2026'])
    await thread.locator('.msg').filter({ hasText: title }).first().waitFor();
  await thread.locator('.msg').filter({ hasText: 'takes' }).waitFor();
  await thread.locator('.msg').filter({ hasText: 'Sources' }).first().waitFor({ timeout: 30000 });
  assert.ok(await thread.locator('img.chart').count() >= 4, 'a chart in each section');
  await shot(`digest-${name}-7-thread`);
  await assertFits(page);
  assert.deepEqual(await contrastBreaks(page), []);
  return id;
};

for (const [name, look] of [['wide', {}], ['dark', { dark: true }], ['narrow', { viewport: NARROW, touch: true }]])
  test(`digest, ${name}`, { timeout: 240000 }, () => withSlack({ env: { DIGEST_TICK_MS: '200' } }, async (slack) => {
    const w = await openPage(slack, look);
    const id = await digestJob(w, slack, name);
    await manageJob(w, slack, id, look, name);
    assert.deepEqual(w.complaints, []);
  }));
