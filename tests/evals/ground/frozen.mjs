// Writes a frozen set from frames and ledgers: `node frozen.mjs third|fourth|fifth` prints how many lines each kind has; with --write it writes
// NAME-faithful.tsv and NAME-adversarial.tsv, with --check it compares the figures of each text with the facts that it cites. Those
// files are frozen: write them anew only together with the date in README.md. The natural and the sixth set have no frames, and not all
// of their texts cite: `node frozen.mjs natural|sixth --check` compares them with all that is in the ledger.
//
// A frame: kind, text, condition. In the text {A} is a name, {A.cost:usd} a figure in a format (table `formats`), with ! a change that
// makes it false ({A.cost:usd!digit}, {A!swap}), [A.cost] the id of the fact, {now:iso} the period of A.cost, {before:iso} the one
// of A.before. A, B, C stand for any of the ledger's entities in any order, T for its totals. A frame is used with every ledger that
// has its roles and meets its condition, with at most as many of these readings as its set says, chosen by a hash.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fifth from './fifth-frames.mjs';
import * as fourth from './fourth-frames.mjs';
import * as third from './third-frames.mjs';

const here = import.meta.dirname;
const byHand = ['natural', 'sixth']; // without frames, and over dev-ledgers too
// Of each set its frames, how its ids begin, the most lines of a frame, and the script that it was written by under the name of its day.
const sets = {
  third: { frames: third, letters: { faithful: 'm', adversarial: 'n' }, most: { faithful: 5, adversarial: 6 }, script: 'third.mjs' },
  fourth: { frames: fourth, letters: { faithful: 'p', adversarial: 'q' }, most: { faithful: 5, adversarial: 4 }, script: 'frozen.mjs' },
  fifth: { frames: fifth, letters: { faithful: 'r', adversarial: 's' }, most: { faithful: 5, adversarial: 3 }, script: 'frozen.mjs' },
};

// The ledgers that a set is written over, as the other sets' reader gives them.
export const frozenLedgers = (name) =>
  ['ledgers', 'third-ledgers', ...(byHand.includes(name) ? ['dev-ledgers'] : [])].flatMap((folder) => readdirSync(join(here, folder)).filter((f) => f.endsWith('.json')).sort()
    .map((f) => ({ name: f.slice(0, -5), path: join(here, folder, f), ...JSON.parse(readFileSync(join(here, folder, f), 'utf8')) })));

// The frozen lines: id, kind, ledger, text (with \n for a new line).
export const frozenCases = (file) =>
  readFileSync(join(here, file), 'utf8').split('\n').filter((l) => l !== '' && !l.startsWith('#')).map((l) => {
    const [id, kind, ledger, text] = l.split('\t');
    return { id, kind, ledger, text: text.replaceAll('\\n', '\n') };
  });

const hash = (s) => parseInt(createHash('sha256').update(s).digest('hex').slice(0, 8), 16);
const nouns = { compute: ['compute type', 'compute types'], anomaly: ['warehouse', 'warehouses'], warehouses: ['resource', 'resources'], 'steer-warehouse': ['resource', 'resources'] };

// value -> [text before, number as scaled, decimals, text after]; money in dollars, time in ms, shares as ratios.
const n = (before, scale, decimals, after = '', grouped = true) => ({ before, scale, decimals, after, grouped });
const formats = {
  usd: n('$', 1, 0), usd2: n('$', 1, 2), usd1: n('$', 1, 1), usdbare: n('$', 1, 0, '', false), usdcode: n('USD ', 1, 0), usdafter: n('', 1, 0, ' USD'), dollars: n('', 1, 0, ' dollars'),
  k: n('$', 1e-3, 1, 'k'), k2: n('$', 1e-3, 2, 'k'), K: n('$', 1e-3, 1, 'K'), thousand: n('$', 1e-3, 1, ' thousand'), ten: { ...n('$', 1, 0), step: 10 }, hundred: { ...n('$', 1, 0, '', false), step: 100 }, m: n('$', 1e-6, 3, 'M'),
  num: n('', 1, 0), num2: n('', 1, 2), numk: n('', 1e-3, 1), pct: n('', 100, 0, ' %'), pct0: n('', 100, 0, '%'), pct1: n('', 100, 1, '%'), pct1s: n('', 100, 1, ' %'), percent: n('', 100, 0, ' percent'), pctnum: n('', 100, 0), ratio: n('', 1, 3),
  k0: n('$', 1e-3, 0, 'k'), kafter: n('', 1e-3, 1, 'k USD'), percentuk: n('', 100, 0, ' per cent'), hrs: n('', 1 / 3.6e6, 1, ' hrs'),
  pp: n('', 100, 0, ' pp'), points: n('', 100, 0, ' percentage points'), n: n('', 1, 0), nbare: n('', 1, 0, '', false), min: n('', 1 / 6e4, 0, ' min', false), minutes: n('', 1 / 6e4, 0, ' minutes', false), minnum: n('', 1 / 6e4, 0, '', false), hours: n('', 1 / 3.6e6, 1, ' hours'), h: n('', 1 / 3.6e6, 1, ' h'), hours2: n('', 1 / 3.6e6, 2, ' hours'), hoursnum: n('', 1 / 3.6e6, 1),
};
const written = (f, scaled) => f.before + scaled.toLocaleString('en', { minimumFractionDigits: f.decimals, maximumFractionDigits: f.decimals, useGrouping: f.grouped }) + f.after;

const numerals = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
const ordinals = ['', 'first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const fractions = [[1 / 10, 'a tenth'], [1 / 7, 'a seventh'], [1 / 5, 'a fifth'], [1 / 4, 'a quarter'], [1 / 3, 'a third'], [1 / 2, 'half'], [3 / 5, 'three fifths'], [2 / 3, 'two thirds'], [3 / 4, 'three quarters'], [9 / 10, 'nine tenths']];
// A number in words, or none where words do not fit it; with a change, words that are wrong.
const spelled = {
  word: (x, change, seed) => numerals[change ? 2 + ((x + (seed % 7)) % 10) : x],
  nth: (x, change, seed) => ordinals[change ? 1 + ((x + (seed % 5)) % 10) : x],
  frac: (x, change, seed) => {
    const near = fractions.filter(([q]) => (change ? Math.abs(x / q - 1) > 0.35 : Math.abs(x / q - 1) < 0.03));
    return near.length > 0 ? near[seed % near.length][1] : undefined;
  },
};

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const days = (period) => {
  const iso = period.match(/^(\d{4})-(\d\d)-(\d\d)\.\.(\d{4})-(\d\d)-(\d\d)$/);
  if (iso) return [[+iso[3], +iso[2]], [+iso[6], +iso[5]]];
  const said = period.match(/^(\d+) (\w+)\u2013(\d+) (\w+) 2026$/), month = (s) => months.findIndex((x) => x.startsWith(s)) + 1;
  return [[+said[1], month(said[2])], [+said[3], month(said[4])]];
};
const two = (x) => String(x).padStart(2, '0');
const dates = {
  as: (p) => p,
  iso: (p) => days(p).map(([d, m]) => `2026-${two(m)}-${two(d)}`).join(' to '),
  long: (p) => `${days(p).map(([d, m]) => `${d} ${months[m - 1]}`).join(' to ')} 2026`,
  us: (p) => `${days(p).map(([d, m]) => `${months[m - 1]} ${d}`).join(' through ')}, 2026`,
  short: (p) => days(p).map(([d, m]) => `${d} ${months[m - 1].slice(0, 3)}`).join(' and '),
  dmy: (p) => days(p).map(([d, m]) => `${two(d)}/${two(m)}/2026`).join(' to '),
  start: (p) => dates.long(p).split(' to ')[0],
  end: (p) => dates.long(p).split(' to ')[1],
};

const garbles = {
  swap: (s, r) => { const at = [...s.slice(0, -1)].flatMap((c, i) => (i > 1 && /[a-z]/.test(c) && /[a-z]/.test(s[i + 1]) && c !== s[i + 1] ? [i] : [])), i = at[r % at.length]; return s.slice(0, i) + s[i + 1] + s[i] + s.slice(i + 2); },
  drop: (s, r) => { const at = [...s].flatMap((c, i) => (i > 1 && /[a-z]/.test(c) && c !== s[i - 1] ? [i] : [])), i = at[r % at.length]; return s.slice(0, i) + s.slice(i + 1); },
  double: (s, r) => { const at = [...s].flatMap((c, i) => (i > 1 && /[a-z]/.test(c) && c !== s[i - 1] && c !== s[i + 1] ? [i] : [])), i = at[r % at.length]; return s.slice(0, i) + s[i] + s.slice(i); },
  cut: (s) => s.replace(/[_-][^_-]+$/, ''),
  homo: (s) => s.replace(/[aoe]/, (c) => ({ a: '\u0430', o: '\u043e', e: '\u0435' })[c]),
  sep: (s) => s.replace(/[_-]/, ''),
  digit: (s, r) => { const i = s.length - 1 - (r % 4); return s.slice(0, i) + '0123456789'[(+s[i] + 3) % 10 || 4] + s.slice(i + 1); },
};

class Reading {
  constructor(ledger, order) {
    Object.assign(this, { ledger, order, l: ledger.name });
    this.prints = new Set(ledger.facts.map((f) => f.display.replace(/^[+-]/, '')));
  }
  role(path) { const [letter, role] = path.split('.'); return this.ledger.roles[this.order[letter]]?.[role]; }
  v(path) { return this.role(path)?.value ?? NaN; }
  is(...names) { return names.includes(this.l); }
  // Differ so clearly that no rounding makes them one.
  far(a, b) { return Math.abs(this.v(a) - this.v(b)) > 0.03 * Math.max(Math.abs(this.v(a)), Math.abs(this.v(b)), 1e-9); }
  pair() { return [this.order.A, this.order.B].sort().join('') === 'AB'; }
  id(letter) { return this.ledger.roles[this.order[letter]].id.split('/').pop(); }
  period(path) { return this.ledger.facts.find((f) => f.id === this.role(path)?.id)?.period; }
  figure(path, format, change, seed) {
    const { value, id } = this.role(path), fact = this.ledger.facts.find((f) => f.id === id), x = Math.abs(value);
    if (format === 'd') return fact.display.replace(/^[+-]/, '');
    if (format === 'signed') return fact.display;
    if (spelled[format]) return spelled[format](x, change, seed);
    if (['hm', 'hmin', 'hcompact'].includes(format)) {
      const t = Math.round(x / 6e4) + (change ? 7 + (seed % 5) : 0);
      if (format === 'hcompact') return `${Math.floor(t / 60)}h ${two(t % 60)}m`;
      return format === 'hm' ? `${Math.floor(t / 60)} h ${two(t % 60)} min` : `${Math.floor(t / 60)} hours and ${t % 60} minutes`;
    }
    if (format === 'above' || format === 'below') { // to the next hundred, where that is near
      const h = 100 * (format === 'above' ? Math.ceil(x / 100) : Math.floor(x / 100)), off = Math.abs(h - x) / x;
      return off > 0.001 && off < 0.01 ? written(formats.usd, h) : null;
    }
    const f = formats[format], unit = (f.step ?? 1) * 10 ** -f.decimals, at = (x * f.scale) / unit;
    if (!change) return written(f, Math.round(at) * unit);
    if (change === 'round') {
      const rest = at - Math.floor(at);
      if (Math.abs(rest - 0.5) < 0.1) return null;
      return written(f, (rest < 0.5 ? Math.floor(at) + 1 : Math.floor(at)) * unit);
    }
    const digits = String(Math.round(at)), i = digits.length === 1 ? 0 : seed % digits.length;
    const unlike = (text) => {
      const s = written(f, +text * unit);
      return text !== digits && !text.startsWith('0') && !this.prints.has(s) && ![...this.ledger.facts].some((y) => Math.abs(Math.abs(y.value) - +text * unit) < unit) ? s : null;
    };
    if (change === 'ten') return unlike(`${digits}0`);
    if (change === 'flip') {
      const at = [...digits.slice(1)].flatMap((c, j) => (c !== digits[j] && !(j === 0 && c === '0') ? [j] : [])), j = at[seed % at.length];
      return at.length > 0 ? unlike(digits.slice(0, j) + digits[j + 1] + digits[j] + digits.slice(j + 2)) : null;
    }
    for (let k = 1; k < 9; k++) {
      const other = (+digits[i] + ((seed >>> 4) + k) % 9 + 1) % 10, s = unlike(digits.slice(0, i) + other + digits.slice(i + 1));
      if (s !== null) return s;
    }
    return null;
  }
  // A share that is near none of the ledger's, and no simple one.
  percent(seed) {
    const known = Object.values(this.ledger.roles).flatMap((r) => Object.values(r)).filter((f) => f.kind === 'ratio' || f.kind === 'change' || f.kind === 'pp').flatMap((f) => [Math.abs(f.value) * 100, 100 - Math.abs(f.value) * 100]);
    const { A, B, T } = Object.fromEntries(['A', 'B', 'T'].map((x) => [x, (role) => this.v(`${x}.${role}`)]));
    known.push(...[A('cost') / T('cost'), B('cost') / T('cost'), (A('cost') + B('cost')) / T('cost'), A('failed') / A('runs'), A('failed') / (A('runs') + A('failed'))].filter((q) => q > 0).map((q) => q * 100));
    for (let k = 0; ; k++) { const p = 13 + ((seed + 7 * k) % 76); if (p % 5 && known.every((q) => Math.abs(p - q) > 2.5)) return p; }
  }
  text(frame, seed) {
    let good = true;
    const out = frame.replace(/\{([^{}]+)\}/g, (_, inner) => {
      const [what, change] = inner.split('!'), [path, format] = what.split(':');
      let s;
      if (path === 'noun' || path === 'nouns') s = (nouns[this.l] ?? ['job', 'jobs'])[path === 'noun' ? 0 : 1];
      else if (path === 'badF') s = `F${this.ledger.facts.length + 3 + (seed % 40)}`;
      else if (path === 'inv') s = String(this.percent(seed));
      else if (path === 'inv2') s = String(this.percent(seed + 31));
      else if (path === 'now') s = dates[format](this.period('A.cost'));
      else if (path === 'before') s = [this.period('A.before'), this.period('T.before')].filter(Boolean).map(dates[format])[0];
      else if (path.endsWith('.id')) s = change ? garbles[change](this.id(path[0]), seed) : this.id(path[0]);
      else if (path.includes('.')) s = this.role(path) && this.figure(path, format, change, seed);
      else { s = this.ledger.roles[this.order[path]]?.name; if (s && change) s = /^[a-z0-9_-]+$/.test(s) ? garbles[change](s, seed) : null; }
      if (s == null) good = false;
      return s;
    }).replace(/\[([ABCT]\.\w+(?:, [ABCTF][.\w]+)*)\]/g, (_, inner) => `[${inner.split(', ').map((p) => { const id = p[0] === 'F' ? p : this.role(p)?.id; good &&= id !== undefined; return id; }).join(', ')}]`);
    return good ? out : null;
  }
}

const orders = (ledger) => {
  const own = 'ABC'.split('').filter((x) => ledger.roles[x]), all = [];
  const go = (rest, taken) => (rest.length ? rest.forEach((x) => go(rest.filter((y) => y !== x), [...taken, x])) : all.push({ T: 'T', ...Object.fromEntries(taken.map((x, i) => ['ABC'[i], x])) }));
  go(own, []);
  return all;
};

const expand = (frames, letter, limit) => {
  const list = frozenLedgers(), lines = [], seen = new Set();
  frames.forEach(([kind, text, when = () => true, max = limit], i) => {
    const id = `${letter}${String(i + 1).padStart(3, '0')}`;
    const all = list.flatMap((ledger) => orders(ledger).flatMap((order) => {
      const r = new Reading(ledger, order), s = when(r) === true ? r.text(text, hash(id + ledger.name + order.A + order.B)) : null;
      return s === null ? [] : [{ ledger: ledger.name, s, key: hash(`${id}${ledger.name}${s}`) }];
    })).sort((a, b) => a.key - b.key);
    // One ledger after the other, so that none takes all places.
    const groups = [...Map.groupBy(all, (x) => x.ledger).values()];
    let taken = 0;
    for (let k = 0; taken < max && groups.some((g) => g.length > k); k++)
      for (const g of groups) {
        const x = g[k];
        if (!x || taken === max || seen.has(x.ledger + x.s)) continue;
        seen.add(x.ledger + x.s);
        lines.push([`${id}/${++taken}`, kind, x.ledger, x.s.replaceAll('\n', '\\n')].join('\t'));
      }
    if (taken === 0) console.log(`${id} fits no ledger: ${text}`);
  });
  return lines;
};

// The figures of a text that no fact cited in it and no title of a source cited in it holds (with `every`, of its ledger), read from the
// text alone: a figure is held by a value of its kind that is half a unit of its last written place away (zeros at its end are no places
// where the text rounds), or 1 % where it hedges (close to).
const known = { '$': ['usd', 'delta'], '%': ['ratio', 'change', 'pp'], ms: ['ms'], '': ['count', 'ms', 'usd', 'delta'] };
const units = { k: ['$', 1e3], K: ['$', 1e3], M: ['$', 1e6], ' thousand': ['$', 1e3], ' dollars': ['$', 1], ' cents': ['$', 0.01], ' USD': ['$', 1], 'k USD': ['$', 1e3], '%': ['%', 0.01], ' %': ['%', 0.01], ' per cent': ['%', 0.01], ' percent': ['%', 0.01], ' pp': ['%', 0.01], ' percentage points': ['%', 0.01], ' hours': ['ms', 3.6e6], ' hrs': ['ms', 3.6e6], ' h': ['ms', 3.6e6], h: ['ms', 3.6e6], ' minutes': ['ms', 6e4], ' min': ['ms', 6e4], m: ['ms', 6e4] };
const figure = new RegExp(`(US\\$|\\$|USD )?(?<![\\w.,/-])(\\d[\\d,]*(?:\\.\\d+)?)(${Object.keys(units).sort((a, b) => b.length - a.length).join('|')})?(?![\\w])`, 'g');
const unheld = (kind, text, ledger, every) => {
  const titles = ledger.sources.filter((s) => every || text.includes(`[${s.id}]`)).flatMap((s) => s.title.replace(/\d{4}-\d\d-\d\d/g, '').match(/\d+/g) ?? []);
  const facts = Object.values(ledger.roles).flatMap((r) => Object.values(r)).filter((f) => f.id && (every || text.match(new RegExp(`[[ ]${f.id}[\\],]`))));
  let rest = text.replace(/\[[FGDR\d, ]+\]/g, '').replace(/80 %|p95|95th/g, '');
  for (const { name } of Object.values(ledger.roles)) if (name) rest = rest.replaceAll(name, '');
  rest = rest.replace(/\d{4}-\d\d-\d\d|\d\d\/\d\d\/\d{4}|(?:\d+(?: and | to |\u2013))?\d+ (?:Oct|Nov|Sep)\w*(?: 2026)?|(?:Oct|Nov|Sep)\w* \d+(?:, 2026)?| 2026|^\d[.)] /gm, '');
  rest = rest.replace(/(\d+) ?h(?:ours)?(?: and)? (\d+) ?m(?:in)?(?:utes)?\b/g, (_, h, m) => `${+h * 60 + +m} min`);
  const words = [...rest.matchAll(/(?:about|roughly|nearly) ([a-z ]+?)(?= of| \.)| comes (\w+) \./gi)].filter(([, part, place]) => {
    const q = place ? ordinals.indexOf(place) : fractions.find(([, w]) => w === part)?.[0];
    return q > 0 && !facts.some((f) => (place ? f.kind === 'count' : known['%'].includes(f.kind)) && Math.abs(f.value / q - 1) < 0.03);
  }).map(([s]) => s);
  return words.concat([...rest.matchAll(figure)].filter(([, money, number, after]) => {
    const [unit, scale] = units[after] ?? [money ? '$' : '', 1], x = +number.replaceAll(',', ''), places = number.split('.')[1]?.length ?? 0;
    const zeros = kind === 'rounded' || kind === 'hedge' ? number.match(/^\d[\d,]*?(0*)$/)?.[1].length ?? 0 : 0;
    const half = Math.max(0.501 * 10 ** (zeros - places), kind === 'hedge' ? 0.01 * x : 0);
    const scales = unit === '' ? [1, 6e4, 3.6e6] : [scale];
    return !titles.includes(number) && !facts.some((f) => known[unit].includes(f.kind) && scales.some((q) => Math.abs(Math.abs(f.value) - x * q) <= half * q * (1 + 1e-9)));
  }).map(([s]) => s));
};

const check = (name) => {
  const list = frozenLedgers(name), of = (c) => unheld(c.kind, c.text, list.find((l) => l.name === c.ledger), byHand.includes(name));
  const wrong = frozenCases(`${name}-faithful.tsv`).filter((c) => of(c).length > 0);
  const right = frozenCases(`${name}-adversarial.tsv`).filter((c) => ['digit', 'percent', 'rounding'].includes(c.kind) && of(c).length === 0);
  for (const c of wrong) console.log(`faithful ${c.id}: not held: ${of(c).join(', ')}: ${JSON.stringify(c.text)}`);
  for (const c of right) console.log(`adversarial ${c.id}: all held: ${JSON.stringify(c.text)}`);
  console.log(`${wrong.length} faithful texts with a figure that is not held, ${right.length} adversarial ones of a wrong figure where all are`);
};

if (process.argv[1] === import.meta.filename) {
  const name = process.argv[2], set = sets[name];
  if (process.argv.includes('--check') && (set || byHand.includes(name))) check(name);
  else if (!set) throw new Error('usage: node frozen.mjs third|fourth|fifth [--write | --check], natural|sixth --check');
  else
    for (const [side, letter] of Object.entries(set.letters)) {
      const frames = set.frames[side], lines = expand(frames, letter, set.most[side]);
      for (const [kind, own] of Map.groupBy(lines, (l) => l.split('\t')[1])) console.log(`${side} ${kind.padEnd(12)} ${own.length}`);
      console.log(`${side} all ${lines.length}, ${frames.length} frames`);
      if (process.argv.includes('--write')) writeFileSync(join(here, `${name}-${side}.tsv`), `# The ${name} set, frozen: see README.md. Columns: id, kind, ledger, text. Written by ${set.script}.\n${lines.join('\n')}\n`);
    }
}
