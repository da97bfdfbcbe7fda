// One message as a row: avatar, name, time, content, reactions, thread bar, hover toolbar.
import { copyText, h } from './dom.js';
import { avatar, icon, iconButton } from './icons.js';
import { picture, renderBlocks } from './blocks.js';
import { PICKER, QUICK, emoji } from './emoji.js';
import { decode, flatText, mrkdwn } from './mrkdwn.js';
import { openMenu, openPopover } from './overlay.js';
import { authorOf, findMessage, isReply, request, store, threadKey, userOf } from './state.js';
import { messageSurface } from './surface.js';
import { agoText, bytesText, fullTime, timeOf } from './time.js';
import { toast } from './widgets.js';

const GROUP_SECONDS = 300;
const JOINS = new Set(['channel_join', 'group_join', 'channel_leave', 'group_leave', 'channel_topic']);

// True when the message stands under the one before without a name of its own.
export function grouped(before, message) {
  if (!before || before.is_ephemeral || message.is_ephemeral || message.subtype || before.subtype) return false;
  if (before.blocks?.length || message.blocks?.length) return false; // a report or answer always shows whose it is
  if (before.reply_count > 0 || authorOf(before).id !== authorOf(message).id) return false;
  return Number(message.ts) - Number(before.ts) < GROUP_SECONDS;
}

export function react(channel, ts, name) {
  const mine = (findMessage(channel, ts)?.reactions ?? []).find((r) => r.name === name)?.users?.includes(store.me);
  request({ type: 'react', channel, ts, name, add: !mine }).then((reply) => {
    if (!reply.ok) toast(`The reaction was not saved: ${reply.error}`, 'error');
  });
}

function reactionRow(channel, message) {
  const some = (message.reactions ?? []).filter((r) => r?.count > 0);
  if (some.length === 0) return null;
  return h('div', { class: 'reactions' }, some.map((r) => {
    const mine = (r.users ?? []).includes(store.me);
    const names = (r.users ?? []).map((u) => (u === store.me ? 'You' : userOf(u).name)).join(', ');
    return h('button', {
      type: 'button', class: `reaction${mine ? ' mine' : ''}`, 'aria-pressed': String(mine), title: `${names} reacted with :${r.name}:`,
      'aria-label': `${r.count} :${r.name}:`, on: { click: () => react(channel, message.ts, r.name) },
    }, emoji(r.name) ?? `:${r.name}:`, h('span', { class: 'reaction-count' }, String(r.count)));
  }), iconButton('smile', 'Add a reaction', { class: 'reaction add', on: { click: (e) => pickReaction(e.currentTarget, channel, message.ts) } }));
}

export function pickReaction(anchor, channel, ts) {
  let layer = null;
  const pick = (name) => { layer.close(); react(channel, ts, name); };
  layer = openPopover(anchor, h('div', { class: 'emoji-grid' }, PICKER.map((name) => h('button', {
    type: 'button', class: 'emoji-pick', title: `:${name}:`, 'aria-label': name, on: { click: () => pick(name) },
  }, emoji(name)))), { label: 'Pick a reaction', role: 'dialog', align: 'end', cls: 'emoji-pop' });
  layer.el.querySelector('button')?.focus();
  layer.el.addEventListener('keydown', (event) => {
    const all = [...layer.el.querySelectorAll('button')];
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 6, ArrowUp: -6 }[event.key];
    if (!step) return;
    event.preventDefault();
    all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
  });
}

function threadBar(channel, message, open) {
  const status = store.statuses.get(threadKey(channel, message.ts));
  const count = message.reply_count ?? 0;
  if (!count && !status) return null;
  const who = (message.reply_users ?? []).slice(0, 4).map((id) => avatar(authorOf({ user: id, bot_id: id?.startsWith?.('B') ? id : undefined }), 's'));
  return h('button', { type: 'button', class: 'thread-bar', data: { testid: 'thread-bar' }, on: { click: () => open(message) } },
    h('span', { class: 'thread-faces' }, who),
    count ? h('span', { class: 'thread-count' }, `${count} ${count === 1 ? 'reply' : 'replies'}`) : null,
    status ? h('span', { class: 'thread-status' }, statusText(status), dots())
      : h('span', { class: 'thread-last' }, message.latest_reply ? `Last reply ${agoText(message.latest_reply)}` : ''),
    h('span', { class: 'thread-view' }, 'View thread', icon('right')));
}

export function dots() {
  return h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i'));
}

export function statusText({ status, user }) {
  const who = user ? authorOf({ user, bot_id: user.startsWith('B') ? user : undefined }) : null;
  const name = who?.is_bot ? who.handle ?? who.name : who?.name ?? 'drc';
  const text = String(status).replace(/(\.\.\.|…)$/, '');
  return text.toLowerCase().startsWith(name.toLowerCase()) ? text : `${name} ${text}`;
}

function files(message) {
  const used = new Set((message.blocks ?? []).map((b) => b?.slack_file?.id).filter(Boolean));
  const loose = (message.files ?? []).filter((f) => f?.id && !used.has(f.id));
  if (loose.length === 0) return null;
  return h('div', { class: 'files' }, loose.map((f) => {
    const src = `/ui/file/${encodeURIComponent(f.id)}`;
    const title = f.title || f.name || f.id;
    if (String(f.mimetype ?? '').startsWith('image/') || /\.(png|jpe?g|gif)$/i.test(f.name ?? '')) {
      return h('figure', { class: 'b-image' }, h('div', { class: 'image-title' }, title),
        picture({ src, file: f.id, alt: f.alt_txt ?? title, title, size: f.original_w ? [f.original_w, f.original_h] : null }));
    }
    return h('a', { class: 'file-card', href: src, download: f.name ?? f.id }, icon('file'), h('span', { class: 'file-text' },
      h('span', { class: 'file-name' }, title), h('span', { class: 'file-note' }, [String(f.filetype ?? 'file').toUpperCase(), f.size ? ` · ${bytesText(f.size)}` : ''])), icon('download'));
  }));
}

function content(channel, message, hooks) {
  const edited = message.edited ? h('span', { class: 'edited', title: message.edited.ts ? `Edited ${fullTime(message.edited.ts)}` : 'Edited' }, '(edited)') : null;
  const hasBlocks = Array.isArray(message.blocks) && message.blocks.length > 0;
  const out = [];
  if (hasBlocks) out.push(renderBlocks(messageSurface(channel, message)), edited);
  else if (JOINS.has(message.subtype)) out.push(h('div', { class: 'text event' }, mrkdwn(message.text)));
  else if (message.text) out.push(h('div', { class: 'text' }, mrkdwn(message.text), edited ? ' ' : null, edited));
  out.push(files(message));
  if (message.retry) out.push(h('button', { type: 'button', class: 'link-button', on: { click: () => hooks.retry(message.retry) } }, 'Put it back into the composer'));
  return out;
}

function toolbar(channel, message, hooks) {
  const tool = (name, label, run) => iconButton(name, label, { on: { click: run } });
  const link = () => `${location.origin}${location.pathname}#${store.me}/${channel}/${message.thread_ts ?? message.ts}`;
  const more = (event) => openMenu(event.currentTarget, [
    { label: 'Copy text', icon: icon('copy'), run: () => copyText(plainOf(message)).then(() => toast('Text copied')) },
    { label: 'Copy link', icon: icon('link'), run: () => copyText(link()).then(() => toast('Link copied')) },
    message.is_ephemeral ? undefined : { label: 'Mark unread from here', icon: icon('bulb'), run: () => hooks.unread?.(message) },
    null,
    { label: 'Inspect Block Kit JSON', icon: icon('braces'), run: () => hooks.inspect(message) },
  ], { label: 'More', align: 'end' });
  return h('div', { class: 'toolbar', role: 'toolbar', 'aria-label': 'Message actions' },
    message.is_ephemeral ? null : QUICK.slice(0, 2).map((name) => h('button', { type: 'button', class: 'icon-button', title: `React with :${name}:`, 'aria-label': `React with ${name}`, on: { click: () => react(channel, message.ts, name) } }, emoji(name))),
    message.is_ephemeral ? null : tool('smile', 'Add a reaction', (e) => pickReaction(e.currentTarget, channel, message.ts)),
    message.is_ephemeral || hooks.inThread ? null : tool('thread', 'Reply in thread', () => hooks.thread(message)),
    tool('braces', 'Inspect', () => hooks.inspect(message)), tool('more', 'More', more));
}

// The text of a message for the clipboard.
function plainOf(message) {
  if (!message.blocks?.length) return flatText(message.text);
  const row = [...document.querySelectorAll('.msg')].find((el) => el.dataset.ts === message.ts);
  return row?.querySelector('.msg-content')?.innerText ?? decode(message.text);
}

// hooks: {thread(message), inspect(message), retry(text), unread(message), inThread}
export function messageRow(channel, message, { group, hooks }) {
  const author = authorOf(message);
  const name = author.is_bot ? author.handle ?? author.name : author.name;
  const cls = ['msg', group && 'grouped', message.is_ephemeral && 'ephemeral', String(message.text ?? '').includes(`<@${store.me}>`) && 'mentioned'];
  const time = h('time', { class: 'msg-time', title: fullTime(message.ts), datetime: new Date(Number(message.ts) * 1000).toISOString() }, timeOf(message.ts));
  const only = message.is_ephemeral ? h('div', { class: 'only-you' }, icon('eye'), 'Only visible to you') : null;
  const foot = message.is_ephemeral ? h('div', { class: 'only-foot' }, h('button', { type: 'button', class: 'link-button', data: { testid: 'dismiss' }, on: { click: () => hooks.dismiss(message) } }, 'Dismiss message')) : null;
  const also = message.subtype === 'thread_broadcast' && !hooks.inThread ? h('button', { type: 'button', class: 'link-button', on: { click: () => hooks.thread(message) } }, 'replied to a thread') : null;
  return h('div', {
    class: cls.filter(Boolean).join(' '), role: 'article', tabindex: '-1', data: { ts: message.ts, channel, threadTs: isReply(message) ? message.thread_ts : null, user: author.id },
    'aria-label': `${name}, ${timeOf(message.ts)}: ${flatText(message.text).slice(0, 200)}`,
  }, only,
  h('div', { class: 'msg-gutter' }, group ? time : avatar(author)),
  h('div', { class: 'msg-body' },
    group ? null : h('div', { class: 'msg-meta' }, h('button', { type: 'button', class: 'msg-name', data: { user: author.id } }, name), author.is_bot ? h('span', { class: 'badge' }, 'APP') : null, time, also),
    h('div', { class: 'msg-content' }, content(channel, message, hooks)), foot,
    reactionRow(channel, message), hooks.inThread || message.is_ephemeral ? null : threadBar(channel, message, hooks.thread)),
  toolbar(channel, message, hooks));
}
