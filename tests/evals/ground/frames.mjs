// Fills the hand-written frames of this folder from the committed ledgers, without any help of the checker.
//
// A frame is a line: id, kind, conditions, text. In the text {A} {B} {C} are entities, {A.cost:usd0} a figure in a format, {T.cost:..} of
// the whole report, {{A.cost:id}} a placeholder, \n a new line. After the format, !mutation spoils the figure, and a last :disguise
// hides it. Conditions: a role that must be there, a comparison, top:A (no entity costs more), next:B (only one does), differ:role:format (A and B do not read
// the same). Each frame is
// filled from every ledger, with the entities in every rotation.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const en = (v, digits = 0) => Math.abs(v).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const sig = (v, n, round = Math.round) => { const p = 10 ** (Math.floor(Math.log10(v)) - n + 1); return round(v / p) * p; };
const words = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
const fractions = [[1 / 4, 'a quarter'], [1 / 3, 'a third'], [1 / 2, 'half'], [2 / 3, 'two thirds'], [3 / 4, 'three quarters'], [1 / 5, 'a fifth'], [1 / 10, 'a tenth']];
const minutes = (ms) => Math.round(ms / 60000);
const clock = (min) => (min >= 60 ? `${Math.floor(min / 60)} h ${String(min % 60).padStart(2, '0')} min` : `${min} min`);

// Deterministic: the same case has the same fault every day.
const randomOf = (seed) => {
  let h = 2166136261;
  for (const c of seed) h = Math.imul(h ^ c.charCodeAt(0), 16777619);
  return (n) => { h = Math.imul(h ^ (h >>> 15), 2246822519); h ^= h >>> 13; return Math.abs(h) % n; };
};
const otherDigit = (text, random) => {
  const at = [...text.matchAll(/\d/g)].map((m) => m.index), i = at[random(at.length)], old = Number(text[i]);
  const now = (old + 1 + random(8)) % 10;
  return i === at[0] && now === 0 ? otherDigit(text, random) : text.slice(0, i) + now + text.slice(i + 1);
};
const swapDigits = (text) => {
  for (let i = 0; i + 1 < text.length; i++)
    if (/\d\d/.test(text.slice(i, i + 2)) && text[i] !== text[i + 1] && text[i + 1] !== '0') return text.slice(0, i) + text[i + 1] + text[i] + text.slice(i + 2);
  return null;
};

// Value (dollars, ratio, count, ms) to text; null: this form does not suit the value.
const formats = {
  usd0: (v) => (Math.abs(v) < 100 ? null : `$${en(v)}`), susd0: (v) => (Math.abs(v) < 100 ? null : `${v < 0 ? '-' : '+'}$${en(v)}`),
  usd2: (v) => `$${en(v, 2)}`, usdk: (v) => `$${en(v / 1000, 1)}k`, usdcode: (v) => (Math.abs(v) < 100 ? null : `USD ${en(v)}`),
  usdword: (v) => (Math.abs(v) < 100 ? null : `${en(v)} dollars`), usdsig2: (v) => `$${en(sig(v, 2))}`,
  usdfloor: (v) => `$${en(sig(v, 1, Math.floor))}`, usdceil: (v) => `$${en(sig(v, 2, Math.ceil))}`,
  usdfloor2: (v) => `$${en(sig(v * 0.93, 2))}`, usdceil2: (v) => `$${en(sig(v * 1.08, 2, Math.ceil))}`, double: (v) => `$${en(sig(v * 1.7, 2))}`,
  pct0: (v) => (Math.abs(v) < 0.02 ? null : `${en(v * 100)} %`), spct0: (v) => (Math.abs(v) < 0.02 ? null : `${v < 0 ? '-' : '+'}${en(v * 100)} %`),
  pct1: (v) => `${en(v * 100, 1)}%`, pctw: (v) => (Math.abs(v) < 0.02 ? null : `${en(v * 100)} percent`),
  num0: (v) => en(v * 100), num1: (v) => en(v * 100, 1), n: (v) => en(v), word: (v) => words[v] ?? null, x1: (v) => en(v, 1),
  dur: (v) => clock(minutes(v)), durmin: (v) => `${en(minutes(v))} minutes`, durh: (v) => (v < 3.6e6 ? null : `${en(v / 3.6e6, 1)} hours`),
  hoursasmin: (v) => `${en(minutes(v))} hours`, minassec: (v) => `${en(minutes(v))} seconds`,
  thousandfold: (v) => `$${en(v)}k`, million: (v) => `$${en(v / 1000, 1)} million`,
  usdk2: (v) => `$${en(v / 1000, 2)}k`, usdtho: (v) => `$${en(v / 1000, 1)} thousand`,
  longdur: (v) => (v < 3.6e6 ? null : `${Math.floor(minutes(v) / 60)} hours and ${minutes(v) % 60} minutes`),
  frac: (v) => fractions.find(([f]) => Math.abs(v / f - 1) < 0.015)?.[1] ?? null,
};
const mutations = {
  digit: (text, random) => otherDigit(text, random), swap: (text) => swapDigits(text),
  up: (text) => text.replace(/[\d,]+(\.\d)?/, (s) => (s.includes('.') ? (Number(s.replace(',', '')) + 0.1).toFixed(1) : String(Number(s) + 1))),
  down: (text) => text.replace(/[\d,]+(\.\d)?/, (s) => (s.includes('.') ? (Number(s.replace(',', '')) - 0.1).toFixed(1) : String(Number(s) - 1))),
};
const disguises = {
  fullwidth: (text) => text.replace(/\d/g, (d) => String.fromCodePoint(0xff10 + Number(d))),
  zerowidth: (text) => text.replace(/(\d)(\d)/, '$1\u200b$2'),
};
const names = {
  garble: (name, random) => {
    const at = [...name.matchAll(/[a-z]/g)].map((m) => m.index).slice(2), i = at[random(at.length)];
    return name.slice(0, i) + (name[i] === 'q' ? 'z' : 'q') + name.slice(i + 1);
  },
  homoglyph: (name) => {
    const i = name.search(/[aoe]/);
    return i < 0 ? null : name.slice(0, i) + { a: '\u0430', o: '\u043e', e: '\u0435' }[name[i]] + name.slice(i + 1);
  },
};

export const ledgers = (...folders) =>
  (folders.length > 0 ? folders : ['ledgers']).flatMap((folder) => readdirSync(join(here, folder)).filter((f) => f.endsWith('.json')).sort()
    .map((f) => ({ name: f.slice(0, -5), path: join(here, folder, f), ...JSON.parse(readFileSync(join(here, folder, f), 'utf8')) })));

export const readFrames = (file) =>
  readFileSync(join(here, file), 'utf8').split('\n').filter((l) => l !== '' && !l.startsWith('#')).map((l) => {
    const [id, kind, needs, text, ...more] = l.split('\t');
    if (text === undefined || more.length > 0) throw new Error(`${file}: ${id}: a frame has four columns`);
    return { id, kind, needs: needs === '-' ? [] : needs.split(','), text };
  });

const rotations = (roles) => {
  const letters = ['A', 'B', 'C'].filter((l) => roles[l]);
  return letters.map((_, i) => {
    const turned = [...letters.slice(i), ...letters.slice(0, i)];
    const { gap, ...whole } = roles.T ?? {}; // the gap is between the first two
    return { T: i === 0 ? roles.T ?? {} : whole, ...Object.fromEntries(letters.map((l, k) => [l, roles[turned[k]]])) };
  });
};
const valueOf = (roles, word) => (/^[\d.]+$/.test(word) ? Number(word) : roles[word.split('.')[0]]?.[word.split('.')[1]]?.value);
const evaluate = (roles, text) => {
  const [, minus, x, op, y] = /^(-?)([A-Za-z]\.?[\w]*|[\d.]+)(?:([-+*/])(.+))?$/.exec(text) ?? [];
  const a = valueOf(roles, x ?? ''), b = y === undefined ? 0 : valueOf(roles, y);
  if (a === undefined || b === undefined) return undefined;
  const v = { '+': a + b, '-': a - b, '*': a * b, '/': a / b }[op ?? '+'];
  return minus ? -v : v;
};
const costs = (roles) => ['A', 'B', 'C'].flatMap((l) => (roles[l]?.cost ? [roles[l].cost.value] : []));
const holds = (need, roles) => {
  if (need.startsWith('differ:')) {
    const [, role, format] = need.split(':'), [a, b] = [roles.A?.[role], roles.B?.[role]];
    return a !== undefined && b !== undefined && formats[format](a.value) !== formats[format](b.value);
  }
  if (/^(top|next):/.test(need)) {
    const own = roles[need.split(':')[1]]?.cost?.value;
    return own !== undefined && costs(roles).filter((v) => v > own).length === (need.startsWith('top') ? 0 : 1);
  }
  const [, x, op, y] = /^([\w.]+)(?:([<>=])([-\w.]+))?$/.exec(need);
  const a = valueOf(roles, x), b = y === undefined ? 0 : valueOf(roles, y);
  return a !== undefined && b !== undefined && (op === undefined || (op === '>' ? a > b : op === '<' ? a < b : a === b));
};
const kinds = { job: 'jobs', compute_type: 'compute types', resource: 'warehouses', pipeline: 'pipelines', query: 'queries' };
const long = (iso) => new Date(`${iso}T00:00:00Z`).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' });
const span = (period) => (/^\d{4}/.test(period) ? period.split('..') : period.split('\u2013').map((s) => new Date(`${s.replace(/ 2026$/, '')} 2026 UTC`).toISOString().slice(0, 10)));
const factOf = (ledger, id) => ledger.facts.find((f) => f.id === id);
const days = (ledger, roles) => {
  const [first, last] = span((factOf(ledger, roles.A?.cost?.id) ?? ledger.facts[0]).period);
  const before = factOf(ledger, (roles.A?.before ?? roles.T?.before)?.id)?.period, [b1, b2] = before ? span(before) : [];
  return { iso1: first, iso2: last, day1: long(first), day2: long(last), bday1: b1 && long(b1), bday2: b2 && long(b2), biso1: b1, biso2: b2,
    days: String((Date.parse(last) - Date.parse(first)) / 86400000 + 1), noun: kinds[ledger.entities[0].id.split(':')[0]] };
};

// One {slot}; null: it cannot be filled here.
const fill = (slot, roles, ledger, random) => {
  const [what, form, disguise] = slot.split(':');
  if (/^[A-C]$/.test(what)) return roles[what] === undefined ? null : form ? names[form](roles[what].name, random) : roles[what].name;
  if (form === undefined) { const known = days(ledger, roles); return what in known ? known[what] ?? null : `{${slot}}`; }
  const [format, mutation] = form.split('!'), [owner, role] = what.split('.'), id = roles[owner]?.[role]?.id;
  if (format === 'id') return id ?? null;
  if (format === 's' || format === 'u') return factOf(ledger, id)?.display.replace(format === 'u' ? /^[+-]/ : '', '') ?? null; // as displayed, unsigned or not
  const value = evaluate(roles, what);
  let text = value === undefined ? null : formats[format](value);
  if (text !== null && mutation) text = mutations[mutation](text, random);
  return text !== null && disguise ? disguises[disguise](text) : text;
};

// All cases of the frames: { id, kind, ledger, text }, each text once per ledger.
export const casesOf = (frames, list) =>
  list.flatMap((ledger) => {
    const seen = new Set();
    return frames.flatMap((f) => rotations(ledger.roles).flatMap((roles, k) => {
      if (!f.needs.every((n) => holds(n, roles))) return [];
      const id = `${f.id}/${ledger.name}/${k}`, random = randomOf(id);
      let whole = true;
      const text = f.text.replace(/\\n/g, '\n').replace(/\\u([0-9a-f]{4})/g, (_, h) => String.fromCharCode(parseInt(h, 16)))
        .replace(/\{(-?[A-Za-z][^{}]*)\}/g, (_, slot) => { const s = fill(slot, roles, ledger, random); whole &&= s !== null; return s; });
      if (!whole || seen.has(text)) return [];
      seen.add(text);
      return [{ id, kind: f.kind, ledger: ledger.name, text }];
    }));
  });
