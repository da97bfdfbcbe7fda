// The judge of what the bot posts: a JSON schema made from the TypeScript declarations of @slack/types (shapes, unknown members and
// those lengths that their comments state), and Slack's other limits as a table. Shares nothing with the bot's or the emulator's rules.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import ts from 'typescript';
import Ajv from 'ajv';

const require = createRequire(import.meta.url);
export const declarations = join(dirname(require.resolve('@slack/types')), 'index.d.ts');

// ---- declarations to schema -----------------------------------------------------------------

const program = ts.createProgram([declarations], { strict: true, noEmit: true, skipLibCheck: true, skipDefaultLibCheck: true, lib: ['lib.es5.d.ts'], types: [] });
const checker = program.getTypeChecker();
const exported = new Map(checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(declarations)))
  .map((s) => [s.name, checker.getDeclaredTypeOfSymbol(s.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(s) : s)]));

const defs = {};
const names = new Map(); // object type -> name in defs

const isObject = (t) => (t.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0;
const literalOf = (t, member) => {
  const p = checker.getPropertyOfType(t, member);
  const type = p && checker.getTypeOfSymbol(p);
  return type?.isStringLiteral() ? type.value : undefined;
};

// What the comments say: "Maximum length for this field is 255 characters", "... for the `text` in this field is 75 characters".
const limitsOf = (symbol) => {
  const doc = ts.displayPartsToString(symbol.getDocumentationComment(checker)) +
    symbol.getJsDocTags(checker).map((t) => ts.displayPartsToString(t.text)).join(' ');
  const text = doc.replace(/\s+/g, ' ');
  const n = (re) => { const m = re.exec(text); return m ? Number(m[1]) : undefined; };
  return {
    own: n(/max(?:imum)? length(?: for this field)? (?:is|of) (\d+)/i),
    inner: n(/max(?:imum)? length for the `?text`? (?:in|within) this field is (\d+)/i) ?? n(/max(?:imum)? length (?:is|of) (\d+) characters/i),
    each: n(/max(?:imum)? length for the text in each item is (\d+)/i),
    items: n(/(?:maximum (?:number of (?:items|options|option groups) is |of )|maximum )(\d+)(?: items| options| elements| cards| rows| blocks)?/i),
  };
};

const textObject = (t) => ['plain_text', 'mrkdwn'].includes(literalOf(t.isUnion() ? t.types[0] : t, 'type'));

const withLimits = (schema, type, symbol) => {
  const limit = limitsOf(symbol);
  const kind = checker.getNonNullableType(type);
  if (kind.flags & ts.TypeFlags.StringLike && limit.own) return { allOf: [schema, { maxLength: limit.own }] };
  if (checker.isArrayType(kind)) {
    const extra = {};
    if (limit.items) extra.maxItems = limit.items;
    if (limit.each) extra.items = { properties: { text: { maxLength: limit.each } } };
    return Object.keys(extra).length ? { allOf: [schema, extra] } : schema;
  }
  if (textObject(kind) && limit.inner) return { allOf: [schema, { properties: { text: { maxLength: limit.inner } } }] };
  return schema;
};

const objectSchema = (type) => {
  const properties = {}, required = [];
  for (const p of checker.getPropertiesOfType(type)) {
    const t = checker.getTypeOfSymbol(p);
    properties[p.name] = withLimits(convert(t), t, p);
    if (!(p.flags & ts.SymbolFlags.Optional)) required.push(p.name);
  }
  const index = checker.getIndexInfosOfType(type);
  return { type: 'object', properties, required, additionalProperties: index.length > 0 };
};

const reference = (type) => {
  if (!names.has(type)) {
    let name = type.aliasSymbol?.name ?? type.symbol?.name ?? 'anonymous';
    while (name in defs || name.startsWith('__')) name = `${name.replace(/^_+/, '')}_${names.size}`;
    names.set(type, name);
    defs[name] = {}; // it may refer to itself
    defs[name] = objectSchema(type);
  }
  return { $ref: `#/definitions/${names.get(type)}` };
};

const alternatives = (types) => (types.length === 1 ? convert(types[0]) : { anyOf: types.map(convert) });

// A union of objects that are told apart by `type` is judged by the branch that `type` names: the errors stay readable.
const unionSchema = (type) => {
  const parts = type.types.filter((t) => !(t.flags & ts.TypeFlags.Undefined) && t.symbol?.name !== 'Block');
  if (parts.every((t) => t.flags & ts.TypeFlags.BooleanLiteral)) return { type: 'boolean' };
  if (parts.every((t) => t.isStringLiteral() || t.isNumberLiteral())) return { enum: parts.map((t) => t.value) };
  const groups = new Map();
  for (const t of parts) {
    const key = isObject(t) ? literalOf(t, 'type') : undefined;
    if (key === undefined) return alternatives(parts);
    groups.set(key, [...(groups.get(key) ?? []), t]);
  }
  return { type: 'object', required: ['type'], properties: { type: { enum: [...groups.keys()] } },
    allOf: [...groups].map(([key, list]) => ({ if: { properties: { type: { const: key } } }, then: alternatives(list) })) };
};

function convert(type) {
  if (type.isUnion()) return unionSchema(type);
  if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
  if (type.flags & ts.TypeFlags.BooleanLiteral) return { const: checker.typeToString(type) === 'true' };
  if (type.flags & ts.TypeFlags.StringLike) return { type: 'string' };
  if (type.flags & ts.TypeFlags.NumberLike) return { type: 'number' };
  if (type.flags & ts.TypeFlags.BooleanLike) return { type: 'boolean' };
  if (type.flags & ts.TypeFlags.Null) return { type: 'null' };
  if (checker.isArrayType(type)) return { type: 'array', items: convert(checker.getTypeArguments(type)[0]) };
  if (checker.isTupleType(type)) {
    const items = checker.getTypeArguments(type).map(convert);
    return { type: 'array', items: items.length === 1 ? items[0] : { anyOf: items } };
  }
  if (isObject(type)) return reference(type);
  if (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
  throw new Error(`@slack/types has a type that the converter does not know: ${checker.typeToString(type)}`);
}

const compile = (schema) => ajv.compile({ ...schema, definitions: defs });
const schemas = { block: convert(exported.get('KnownBlock')), home: convert(exported.get('HomeView')), modal: convert(exported.get('ModalView')) };
const ajv = new Ajv({ allErrors: true, strict: false });
const judges = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, compile(schema)]));
export const definitions = defs;

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
