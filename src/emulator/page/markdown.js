// The markdown block: standard markdown, built as DOM nodes. Raw HTML is shown as text.
import { h, link } from './dom.js';
import { emoji } from './emoji.js';
import { copyable } from './widgets.js';
import { channelMention, userMention } from './mrkdwn.js';

const MAX_DEPTH = 10;
const PUNCTUATION = /[!-/:-@[-`{-~]/;

// Inline rules tried in order at each place; the first that matches wins.
const RULES = [
  [/\\([!-/:-@[-`{-~])/y, (m) => m[1]],
  [/(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)/y, (m) => h('code', { class: 'code' }, m[2].replace(/^ (.*) $/, '$1'))],
  [/!\[([^\]\n]{0,300})\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/y, (m) => link(m[2], m[1] || m[2])],
  [/\[((?:\\.|[^\]\\])+)\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/y, (m, depth) => link(m[2], inlineMd(m[1], depth + 1))],
  [/<@([UW][A-Z0-9]{2,})(?:\|[^>]*)?>/y, (m) => userMention(m[1])],
  [/<#([CG][A-Z0-9]{2,})(?:\|([^>]*))?>/y, (m) => channelMention(m[1], m[2])],
  [/<(https?:\/\/[^\s<>|]+|mailto:[^\s<>|]+)(?:\|([^<>]*))?>/y, (m) => link(m[1], m[2] || m[1])],
  [/\*\*\*(?=\S)([\s\S]*?\S)\*\*\*/y, (m, depth) => h('strong', {}, h('em', {}, inlineMd(m[1], depth + 1)))],
  [/\*\*(?=\S)([\s\S]*?\S)\*\*/y, (m, depth) => h('strong', {}, inlineMd(m[1], depth + 1))],
  [/__(?=\S)([\s\S]*?\S)__(?![\p{L}\p{N}])/uy, (m, depth) => h('strong', {}, inlineMd(m[1], depth + 1)), true],
  [/~~(?=\S)([\s\S]*?\S)~~/y, (m, depth) => h('s', {}, inlineMd(m[1], depth + 1))],
  [/\*(?=[^\s*])([\s\S]*?[^\s*])\*(?!\*)/y, (m, depth) => h('em', {}, inlineMd(m[1], depth + 1))],
  [/_(?=[^\s_])([\s\S]*?[^\s_])_(?![\p{L}\p{N}_])/uy, (m, depth) => h('em', {}, inlineMd(m[1], depth + 1)), true],
  [/:([a-z0-9_+'-]{1,60}):/y, (m) => emoji(m[1])],
  [/https?:\/\/[^\s<>()[\]"'`]+[^\s<>()[\]"'`.,;:!?]/y, (m) => link(m[0], m[0])],
  [/&(amp|lt|gt|quot|nbsp);/y, (m) => ({ amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' })[m[1]]],
  [/(?: {2,}|\\)\n/y, () => h('br')],
  [/\n/y, () => h('br')],
];

export function inlineMd(text, depth = 0) {
  const out = [];
  let run = '';
  let i = 0;
  while (i < text.length) {
    const hit = depth < MAX_DEPTH && (text[i] === '\n' || text[i] === ' ' || text[i] === 'h' || PUNCTUATION.test(text[i]))
      ? tryRules(text, i, depth) : null;
    if (!hit) { run += text[i]; i += 1; continue; }
    if (typeof hit.node === 'string') run += hit.node;
    else {
      if (run) out.push(run);
      run = '';
      out.push(hit.node);
    }
    i = hit.end;
  }
  if (run) out.push(run);
  return out;
}

function tryRules(text, at, depth) {
  const inWord = at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1]);
  for (const [pattern, make, notInWord] of RULES) {
    if (notInWord && inWord) continue;
    pattern.lastIndex = at;
    const m = pattern.exec(text);
    if (!m) continue;
    const end = at + m[0].length; // before make(): the rules are used again inside it
    const node = make(m, depth);
    if (node !== null && node !== undefined) return { node, end };
  }
  return null;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+-]*)/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const RULE_LINE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const TABLE_LINE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

export function markdown(source) {
  return blocks(String(source ?? '').replace(/\r\n?/g, '\n').split('\n'), 0);
}

function blocks(lines, depth) {
  const out = [];
  let para = [];
  const endPara = () => {
    if (para.length) out.push(h('p', {}, inlineMd(para.join('\n'))));
    para = [];
  };
  for (let i = 0; i < lines.length;) {
    const line = lines[i];
    const block = depth < MAX_DEPTH ? blockAt(lines, i, depth, para.length > 0) : null;
    if (block) {
      endPara();
      out.push(block.node);
      i = block.next;
    } else {
      if (line.trim() === '') endPara();
      else para.push(line.trim() === line ? line : line.replace(/^\s+/, ''));
      i += 1;
    }
  }
  endPara();
  return out;
}

// The block that starts at line i, if one does.
function blockAt(lines, i, depth, inPara) {
  const line = lines[i];
  const fence = FENCE.exec(line);
  if (fence) return fenced(lines, i, fence[1]);
  const heading = HEADING.exec(line);
  if (heading) {
    const level = heading[1].length;
    return { node: h(`h${Math.min(level + 2, 6)}`, { class: `md-h md-h${level}` }, inlineMd(heading[2])), next: i + 1 };
  }
  if (RULE_LINE.test(line)) return { node: h('hr', { class: 'divider' }), next: i + 1 };
  if (/^ {0,3}>/.test(line)) {
    let end = i;
    while (end < lines.length && /^ {0,3}>/.test(lines[end])) end += 1;
    const inner = lines.slice(i, end).map((l) => l.replace(/^ {0,3}> ?/, ''));
    return { node: h('blockquote', { class: 'quote' }, blocks(inner, depth + 1)), next: end };
  }
  if (line.includes('|') && TABLE_LINE.test(lines[i + 1] ?? '') && lines[i + 1].includes('-')) return table(lines, i);
  const item = ITEM.exec(line);
  if (item && !(inPara && /^\d/.test(item[2]) && !/^1[.)]/.test(item[2]))) return list(lines, i, depth);
  return null;
}

function fenced(lines, i, mark) {
  let end = i + 1;
  while (end < lines.length && !lines[end].trim().startsWith(mark)) end += 1;
  return { node: copyable(lines.slice(i + 1, end).join('\n')), next: end + 1 };
}

function list(lines, i, depth) {
  const first = ITEM.exec(lines[i]);
  const indent = first[1].length;
  const ordered = /\d/.test(first[2]);
  const node = h(ordered ? 'ol' : 'ul', { class: 'list', start: ordered ? parseInt(first[2], 10) : null });
  let at = i;
  while (at < lines.length) {
    const item = ITEM.exec(lines[at]);
    if (!item || item[1].length !== indent || /\d/.test(item[2]) !== ordered) break;
    const inner = [item[3]];
    at += 1;
    while (at < lines.length && continues(lines, at, indent)) {
      inner.push(lines[at].slice(Math.min(indent + 2, lines[at].length - lines[at].trimStart().length)));
      at += 1;
    }
    node.append(listItem(inner, depth));
  }
  return { node, next: at };
}

// A line belongs to the item above when it is indented deeper, or blank with such a line after it.
function continues(lines, at, indent) {
  const line = lines[at];
  const deep = (l) => l !== undefined && l.trim() !== '' && l.length - l.trimStart().length > indent;
  if (line.trim() === '') return deep(lines[at + 1]);
  return deep(line);
}

function listItem(inner, depth) {
  const task = /^\[([ xX])\]\s+/.exec(inner[0]);
  if (task) inner[0] = inner[0].slice(task[0].length);
  const kids = blocks(inner, depth + 1);
  if (kids[0]?.tagName === 'P') kids.splice(0, 1, ...kids[0].childNodes);
  const box = task ? h('input', { type: 'checkbox', disabled: true, checked: task[1] !== ' ', class: 'task', 'aria-label': task[1] !== ' ' ? 'Done' : 'Open' }) : null;
  return h('li', {}, box, kids);
}

function cells(line) {
  const parts = line.trim().replace(/^\|/, '').replace(/\|$/, '').split(/(?<!\\)\|/);
  return parts.map((c) => c.trim().replace(/\\\|/g, '|'));
}

function table(lines, i) {
  const heads = cells(lines[i]);
  const sides = cells(lines[i + 1]).map((c) => (/^:-+:$/.test(c) ? 'center' : /-:$/.test(c) ? 'right' : 'left'));
  const body = [];
  let at = i + 2;
  while (at < lines.length && lines[at].includes('|') && lines[at].trim() !== '') { body.push(cells(lines[at])); at += 1; }
  const cell = (tag, text, n) => h(tag, { class: `align-${sides[n] ?? 'left'}` }, inlineMd(text ?? ''));
  const node = h('div', { class: 'table-wrap', tabindex: '0', role: 'group', 'aria-label': 'Table' },
    h('table', { class: 'table' },
      h('thead', {}, h('tr', {}, heads.map((c, n) => cell('th', c, n)))),
      h('tbody', {}, body.map((row) => h('tr', {}, heads.map((_, n) => cell('td', row[n], n)))))));
  return { node, next: at };
}
