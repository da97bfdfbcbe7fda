// Small things that several modules show: preformatted text with a copy button, toasts.
import { copyText, h } from './dom.js';
import { icon, iconButton } from './icons.js';

export function copyButton(getText, label = 'Copy') {
  const button = iconButton('copy', label, { class: 'copy-button' });
  button.addEventListener('click', async () => {
    const done = await copyText(getText());
    button.replaceChildren(icon(done ? 'check' : 'warning'));
    button.title = done ? 'Copied' : 'Could not copy';
    setTimeout(() => { button.replaceChildren(icon('copy')); button.title = label; }, 1400);
  });
  return button;
}

export function copyable(text) {
  return h('div', { class: 'pre-wrap' }, h('pre', { class: 'pre', tabindex: '0' }, h('code', {}, text)), copyButton(() => text));
}

export function toast(text, kind = 'info') {
  document.querySelector('.toast')?.remove();
  const el = h('div', { class: `toast toast-${kind}`, role: 'alert' }, icon(kind === 'error' ? 'warning' : 'check'), h('span', {}, text));
  document.getElementById('layers').append(el);
  setTimeout(() => el.classList.add('leaving'), 3600);
  setTimeout(() => el.remove(), 4000);
}

// JSON with colours, as nodes. Long strings are cut for the eye only; copying takes the whole text.
export function jsonNodes(value, indent = 0) {
  const pad = '  '.repeat(indent + 1);
  const end = '  '.repeat(indent);
  if (value === null || typeof value === 'boolean') return [h('span', { class: 'json-word' }, String(value))];
  if (typeof value === 'number') return [h('span', { class: 'json-number' }, String(value))];
  if (typeof value === 'string') return [h('span', { class: 'json-string' }, JSON.stringify(value))];
  const array = Array.isArray(value);
  const entries = array ? value.map((v) => [null, v]) : Object.entries(value);
  if (entries.length === 0) return [array ? '[]' : '{}'];
  const out = [array ? '[\n' : '{\n'];
  entries.forEach(([key, v], n) => {
    out.push(pad);
    if (!array) out.push(h('span', { class: 'json-key' }, JSON.stringify(key)), ': ');
    out.push(...(indent < 30 ? jsonNodes(v, indent + 1) : ['...']), n < entries.length - 1 ? ',\n' : '\n');
  });
  out.push(end, array ? ']' : '}');
  return out;
}
