// Small helpers to build DOM nodes. Data only ever becomes a text node or an attribute value of a known attribute;
// nothing in this page parses a string as HTML.

const PROPERTIES = new Set(['value', 'checked', 'disabled', 'hidden', 'tabIndex', 'htmlFor', 'readOnly', 'selected']);

// h('button', { class: 'x', on: { click }, data: { ts }, style: { width: '3px' } }, 'text', node, [nodes], null)
export function h(tag, props, ...kids) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined) continue;
    if (name === 'class') el.className = value;
    else if (name === 'on') for (const [type, fn] of Object.entries(value)) el.addEventListener(type, fn);
    else if (name === 'data') for (const [key, v] of Object.entries(value)) { if (v != null) el.dataset[key] = v; }
    else if (name === 'style') for (const [key, v] of Object.entries(value)) el.style.setProperty(key, v);
    else if (PROPERTIES.has(name)) el[name] = value;
    else if (value === true) el.setAttribute(name, '');
    else if (value !== false) el.setAttribute(name, String(value));
  }
  append(el, kids);
  return el;
}

export function append(el, kids) {
  for (const kid of Array.isArray(kids) ? kids : [kids]) {
    if (kid === null || kid === undefined || kid === false) continue;
    if (Array.isArray(kid)) append(el, kid);
    else el.append(kid instanceof Node ? kid : String(kid));
  }
  return el;
}

export function replace(el, ...kids) {
  el.replaceChildren();
  return append(el, kids);
}

export function svg(tag, attrs, ...kids) {
  const el = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attrs ?? {})) el.setAttribute(name, String(value));
  for (const kid of kids) el.append(kid);
  return el;
}

// Only these schemes may become links. Everything else is shown as text.
export function safeUrl(raw) {
  if (typeof raw !== 'string' || raw.length > 8000) return null;
  let url;
  try {
    url = new URL(raw);
  } catch {
    return null;
  }
  return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null;
}

// A link, or its label when the address is not one we follow.
export function link(raw, ...label) {
  const href = safeUrl(raw);
  if (!href) return h('span', {}, label);
  return h('a', { class: 'link', href, target: '_blank', rel: 'noopener noreferrer' }, label);
}

const FOCUSABLE = 'a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), '
  + 'select:not([disabled]), [tabindex]:not([tabindex="-1"])';

export function focusables(root) {
  return [...root.querySelectorAll(FOCUSABLE)].filter((el) => el.getClientRects().length > 0);
}

// Keeps Tab inside root. Returns a function that ends it.
export function trapFocus(root) {
  const onKey = (event) => {
    if (event.key !== 'Tab') return;
    const all = focusables(root);
    if (all.length === 0) { event.preventDefault(); return; }
    const first = all[0];
    const last = all[all.length - 1];
    const here = document.activeElement;
    if (event.shiftKey && (here === first || !root.contains(here) || here === root)) {
      event.preventDefault();
      last.focus();
    } else if (!event.shiftKey && (here === last || !root.contains(here))) {
      event.preventDefault();
      first.focus();
    }
  };
  root.addEventListener('keydown', onKey);
  return () => root.removeEventListener('keydown', onKey);
}

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h('textarea', { class: 'visually-hidden', value: text });
    document.body.append(area);
    area.select();
    const ok = document.execCommand('copy');
    area.remove();
    return ok;
  }
}

let liveTimer = 0;
// Says it to a screen reader.
export function announce(text) {
  const live = document.getElementById('live');
  clearTimeout(liveTimer);
  live.textContent = '';
  liveTimer = setTimeout(() => { live.textContent = text.slice(0, 240); }, 60);
}

export const isNarrow = () => window.matchMedia('(max-width: 760px)').matches;
export const isMac = /Mac|iPhone|iPad/.test(navigator.platform ?? '');
