// The digest in a browser: subscribed, sent when due, its thread, Diagnose and Take it on an item, paused, the Home tab.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { withSlack } from '../harness/drc.mjs';
import { NARROW, assertFits, contrastBreaks, openPage, send } from './browser.mjs';

// Makes the slot of the sample's last whole week due now, whatever day it is where the test runs.
const fire = (slack) => {
  const db = new DatabaseSync(slack.path('state.db'));
  try {
    db.exec('PRAGMA busy_timeout = 10000');
    db.prepare('UPDATE subscription SET next_day = ?, next_ms = ?').run(Date.parse('2026-11-23T00:00:00Z') / 86400000, Date.now() - 1000);
  } finally { db.close(); }
};

const digestJob = async (w, slack, name) => {
  const { page, shot } = w;
  await send(page, '/drc digest subscribe weekly mon 08:00 zone:Europe/Berlin');
  const said = page.locator('.msg').filter({ hasText: 'Subscribed: weekly' });
  await said.waitFor();
  const id = /Its id is (\w+)/.exec(await said.innerText())[1];
  fire(slack);
  const root = page.locator('.place .msg').filter({ has: page.locator('[data-action-id="digest:take"]') });
  await root.waitFor({ timeout: 60000 });
  const chart = root.locator('img.chart');
  await page.waitForFunction((img) => img.complete && img.naturalWidth > 0, await chart.elementHandle());
  assert.match(await root.innerText(), /Digest, 16–22 Nov 2026/);
  assert.equal(await root.locator('[data-action-id="digest:take"]').count(), 3);
  await root.getByTestId('thread-bar').filter({ hasText: '4 replies' }).waitFor({ timeout: 60000 }); // each one draws the row anew
  await root.locator('.b-header').scrollIntoViewIfNeeded();
  await shot(`digest-${name}-1-root`);
  await root.locator('[data-action-id="digest:take"]').first().scrollIntoViewIfNeeded();
  await shot(`digest-${name}-2-items`);
  await root.locator('[data-action-id^="chip:"]').first().click();
  await root.locator('[data-action-id="digest:take"]').nth(1).click();
  await root.getByTestId('thread-bar').click();
  const thread = page.getByTestId('thread-pane');
  for (const title of ['Job cost, 16–22 Nov 2026', 'Cost anomalies, 16–22 Nov 2026', 'Spot risk, 16–22 Nov 2026', 'Cost by compute type, 16–22 Nov 2026'])
    await thread.locator('.msg').filter({ hasText: title }).first().waitFor();
  await thread.locator('.msg').filter({ hasText: 'takes' }).waitFor();
  await thread.locator('.msg').filter({ hasText: 'Sources' }).first().waitFor({ timeout: 30000 });
  assert.ok(await thread.locator('img.chart').count() >= 4, 'a chart in each section');
  await shot(`digest-${name}-3-thread`);
  await assertFits(page);
  assert.deepEqual(await contrastBreaks(page), []);
  return id;
};

for (const [name, look] of [['wide', {}], ['dark', { dark: true }], ['narrow', { viewport: NARROW, touch: true }]])
  test(`digest, ${name}`, { timeout: 180000 }, () => withSlack({ env: { DIGEST_TICK_MS: '200' } }, async (slack) => {
    const w = await openPage(slack, look);
    const id = await digestJob(w, slack, name);
    const home = await openPage(slack, { ...look, place: 'home' });
    await home.page.getByText('Your digests').waitFor();
    assert.match(await home.page.locator('body').innerText(), new RegExp(`${id}.*Mondays at 08:00.*next Mon`, 's'));
    await home.shot(`digest-${name}-4-home`);
    assert.deepEqual(w.complaints, []);
  }));
