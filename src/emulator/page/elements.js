// Block Kit elements: buttons, overflow, checkboxes, radio buttons, pickers, text inputs, feedback buttons.
import { h, safeUrl } from './dom.js';
import { icon, iconButton, spinner } from './icons.js';
import { flatText, plainText, textObject } from './mrkdwn.js';
import { openMenu } from './overlay.js';
import { selectElement } from './select.js';
import { setValue, store } from './state.js';
import { act, actionKey, choose, currentValue, withState } from './surface.js';

let serial = 0;

const busy = (ctx, block, el) => store.actions.get(actionKey(ctx, block, el))?.state === 'sent';

function button(el, block, ctx) {
  const style = el.style === 'primary' || el.style === 'danger' ? ` ${el.style}` : '';
  const label = [h('span', { class: 'button-label' }, plainText(el.text))];
  const href = el.url ? safeUrl(el.url) : null;
  if (href) label.push(icon('external', 'button-mark'));
  const control = h('button', {
    type: 'button', class: `button${style}${style ? ' solid' : ''}`, 'aria-label': el.accessibility_label || null,
    title: el.accessibility_label || (href ?? null),
  }, label, h('span', { class: 'button-spin' }, spinner()));
  control.addEventListener('click', async () => {
    if (busy(ctx, block, el)) return;
    if (href && !el.confirm) window.open(href, '_blank', 'noopener,noreferrer');
    await act(ctx, block, el, { text: el.text, ...(el.value === undefined ? {} : { value: el.value }) });
  });
  return withState(ctx, block, el, control, { own: true });
}

function overflow(el, block, ctx) {
  const control = iconButton('more', 'More actions', { class: 'overflow', 'aria-haspopup': 'menu', 'aria-expanded': 'false' });
  control.addEventListener('click', () => openMenu(control, (el.options ?? []).map((o) => ({
    label: textObject(o.text), description: o.description ? textObject(o.description) : null, href: o.url ? safeUrl(o.url) : null,
    data: { value: o.value }, run: () => act(ctx, block, el, { selected_option: o }),
  })), { label: 'More actions', align: 'end' }));
  return withState(ctx, block, el, control);
}

function choices(el, block, ctx) {
  const many = el.type === 'checkboxes';
  const name = `choice-${++serial}`;
  const box = h('div', { class: 'choices', role: many ? 'group' : 'radiogroup' });
  const current = () => (many ? currentValue(ctx, block, el) ?? [] : [currentValue(ctx, block, el)].filter(Boolean));
  for (const o of el.options ?? []) {
    const input = h('input', { type: many ? 'checkbox' : 'radio', name, checked: current().some((c) => c.value === o.value), data: { value: o.value } });
    input.addEventListener('change', () => {
      const rest = current().filter((c) => c.value !== o.value);
      choose(ctx, block, el, many ? (input.checked ? [...rest, o] : rest) : o);
    });
    box.append(h('label', { class: 'choice' }, input, h('span', { class: 'choice-text' }, h('span', {}, textObject(o.text)),
      o.description ? h('span', { class: 'choice-note' }, textObject(o.description)) : null)));
  }
  return withState(ctx, block, el, box);
}

// Date, time and both, on the browser's own pickers.
function picker(el, block, ctx) {
  const type = { datepicker: 'date', timepicker: 'time', datetimepicker: 'datetime-local' }[el.type];
  const toInput = (v) => {
    if (v === null || v === undefined) return '';
    if (type !== 'datetime-local') return v;
    const local = new Date(v * 1000 - new Date(v * 1000).getTimezoneOffset() * 60000);
    return local.toISOString().slice(0, 16);
  };
  const input = h('input', { class: 'field', type, value: toInput(currentValue(ctx, block, el)), 'aria-label': flatText(el.placeholder) || type });
  input.addEventListener('change', () => {
    const value = input.value === '' ? null : type === 'datetime-local' ? Math.floor(new Date(input.value).getTime() / 1000) : input.value;
    choose(ctx, block, el, value);
  });
  return withState(ctx, block, el, input);
}

function textInput(el, block, ctx) {
  const types = { number_input: 'number', email_text_input: 'email', url_text_input: 'url' };
  const value = currentValue(ctx, block, el) ?? '';
  const common = {
    class: 'field', placeholder: flatText(el.placeholder), value, minlength: el.min_length ?? null, maxlength: el.max_length ?? null, autocomplete: 'off',
  };
  const input = el.multiline ? h('textarea', { ...common, rows: 4 })
    : h('input', { ...common, type: types[el.type] ?? 'text', min: el.min_value ?? null, max: el.max_value ?? null, step: el.is_decimal_allowed ? 'any' : null });
  const triggers = el.dispatch_action_config?.trigger_actions_on ?? ['on_enter_pressed'];
  const send = () => act(ctx, block, el, { value: input.value });
  input.addEventListener('input', () => {
    setValue(ctx.key, block.block_id, el.action_id, input.value === '' ? null : input.value);
    if (block.dispatch_action && triggers.includes('on_character_entered')) send();
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing || (el.multiline && !(event.ctrlKey || event.metaKey))) return;
    if (block.dispatch_action && triggers.includes('on_enter_pressed')) { event.preventDefault(); send(); }
  });
  if (el.focus_on_load) input.dataset.autofocus = 'true';
  return withState(ctx, block, el, input);
}

function feedback(el, block, ctx) {
  const half = (raw, name, mark) => {
    if (!raw) return null;
    const label = flatText(raw.accessibility_label || raw.text);
    const control = h('button', { type: 'button', class: 'feedback', title: label, 'aria-label': label, 'aria-pressed': 'false', data: { value: raw.value } },
      icon(mark), h('span', {}, plainText(raw.text)));
    control.addEventListener('click', () => {
      for (const other of control.parentElement.querySelectorAll('.feedback')) other.setAttribute('aria-pressed', String(other === control));
      act(ctx, block, el, { value: raw.value, text: raw.text });
    });
    return control;
  };
  return withState(ctx, block, el, h('span', { class: 'feedback-pair', role: 'group', 'aria-label': 'Feedback' },
    half(el.positive_button, 'positive', 'up'), half(el.negative_button, 'negative', 'thumbDown')));
}

function iconElement(el, block, ctx) {
  const control = iconButton(el.icon === 'trash' ? 'trash' : 'info', flatText(el.accessibility_label || el.text));
  control.addEventListener('click', () => act(ctx, block, el, { value: el.value, icon: el.icon, text: el.text }));
  return withState(ctx, block, el, control);
}

const ELEMENTS = {
  button, overflow, feedback_buttons: feedback, icon_button: iconElement, checkboxes: choices, radio_buttons: choices,
  static_select: selectElement, multi_static_select: selectElement, users_select: selectElement, multi_users_select: selectElement,
  channels_select: selectElement, conversations_select: selectElement, datepicker: picker, timepicker: picker, datetimepicker: picker,
  plain_text_input: textInput, number_input: textInput, email_text_input: textInput, url_text_input: textInput,
  workflow_button: button,
};

export function element(el, block, ctx) {
  if (!Object.hasOwn(ELEMENTS, el?.type)) return h('span', { class: 'unknown' }, `Element "${el?.type}" is not shown here`);
  return ELEMENTS[el.type](el, block, ctx);
}
