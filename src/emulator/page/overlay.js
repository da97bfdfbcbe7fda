// Things above the page: popovers, dialogs, the confirm dialog. A stack; Escape and a press outside end the top one.
import { focusables, h, isNarrow, trapFocus } from './dom.js';
import { iconButton } from './icons.js';
import { flatText, textObject } from './mrkdwn.js';

const stack = [];
const root = () => document.getElementById('layers');

export const anyLayer = () => stack.length > 0;

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || stack.length === 0) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const top = stack[stack.length - 1];
  if (top.onEscape) top.onEscape(); else top.close();
}, true);

document.addEventListener('pointerdown', (event) => {
  const top = stack[stack.length - 1];
  if (!top?.light || top.el.contains(event.target) || top.anchor?.contains(event.target)) return;
  top.close();
}, true);

window.addEventListener('resize', () => { for (const layer of [...stack]) if (layer.light) layer.close(); });

// A way back for the focus, also when the element it came from was drawn anew meanwhile.
function focusMark() {
  const el = document.activeElement;
  if (!el || el === document.body) return () => {};
  const list = el.closest('.list-inner');
  const row = el.closest('[data-ts]')?.dataset.ts;
  const find = controlMark(el);
  return () => {
    if (el.isConnected) { el.focus({ preventScroll: true }); return; }
    const rows = [...(list?.querySelectorAll('[data-ts]') ?? [])];
    find(rows.find((r) => r.dataset.ts === row))?.focus({ preventScroll: true });
  };
}

// Remembers which block and action a control is of: returns a function that finds it in a root drawn anew.
export function controlMark(el) {
  const block = el.closest('[data-block-id]')?.dataset.blockId;
  const action = el.closest('[data-action-id]')?.dataset.actionId;
  return (inside) => {
    if (!inside || action === undefined) return null;
    const hit = [...inside.querySelectorAll('[data-action-id]')].find((x) => x.dataset.actionId === action
      && x.closest('[data-block-id]')?.dataset.blockId === block);
    return hit?.matches('button, input, textarea') ? hit : hit?.querySelector('button, input') ?? null;
  };
}

function push(layer) {
  stack.push(layer);
  root().append(layer.shell ?? layer.el);
}

function drop(layer) {
  const at = stack.indexOf(layer);
  if (at < 0) return false;
  stack.splice(at, 1);
  (layer.shell ?? layer.el).remove();
  return true;
}

// content under (or above) the anchor; a sheet from below on a narrow screen when asked for.
export function openPopover(anchor, content, { cls = '', label, role, onClose, sheet = true, align = 'start', minWidth = 0 } = {}) {
  const back = focusMark();
  const asSheet = sheet && isNarrow();
  const el = h('div', { class: `popover ${cls}${asSheet ? ' sheet' : ''}`, role, 'aria-label': label }, content);
  const shell = asSheet ? h('div', { class: 'sheet-back' }, el) : null;
  const layer = {
    el, shell, anchor, light: true,
    close(keepFocus = false) {
      if (!drop(layer)) return;
      anchor.setAttribute('aria-expanded', 'false');
      onClose?.();
      if (!keepFocus) back();
    },
    place() { if (!asSheet) place(el, anchor, align, minWidth); },
  };
  push(layer);
  anchor.setAttribute('aria-expanded', 'true');
  layer.place();
  return layer;
}

function place(el, anchor, align, minWidth) {
  const a = anchor.getBoundingClientRect();
  const gap = 6;
  if (minWidth) el.style.setProperty('min-width', `${Math.min(minWidth, innerWidth - 16)}px`);
  el.style.removeProperty('max-height');
  const below = innerHeight - a.bottom - gap - 8;
  const above = a.top - gap - 8;
  const up = el.offsetHeight > below && above > below;
  el.style.setProperty('max-height', `${Math.max(120, Math.min(up ? above : below, 460))}px`);
  const left = align === 'end' ? a.right - el.offsetWidth : a.left;
  el.style.setProperty('left', `${Math.max(8, Math.min(left, innerWidth - el.offsetWidth - 8))}px`);
  // Above the anchor it hangs from its lower edge, so that a list which shrinks stays beside it.
  el.style.setProperty('top', up ? 'auto' : `${a.bottom + gap}px`);
  el.style.setProperty('bottom', up ? `${innerHeight - a.top + gap}px` : 'auto');
}

// A menu of {label, icon?, checked?, danger?, href?, description?, run}; null makes a line.
export function openMenu(anchor, items, { label, align = 'start', cls = '' } = {}) {
  let layer = null;
  const nodes = items.filter((item) => item !== undefined).map((item) => {
    if (item === null) return h('div', { class: 'menu-line', role: 'separator' });
    const props = {
      class: `menu-item${item.danger ? ' danger' : ''}`, tabindex: '-1', role: item.checked === undefined ? 'menuitem' : 'menuitemradio',
      'aria-checked': item.checked === undefined ? null : String(item.checked), data: item.data,
      on: { click: () => { layer.close(item.keepFocus); item.run?.(); } },
    };
    const inside = [item.icon ?? null, h('span', { class: 'menu-text' }, item.label,
      item.description ? h('span', { class: 'menu-note' }, item.description) : null), item.checked ? h('span', { class: 'menu-check' }, '✓') : null];
    return item.href ? h('a', { ...props, href: item.href, target: '_blank', rel: 'noopener noreferrer' }, inside)
      : h('button', { type: 'button', ...props }, inside);
  });
  const menu = h('div', { class: 'menu' }, nodes);
  layer = openPopover(anchor, menu, { role: 'menu', label, align, cls });
  const all = nodes.filter((n) => n.classList.contains('menu-item'));
  layer.el.addEventListener('keydown', (event) => roving(event, all, () => layer.close()));
  (all.find((n) => n.getAttribute('aria-checked') === 'true') ?? all[0])?.focus();
  return layer;
}

// Arrow keys, Home and End over a list of elements.
export function roving(event, all, onTab) {
  const at = all.indexOf(document.activeElement);
  const moves = { ArrowDown: at + 1, ArrowUp: at < 0 ? all.length - 1 : at - 1, Home: 0, End: all.length - 1 };
  if (event.key in moves && all.length > 0) {
    event.preventDefault();
    all[(moves[event.key] + all.length) % all.length].focus();
  } else if (event.key === 'Tab' && onTab) {
    event.preventDefault();
    onTab();
  }
}

// A modal dialog with its own focus trap. onDismiss runs when Escape, the backdrop or the cross ended it.
export function openDialog(el, { label, cls = '', testid, onDismiss, focus, backdrop = true } = {}) {
  const back = focusMark();
  el.setAttribute('role', 'dialog');
  el.setAttribute('aria-modal', 'true');
  if (label) el.setAttribute('aria-label', label);
  if (testid) el.dataset.testid = testid;
  el.tabIndex = -1;
  const shell = h('div', { class: `backdrop ${cls}` }, el);
  const untrap = trapFocus(el);
  const layer = {
    el, shell,
    close() { if (drop(layer)) { untrap(); back(); } },
    onEscape() { layer.close(); onDismiss?.(); },
  };
  shell.addEventListener('pointerdown', (event) => { if (backdrop && event.target === shell) layer.onEscape(); });
  push(layer);
  const first = typeof focus === 'function' ? focus() : focus;
  (first ?? focusables(el).find((x) => !x.classList.contains('dialog-close')) ?? el).focus({ preventScroll: true });
  return layer;
}

export function dialogHead(title, onClose, { back = null, mark = null } = {}) {
  return h('div', { class: 'dialog-head' },
    back ? iconButton('back', 'Back', { on: { click: back } }) : mark,
    h('h2', { class: 'dialog-title' }, title),
    iconButton('close', 'Close', { class: 'dialog-close', on: { click: onClose } }));
}

// Slack's confirm object: resolves true when confirmed.
export function confirmDialog(confirm) {
  return new Promise((resolve) => {
    let layer = null;
    const end = (answer) => { layer.close(); resolve(answer); };
    const yes = h('button', { type: 'button', class: `button ${confirm.style === 'danger' ? 'danger' : 'primary'} solid`, data: { testid: 'confirm-yes' }, on: { click: () => end(true) } },
      textObject(confirm.confirm ?? { type: 'plain_text', text: 'Yes' }));
    const no = h('button', { type: 'button', class: 'button', data: { testid: 'confirm-no' }, on: { click: () => end(false) } },
      textObject(confirm.deny ?? { type: 'plain_text', text: 'Cancel' }));
    const el = h('div', { class: 'dialog dialog-small' },
      dialogHead(textObject(confirm.title ?? { type: 'plain_text', text: 'Are you sure?' }), () => end(false)),
      h('div', { class: 'dialog-body' }, textObject(confirm.text)),
      h('div', { class: 'dialog-foot' }, no, yes));
    layer = openDialog(el, { label: flatText(confirm.title), testid: 'confirm', onDismiss: () => resolve(false), focus: () => yes });
  });
}
