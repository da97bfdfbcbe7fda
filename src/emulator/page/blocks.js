// Block Kit blocks to DOM nodes. An unknown block says so and never breaks the rest.
import { append, h, replace, safeUrl } from './dom.js';
import { element } from './elements.js';
import { icon } from './icons.js';
import { openLightbox } from './lightbox.js';
import { markdown } from './markdown.js';
import { flatText, plainText, textObject } from './mrkdwn.js';
import { richText } from './richtext.js';
import { on, store } from './state.js';

const LONG_TEXT = 900;
const LONG_LINES = 12;
const DEFAULT_RATIO = 1.6; // width to height, until the picture tells

function header(block) {
  const level = Math.min(Math.max(Number(block.level) || 1, 1), 4);
  return h('h3', { class: `b-header level-${level}` }, plainText(block.text));
}

// Long section text is folded unless the block says expand, as in Slack.
function foldable(text, nodes, expand) {
  const box = h('div', { class: 'text' }, nodes);
  const source = String(text?.text ?? '');
  if (expand || (source.length <= LONG_TEXT && source.split('\n').length <= LONG_LINES)) return box;
  box.classList.add('folded');
  const more = h('button', { type: 'button', class: 'link-button', 'aria-expanded': 'false' }, 'Show more');
  more.addEventListener('click', () => {
    const open = box.classList.toggle('folded') === false;
    more.textContent = open ? 'Show less' : 'Show more';
    more.setAttribute('aria-expanded', String(open));
  });
  return [box, more];
}

function section(block, ctx) {
  const left = h('div', { class: 'b-section-main' });
  if (block.text) append(left, [foldable(block.text, textObject(block.text), block.expand === true)]);
  if (block.fields) left.append(h('div', { class: 'fields' }, block.fields.map((f) => h('div', { class: 'field-cell' }, textObject(f)))));
  if (!block.accessory) return h('div', { class: 'b-section' }, left);
  const isImage = block.accessory.type === 'image';
  return h('div', { class: `b-section with-accessory${isImage ? ' with-image' : ''}` }, left,
    h('div', { class: 'accessory' }, isImage ? thumb(block.accessory, 'accessory-image') : element(block.accessory, block, ctx)));
}

function imageSource(block) {
  const file = block.slack_file;
  if (file?.id && /^[A-Z0-9]{3,40}$/i.test(file.id)) return { src: `/ui/file/${file.id}`, file: file.id };
  const url = block.image_url ?? file?.url;
  const inside = /\/(F[A-Z0-9]{8,})(?:\/|$)/.exec(String(file?.url ?? ''));
  if (inside) return { src: `/ui/file/${inside[1]}`, file: inside[1] };
  return { src: typeof url === 'string' && url.startsWith('/ui/file/') ? url : safeUrl(url), file: null };
}

function thumb(block, cls) {
  const { src } = imageSource(block);
  return src ? h('img', { class: cls, src, alt: block.alt_text ?? '', title: block.alt_text ?? '', loading: 'lazy' }) : h('span', {}, block.alt_text);
}

function context(block) {
  return h('div', { class: 'b-context' }, (block.elements ?? []).map((el) => (
    el?.type === 'image' ? thumb(el, 'context-image') : h('span', { class: 'context-text' }, textObject(el)))));
}

function actions(block, ctx) {
  return h('div', { class: 'b-actions' }, (block.elements ?? []).map((el) => element(el, block, ctx)));
}

// Sizes of pictures seen before, so that a redraw or a reload reserves the right height.
function knownSize(file, ctx) {
  const meta = (ctx.message?.files ?? []).find((f) => f?.id === file);
  if (meta?.original_w && meta?.original_h) return [meta.original_w, meta.original_h];
  const kept = file && /^(\d+)x(\d+)$/.exec(sessionStorage.getItem(`size:${file}`) ?? '');
  return kept ? [Number(kept[1]), Number(kept[2])] : null;
}

export function picture({ src, file, alt, title, size }) {
  const img = h('img', { class: 'chart', alt: alt ?? '', draggable: 'false', decoding: 'async' });
  const wait = h('span', { class: 'image-wait' }, h('span', { class: 'image-wait-text' }, 'Processing the picture'));
  const open = h('button', { type: 'button', class: 'image-open loading', title: 'Open the picture', 'aria-label': `Open the picture: ${title || alt || ''}`.slice(0, 300) }, img, wait,
    h('span', { class: 'image-hint', 'aria-hidden': 'true' }, icon('search')));
  const setRatio = (w, ht) => open.style.setProperty('aspect-ratio', `${w} / ${ht}`);
  setRatio(...(size ?? [DEFAULT_RATIO, 1]));
  if (size) open.style.setProperty('max-width', `${Math.min(620, Math.max(size[0] / 2, 240))}px`);
  let tries = 0;
  let timer = 0;
  const load = () => { clearTimeout(timer); img.src = tries ? `${src}?try=${tries}` : src; };
  img.addEventListener('load', () => {
    open.classList.remove('loading', 'broken');
    setRatio(img.naturalWidth || DEFAULT_RATIO, img.naturalHeight || 1);
    open.style.setProperty('max-width', `${Math.min(620, Math.max(img.naturalWidth / 2, 240))}px`);
    if (file) sessionStorage.setItem(`size:${file}`, `${img.naturalWidth}x${img.naturalHeight}`);
  });
  // A file is served only once it is processed; file_ready tells, and a slow retry covers a missed one.
  img.addEventListener('error', () => {
    tries += 1;
    open.classList.add(tries > 7 || !file ? 'broken' : 'loading');
    if (tries > 7 || !file) replace(wait, h('span', { class: 'image-wait-text' }, icon('warning'), ' ', alt || 'This picture cannot be shown'));
    else timer = setTimeout(load, Math.min(8000, 400 * 2 ** tries));
  });
  open.addEventListener('click', () => openLightbox({ src: img.currentSrc || src, alt, title }));
  if (file) {
    const off = on('file', (id) => {
      if (!open.isConnected) { off(); return; }
      if (id === file && open.matches('.loading, .broken')) { tries = Math.max(tries, 1); load(); }
    });
  }
  load();
  return open;
}

function image(block, ctx) {
  const { src, file } = imageSource(block);
  const title = block.title ? flatText(block.title) : '';
  if (!src) return h('div', { class: 'unknown' }, block.alt_text || 'Picture without an address');
  const body = picture({ src, file, alt: block.alt_text, title, size: knownSize(file, ctx) });
  if (!title) return h('figure', { class: 'b-image' }, body);
  const fold = h('button', { type: 'button', class: 'image-title', 'aria-expanded': 'true' }, plainText(block.title), icon('down'));
  fold.addEventListener('click', () => {
    body.hidden = !body.hidden;
    fold.setAttribute('aria-expanded', String(!body.hidden));
  });
  return h('figure', { class: 'b-image' }, fold, body);
}

function tableCell(cell) {
  if (cell?.type === 'rich_text') return richText(cell);
  const text = cell?.text ?? cell?.value ?? '';
  return String(text);
}

function table(block) {
  const settings = block.column_settings ?? [];
  const rows = block.rows ?? [];
  const cls = (n) => `align-${['left', 'center', 'right'].includes(settings[n]?.align) ? settings[n].align : 'left'}${settings[n]?.is_wrapped ? ' wrapped' : ''}`;
  const line = (row, tag) => h('tr', {}, (row ?? []).map((cell, n) => h(tag, { class: cls(n), scope: tag === 'th' ? 'col' : null }, tableCell(cell))));
  return h('div', { class: 'table-wrap', tabindex: '0', role: 'group', 'aria-label': flatText(block.caption) || 'Table' },
    h('table', { class: 'table' }, block.caption ? h('caption', {}, textObject(block.caption)) : null,
      h('thead', {}, rows.slice(0, 1).map((r) => line(r, 'th'))), h('tbody', {}, rows.slice(1).map((r) => line(r, 'td')))));
}

function input(block, ctx) {
  const errors = ctx.kind === 'view' ? store.viewErrors.get(ctx.key) ?? {} : {};
  const error = errors[block.block_id];
  const control = block.element ? element(block.element, block, ctx) : null;
  const field = control?.querySelector('input, textarea, button');
  const box = h('div', { class: `b-input${error ? ' invalid' : ''}` });
  const id = `f-${ctx.key}-${block.block_id}`;
  const label = h(field && !field.closest('.choices') ? 'label' : 'div', { class: 'input-label', id: `${id}-label` }, plainText(block.label),
    block.optional ? h('span', { class: 'optional' }, ' (optional)') : null);
  if (field && !field.closest('.choices')) {
    field.id = id;
    label.htmlFor = id;
    if (error) { field.setAttribute('aria-invalid', 'true'); field.setAttribute('aria-describedby', `${id}-error`); }
  }
  control?.querySelector('.choices')?.setAttribute('aria-labelledby', `${id}-label`);
  return append(box, [label, control,
    error ? h('div', { class: 'input-error', id: `${id}-error`, role: 'alert' }, icon('warning'), h('span', {}, String(error))) : null,
    block.hint ? h('div', { class: 'input-hint' }, plainText(block.hint)) : null]);
}

function alert(block) {
  return h('div', { class: `b-alert ${['info', 'warning', 'error', 'success'].includes(block.level) ? block.level : 'default'}`, role: 'note' },
    icon(block.level === 'success' ? 'check' : block.level === 'info' ? 'info' : 'warning'), h('div', {}, textObject(block.text)));
}

// A native chart is shown as its figures: the same information without a drawing library.
function visualization(block) {
  const chart = block.chart ?? {};
  const text = (v) => ({ type: 'raw_text', text: String(v ?? '') });
  const rows = chart.type === 'pie'
    ? [[text('Segment'), text('Value')], ...(chart.segments ?? []).map((s) => [text(s.label), text(s.value)])]
    : [[text(chart.axis_config?.x_label ?? ''), ...(chart.series ?? []).map((s) => text(s.name))],
      ...(chart.axis_config?.categories ?? []).map((c, n) => [text(c), ...(chart.series ?? []).map((s) => text(s.data?.[n]?.value))])];
  return h('div', {}, h('div', { class: 'image-title' }, String(block.title?.text ?? block.title ?? 'Chart')), table({ rows, column_settings: [{}, { align: 'right' }] }));
}

const BLOCKS = {
  header, section, context, actions, context_actions: actions, image, input, table, data_table: table, alert,
  data_visualization: visualization,
  divider: () => h('hr', { class: 'divider' }),
  markdown: (b) => h('div', { class: 'b-markdown' }, markdown(b.text)),
  rich_text: richText,
};

export function renderBlock(block, ctx) {
  let node;
  try {
    node = Object.hasOwn(BLOCKS, block?.type) ? BLOCKS[block.type](block, ctx) : h('div', { class: 'unknown' }, `Block "${block?.type}" is not shown here; see the inspector`);
  } catch (error) {
    node = h('div', { class: 'unknown' }, `This block cannot be drawn: ${error.message}`);
  }
  const wrap = h('div', { class: `block block-${String(block?.type).replace(/[^a-z_]/g, '')}`, data: { blockId: block?.block_id } }, node);
  return wrap;
}

export function renderBlocks(ctx) {
  return h('div', { class: 'blocks' }, ctx.blocks.map((b) => renderBlock(b, ctx)));
}
