// rich_text blocks, also used in table cells.
import { h, link } from './dom.js';
import { emoji } from './emoji.js';
import { broadcast, channelMention, dateNode, userMention } from './mrkdwn.js';
import { copyable } from './widgets.js';

const BULLETS = ['disc', 'circle', 'square'];
const NUMBERS = ['decimal', 'lower-alpha', 'lower-roman'];

function styled(node, style) {
  let out = node;
  if (style?.code) out = h('code', { class: 'code' }, out);
  if (style?.bold) out = h('strong', {}, out);
  if (style?.italic) out = h('em', {}, out);
  if (style?.strike) out = h('s', {}, out);
  if (style?.underline) out = h('u', {}, out);
  return out;
}

// text elements interpret nothing: newlines are the only structure.
function lines(text) {
  return String(text ?? '').split('\n').flatMap((line, n) => (n ? [h('br'), line] : [line]));
}

const ELEMENTS = {
  text: (e) => lines(e.text),
  link: (e) => link(e.url, e.text || e.url),
  user: (e) => userMention(e.user_id),
  channel: (e) => channelMention(e.channel_id),
  usergroup: (e) => h('span', { class: 'mention' }, `@${e.usergroup_id}`),
  broadcast: (e) => broadcast(e.range),
  emoji: (e) => emoji(e.name) ?? `:${e.name}:`,
  date: (e) => dateNode(e.timestamp, e.format ?? '{date}', e.url, e.fallback),
  color: (e) => h('span', { class: 'code' }, h('span', { class: 'swatch', style: { background: safeColour(e.value) } }), e.value),
};

const safeColour = (value) => (/^#[0-9a-f]{3,8}$/i.test(value ?? '') ? value : 'transparent');

export function richInline(elements) {
  return (elements ?? []).map((e) => {
    const made = Object.hasOwn(ELEMENTS, e?.type) ? ELEMENTS[e.type](e) : e?.text ?? '';
    return e?.style ? styled(h('span', {}, made), e.style) : made;
  });
}

const plain = (elements) => (elements ?? []).map((e) => e?.text ?? e?.url ?? '').join('');

function list(part) {
  const level = Math.min(Math.max(Number(part.indent) || 0, 0), 8);
  const ordered = part.style === 'ordered';
  const el = h(ordered ? 'ol' : 'ul', {
    class: `list${part.border ? ' bordered' : ''}`, start: ordered && part.offset ? Number(part.offset) + 1 : null,
    style: { 'margin-left': `${level * 24}px`, 'list-style-type': (ordered ? NUMBERS : BULLETS)[level % 3] },
  });
  for (const item of part.elements ?? []) el.append(h('li', {}, richInline(item?.elements)));
  return el;
}

const PARTS = {
  rich_text_section: (p) => h('div', { class: 'rich-section' }, richInline(p.elements)),
  rich_text_list: list,
  rich_text_quote: (p) => h('blockquote', { class: 'quote' }, richInline(p.elements)),
  rich_text_preformatted: (p) => copyable(plain(p.elements)),
};

export function richText(block) {
  return h('div', { class: 'rich-text' },
    (block.elements ?? []).map((p) => (Object.hasOwn(PARTS, p?.type) ? PARTS[p.type](p) : null)));
}
