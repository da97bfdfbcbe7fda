// The local Slack refuses what Slack refuses: one row per rule, with the error code and the JSON pointer. And it takes what stands at the
// limit, and every member that the declarations of @slack/types know.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Slack, channels, people } from '../harness/drc.mjs';
import { definitions } from './slack_schema.mjs';

const slack = new Slack();
before(() => slack.start());
after(() => slack.stop());

const call = async (method, args = {}, { token = 'xoxb-local-drc', form = false, raw, type } = {}) => {
  const r = await fetch(`${slack.url}/api/${method}`, { method: 'POST', headers: { ...(token ? { authorization: `Bearer ${token}` } : {}),
    'content-type': type ?? (form ? 'application/x-www-form-urlencoded' : 'application/json; charset=utf-8') },
  body: raw ?? (form ? new URLSearchParams(args).toString() : JSON.stringify(args)) });
  assert.equal(r.status, 200, `${method}: errors are told with HTTP 200`);
  return r.json();
};
const post = (blocks, more = {}) => call('chat.postMessage', { channel: channels.finops, text: 't', blocks, ...more });

const of = (n, make) => Array.from({ length: n }, (_, i) => make(i));
const x = (n) => 'x'.repeat(n);
const plain = (text = 'p') => ({ type: 'plain_text', text });
const md = (text = 'm') => ({ type: 'mrkdwn', text });
const section = (more = {}) => ({ type: 'section', text: md(), ...more });
const actions = (...elements) => ({ type: 'actions', elements });
const button = (more = {}) => ({ type: 'button', action_id: 'a', text: plain(), ...more });
const option = (n = 1, more = {}) => ({ text: plain(`o${n}`), value: `v${n}`, ...more });
const select = (more = {}) => ({ type: 'static_select', action_id: 's', options: [option()], ...more });
const confirm = (more = {}) => ({ title: plain(), text: plain(), confirm: plain(), deny: plain(), ...more });
const cell = (text = 'c') => ({ type: 'raw_text', text });
const rich = (...elements) => ({ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] });

describe('blocks', () => {
  // name, blocks, pointer of the first error, words of it
  const refused = [
    ['unknown block', [{ type: 'hologram' }], '/blocks/0/type', 'unsupported type: hologram'],
    ['no type', [{}], '/blocks/0', ''],
    ['not an object', ['text'], '/blocks/0', ''],
    ['second block wrong', [section(), { type: 'header' }], '/blocks/1', 'missing required field: text'],
    ['51 blocks', of(51, () => ({ type: 'divider' })), '/blocks', 'no more than 50 items allowed'],
    ['section of 3,001', [section({ text: md(x(3001)) })], '/blocks/0/text/text', 'must be less than 3001 characters'],
    ['section of 0', [section({ text: md('') })], '/blocks/0/text/text', 'must be more than 0 characters'],
    ['section without text', [{ type: 'section' }], '/blocks/0', 'at least one of: text fields'],
    ['section text as a string', [section({ text: 'words' })], '/blocks/0/text', 'must be a text object'],
    ['11 fields', [{ type: 'section', fields: of(11, () => md()) }], '/blocks/0/fields', 'no more than 10 items allowed'],
    ['field of 2,001', [{ type: 'section', fields: [md(x(2001))] }], '/blocks/0/fields/0/text', 'must be less than 2001 characters'],
    ['text object of an unknown type', [section({ text: { type: 'html', text: 'x' } })], '/blocks/0/text/type', 'must be plain_text or mrkdwn'],
    ['text that is a number', [section({ text: { type: 'mrkdwn', text: 7 } })], '/blocks/0/text/text', 'must be a string'],
    ['unknown member', [section({ colour: 'red' })], '/blocks/0', 'invalid additional property: colour'],
    ['unknown member of a text object', [section({ text: { ...md(), size: 3 } })], '/blocks/0/text', 'invalid additional property: size'],
    ['emoji in mrkdwn', [section({ text: { ...md(), emoji: true } })], '/blocks/0/text', 'invalid additional property: emoji'],
    ['unknown member of an element', [actions(button({ colour: 'red' }))], '/blocks/0/elements/0', 'invalid additional property: colour'],
    ['header of 151', [{ type: 'header', text: plain(x(151)) }], '/blocks/0/text/text', 'must be less than 151 characters'],
    ['header in mrkdwn', [{ type: 'header', text: md() }], '/blocks/0/text/type', 'must be plain_text'],
    ['block_id of 256', [section({ block_id: x(256) })], '/blocks/0/block_id', 'must be less than 256 characters'],
    ['block_id twice', [section({ block_id: 'b' }), section({ block_id: 'b' })], '/blocks/1/block_id', 'already exists'],
    ['context of 11', [{ type: 'context', elements: of(11, () => md()) }], '/blocks/0/elements', 'no more than 10 items allowed'],
    ['context of 0', [{ type: 'context', elements: [] }], '/blocks/0/elements', 'no fewer than 1 items allowed'],
    ['a button in a context', [{ type: 'context', elements: [button()] }], '/blocks/0/elements/0/type', 'unsupported type: button'],
    ['26 buttons', [actions(...of(26, (i) => button({ action_id: `a${i}` })))], '/blocks/0/elements', 'no more than 25 items allowed'],
    ['no elements', [{ type: 'actions' }], '/blocks/0', 'missing required field: elements'],
    ['action_id twice', [actions(button(), button())], '/blocks/0/elements/1/action_id', 'already exists'],
    ['action_id of 256', [actions(button({ action_id: x(256) }))], '/blocks/0/elements/0/action_id', 'must be less than 256 characters'],
    ['button text of 76', [actions(button({ text: plain(x(76)) }))], '/blocks/0/elements/0/text/text', 'must be less than 76 characters'],
    ['button text in mrkdwn', [actions(button({ text: md() }))], '/blocks/0/elements/0/text/type', 'must be plain_text'],
    ['button without text', [actions({ type: 'button', action_id: 'a' })], '/blocks/0/elements/0', 'missing required field: text'],
    ['button value of 2,001', [actions(button({ value: x(2001) }))], '/blocks/0/elements/0/value', 'must be less than 2001 characters'],
    ['button url of 3,001', [actions(button({ url: `https://${x(2993)}` }))], '/blocks/0/elements/0/url', 'must be less than 3001 characters'],
    ['button style', [actions(button({ style: 'pink' }))], '/blocks/0/elements/0/style', ''],
    ['confirm without deny', [actions(button({ confirm: confirm({ deny: undefined }) }))], '/blocks/0/elements/0/confirm', 'missing required field: deny'],
    ['confirm title of 101', [actions(button({ confirm: confirm({ title: plain(x(101)) }) }))], '/blocks/0/elements/0/confirm/title/text', 'must be less than 101 characters'],
    ['confirm text of 301', [actions(button({ confirm: confirm({ text: plain(x(301)) }) }))], '/blocks/0/elements/0/confirm/text/text', 'must be less than 301 characters'],
    ['confirm button of 31', [actions(button({ confirm: confirm({ confirm: plain(x(31)) }) }))], '/blocks/0/elements/0/confirm/confirm/text', 'must be less than 31 characters'],
    ['101 options', [actions(select({ options: of(101, option) }))], '/blocks/0/elements/0/options', 'no more than 100 items allowed'],
    ['no options', [actions(select({ options: [] }))], '/blocks/0/elements/0/options', 'no fewer than 1 items allowed'],
    ['options and groups', [actions(select({ option_groups: [{ label: plain(), options: [option()] }] }))], '/blocks/0/elements/0', 'exactly one of: options option_groups'],
    ['neither options nor groups', [actions({ type: 'static_select', action_id: 's' })], '/blocks/0/elements/0', 'exactly one of: options option_groups'],
    ['101 groups', [actions(select({ options: undefined, option_groups: of(101, (i) => ({ label: plain(`g${i}`), options: [option()] })) }))], '/blocks/0/elements/0/option_groups', 'no more than 100'],
    ['group label of 76', [actions(select({ options: undefined, option_groups: [{ label: plain(x(76)), options: [option()] }] }))], '/blocks/0/elements/0/option_groups/0/label/text', 'must be less than 76'],
    ['option text of 76', [actions(select({ options: [option(1, { text: plain(x(76)) })] }))], '/blocks/0/elements/0/options/0/text/text', 'must be less than 76'],
    ['option text in mrkdwn', [actions(select({ options: [option(1, { text: md() })] }))], '/blocks/0/elements/0/options/0/text/type', 'must be plain_text'],
    ['option value of 151', [actions(select({ options: [option(1, { value: x(151) })] }))], '/blocks/0/elements/0/options/0/value', 'must be less than 151'],
    ['option without value', [actions(select({ options: [{ text: plain() }] }))], '/blocks/0/elements/0/options/0', 'missing required field: value'],
    ['option description of 76', [actions(select({ options: [option(1, { description: plain(x(76)) })] }))], '/blocks/0/elements/0/options/0/description/text', 'must be less than 76'],
    ['url of a select option', [actions(select({ options: [option(1, { url: 'https://x' })] }))], '/blocks/0/elements/0/options/0', 'invalid additional property: url'],
    ['initial option that is none', [actions(select({ initial_option: option(2) }))], '/blocks/0/elements/0/initial_option', 'must be one of the options'],
    ['placeholder of 151', [actions(select({ placeholder: plain(x(151)) }))], '/blocks/0/elements/0/placeholder/text', 'must be less than 151'],
    ['overflow of 6', [section({ accessory: { type: 'overflow', action_id: 'o', options: of(6, option) } })], '/blocks/0/accessory/options', 'no more than 5 items allowed'],
    ['11 radio buttons', [section({ accessory: { type: 'radio_buttons', action_id: 'o', options: of(11, option) } })], '/blocks/0/accessory/options', 'no more than 10 items allowed'],
    ['11 checkboxes', [section({ accessory: { type: 'checkboxes', action_id: 'o', options: of(11, option) } })], '/blocks/0/accessory/options', 'no more than 10 items allowed'],
    ['an input element in actions', [actions({ type: 'plain_text_input', action_id: 'a' })], '/blocks/0/elements/0/type', 'unsupported type: plain_text_input'],
    ['unknown accessory', [section({ accessory: { type: 'slider' } })], '/blocks/0/accessory/type', 'unsupported type: slider'],
    ['image without alt_text', [{ type: 'image', image_url: 'https://x/a.png' }], '/blocks/0', 'missing required field: alt_text'],
    ['image alt_text of 2,001', [{ type: 'image', image_url: 'https://x/a.png', alt_text: x(2001) }], '/blocks/0/alt_text', 'must be less than 2001'],
    ['image title of 2,001', [{ type: 'image', image_url: 'https://x/a.png', alt_text: 'a', title: plain(x(2001)) }], '/blocks/0/title/text', 'must be less than 2001'],
    ['image_url of 3,001', [{ type: 'image', image_url: `https://${x(2993)}`, alt_text: 'a' }], '/blocks/0/image_url', 'must be less than 3001'],
    ['image of both kinds', [{ type: 'image', image_url: 'https://x/a.png', slack_file: { id: 'F012345678' }, alt_text: 'a' }], '/blocks/0', 'exactly one of: image_url slack_file'],
    ['image of no kind', [{ type: 'image', alt_text: 'a' }], '/blocks/0', 'exactly one of: image_url slack_file'],
    ['file id of another form', [{ type: 'image', slack_file: { id: 'f-1' }, alt_text: 'a' }], '/blocks/0/slack_file', 'must match'],
    ['file by id and url', [{ type: 'image', slack_file: { id: 'F012345678', url: 'https://x' }, alt_text: 'a' }], '/blocks/0/slack_file', 'exactly one of id and url'],
    ['file that is not there', [section(), { type: 'image', slack_file: { id: 'F0NOTTHERE0' }, alt_text: 'a' }], '/blocks/1/slack_file', 'invalid slack file'],
    ['alert outside of a modal', [{ type: 'alert', text: plain() }], '/blocks/0/type', 'unsupported type: alert'],
    ['markdown of 12,001 together', [{ type: 'markdown', text: x(6001) }, { type: 'markdown', text: x(6000) }], '/blocks/1', 'less than 12001'],
    ['rich text without elements', [{ type: 'rich_text' }], '/blocks/0', 'missing required field: elements'],
    ['rich text list too deep', [{ type: 'rich_text', elements: [{ type: 'rich_text_list', style: 'bullet', indent: 9, elements: [{ type: 'rich_text_section', elements: [] }] }] }], '/blocks/0/elements/0/indent', ''],
    ['rich text of an unknown part', [rich({ type: 'sparkle' })], '/blocks/0/elements/0/elements/0/type', 'unsupported type: sparkle'],
    ['rich text link without url', [rich({ type: 'link', text: 'a' })], '/blocks/0/elements/0/elements/0', 'missing required field: url'],
    ['table of 101 rows', [{ type: 'table', rows: of(101, () => [cell()]) }], '/blocks/0/rows', 'no more than 100 items allowed'],
    ['table of 21 columns', [{ type: 'table', rows: [of(21, () => cell())] }], '/blocks/0/rows/0', 'no more than 20 items allowed'],
    ['table without rows', [{ type: 'table' }], '/blocks/0', 'missing required field: rows'],
    ['table with a number', [{ type: 'table', rows: [[{ type: 'raw_number', value: 1, text: '1' }]] }], '/blocks/0/rows/0/0/type', 'unsupported type: raw_number'],
    ['table with an empty cell', [{ type: 'table', rows: [[cell('')]] }], '/blocks/0/rows/0/0/text', 'must be more than 0'],
    ['table column align', [{ type: 'table', rows: [[cell()]], column_settings: [{ align: 'middle' }] }], '/blocks/0/column_settings/0/align', ''],
    ['feedback text of 76', [{ type: 'context_actions', elements: [{ type: 'feedback_buttons', action_id: 'f', positive_button: { text: plain(x(76)), value: 'g' }, negative_button: { text: plain(), value: 'b' } }] }],
      '/blocks/0/elements/0/positive_button/text/text', 'must be less than 76'],
    ['6 context actions', [{ type: 'context_actions', elements: of(6, (i) => ({ type: 'icon_button', action_id: `i${i}`, icon: 'trash', text: plain() })) }], '/blocks/0/elements', 'no more than 5'],
    ['deep nesting', [section({ accessory: of(200, () => 0).reduce((v) => ({ type: 'button', text: v }), 'x') })], '/blocks/0/accessory/text/type', ''],
  ];
  for (const [name, blocks, pointer, words] of refused)
    test(name, async () => {
      const r = await post(blocks);
      assert.equal(r.error, 'invalid_blocks', JSON.stringify(r));
      assert.ok(r.errors[0].includes(words) && r.errors[0].endsWith(` [json-pointer:${pointer}]`), r.errors[0]);
      assert.equal(r.response_metadata.messages[0], `[ERROR] ${r.errors[0]}`);
    });

  test('two tables, too many characters together, not a list', async () => {
    const two = await post([{ type: 'table', rows: [[cell()]] }, { type: 'table', rows: [[cell()]] }]);
    assert.deepEqual([two.error, two.errors], ['invalid_attachments', ['only_one_table_allowed [json-pointer:/blocks/1]']]);
    assert.equal((await post(of(5, () => section({ text: md(x(2700)) })))).error, 'msg_blocks_too_long');
    for (const blocks of [{}, 'words', '{', '{"a":1}', 7]) assert.equal((await post(blocks)).error, 'invalid_blocks_format', JSON.stringify(blocks));
    assert.deepEqual((await slack.messages(channels.finops)).length, 0, 'a message is refused whole');
  });

  test('all at the limit is taken; code points count, not bytes', async () => {
    const fine = [
      of(50, () => ({ type: 'divider' })), [section({ text: md('é'.repeat(3000)) })], [section({ text: md('😀'.repeat(3000)) })], [{ type: 'section', fields: of(5, () => md(x(2000))) }],
      [{ type: 'header', text: plain(x(150)) }], [actions(...of(25, (i) => button({ action_id: `a${i}`, text: plain(x(75)) })))], [actions(select({ options: of(100, (i) => option(i)) }))],
      [actions(button({ action_id: x(255), value: x(2000), style: 'danger', confirm: confirm({ title: plain(x(100)), text: md(x(300)), style: 'danger' }) }))],
      [section({ accessory: { type: 'overflow', action_id: 'o', options: [option(1, { url: 'https://x' })] } })], [section({ block_id: x(255), expand: true })],
      [{ type: 'image', image_url: 'https://x/a.png', alt_text: x(2000), title: plain() }], [{ type: 'context', elements: [md(), plain(), { type: 'image', image_url: 'https://x/a.png', alt_text: 'a' }] }],
      [{ type: 'table', rows: of(100, () => of(20, () => cell())), column_settings: of(20, () => ({ align: 'right', is_wrapped: true })) }], [{ type: 'markdown', text: `# ${x(11998)}` }],
      [rich({ type: 'text', text: 'a', style: { bold: true, code: true } }, { type: 'link', url: 'https://x' }, { type: 'user', user_id: 'U1' }, { type: 'emoji', name: 'eyes' })],
      [section({ accessory: { type: 'radio_buttons', action_id: 'o', options: of(10, (i) => option(i, { text: md(`*${i}*`) })) } })],
      [{ type: 'context_actions', elements: [{ type: 'feedback_buttons', action_id: 'f', positive_button: { text: plain(), value: 'g' }, negative_button: { text: plain(), value: 'b' } }] }],
    ];
    for (const blocks of fine) assert.equal((await post(blocks)).ok, true, JSON.stringify((await post(blocks)).errors) + JSON.stringify(blocks).slice(0, 200));
  });

  test('every member that @slack/types knows is known here', async () => {
    const places = [(v) => [v], (v) => [actions(v)], (v) => [section({ accessory: v })], (v) => [{ type: 'input', label: plain(), element: v }], (v) => [{ type: 'context', elements: [v] }],
      (v) => [{ type: 'context_actions', elements: [v] }], (v) => [{ type: 'rich_text', elements: [v] }], (v) => [rich(v)], (v) => [{ type: 'table', rows: [[v]] }]];
    let known = 0;
    const unknown = new Set();
    for (const d of Object.values(definitions)) {
      const type = d.properties?.type?.const;
      if (!type) continue;
      const v = Object.fromEntries(Object.keys(d.properties).map((k) => [k, null]));
      v.type = type;
      const answers = await Promise.all(places.map((at) => call('blocks.validate', { blocks: at(v) })));
      const taken = answers.filter((a) => !(a.errors ?? []).some((e) => e.message === `unsupported type: ${type}`));
      known += taken.length > 0;
      const wrong = taken.map((a) => (a.errors ?? []).filter((e) => e.code === 'additional_property').map((e) => `${type}.${e.field}`));
      if (wrong.every((w) => w.length > 0)) wrong.flat().forEach((w) => unknown.add(w)); // an image is a block and an element
    }
    assert.deepEqual([...unknown], []);
    assert.ok(known >= 40, `${known} types are known`);
  });
});

describe('views', () => {
  const modal = (more = {}) => ({ type: 'modal', title: plain('T'), blocks: [section()], ...more });
  const inputBlock = { type: 'input', block_id: 'i', label: plain(), element: { type: 'plain_text_input', action_id: 'a' } };
  const rows = [
    ['title of 25', modal({ title: plain(x(25)) }), '/view/title/text'], ['no title', modal({ title: undefined }), '/view'], ['submit of 25', modal({ submit: plain(x(25)) }), '/view/submit/text'],
    ['close of 25', modal({ close: plain(x(25)) }), '/view/close/text'], ['title in mrkdwn', modal({ title: md() }), '/view/title/type'], ['101 blocks', modal({ blocks: of(101, () => ({ type: 'divider' })) }), '/view/blocks'],
    ['no blocks', modal({ blocks: undefined }), '/view/blocks'], ['private_metadata of 3,001', modal({ private_metadata: x(3001) }), '/view/private_metadata'], ['callback_id of 256', modal({ callback_id: x(256) }), '/view/callback_id'],
    ['inputs without submit', modal({ blocks: [inputBlock] }), '/view'], ['a table', modal({ blocks: [{ type: 'table', rows: [[cell()]] }] }), '/view/blocks/0/type'], ['markdown', modal({ blocks: [{ type: 'markdown', text: 'x' }] }), '/view/blocks/0/type'],
    ['a wrong block', modal({ blocks: [section(), section({ text: md(x(3001)) })] }), '/view/blocks/1/text/text'], ['input label of 2,001', modal({ submit: plain(), blocks: [{ ...inputBlock, label: plain(x(2001)) }] }), '/view/blocks/0/label/text'],
    ['a button as input', modal({ submit: plain(), blocks: [{ ...inputBlock, element: button() }] }), '/view/blocks/0/element/type'], ['alert of 201', modal({ blocks: [{ type: 'alert', text: plain(x(201)) }] }), '/view/blocks/0/text/text'],
    ['a file that is not there', modal({ blocks: [{ type: 'image', slack_file: { id: 'F0NOTTHERE0' }, alt_text: 'a' }] }), '/view/blocks/0/slack_file'],
  ];
  for (const [name, view, pointer] of rows)
    test(name, async () => {
      const r = await call('views.open', { trigger_id: '1.2.x', view });
      assert.equal(r.error, 'invalid_arguments', JSON.stringify(r));
      assert.ok(r.response_metadata.messages[0].endsWith(`[json-pointer:${pointer}]`), r.response_metadata.messages[0]);
    });

  test('methods: triggers, ids, kinds, size', async () => {
    const errors = [
      ['views.open', { view: modal() }, 'invalid_trigger_id'], ['views.open', { trigger_id: '1.2.x' }, 'invalid_arguments'], ['views.open', { trigger_id: '1.2.x', view: '{' }, 'invalid_arguments'],
      ['views.open', { trigger_id: '1.2.x', view: { type: 'home', blocks: [] } }, 'invalid_arguments'], ['views.push', { trigger_id: '1.2.x', view: modal() }, 'invalid_trigger_id'],
      ['views.update', { view_id: 'V0NOTTHERE0', view: modal() }, 'not_found'], ['views.publish', { user_id: 'U0NOBODY', view: { type: 'home', blocks: [] } }, 'invalid_arguments'],
      ['views.publish', { user_id: people.alice, view: modal() }, 'invalid_arguments'], ['views.publish', { user_id: people.alice, view: { type: 'home', blocks: [{ type: 'alert', text: plain() }] } }, 'invalid_arguments'],
      ['views.open', { trigger_id: '1.2.x', view: modal({ blocks: of(99, () => section({ text: md('é'.repeat(2900)) })) }) }, 'view_too_large'],
    ];
    for (const [method, args, error] of errors) assert.equal((await call(method, args)).error, error, `${method} ${JSON.stringify(args).slice(0, 100)}`);
    assert.equal((await call('views.publish', { user_id: people.alice, view: { type: 'home', blocks: of(100, () => ({ type: 'divider' })) } })).ok, true);
  });

  test('a submission may set errors at input blocks only', async () => {
    const ws = await (await import('./fake_client.mjs')).connect(slack.url);
    ws.onCommand = (payload) => call('views.open', { trigger_id: payload.trigger_id, view: modal({ submit: plain(), blocks: [inputBlock, section({ block_id: 's' })] }) });
    const wrong = [{ s: 'at a section' }, { nowhere: 'x' }, {}, { i: 5 }];
    for (const errors of [...wrong, { i: 'Needed' }]) {
      await slack.say(people.alice, channels.finops, '/drc x');
      const [view] = (await slack.views()).modals;
      ws.submissionAck = { response_action: 'errors', errors };
      await slack.act(people.alice, { type: 'view_submit', view_id: view.id, state: { i: { a: { value: 'v' } } } });
      assert.equal((await slack.views()).modals.length, 1, 'it stays open');
    }
    ws.close();
  });
});

describe('methods', () => {
  test('tokens: none, wrong, of the wrong kind, in the body, revoked; scopes; unknown method', async () => {
    const ask = async (method, options) => (await call(method, {}, options)).error;
    assert.equal(await ask('auth.test', { token: '' }), 'not_authed');
    assert.equal(await ask('auth.test', { token: 'xoxb-wrong' }), 'invalid_auth');
    assert.equal(await ask('chat.postMessage', { token: 'xapp-local-drc' }), 'not_allowed_token_type');
    assert.equal(await ask('apps.connections.open'), 'not_allowed_token_type');
    assert.equal(await ask('apps.connections.open', { token: '' }), 'not_authed');
    assert.equal((await call('apps.connections.open', { token: 'xapp-local-drc' }, { token: '', form: true })).error, 'not_allowed_token_type', 'an app-level token travels in the header only');
    assert.equal((await (await fetch(`${slack.url}/api/apps.connections.open`, { headers: { authorization: 'Bearer xapp-local-drc' } })).json()).error, 'insecure_request');
    const unknown = await call('chat.dance');
    assert.deepEqual([unknown.error, unknown.req_method], ['unknown_method', 'chat.dance']);
    assert.equal(await ask('files.upload'), 'unknown_method', 'it is gone');
    await slack.fault('revoked_token', { times: 1 });
    assert.equal(await ask('auth.test'), 'token_revoked');
    const { scopes } = { scopes: 'commands,chat:write' };
    const all = (await fetch(`${slack.url}/api/api.test`)).headers.get('x-oauth-scopes');
    await slack.fault('scopes', { scopes });
    const missing = await call('files.info', { file: 'F0NOTTHERE0' });
    assert.deepEqual([missing.error, missing.needed, missing.provided], ['missing_scope', 'files:read', scopes]);
    assert.equal((await call('conversations.history', { channel: channels.room })).needed, 'groups:history');
    await slack.fault('scopes', { scopes: all });
  });

  test('bodies that cannot be read', async () => {
    for (const [raw, type, error] of [['{', 'application/json', 'invalid_json'], ['[]', 'application/json', 'json_not_object'], ['"x"', 'application/json', 'json_not_object'], ['<a/>', 'text/xml', 'invalid_post_type'],
      ['[', 'application/json; charset=utf-8', 'invalid_json'], [`${'['.repeat(100000)}`, 'application/json', 'invalid_json']])
      assert.equal((await call('chat.postMessage', {}, { raw, type })).error, error, raw.slice(0, 20));
  });

  test('arguments', async () => {
    const m = await call('chat.postMessage', { channel: channels.finops, text: 'mine' });
    await slack.say(people.alice, channels.finops, 'hers');
    const hers = (await slack.messages(channels.finops)).find((y) => y.text === 'hers').ts;
    const root = { channel: channels.finops, ts: m.ts };
    const errors = [
      ['chat.postMessage', { text: 'x' }, 'channel_not_found'], ['chat.postMessage', { channel: 'C0NOWHERE', text: 'x' }, 'channel_not_found'], ['chat.postMessage', { channel: '#nowhere', text: 'x' }, 'channel_not_found'],
      ['chat.postMessage', { channel: 7, text: 'x' }, 'channel_not_found'], ['chat.postMessage', { channel: channels.random, text: 'x' }, 'not_in_channel'], ['chat.postMessage', { channel: channels.finops }, 'no_text'],
      ['chat.postMessage', { channel: channels.finops, text: '' }, 'no_text'], ['chat.postMessage', { channel: channels.finops, blocks: [] }, 'no_text'], ['chat.postMessage', { channel: channels.finops, text: 'x', markdown_text: 'y' }, 'markdown_text_conflict'],
      ['chat.postMessage', { channel: channels.finops, text: 'x', thread_ts: '1.000001' }, 'thread_not_found'], ['chat.postMessage', { channel: channels.finops, text: 'x', metadata: '{' }, 'invalid_metadata_format'],
      ['chat.postMessage', { channel: channels.finops, text: 'x', metadata: { event_type: 'a' } }, 'invalid_metadata_format'], ['chat.postMessage', { channel: channels.finops, text: 'x', metadata: { event_type: 'a', event_payload: { a: x(17000) } } }, 'metadata_too_large'],
      ['chat.update', { channel: channels.finops, ts: '1.000001', text: 'x' }, 'message_not_found'], ['chat.update', { channel: channels.finops, ts: hers, text: 'x' }, 'cant_update_message'], ['chat.update', { ...root, text: x(4001) }, 'msg_too_long'],
      ['chat.update', root, 'no_text'], ['chat.update', { ...root, text: 'x', blocks: [{ type: 'x' }] }, 'invalid_blocks'], ['chat.delete', { channel: channels.finops, ts: hers }, 'cant_delete_message'], ['chat.delete', { channel: 'C0NOWHERE', ts: m.ts }, 'channel_not_found'],
      ['chat.postEphemeral', { channel: channels.finops, text: 'x' }, 'user_not_in_channel'], ['chat.postEphemeral', { channel: channels.dmBob, user: people.alice, text: 'x' }, 'user_not_in_channel'],
      ['chat.getPermalink', { channel: channels.finops, message_ts: '1.000001' }, 'message_not_found'], ['conversations.info', { channel: 'C0NOWHERE' }, 'channel_not_found'], ['conversations.history', { channel: channels.random }, 'not_in_channel'],
      ['conversations.replies', { channel: channels.finops, ts: '1.000001' }, 'thread_not_found'], ['conversations.join', { channel: channels.room }, 'method_not_supported_for_channel_type'], ['conversations.open', {}, 'users_list_not_supplied'],
      ['conversations.open', { users: 'U0NOBODY' }, 'user_not_found'], ['users.info', { user: 'U0NOBODY' }, 'user_not_found'], ['users.info', {}, 'user_not_found'], ['files.info', { file: 'F0NOTTHERE0' }, 'file_not_found'],
      ['files.completeUploadExternal', { files: [{ id: 'F0NOTTHERE0' }] }, 'file_not_found'], ['files.completeUploadExternal', {}, 'invalid_arguments'], ['files.completeUploadExternal', { files: 'x' }, 'invalid_arguments'],
      ['reactions.add', { channel: channels.finops, timestamp: '1.000001', name: 'eyes' }, 'message_not_found'], ['reactions.add', { channel: channels.finops, timestamp: m.ts, name: ':eyes:' }, 'invalid_name'], ['bots.info', { bot: 'B0NOBODY' }, 'bot_not_found'],
      ['assistant.threads.setStatus', { channel_id: 'C0NOWHERE', thread_ts: m.ts, status: 'x' }, 'channel_not_found'], ['assistant.threads.setSuggestedPrompts', { channel_id: channels.dmAlice, prompts: of(5, () => ({ title: 'a', message: 'b' })) }, 'invalid_arguments'],
      ['blocks.validate', {}, 'invalid_arguments'], ['blocks.validate', { blocks: [], view: {} }, 'invalid_arguments'], ['blocks.validate', { view: { type: 'modal' } }, 'invalid_view'], ['blocks.validate', { message: { blocks: [{ type: 'x' }] } }, 'invalid_message'],
    ];
    for (const [method, args, error] of errors) {
      assert.equal((await call(method, args)).error, error, `${method} ${JSON.stringify(args).slice(0, 120)}`);
      if (method.startsWith('files.getUpload')) continue;
      const form = Object.fromEntries(Object.entries(args).map(([k, v]) => [k, typeof v === 'object' ? JSON.stringify(v) : v]));
      assert.equal((await call(method, form, { form: true })).error, error, `${method} as a form ${JSON.stringify(form).slice(0, 120)}`);
    }
    assert.equal((await call('chat.update', { ...root, text: x(4000) })).ok, true);
    assert.equal((await call('chat.postMessage', { channel: '#finops', text: 'by name' })).channel, channels.finops);
  });

  test('uploads', async () => {
    const form = (args) => call('files.getUploadURLExternal', args, { form: true });
    assert.equal((await call('files.getUploadURLExternal', { filename: 'a', length: 3 })).error, 'invalid_arguments', 'takes no JSON');
    assert.equal((await form({ filename: 'a', length: 0 })).error, 'missing_argument');
    assert.equal((await form({ length: 3 })).error, 'missing_argument');
    assert.equal((await form({ filename: 'a', length: 3, alt_txt: x(1001) })).error, 'alt_txt_too_large');
    assert.equal((await form({ filename: 'a', length: 2000000000 })).error, 'file_upload_size_restricted');
    const { upload_url, file_id } = await form({ filename: 'a', length: 3, alt_txt: 'alt' });
    const send = (body) => fetch(upload_url, { method: 'POST', body }).then((r) => r.status);
    assert.equal((await call('files.completeUploadExternal', { files: [{ id: file_id }] })).error, 'file_not_found', 'nothing was uploaded yet');
    assert.equal(await send('four'), 400);
    assert.equal(await send('abc'), 200);
    assert.equal(await send('abc'), 404, 'once');
    const done = (more) => call('files.completeUploadExternal', { files: [{ id: file_id, title: 't' }], ...more });
    assert.equal((await done({ channel_id: 'C0NOWHERE' })).error, 'channel_not_found');
    assert.equal((await done({ channel_id: channels.random })).error, 'not_in_channel');
    assert.equal((await done({ channel_id: channels.finops, thread_ts: '1.000001' })).error, 'invalid_thread_ts');
    assert.equal((await done({ channel_id: channels.finops, blocks: [{ type: 'x' }] })).error, 'invalid_blocks');
    assert.equal((await done({ channels: `${channels.finops},${channels.room}` })).ok, true);
    assert.equal((await done({})).error, 'file_not_found', 'the third step works once');
    const { file } = await call('files.info', { file: file_id });
    assert.ok(file.shares.public[channels.finops][0].ts && file.shares.private[channels.room][0].ts, 'shared in both');
    assert.equal((await fetch(`${slack.url}/upload/v1/F0NOTTHERE0`, { method: 'POST', body: 'x' })).status, 404);
  });

  test('response URLs that are none', async () => {
    for (const path of ['/commands/T0DRCLOCAL/1/abc', '/actions/T0DRCLOCAL/99999/0123456789abcdef0123456789abcdef', '/actions/x']) assert.equal((await fetch(slack.url + path, { method: 'POST', body: '{}' })).status, 404);
  });

  test('what people type: two million characters, NUL bytes, unknown commands, commands in threads', async () => {
    assert.equal((await slack.say(people.alice, channels.finops, x(2_000_000))).error, 'msg_too_long');
    assert.equal((await slack.say(people.alice, channels.finops, '/drc in a thread', '1.000001')).error, 'not_supported_in_threads');
    assert.equal((await slack.say(people.alice, channels.finops, '/dance')).error, 'not_a_command');
    assert.equal((await slack.say(people.alice, channels.dmBob, 'not mine')).error, 'channel_not_found');
    assert.equal((await slack.say(people.alice, channels.finops, ' \n\t')).error, 'no_text');
    assert.equal((await slack.say(people.alice, channels.finops, 'a\u0000b')).ok, true);
    assert.equal((await slack.say(people.alice, channels.finops, `/drc ${x(2_000_000)}`)).outcome, 'dispatch_failed');
  });
});
