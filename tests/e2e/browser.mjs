// A real browser on the workbench page of a real local Slack with the real bot. Whatever the page logs as an error, breaks
// of its Content-Security-Policy, failed requests and uncaught exceptions are kept in `complaints`; a test ends with none.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { people, root } from '../harness/drc.mjs';

const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 400, height: 800 };
const shots = join(root, 'build/e2e');

let browser;
export const launch = async () => { browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS }); };
export const close = () => browser.close();

// One window of one person. `dark` and `viewport` are fixed for its life.
export const openPage = async (slack, { user = people.alice, viewport = WIDE, dark = false, touch = false, place = '' } = {}) => {
  const context = await browser.newContext({ viewport, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce', hasTouch: touch, isMobile: touch, locale: 'en-US', timezoneId: 'Europe/Berlin' });
  context.setDefaultTimeout(8000);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (m) => { if (m.type() === 'error' || m.type() === 'warning') complaints.push(`console: ${m.text()}`); });
  page.on('pageerror', (e) => complaints.push(`exception: ${e.message}`));
  page.on('requestfailed', (r) => complaints.push(`failed: ${r.url()} ${r.failure()?.errorText}`));
  page.on('request', (r) => { if (!r.url().startsWith(slack.url) && !/^(data|blob):/.test(r.url())) complaints.push(`left the machine: ${r.url()}`); });
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation', (e) => console.error(`CSP ${e.violatedDirective} ${e.blockedURI}`)));
  const cold = { timeout: 40000 }; // the first page of a cold browser
  await page.goto(`${slack.url}/#${user}${place ? `/${place}` : ''}`, cold);
  await page.locator('[data-testid="composer-input"], .home-page').first().waitFor(cold);
  await page.waitForFunction(() => !document.querySelector('.skeletons'), null, cold); // with the history the first command stands ready
  const seen = { page, complaints, context };
  seen.shot = async (name) => {
    mkdirSync(shots, { recursive: true });
    await page.screenshot({ path: join(shots, `${name}.png`), animations: 'disabled' });
  };
  return seen;
};

// Types and sends; a list of suggestions is put away first, since Enter could take one.
export const send = async (page, text, { thread = false } = {}) => {
  const composer = page.getByTestId(thread ? 'thread-composer' : 'composer');
  await composer.getByRole('textbox').fill(text);
  if (await composer.getByRole('listbox').isVisible()) await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
};

// Runs `act` and waits for the next answer with Sources in this list of messages.
export const answerTo = async (list, act) => {
  const answers = list.locator('.msg').filter({ hasText: 'Sources' });
  const n = await answers.count();
  await act();
  await answers.nth(n).waitFor();
  return answers.nth(n);
};

// The exact text of the code boxes: a long one is posted in pieces.
export const preText = async (root) => {
  await root.locator('.pre').first().waitFor();
  return (await root.locator('.pre').evaluateAll((all) => all.map((el) => el.textContent))).join('');
};

const visible = (locator) => locator.evaluate((el) => {
  const box = el.getBoundingClientRect();
  const list = el.closest('.scroller').getBoundingClientRect();
  return { top: box.top >= list.top - 1 && box.top < list.bottom, whole: box.top >= list.top - 1 && box.bottom <= list.bottom + 1 };
});
export const inView = async (locator) => (await visible(locator)).whole;

// A new message is wholly in view, or else its top is.
export const assertShown = async (message) => {
  const end = Date.now() + 2000;
  while (!(await visible(message)).top && Date.now() < end) await message.page().waitForTimeout(20);
  assert.ok((await visible(message)).top, 'the new message is in view from its top');
};

// Nothing makes the page scroll sideways or sticks out of its column.
export const assertFits = async (page) => {
  const wide = await page.evaluate(() => [document.scrollingElement, ...document.querySelectorAll('.scroller, .dialog-body, .home-body, .inspector-body')]
    .filter((el) => el.scrollWidth > el.clientWidth + 1).map((el) => `${el.tagName}.${el.className} ${el.scrollWidth} > ${el.clientWidth}`));
  assert.deepEqual(wide, []);
};

// Texts whose contrast with what lies behind them is below WCAG AA (4.5, or 3 for large type).
export const contrastBreaks = (page) => page.evaluate(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (css) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = css;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
  const light = (c) => c.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = (el) => {
    const layers = [];
    for (let e = el; e; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.backgroundImage.includes('gradient')) layers.push(rgba(/(?:rgba?|color)\([^()]*\)/.exec(style.backgroundImage)[0]));
      layers.push(rgba(style.backgroundColor));
      if (layers.some((l) => l[3] === 1)) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const out = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const el = node.parentElement;
    if (!node.data.trim() || !el.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || el.closest('.visually-hidden, script, noscript')) continue;
    const style = getComputedStyle(el);
    const below = behind(el);
    const mine = rgba(style.color);
    mine[3] *= [...(function* up() { for (let e = el; e; e = e.parentElement) yield Number(getComputedStyle(e).opacity); }())].reduce((x, y) => x * y, 1);
    const [hi, lo] = [light(over(mine, below)), light(below)].sort((x, y) => y - x);
    const ratio = (hi + 0.05) / (lo + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) out.add(`${el.className || el.tagName} "${node.data.trim().slice(0, 30)}" ${ratio.toFixed(2)}`);
  }
  return [...out];
});
