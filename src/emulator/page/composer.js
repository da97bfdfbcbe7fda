// The composer: a growing text field with completion of commands, people and channels, drafts, and recall.
import { h, replace } from './dom.js';
import { PICKER, emoji } from './emoji.js';
import { avatar, icon, iconButton } from './icons.js';
import { openMenu, openPopover } from './overlay.js';
import { channelOf, channelTitle, on, request, store, threadKey } from './state.js';
import { candidates } from './complete.js';
import { dots, statusText } from './messages.js';

const MAX_HEIGHT_PX = 260;
const sent = []; // what this person sent, newest last

const draftKey = (channel, thread) => `draft:${store.me}:${channel}${thread ? `:${thread}` : ''}`;

// Names become Slack's references; the server escapes & < > of the rest.
export function encodeText(text) {
  const users = [...store.users.values()].flatMap((u) => [[u.name, u.id], [u.handle, u.id]]).filter(([n]) => n);
  users.sort((a, b) => b[0].length - a[0].length);
  let out = text;
  for (const [name, id] of users) {
    const safe = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    out = out.replace(new RegExp(`(^|[\\s(,:;])@${safe}(?![\\p{L}\\p{N}_-])`, 'giu'), `$1<@${id}>`);
  }
  for (const c of store.channels.values()) {
    if (c.kind === 'dm') continue;
    out = out.replace(new RegExp(`(^|\\s)#${c.name.replace(/[^\w-]/g, '')}(?![\\w-])`, 'g'), `$1<#${c.id}>`);
  }
  return out;
}

const ERRORS = {
  offline: 'Not connected. The text is kept; try again in a moment.',
  no_reply: 'The local Slack did not answer. Try again.',
  not_in_channel: 'You are not a member of this channel.',
  not_a_command: 'There is no such command here. Type / to see those that exist.',
  msg_too_long: 'This text is too long for one message.',
};

export function createComposer({ channel, thread = null, onSent }) {
  const entry = channelOf(channel);
  const key = draftKey(channel, thread);
  const where = thread ? 'Reply...' : `Message ${entry?.kind === 'dm' ? '' : '#'}${channelTitle(entry)}`;
  const list = h('div', { class: 'complete', role: 'listbox', id: `complete-${thread ?? channel}`, 'aria-label': 'Suggestions', hidden: true });
  const box = h('textarea', {
    class: 'composer-text', rows: 1, placeholder: where, 'aria-label': where, spellcheck: 'true', autocomplete: 'off',
    'aria-haspopup': 'listbox', 'aria-controls': list.id, 'aria-autocomplete': 'list', data: { testid: thread ? 'thread-composer-input' : 'composer-input' },
  });
  const go = h('button', { type: 'button', class: 'send', title: 'Send (Enter)', 'aria-label': 'Send', data: { testid: 'send' }, on: { click: () => submit() } }, icon('send'));
  const error = h('div', { class: 'composer-error', role: 'alert', hidden: true });
  const status = h('div', { class: 'status-line', data: { testid: thread ? 'thread-status' : 'status' }, 'aria-live': 'polite' });
  const tool = (name, label, run) => iconButton(name, label, { class: 'composer-tool', tabindex: '-1', on: { click: run, mousedown: (e) => e.preventDefault() } });
  const tools = [
    tool('slash', 'Commands', () => start('/')), tool('at', 'Mention someone', () => start('@')),
    h('span', { class: 'tool-line' }),
    tool('bold', 'Bold', () => wrap('*')), tool('italic', 'Italic', () => wrap('_')), tool('strike', 'Strike through', () => wrap('~')), tool('code', 'Code', () => wrap('`')),
    h('span', { class: 'tool-line' }), tool('smile', 'Emoji', (e) => pickEmoji(e.currentTarget)),
    store.starters.length && !thread ? tool('bulb', 'Ideas', (e) => ideas(e.currentTarget)) : null,
  ];
  const field = h('div', { class: 'composer-field' }, box, h('div', { class: 'composer-bar' }, tools, h('span', { class: 'grow' }),
    h('span', { class: 'composer-hint', 'aria-hidden': 'true' }, h('b', {}, 'Shift + Enter'), ' for a new line'), go));
  const el = h('div', { class: 'composer', data: { testid: thread ? 'thread-composer' : 'composer', channel } }, list, error, field, status);

  let found = [];
  let active = 0;
  let moved = false;
  let recall = -1;

  const grow = () => {
    box.style.setProperty('height', 'auto');
    box.style.setProperty('height', `${Math.min(box.scrollHeight, MAX_HEIGHT_PX)}px`);
  };
  const keep = () => { try { if (box.value) sessionStorage.setItem(key, box.value); else sessionStorage.removeItem(key); } catch { /* storage full: the draft is not kept */ } };
  const changed = () => {
    grow();
    keep();
    go.classList.toggle('ready', box.value.trim() !== '');
    error.hidden = true;
    suggest();
  };

  function setText(text, { focus = true } = {}) {
    box.value = text;
    changed();
    hide();
    if (focus) { box.focus(); box.setSelectionRange(text.length, text.length); }
  }

  function start(mark) {
    if (mark === '/' && box.value && !box.value.startsWith('/')) return setText(box.value);
    const at = box.selectionStart;
    const before = box.value.slice(0, at);
    const lead = mark === '@' && before && !/\s$/.test(before) ? ' @' : mark;
    if (mark === '/' && box.value.startsWith('/')) { box.focus(); suggest(); return undefined; }
    box.setRangeText(lead, at, box.selectionEnd, 'end');
    box.focus();
    changed();
    return undefined;
  }

  function wrap(mark) {
    const { selectionStart: a, selectionEnd: b, value } = box;
    box.setRangeText(`${mark}${value.slice(a, b)}${mark}`, a, b, 'end');
    if (a === b) box.setSelectionRange(a + 1, a + 1);
    box.focus();
    changed();
  }

  function pickEmoji(anchor) {
    let layer = null;
    layer = openPopover(anchor, h('div', { class: 'emoji-grid' }, PICKER.map((name) => h('button', {
      type: 'button', class: 'emoji-pick', title: `:${name}:`, 'aria-label': name,
      on: { click: () => { layer.close(true); box.setRangeText(`:${name}: `, box.selectionStart, box.selectionEnd, 'end'); box.focus(); changed(); } },
    }, emoji(name)))), { label: 'Emoji', cls: 'emoji-pop' });
    layer.el.querySelector('button').focus();
  }

  const ideas = (anchor) => openMenu(anchor, store.starters.map((s) => ({ label: s.title, description: s.text, keepFocus: true, run: () => setText(s.text) })), { label: 'Ideas' });

  function hide() {
    found = [];
    list.replaceChildren();
    list.hidden = true;
    box.removeAttribute('aria-activedescendant');
  }

  function suggest() {
    const at = box.selectionStart;
    found = candidates(box.value.slice(0, at), { thread: Boolean(thread), rest: box.value.slice(at) });
    moved = false;
    active = 0;
    if (found.length === 0) { hide(); return; }
    list.hidden = false;
    draw();
  }

  function draw() {
    replace(list, h('div', { class: 'complete-head' }, found[0].head), found.map((c, n) => h('div', {
      class: `complete-row${n === active ? ' active' : ''}`, role: 'option', id: `${list.id}-${n}`, 'aria-selected': String(n === active),
      on: { mousedown: (e) => e.preventDefault(), click: () => accept(n), pointermove: () => { if (active !== n) { active = n; draw(); } } },
    }, c.user ? avatar(c.user, 's') : icon(c.icon ?? 'slash'), h('span', { class: 'complete-label' }, c.label), h('span', { class: 'complete-note' }, c.note))));
    box.setAttribute('aria-activedescendant', `${list.id}-${active}`);
    list.querySelector('.active')?.scrollIntoView({ block: 'nearest' });
  }

  function accept(n) {
    const c = found[n];
    if (!c) return;
    box.setRangeText(c.insert, c.from, box.selectionStart, 'end');
    box.focus();
    changed();
  }

  function submit() {
    const typed = box.value;
    if (!typed.trim()) return;
    setText('', { focus: !matchMedia('(pointer: coarse)').matches });
    say(typed);
  }

  // Sends it; a text that was refused comes back into the empty field.
  async function say(typed) {
    const text = typed.trim();
    if (sent[sent.length - 1] !== text) sent.push(text);
    recall = -1;
    const reply = await request({ type: 'send', channel, text: encodeText(text), ...(thread ? { thread_ts: thread } : {}) });
    if (reply.ok) { onSent?.(text); return; }
    if (!box.value) setText(typed);
    const command = text.split(/\s/)[0];
    const refused = thread && text.startsWith('/') ? `${command} cannot be used in threads. Write @${store.app.name ?? 'drc'} and the same words instead.` : null;
    error.textContent = refused ?? ERRORS[reply.error] ?? `Not sent: ${reply.error}`;
    error.hidden = false;
  }

  // Arrow up in an empty field brings back what was sent before.
  function recallStep(dir) {
    const here = recall < 0 ? sent.length : recall;
    const next = here + dir;
    if (next < 0 || next > sent.length) return false;
    recall = next === sent.length ? -1 : next;
    setText(recall < 0 ? '' : sent[recall]);
    return true;
  }

  box.addEventListener('input', changed);
  box.addEventListener('blur', () => setTimeout(() => { if (document.activeElement !== box) hide(); }, 120));
  box.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (found.length > 0) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) { event.preventDefault(); active = (active + step + found.length) % found.length; moved = true; draw(); return; }
      if (event.key === 'Tab' && !event.shiftKey) { event.preventDefault(); accept(active); return; }
      if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); hide(); return; }
      if (event.key === 'Enter' && !event.shiftKey && (moved || found[active].eager)) { event.preventDefault(); accept(active); return; }
    }
    if (event.key === 'Enter' && !event.shiftKey) { event.preventDefault(); submit(); return; }
    if ((event.ctrlKey || event.metaKey) && 'bi'.includes(event.key)) { event.preventDefault(); wrap(event.key === 'b' ? '*' : '_'); return; }
    const recalled = box.value === '' || (recall >= 0 && box.value === sent[recall]);
    if (recalled && event.key === 'ArrowUp' && recallStep(-1)) event.preventDefault();
    if (recalled && recall >= 0 && event.key === 'ArrowDown' && recallStep(1)) event.preventDefault();
  });

  function showStatus() {
    const lines = [];
    const here = store.statuses.get(threadKey(channel, thread ?? ''));
    if (here) lines.push(h('span', {}, statusText(here), dots()));
    if (!thread) {
      for (const [id, other] of store.statuses) {
        if (id.startsWith(`${channel}/`) && other !== here) lines.push(h('span', {}, statusText(other), ' in a thread', dots()));
      }
      for (const echo of store.echoes.values()) {
        if (echo.channel === channel && echo.state === 'sent') lines.push(h('span', { class: 'echo' }, 'Sending ', h('code', {}, String(echo.text).slice(0, 80)), dots()));
      }
    }
    replace(status, lines);
  }

  const offs = [on('status', showStatus), on('echo', showStatus)];
  showStatus();
  const draft = sessionStorage.getItem(key);
  if (draft) setText(draft, { focus: false });
  return { el, box, setText, say, isEmpty: () => box.value === '', ready: grow, focus: () => box.focus(), destroy() { offs.forEach((off) => off()); } };
}
