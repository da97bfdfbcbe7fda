// Ctrl+K: go to a channel, be another person, fill in a command.
import { h, replace } from './dom.js';
import { avatar, icon } from './icons.js';
import { openDialog } from './overlay.js';
import { botUser, channelTitle, people, store } from './state.js';

export function openSwitcher({ go, be, fill }) {
  const bot = botUser();
  const all = [
    ...store.order.map((id) => store.channels.get(id)).map((c) => ({ name: channelTitle(c), note: c.kind === 'dm' ? 'Direct message' : c.topic ?? '', unread: c.unread, face: c.kind === 'dm' ? avatar(bot, 's') : icon(c.kind === 'private' ? 'lock' : 'hash'), run: () => go(c.id) })),
    { name: `${bot?.handle ?? 'drc'} Home`, note: 'App', face: icon('home'), run: () => go('home') },
    ...store.starters.map((s) => ({ name: s.title, note: s.text, face: icon('bulb'), run: () => fill(s) })),
    ...people().filter((u) => u.id !== store.me).map((u) => ({ name: `Be ${u.name}`, note: u.title, face: avatar(u, 's'), run: () => be(u.id) })),
  ];
  let rows = [];
  let active = 0;
  let layer = null;
  const field = h('input', { class: 'switch-field', type: 'text', placeholder: 'Where to?', 'aria-label': 'Where to?', role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'switch-list', autocomplete: 'off', spellcheck: 'false' });
  const list = h('div', { class: 'switch-list', id: 'switch-list', role: 'listbox', 'aria-label': 'Places' });
  const take = (n) => { const hit = rows[n]; if (!hit) return; layer.close(); hit.run(); };
  const mark = () => {
    [...list.children].forEach((el, n) => { el.classList.toggle('active', n === active); el.setAttribute('aria-selected', String(n === active)); });
    field.setAttribute('aria-activedescendant', `switch-${active}`);
    list.children[active]?.scrollIntoView({ block: 'nearest' });
  };
  const draw = () => {
    const words = field.value.trim().replace(/^#/, '').toLowerCase().split(/\s+/).filter(Boolean);
    rows = all.filter((r) => words.every((w) => `${r.name} ${r.note}`.toLowerCase().includes(w)));
    if (words.length === 0) rows.sort((a, b) => Number((b.unread ?? 0) > 0) - Number((a.unread ?? 0) > 0));
    active = 0;
    replace(list, rows.map((r, n) => h('div', { class: `switch-row${r.unread ? ' unread' : ''}`, role: 'option', id: `switch-${n}`, on: { click: () => take(n), pointermove: () => { if (active !== n) { active = n; mark(); } } } },
      r.face, h('span', { class: 'switch-name' }, r.name), h('span', { class: 'switch-note' }, r.note))), rows.length ? null : h('div', { class: 'list-none' }, 'Nothing matches'));
    mark();
  };
  field.addEventListener('input', draw);
  field.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && rows.length) { event.preventDefault(); active = (active + step + rows.length) % rows.length; mark(); }
    if (event.key === 'Enter') { event.preventDefault(); take(active); }
  });
  draw();
  layer = openDialog(h('div', { class: 'dialog switcher' }, h('div', { class: 'switch-head' }, icon('search'), field, h('kbd', {}, 'Esc')), list), { label: 'Jump to', testid: 'switcher', cls: 'top', focus: () => field });
}
