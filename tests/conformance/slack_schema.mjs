// The judge of what the bot posts: the JSON schemas of types_schema.mjs, and Slack's other limits as a table. Shares nothing with the bot's
// or the emulator's rules.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { root } from '../harness/drc.mjs';

// Reading the declarations takes seconds: their schemas are kept for as long as the converter and the packages stay.
const kept = async () => {
  const hash = createHash('sha256');
  for (const file of ['tests/conformance/types_schema.mjs', 'tests/package-lock.json']) hash.update(readFileSync(join(root, file)));
  const file = join(root, 'build/test', `slack-types-${hash.digest('hex').slice(0, 16)}.json`);
  if (!existsSync(file)) {
    const { schemas, definitions } = await import('./types_schema.mjs');
    mkdirSync(join(root, 'build/test'), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify({ schemas, definitions }));
    renameSync(`${file}.${process.pid}`, file);
  }
  return JSON.parse(readFileSync(file, 'utf8'));
};
export const { schemas, definitions } = await kept();
const ajv = new Ajv({ allErrors: true, strict: false });
const judges = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, ajv.compile({ ...schema, definitions })]));

// ---- Slack's limits that the declarations do not state --------------------------------------

const chars = (s) => [...s].length;
const TEXTS = { // [member, at most] of the text in it, by type
  section: [['text', 3000]], header: [['text', 150]], button: [['text', 75]], image: [['title', 2000]], input: [['label', 2000], ['hint', 2000]],
  alert: [['text', 200]], static_select: [['placeholder', 150]], multi_static_select: [['placeholder', 150]], plain_text_input: [['placeholder', 150]],
  modal: [['title', 24], ['submit', 24], ['close', 24]],
};
const STRINGS = { action_id: 255, block_id: 255, alt_text: 2000, image_url: 3000, url: 3000, callback_id: 255, private_metadata: 3000, accessibility_label: 75 };
const LISTS = { section: [['fields', 10]], context: [['elements', 10]], actions: [['elements', 25]], static_select: [['options', 100], ['option_groups', 100]],
  overflow: [['options', 5]], radio_buttons: [['options', 10]], checkboxes: [['options', 10]], table: [['rows', 100], ['column_settings', 20]] };

const optionErrors = (o, at) => [
  ...(chars(o.text?.text ?? '') > 75 || chars(o.text?.text ?? '') < 1 ? [`${at}/text: 1 to 75 characters`] : []),
  ...(chars(o.value ?? '') > 150 || chars(o.value ?? '') < 1 ? [`${at}/value: 1 to 150 characters`] : []),
  ...(chars(o.description?.text ?? '') > 75 ? [`${at}/description: at most 75 characters`] : []),
];

// All that is wrong below v, by its `type`.
const walk = (v, at, out) => {
  if (Array.isArray(v)) { v.forEach((x, i) => walk(x, `${at}/${i}`, out)); return; }
  if (v === null || typeof v !== 'object') return;
  for (const [member, most] of TEXTS[v.type] ?? []) {
    const text = v[member]?.text ?? (typeof v[member] === 'string' ? v[member] : undefined);
    if (text !== undefined && (chars(text) > most || chars(text) < 1)) out.push(`${at}/${member}: 1 to ${most} characters, has ${chars(text)}`);
  }
  for (const [member, most] of Object.entries(STRINGS))
    if (typeof v[member] === 'string' && (chars(v[member]) > most || (member !== 'private_metadata' && v[member] === ''))) out.push(`${at}/${member}: 1 to ${most} characters`);
  for (const [member, most] of LISTS[v.type] ?? [])
    if (v[member] !== undefined && (v[member].length > most || (v[member].length < 1 && member !== 'column_settings'))) out.push(`${at}/${member}: 1 to ${most} items, has ${v[member].length}`);
  if (v.type === 'button' && chars(v.value ?? '') > 2000) out.push(`${at}/value: at most 2000 characters`);
  if (v.type === 'section') {
    for (const [i, f] of (v.fields ?? []).entries()) if (chars(f.text) > 2000) out.push(`${at}/fields/${i}: at most 2000 characters`);
    if (v.text === undefined && v.fields === undefined) out.push(`${at}: neither text nor fields`);
  }
  if (v.type === 'context') for (const [i, e] of v.elements.entries()) if (e.text !== undefined && (chars(e.text) > 2000 || e.text === '')) out.push(`${at}/elements/${i}: 1 to 2000 characters`);
  if (v.type === 'image' && v.slack_file && !/^F[A-Z0-9]{8,}$/.test(v.slack_file.id)) out.push(`${at}/slack_file/id: not a file id`);
  if (v.type === 'actions') {
    const ids = v.elements.map((e) => e.action_id);
    if (new Set(ids).size !== ids.length) out.push(`${at}/elements: action_id twice`);
  }
  if (v.type === 'table') for (const [i, row] of v.rows.entries()) {
    if (row.length < 1 || row.length > 20 || row.length !== v.rows[0].length) out.push(`${at}/rows/${i}: 1 to 20 cells, as many as in the first row`);
    for (const c of row) if (!['raw_text', 'rich_text'].includes(c.type) || c.text === '') out.push(`${at}/rows/${i}: a cell of type ${c.type} or without text is refused`);
  }
  if (v.type === 'static_select' || v.type === 'overflow') {
    const all = v.options ?? v.option_groups.flatMap((g) => g.options);
    all.forEach((o, i) => out.push(...optionErrors(o, `${at}/options/${i}`)));
    for (const g of v.option_groups ?? []) if (chars(g.label.text) > 75 || g.options.length < 1 || g.options.length > 100) out.push(`${at}: option group "${g.label.text}"`);
    if (v.initial_option && !all.some((o) => JSON.stringify(o) === JSON.stringify(v.initial_option))) out.push(`${at}/initial_option: is not among the options`);
  }
  for (const [key, x] of Object.entries(v)) walk(x, `${at}/${key}`, out);
};

const sumOf = (v, key) => (Array.isArray(v) ? v.reduce((n, x) => n + sumOf(x, key), 0)
  : v && typeof v === 'object' ? Object.entries(v).reduce((n, [k, x]) => n + (k === key && typeof x === 'string' ? chars(x) : sumOf(x, key)), 0) : 0);

const shapeErrors = (judge, v, at) => (judges[judge](v) ? [] : judges[judge].errors.filter((e) => e.keyword !== 'if')
  .map((e) => `${at}${e.instancePath}: ${e.message} ${JSON.stringify(e.params)}`));

const blocksErrors = (blocks, most, at = '/blocks') => {
  const out = [];
  if (!Array.isArray(blocks)) return [`${at}: not an array`];
  if (blocks.length > most) out.push(`${at}: more than ${most} blocks`);
  blocks.forEach((b, i) => out.push(...shapeErrors('block', b, `${at}/${i}`)));
  if (out.length === 0) walk(blocks, at, out);
  const ids = blocks.map((b) => b.block_id).filter(Boolean);
  if (new Set(ids).size !== ids.length) out.push(`${at}: block_id twice`);
  return out;
};

/** What is wrong with a message as it is sent to Slack (an object with text, blocks, ...). Empty = nothing. */
export const messageErrors = (m) => {
  const out = [];
  if (typeof m.text !== 'string' || m.text.trim() === '') out.push('/text: empty: nobody would be notified');
  else if (chars(m.text) > 4000) out.push('/text: more than 4000 characters');
  if (m.blocks !== undefined) {
    out.push(...blocksErrors(m.blocks, 50));
    if (m.blocks.some((b) => b.type === 'alert' || b.type === 'input')) out.push('/blocks: a block for modals only');
    if (m.blocks.filter((b) => b.type === 'table').length > 1) out.push('/blocks: only one table');
    if (sumOf(m.blocks, 'text') > 13200) out.push('/blocks: more than 13,200 characters together');
    if (sumOf(m.blocks.filter((b) => b.type === 'markdown'), 'text') > 12000) out.push('/blocks: more than 12,000 characters of markdown');
  }
  return out;
};

/** The same for a view. */
export const viewErrors = (v) => {
  const out = shapeErrors(v.type === 'home' ? 'home' : 'modal', v, '/view');
  if (out.length > 0) return out;
  walk({ ...v, blocks: [] }, '/view', out);
  out.push(...blocksErrors(v.blocks, 100, '/view/blocks'));
  if (v.blocks.some((b) => ['markdown', 'table', 'context_actions', 'data_visualization'].includes(b.type))) out.push('/view/blocks: a block for messages only');
  if (v.type === 'modal' && v.blocks.some((b) => b.type === 'input') && !v.submit) out.push('/view: inputs without submit');
  if (Buffer.byteLength(JSON.stringify(v)) > 250000) out.push('/view: more than 250 KB');
  return out;
};
