// Slack's mrkdwn to DOM nodes: *bold* _italic_ ~strike~ `code` ```pre``` > quote, <links>, <@users>, <#channels>,
// <!dates>, &amp; entities and :emoji:. One pass, character by character; whatever does not parse stays as text.
import { h, link, safeUrl } from './dom.js';
import { emoji } from './emoji.js';
import { channelOf, channelTitle, store, userOf } from './state.js';
import { copyable } from './widgets.js';
import { dateTokens } from './time.js';

const SHORT_CODE = 24; // a name of this length is not broken at its hyphens

const ENTITIES = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };
const EMOJI = /:([a-z0-9_+'-]{1,60}(?:::skin-tone-[2-6])?):/y;
const BARE_URL = /https?:\/\/[^\s<>|"'`]+[^\s<>|"'`.,;:!?)\]}]/y;
const STYLES = { '*': 'strong', _: 'em', '~': 's' };
const DEPTH = 12;

export const decode = (text) => String(text ?? '').replace(/&(?:amp|lt|gt);/g, (e) => ENTITIES[e]);

export function userMention(id) {
  const user = userOf(id);
  const cls = `mention${id === store.me ? ' mention-me' : ''}`;
  return h('button', { type: 'button', class: cls, data: { user: id } }, `@${user.is_bot ? user.handle : user.name}`);
}

export function channelMention(id, label) {
  const channel = channelOf(id);
  return h('a', { class: 'mention', href: `#${store.me}/${id}` }, `#${channel ? channelTitle(channel) : label || id}`);
}

export function broadcast(range) {
  return h('span', { class: 'mention mention-all' }, `@${range}`);
}

export function dateNode(secs, format, href, fallback) {
  const text = dateTokens(secs, format) ?? fallback ?? '';
  const time = h('time', { title: new Date(Number(secs) * 1000).toUTCString() }, text);
  return href && safeUrl(href) ? link(href, time) : time;
}

// The inside of <...>.
function special(body, plain) {
  const bar = body.indexOf('|');
  const head = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? '' : decode(body.slice(bar + 1));
  const kind = head[0];
  if (plain && kind !== '@' && kind !== '#' && kind !== '!') return label || decode(head);
  if (kind === '@') return userMention(head.slice(1));
  if (kind === '#') return channelMention(head.slice(1), label);
  if (kind === '!') {
    const [name, ...rest] = head.slice(1).split('^');
    if (name === 'date') return dateNode(rest[0], rest[1] ?? '{date}', rest[2], label);
    if (['here', 'channel', 'everyone'].includes(name)) return broadcast(name);
    return label || `@${name}`;
  }
  const href = decode(head);
  return link(href, label || href.replace(/^mailto:/, ''));
}

const isWord = (ch) => ch !== undefined && /[\p{L}\p{N}]/u.test(ch);

// Where the style opened at `at` closes, or -1.
function closing(text, at) {
  const mark = text[at];
  if (isWord(text[at - 1]) || !text[at + 1] || /\s/.test(text[at + 1]) || text[at + 1] === mark) return -1;
  for (let i = at + 2; i < text.length; i += 1) {
    if (text[i] === '\n') return -1;
    if (text[i] === '`') {
      const end = text.indexOf('`', i + 1);
      if (end > 0) i = end;
    } else if (text[i] === '<') {
      const end = text.indexOf('>', i + 1);
      if (end > 0) i = end;
    } else if (text[i] === mark && !/\s/.test(text[i - 1]) && !isWord(text[i + 1])) {
      return i;
    }
  }
  return -1;
}

function codeSpan(text) {
  const plain = text.replace(/<([^<>]+)>/g, (all, body) => {
    if (/^[@#!]/.test(body)) return all;
    return body.includes('|') ? body.slice(body.indexOf('|') + 1) : body;
  });
  const shown = decode(plain);
  return h('code', { class: `code${shown.length <= SHORT_CODE ? ' short' : ''}` }, shown);
}

// Styles, links, emoji of one or several lines.
export function inline(text, { verbatim = false, emojis = true, depth = 0 } = {}) {
  const out = [];
  let run = '';
  const flush = () => { if (run) { out.push(run); run = ''; } };
  const put = (node) => { flush(); out.push(node); };
  let i = 0;
  while (i < text.length) {
    const ch = text[i];
    if (ch === '\n') { put(h('br')); i += 1; continue; }
    if (ch === '`') {
      const end = text.indexOf('`', i + 1);
      const line = text.indexOf('\n', i + 1);
      if (end > i + 1 && (line < 0 || end < line)) { put(codeSpan(text.slice(i + 1, end))); i = end + 1; continue; }
    } else if (ch === '<') {
      const end = text.indexOf('>', i + 1);
      if (end > i + 1) { put(special(text.slice(i + 1, end))); i = end + 1; continue; }
    } else if (ch === ':' && emojis) {
      EMOJI.lastIndex = i;
      const hit = EMOJI.exec(text);
      const node = hit && emoji(hit[1]);
      if (node) { put(node); i = EMOJI.lastIndex; continue; }
    } else if (STYLES[ch] && depth < DEPTH) {
      const end = closing(text, i);
      if (end > 0) {
        put(h(STYLES[ch], {}, inline(text.slice(i + 1, end), { verbatim, emojis, depth: depth + 1 })));
        i = end + 1;
        continue;
      }
    } else if (ch === '&') {
      const entity = text.slice(i, text.indexOf(';', i) + 1);
      if (ENTITIES[entity]) { run += ENTITIES[entity]; i += entity.length; continue; }
    } else if (ch === 'h' && !verbatim && !isWord(text[i - 1])) {
      BARE_URL.lastIndex = i;
      const hit = BARE_URL.exec(text);
      if (hit) { put(link(decode(hit[0]), decode(hit[0]))); i = BARE_URL.lastIndex; continue; }
    }
    run += ch;
    i += 1;
  }
  flush();
  return out;
}

// Lines that start with > become one quote block each run.
function paragraphs(text, options) {
  const out = [];
  let plain = [];
  let quoted = [];
  const endPlain = () => { if (plain.length) out.push(...inline(plain.join('\n'), options)); plain = []; };
  const endQuote = () => {
    if (quoted.length) out.push(h('blockquote', { class: 'quote' }, inline(quoted.join('\n'), options)));
    quoted = [];
  };
  const lines = text.split('\n');
  for (let n = 0; n < lines.length; n += 1) {
    const all = /^(?:>>>|(?:&gt;){3}) ?/.exec(lines[n]);
    const one = /^(?:>|&gt;) ?/.exec(lines[n]);
    if (all) {
      endPlain();
      quoted.push(lines[n].slice(all[0].length), ...lines.slice(n + 1));
      break;
    }
    if (one) { endPlain(); quoted.push(lines[n].slice(one[0].length)); } else { endQuote(); plain.push(lines[n]); }
  }
  endPlain();
  endQuote();
  return out;
}

export function mrkdwn(text, options = {}) {
  const out = [];
  const parts = String(text ?? '').split('```');
  for (let n = 0; n < parts.length; n += 1) {
    const last = n === parts.length - 1;
    if (n % 2 === 1 && !last) {
      const code = parts[n].replace(/^\n/, '').replace(/\n$/, '');
      out.push(copyable(decode(code.replace(/<(https?:[^<>|]+)(?:\|([^<>]*))?>/g, (all, url, label) => label || url))));
    } else {
      let piece = n % 2 === 1 ? `\`\`\`${parts[n]}` : parts[n];
      if (n > 0 && n % 2 === 0) piece = piece.replace(/^\n/, '');
      if (!last && n % 2 === 0) piece = piece.replace(/\n$/, '');
      if (piece) out.push(...paragraphs(piece, options));
    }
  }
  return out;
}

// A text object of Block Kit: mrkdwn or plain_text.
export function textObject(text) {
  if (!text) return [];
  if (typeof text === 'string') return [text];
  if (text.type === 'mrkdwn') return mrkdwn(text.text, { verbatim: text.verbatim === true });
  return plainText(text);
}

// plain_text: entities and, unless switched off, emoji. No styles.
export function plainText(text) {
  const source = String(text?.text ?? '');
  const out = [];
  let rest = 0;
  for (const hit of source.matchAll(/\n|:([a-z0-9_+'-]{1,60}):/g)) {
    const node = hit[0] === '\n' ? h('br') : text.emoji === false ? null : emoji(hit[1]);
    if (!node) continue;
    out.push(decode(source.slice(rest, hit.index)), node);
    rest = hit.index + hit[0].length;
  }
  out.push(decode(source.slice(rest)));
  return out;
}

// What a screen reader or a notification says of it. A plain_text object has no marks: an underscore in it is one.
export function flatText(text) {
  if (text?.type === 'plain_text') return decode(String(text.text ?? ''));
  return decode(String(typeof text === 'object' ? text?.text ?? '' : text ?? '')
    .replace(/<@([^>|]+)[^>]*>/g, (all, id) => `@${userOf(id).name}`)
    .replace(/<[^>|]*\|([^>]*)>/g, '$1').replace(/[*_~`]/g, ''));
}
