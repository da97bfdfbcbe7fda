// The stack of views the app has opened for this person; only the top one is shown.
import { focusables, h, replace } from './dom.js';
import { avatar, spinner } from './icons.js';
import { renderBlocks } from './blocks.js';
import { flatText, plainText } from './mrkdwn.js';
import { controlMark, dialogHead, openDialog } from './overlay.js';
import { botUser, emit, on, request, store } from './state.js';
import { collect, viewSurface } from './surface.js';
import { toast } from './widgets.js';

const NO_NEWS_MS = 6000;

let layer = null;
let shownId = null;
let box = null;

export function startModals() {
  on('views', ({ op }) => draw(op));
}

const top = () => store.views[store.views.length - 1] ?? null;

function draw(op) {
  const view = top();
  if (!view) {
    layer?.close();
    layer = null;
    shownId = null;
    return;
  }
  if (!layer) {
    box = h('div', { class: 'dialog modal' });
    fill(view);
    layer = openDialog(box, { label: flatText(view.title), testid: 'modal', onDismiss: () => { layer = null; dismiss(); }, focus: firstField, backdrop: false });
    shownId = view.id;
    return;
  }
  const here = document.activeElement;
  const mark = box.contains(here) ? { find: controlMark(here), at: here.selectionStart } : null;
  const scrolled = box.querySelector('.dialog-body')?.scrollTop ?? 0;
  fill(view);
  box.setAttribute('aria-label', flatText(view.title));
  if (shownId === view.id && op !== 'errors') {
    box.querySelector('.dialog-body').scrollTop = scrolled;
    restoreFocus(mark);
  } else if (op === 'errors') {
    (box.querySelector('[aria-invalid="true"]') ?? firstField() ?? box).focus();
  } else {
    (firstField() ?? box).focus();
  }
  shownId = view.id;
}

function restoreFocus(mark) {
  const again = mark?.find(box);
  if (!again) { (box.querySelector('.dialog-body') ?? box).focus(); return; }
  again.focus({ preventScroll: true });
  if (typeof mark.at === 'number' && again.setSelectionRange && /^(text|textarea|url|search)$/.test(again.type)) again.setSelectionRange(mark.at, mark.at);
}

function firstField() {
  return box.querySelector('[data-autofocus]') ?? focusables(box.querySelector('.dialog-body'))[0] ?? box.querySelector('.dialog-close');
}

function fill(view) {
  const ctx = viewSurface(view);
  const general = store.viewErrors.get(view.id)?.['']; // an error of the whole form has an empty block id
  const closeText = view.close ? plainText(view.close) : store.views.length > 1 ? 'Back' : 'Close';
  const submit = view.submit ? h('button', { type: 'submit', class: 'button primary solid', data: { testid: 'modal-submit' } }, h('span', { class: 'button-label' }, plainText(view.submit)), h('span', { class: 'button-spin' }, spinner())) : null;
  const body = h('div', { class: 'dialog-body', tabindex: '-1' },
    h('div', { class: 'form-error', role: 'alert', hidden: !general }, general ?? ''), renderBlocks(ctx));
  const form = h('form', { class: 'modal-form', novalidate: true, on: { submit: (event) => { event.preventDefault(); send(view, ctx, form, submit); } } },
    body, h('div', { class: 'dialog-foot' }, h('button', { type: 'button', class: 'button', data: { testid: 'modal-close' }, on: { click: () => closeTop(false) } }, closeText), submit));
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && submit) { event.preventDefault(); form.requestSubmit(); }
  });
  replace(box, dialogHead(plainText(view.title), () => closeTop(true),
    { back: store.views.length > 1 ? () => closeTop(false) : null, mark: avatar(botUser(), 's') }), form);
  box.dataset.viewId = view.id;
}

// Checks of the client itself, as Slack's: required inputs and lengths.
function missing(ctx) {
  const errors = {};
  const values = collect(ctx).values;
  for (const block of ctx.blocks) {
    if (block.type !== 'input' || !block.element) continue;
    const held = values[block.block_id]?.[block.element.action_id] ?? {};
    const value = Object.values(held).find((v, n) => n > 0);
    const empty = value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
    if (empty && !block.optional) errors[block.block_id] = 'Please complete this required field.';
    else if (!empty && block.element.min_length && String(value).length < block.element.min_length) errors[block.block_id] = `Use at least ${block.element.min_length} characters.`;
  }
  return errors;
}

async function send(view, ctx, form, submit) {
  if (!submit || submit.getAttribute('aria-busy') === 'true') return;
  const errors = missing(ctx);
  store.viewErrors.set(view.id, errors);
  if (Object.keys(errors).length > 0) { emit('views', { op: 'errors', id: view.id }); return; }
  submit.setAttribute('aria-busy', 'true');
  const reply = await request({ type: 'view_submit', view_id: view.id, state: collect(ctx) });
  // Acked or not, the view is drawn anew then (closed, updated, errors); this only ends a wait without any news.
  setTimeout(() => submit.setAttribute('aria-busy', 'false'), reply.ok ? NO_NEWS_MS : 0);
  if (reply.ok) return;
  const line = form.isConnected ? form.querySelector('.form-error') : null;
  const text = `We had some trouble connecting. Try again? (${reply.error ?? 'operation_timeout'})`;
  if (line) { line.hidden = false; line.textContent = text; } else toast(text, 'error');
}

// The cross ends the whole stack (cleared); Close and Back end the top view.
function closeTop(all) {
  const view = top();
  if (!view) return;
  const cleared = all || store.views.length === 1;
  request({ type: 'view_close', view_id: view.id, cleared: all });
  for (const gone of cleared ? store.views : [view]) { store.viewErrors.delete(gone.id); store.values.delete(gone.id); }
  store.views = cleared ? [] : store.views.slice(0, -1);
  emit('views', { op: 'close', id: view.id });
}

// Escape: one view at a time.
function dismiss() {
  shownId = null;
  closeTop(false);
}
