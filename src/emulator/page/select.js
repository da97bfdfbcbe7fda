// Select menus: a button that opens a filterable listbox with groups and descriptions; one or many choices.
import { h } from './dom.js';
import { icon } from './icons.js';
import { flatText, plainText, textObject } from './mrkdwn.js';
import { openPopover } from './overlay.js';
import { channelTitle, people, store } from './state.js';
import { choose, currentValue, withState } from './surface.js';

let serial = 0;

const option = (text, value) => ({ text: { type: 'plain_text', text }, value });

// Every kind of select as groups of options.
function groupsOf(el) {
  if (el.option_groups) return el.option_groups.map((g) => ({ label: g.label, options: g.options ?? [] }));
  if (el.type.endsWith('users_select')) return [{ options: people().map((u) => option(u.name, u.id)) }];
  if (el.type === 'channels_select' || el.type === 'conversations_select') {
    return [{ options: [...store.channels.values()].map((c) => option(`${c.kind === 'dm' ? '' : '#'}${channelTitle(c)}`, c.id)) }];
  }
  return [{ options: el.options ?? [] }];
}

const byId = (el) => !el.type.includes('static');

export function selectElement(el, block, ctx) {
  const multi = el.type.startsWith('multi_');
  const groups = groupsOf(el);
  const all = groups.flatMap((g) => g.options);
  const chosen = () => {
    const value = currentValue(ctx, block, el);
    const list = multi ? value ?? [] : value === null || value === undefined ? [] : [value];
    return byId(el) ? list.map((id) => all.find((o) => o.value === id) ?? option(id, id)) : list;
  };
  const face = h('span', { class: 'select-face' });
  const placeholder = el.placeholder ? flatText(el.placeholder) : 'Choose an option';
  const trigger = h('button', {
    type: 'button', class: 'select', 'aria-haspopup': 'listbox', 'aria-expanded': 'false', 'aria-label': el.placeholder ? placeholder : null,
  }, face, icon('down', 'select-arrow'));
  const draw = () => {
    const list = chosen();
    trigger.classList.toggle('unset', list.length === 0);
    trigger.title = list.map((o) => flatText(o.text)).join(', ');
    trigger.setAttribute('aria-label', list.length ? `${placeholder}: ${trigger.title}` : placeholder);
    face.replaceChildren();
    if (list.length === 0) face.append(placeholder);
    else if (multi) face.append(...list.map((o) => h('span', { class: 'token' }, plainText(o.text))));
    else face.append(...plainText(list[0].text));
  };
  const pick = async (list) => {
    const raw = byId(el) ? list.map((o) => o.value) : list;
    const sending = choose(ctx, block, el, multi ? raw : raw[0] ?? null);
    draw();
    await sending;
    draw();
  };
  trigger.addEventListener('click', () => openList(trigger, { groups, multi, chosen: chosen(), label: placeholder, max: el.max_selected_items, onPick: pick }));
  trigger.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); trigger.click(); }
  });
  draw();
  return withState(ctx, block, el, trigger);
}

// The open list. A single choice closes it; several are sent when it closes.
export function openList(anchor, { groups, multi, chosen, label, max, onPick }) {
  const id = `list-${++serial}`;
  let picked = [...chosen];
  let active = 0;
  let rows = [];
  const filter = h('input', {
    class: 'list-filter', type: 'text', placeholder: 'Filter', autocomplete: 'off', spellcheck: 'false', role: 'combobox',
    'aria-label': `Filter: ${label}`, 'aria-expanded': 'true', 'aria-controls': id, 'aria-autocomplete': 'list',
  });
  const list = h('div', { class: 'list-options', id, role: 'listbox', 'aria-label': label, 'aria-multiselectable': multi ? 'true' : null });
  const has = (o) => picked.some((p) => p.value === o.value);
  let layer = null;

  const setActive = (n, scroll = true) => {
    active = rows.length ? (n + rows.length) % rows.length : 0;
    rows.forEach((row, k) => row.el.classList.toggle('active', k === active));
    filter.setAttribute('aria-activedescendant', rows[active]?.el.id ?? '');
    if (scroll) rows[active]?.el.scrollIntoView({ block: 'nearest' });
  };
  const take = (o) => {
    if (!multi) {
      layer.close();
      if (!has(o)) onPick([o]);
      return;
    }
    if (has(o)) picked = picked.filter((p) => p.value !== o.value);
    else if (!max || picked.length < max) picked = [...picked, o];
    draw(active);
  };
  const row = (o, n) => h('div', {
    class: `option${has(o) ? ' selected' : ''}`, role: 'option', id: `${id}-${n}`, 'aria-selected': String(has(o)), data: { value: o.value },
    on: { click: () => take(o), pointermove: () => { if (active !== n) setActive(n, false); } },
  }, h('span', { class: 'option-check' }, has(o) ? icon('check') : null),
  h('span', { class: 'option-text' }, h('span', { class: 'option-label' }, textObject(o.text)),
    o.description ? h('span', { class: 'option-note' }, textObject(o.description)) : null));

  const draw = (keep = 0) => {
    const words = filter.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (o, g) => words.every((w) => `${flatText(o.text)} ${flatText(o.description)} ${flatText(g.label)}`.toLowerCase().includes(w));
    rows = [];
    list.replaceChildren();
    for (const group of groups) {
      const some = group.options.filter((o) => fits(o, group));
      if (some.length === 0) continue;
      const box = group.label ? h('div', { class: 'list-group', role: 'group', 'aria-label': flatText(group.label) },
        h('div', { class: 'list-label', 'aria-hidden': 'true' }, textObject(group.label))) : list;
      for (const o of some) {
        const el = row(o, rows.length);
        rows.push({ el, option: o });
        box.append(el);
      }
      if (box !== list) list.append(box);
    }
    if (rows.length === 0) list.append(h('div', { class: 'list-none' }, `Nothing matches "${filter.value.trim()}"`));
    setActive(keep);
  };

  const done = multi ? h('div', { class: 'list-foot' }, h('button', { type: 'button', class: 'button primary solid small', on: { click: () => layer.close() } }, 'Done')) : null;
  const onClose = () => {
    const same = picked.length === chosen.length && picked.every((p) => chosen.some((c) => c.value === p.value));
    if (multi && !same) onPick(picked);
  };
  filter.addEventListener('input', () => draw());
  filter.addEventListener('keydown', (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in steps) { event.preventDefault(); setActive(Math.abs(steps[event.key]) === 1 ? active + steps[event.key] : Math.max(0, Math.min(rows.length - 1, active + steps[event.key]))); }
    else if (event.key === 'Enter') { event.preventDefault(); if (rows[active]) take(rows[active].option); }
    else if (event.key === 'Tab') { event.preventDefault(); layer.close(); }
  });
  layer = openPopover(anchor, [h('div', { class: 'list-head' }, icon('search'), filter), list, done],
    { cls: 'list', role: 'dialog', label, onClose, minWidth: Math.max(anchor.offsetWidth, 280) });
  layer.el.dataset.testid = 'select-menu';
  draw();
  const at = rows.findIndex((r) => has(r.option));
  setActive(Math.max(at, 0));
  layer.place();
  if (!matchMedia('(pointer: coarse)').matches) filter.focus({ preventScroll: true });
  return layer;
}
