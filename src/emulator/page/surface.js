// A surface is what holds blocks: a message or a view. Here is what a person's click or choice on one does.
import { on, request, setAction, setValue, store, valueOf } from './state.js';
import { confirmDialog } from './overlay.js';
import { h } from './dom.js';
import { icon, spinner } from './icons.js';

const NO_NEWS_MS = 8000; // the server tells within 3 s; this covers a lost connection

export const messageSurface = (channel, message) => ({
  kind: 'message', key: message.ts, channel, message, blocks: message.blocks ?? [],
  container: { type: 'message', channel, ts: message.ts, ...(message.is_ephemeral ? { ephemeral: true } : {}) },
});

export const viewSurface = (view) => ({
  kind: 'view', key: view.id, view, blocks: view.blocks ?? [], container: { type: 'view', view_id: view.id },
});

// Element type -> [field of the value, field of the initial value, empty value].
const FIELDS = {
  static_select: ['selected_option', 'initial_option', null],
  radio_buttons: ['selected_option', 'initial_option', null],
  multi_static_select: ['selected_options', 'initial_options', []],
  checkboxes: ['selected_options', 'initial_options', []],
  users_select: ['selected_user', 'initial_user', null],
  multi_users_select: ['selected_users', 'initial_users', []],
  channels_select: ['selected_channel', 'initial_channel', null],
  conversations_select: ['selected_conversation', 'initial_conversation', null],
  datepicker: ['selected_date', 'initial_date', null],
  timepicker: ['selected_time', 'initial_time', null],
  datetimepicker: ['selected_date_time', 'initial_date_time', null],
  plain_text_input: ['value', 'initial_value', null],
  number_input: ['value', 'initial_value', null],
  email_text_input: ['value', 'initial_value', null],
  url_text_input: ['value', 'initial_value', null],
};

export const fieldOf = (el) => FIELDS[el.type]?.[0];

export function currentValue(ctx, block, el) {
  const chosen = valueOf(ctx.key, block.block_id, el.action_id);
  if (chosen !== undefined) return chosen;
  const [, initial, empty] = FIELDS[el.type] ?? [];
  return el[initial] ?? empty;
}

function elementsOf(block) {
  if (block.type === 'actions' || block.type === 'context_actions') return block.elements ?? [];
  if (block.type === 'section') return block.accessory ? [block.accessory] : [];
  if (block.type === 'input') return block.element ? [block.element] : [];
  return [];
}

// state.values of block_actions and view_submission: every stateful element of the surface.
export function collect(ctx) {
  const values = {};
  for (const block of ctx.blocks) {
    for (const el of elementsOf(block)) {
      const field = fieldOf(el);
      if (!field || !block.block_id || !el.action_id) continue;
      values[block.block_id] ??= {};
      values[block.block_id][el.action_id] = { type: el.type, [field]: currentValue(ctx, block, el) };
    }
  }
  return { values };
}

export const actionKey = (ctx, block, el) => `${ctx.key}/${block.block_id ?? ''}/${el.action_id ?? ''}`;

// Sends block_actions. fields: what the kind of element carries (value, selected_option ...).
export async function act(ctx, block, el, fields) {
  if (el.confirm && !(await confirmDialog(el.confirm))) return false;
  const key = actionKey(ctx, block, el);
  store.actedAt = Date.now();
  setAction(key, 'sent');
  const sent = store.actions.get(key);
  setTimeout(() => { if (store.actions.get(key) === sent) setAction(key, 'operation_timeout'); }, NO_NEWS_MS);
  const reply = await request({
    type: 'action', container: ctx.container, block_id: block.block_id,
    action: { type: el.type, action_id: el.action_id, block_id: block.block_id, ...fields }, state: collect(ctx),
  });
  if (!reply.ok) setAction(key, 'dispatch_failed', reply.error);
  return reply.ok;
}

// A new choice: remembered, and sent unless it stands in an input block that does not dispatch.
export async function choose(ctx, block, el, value) {
  const before = currentValue(ctx, block, el);
  setValue(ctx.key, block.block_id, el.action_id, value);
  if (block.type === 'input' && !block.dispatch_action) return true;
  const done = await act(ctx, block, el, { [fieldOf(el)]: value });
  if (done === false && el.confirm) setValue(ctx.key, block.block_id, el.action_id, before);
  return done;
}

// Wraps a control so that it shows its state: spinner until acked, warning sign when that failed.
export function withState(ctx, block, el, control, { own = false } = {}) {
  const key = actionKey(ctx, block, el);
  const slot = h('span', { class: 'el-state' });
  const wrap = h('span', { class: `el el-${el.type}`, data: { actionKey: key } }, control, slot);
  wrap.stateSlot = { slot, control, own };
  if (el.action_id) control.dataset.actionId = el.action_id;
  showState(wrap, store.actions.get(key));
  return wrap;
}

const EXPLAIN = {
  operation_timeout: 'The app did not answer within 3 seconds.',
  dispatch_failed: 'The app is not connected.',
  offline: 'The page is not connected.',
  no_reply: 'The local Slack did not answer.',
};

function showState(wrap, entry) {
  const { slot, control, own } = wrap.stateSlot;
  const state = entry?.state ?? 'ok';
  wrap.classList.toggle('busy', state === 'sent');
  wrap.classList.toggle('failed', state !== 'sent' && state !== 'ok');
  control.setAttribute('aria-busy', String(state === 'sent'));
  slot.replaceChildren();
  if (state === 'sent' && !own) slot.append(spinner());
  if (state === 'sent' && own) slot.append(h('span', { class: 'visually-hidden' }, 'Sending'));
  if (state !== 'sent' && state !== 'ok') {
    const word = entry.error && entry.error !== 'dispatch_failed' ? entry.error : state;
    slot.append(h('span', { class: 'el-error', role: 'alert', title: EXPLAIN[word] ?? '' }, icon('warning'), word));
  }
}

on('action', ({ key }) => {
  for (const wrap of document.querySelectorAll('.el')) {
    if (wrap.dataset.actionKey === key && wrap.stateSlot) showState(wrap, store.actions.get(key));
  }
});
