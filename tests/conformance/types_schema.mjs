// The declarations of @slack/types as JSON schemas: shapes, unknown members, and those lengths that their comments state.
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import ts from 'typescript';

const require = createRequire(import.meta.url);
const declarations = join(dirname(require.resolve('@slack/types')), 'index.d.ts');

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

export const schemas = { block: convert(exported.get('KnownBlock')), home: convert(exported.get('HomeView')), modal: convert(exported.get('ModalView')) };
export { defs as definitions };
