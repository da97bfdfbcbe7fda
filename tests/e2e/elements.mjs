// Blocks and elements that another app could post: this test is that app, on Slack's own Socket Mode client.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SocketModeClient } from '@slack/socket-mode';
import { WebClient } from '@slack/web-api';
import { Slack, channels, waitFor } from '../harness/drc.mjs';
import { NARROW, assertFits, contrastBreaks, openPage } from './browser.mjs';

const plain = (text) => ({ type: 'plain_text', text });
const options = (...names) => names.map((n) => ({ text: plain(n), value: n }));
const confirm = { title: plain('Delete the subscription?'), text: { type: 'mrkdwn', text: 'The digest for *#finops* ends.' }, confirm: plain('Delete it'), deny: plain('Keep it'), style: 'danger' };
const blocks = [
  { type: 'header', text: plain('Every element') },
  { type: 'section', text: { type: 'mrkdwn', text: '*bold* _italic_ ~strike~ `code` <https://example.com/a|a link> <@U0BOB0002> <#C0DATAPL2> &lt;b&gt; :warning:\n> a quote\n```select 1 -- *not bold*```' } },
  { type: 'section', fields: [{ type: 'mrkdwn', text: '*Left*\n1' }, { type: 'mrkdwn', text: '*Right*\n2' }] },
  { type: 'section', text: { type: 'mrkdwn', text: 'With an overflow' }, accessory: { type: 'overflow', action_id: 'more', options: options('First', 'Second') } },
  { type: 'actions', block_id: 'buttons', elements: [
    { type: 'button', action_id: 'open', style: 'primary', text: plain('Open the form'), value: 'x' },
    { type: 'button', action_id: 'delete', style: 'danger', text: plain('Delete'), value: 'x', confirm },
    { type: 'static_select', action_id: 'grouped', placeholder: plain('Choose'), option_groups: [{ label: plain('Fruit'), options: options('apple', 'pear') }, { label: plain('Tree'), options: options('oak') }] }] },
  { type: 'table', rows: [[{ type: 'raw_text', text: 'Job' }, { type: 'raw_text', text: 'Cost' }], [{ type: 'raw_text', text: 'a_very_long_job_name_that_does_not_fit_on_a_phone' }, { type: 'raw_text', text: '$12' }]], column_settings: [{}, { align: 'right' }] },
  { type: 'context', elements: [{ type: 'mrkdwn', text: 'small print' }] },
];
const view = {
  type: 'modal', callback_id: 'form', title: plain('New digest'), submit: plain('Save'), close: plain('Cancel'),
  blocks: [
    { type: 'input', block_id: 'name', label: plain('Name'), element: { type: 'plain_text_input', action_id: 'v' } },
    { type: 'input', block_id: 'day', label: plain('Day'), element: { type: 'static_select', action_id: 'v', options: options('Monday', 'Friday') } },
    { type: 'input', block_id: 'parts', optional: true, label: plain('Parts'), element: { type: 'checkboxes', action_id: 'v', options: options('cost', 'failures') } }],
};

test('confirm, groups, overflow, a form with inputs; in the dark and on a phone', async () => {
  const slack = new Slack();
  await slack.start();
  const web = new WebClient('xoxb-local-drc', { slackApiUrl: `${slack.url}/api/` });
  const app = new SocketModeClient({ appToken: 'xapp-local-drc', clientOptions: { slackApiUrl: `${slack.url}/api/` }, logLevel: 'error' });
  const acts = [];
  const forms = [];
  app.on('interactive', async ({ body, ack }) => {
    if (body.type === 'view_submission') {
      const name = body.view.state.values.name.v.value;
      await ack(name === 'taken' ? { response_action: 'errors', errors: { name: 'This name is taken. Choose another one.' } } : undefined);
      if (name !== 'taken') forms.push(body.view.state.values);
      return;
    }
    await ack();
    acts.push(body.actions[0]);
    if (body.actions[0].action_id === 'open') await web.views.open({ trigger_id: body.trigger_id, view });
  });
  try {
    await app.start();
    await web.chat.postMessage({ channel: channels.finops, text: 'Every element', blocks });
    const w = await openPage(slack, { dark: true });
    const { page } = w;
    const message = page.locator('.place .msg').last();
    const shownAct = (id) => waitFor(`the action ${id}`, () => acts.find((a) => a.action_id === id));
    await w.shot('elements-1-dark');
    assert.deepEqual(await contrastBreaks(page), []);

    await message.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByTestId('confirm');
    assert.match(await dialog.innerText(), /Delete the subscription\?[\s\S]*The digest for #finops ends\./);
    await w.shot('elements-2-confirm');
    assert.deepEqual(await contrastBreaks(page), []);
    await page.getByTestId('confirm-no').click();
    await message.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Second' }).click();
    assert.equal((await shownAct('more')).selected_option.value, 'Second');
    assert.equal(acts.some((a) => a.action_id === 'delete'), false, 'denied: nothing was sent');
    await message.getByRole('button', { name: 'Delete' }).click();
    await page.getByTestId('confirm-yes').click();
    await shownAct('delete');
    await message.locator('[data-action-id="grouped"]').click();
    await page.getByRole('option', { name: 'oak' }).click();
    assert.equal((await shownAct('grouped')).selected_option.value, 'oak');

    await message.getByRole('button', { name: 'Open the form' }).click();
    const modal = page.getByTestId('modal');
    await modal.getByTestId('modal-submit').click();
    await modal.getByText('Please complete this required field.').first().waitFor();
    await modal.getByLabel('Name').fill('taken');
    await modal.locator('[data-action-id="v"].select').click();
    await page.getByRole('option', { name: 'Friday' }).click();
    await modal.getByLabel('failures').check();
    await modal.getByTestId('modal-submit').click();
    await modal.getByText('This name is taken. Choose another one.').waitFor();
    await w.shot('elements-3-form-errors');
    assert.deepEqual(await contrastBreaks(page), []);
    await modal.getByLabel('Name').fill('weekly');
    await modal.getByTestId('modal-submit').click();
    await modal.waitFor({ state: 'detached' });
    assert.equal(forms[0].day.v.selected_option.value, 'Friday');
    assert.deepEqual(forms[0].parts.v.selected_options.map((o) => o.value), ['failures']);
    assert.deepEqual(w.complaints, []);
    await w.context.close();

    const phone = await openPage(slack, { viewport: NARROW, touch: true });
    await assertFits(phone.page);
    await phone.shot('elements-4-narrow');
    await phone.page.getByRole('button', { name: 'Open the channel list' }).click();
    await phone.page.locator('.sidebar .side-row', { hasText: 'random' }).waitFor();
    await phone.shot('elements-5-drawer');
    assert.deepEqual(phone.complaints, []);
    await phone.context.close();
  } finally {
    await app.disconnect();
    await slack.stop();
  }
});
