// An image over the whole window: fit, zoom, pan; Escape closes.
import { h } from './dom.js';
import { icon, iconButton } from './icons.js';
import { openDialog } from './overlay.js';

const STEPS = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4];

export function openLightbox({ src, alt, title }) {
  let scale = 0; // 0 = fit
  let layer = null;
  const name = title || String(alt ?? '').split(/[.,;:] /)[0].slice(0, 80) || 'Picture';
  const img = h('img', { class: 'lightbox-image', src, alt: alt ?? '', draggable: 'false' });
  const stage = h('div', { class: 'lightbox-stage', tabindex: '0' }, img);
  const readout = h('span', { class: 'lightbox-zoom', 'aria-live': 'polite' });
  // Image pixels are drawn for screens of twice the density: 100 % is half the pixels.
  const natural = () => (img.naturalWidth || 1200) / 2;
  const fitted = () => Math.min(img.clientWidth / natural(), (2 * img.clientHeight) / (img.naturalHeight || 800));
  const shown = () => scale || fitted();
  const apply = () => {
    stage.classList.toggle('zoomed', scale > 0);
    if (scale > 0) img.style.setProperty('width', `${natural() * scale}px`);
    else img.style.removeProperty('width');
    readout.textContent = `${Math.round(shown() * 100)} %`;
  };
  const zoom = (dir) => {
    const now = shown();
    const next = dir > 0 ? STEPS.find((s) => s > now + 0.01) : STEPS.findLast((s) => s < now - 0.01);
    if (!next) return;
    const cx = (stage.scrollLeft + stage.clientWidth / 2) / Math.max(1, stage.scrollWidth);
    const cy = (stage.scrollTop + stage.clientHeight / 2) / Math.max(1, stage.scrollHeight);
    scale = next;
    apply();
    stage.scrollTo(cx * stage.scrollWidth - stage.clientWidth / 2, cy * stage.scrollHeight - stage.clientHeight / 2);
  };
  const fit = () => { scale = 0; apply(); };
  const close = () => layer.close();
  const el = h('div', { class: 'lightbox' },
    h('div', { class: 'lightbox-bar' },
      h('span', { class: 'lightbox-title' }, name),
      iconButton('minus', 'Zoom out (-)', { on: { click: () => zoom(-1) } }), readout,
      iconButton('plus', 'Zoom in (+)', { on: { click: () => zoom(1) } }),
      h('button', { type: 'button', class: 'button small ghost', on: { click: fit } }, 'Fit'),
      h('a', { class: 'icon-button', href: src, target: '_blank', rel: 'noopener', title: 'Open image in a new tab', 'aria-label': 'Open image in a new tab' }, icon('external')),
      h('a', { class: 'icon-button', href: src, download: `${name.replace(/[^\w-]+/g, '-').slice(0, 60)}.png`, title: 'Download', 'aria-label': 'Download' }, icon('download')),
      iconButton('close', 'Close (Esc)', { class: 'dialog-close', on: { click: close } })),
    stage, alt ? h('p', { class: 'lightbox-alt' }, alt) : null);
  img.addEventListener('click', () => { if (!panned) { scale = scale > 0 ? 0 : 2; apply(); } });
  el.addEventListener('keydown', (event) => {
    if (event.key === '+' || event.key === '=') zoom(1);
    else if (event.key === '-') zoom(-1);
    else if (event.key === '0') fit();
    else return;
    event.preventDefault();
  });
  stage.addEventListener('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1 : -1);
  }, { passive: false });
  let panned = false;
  stage.addEventListener('pointerdown', (event) => {
    panned = false;
    if (event.pointerType !== 'mouse' || scale === 0) return;
    const from = { x: event.clientX + stage.scrollLeft, y: event.clientY + stage.scrollTop };
    const start = { x: event.clientX, y: event.clientY };
    const move = (e) => {
      if (Math.abs(e.clientX - start.x) + Math.abs(e.clientY - start.y) > 4) panned = true;
      stage.scrollTo(from.x - e.clientX, from.y - e.clientY);
    };
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', () => window.removeEventListener('pointermove', move), { once: true });
  });
  layer = openDialog(el, { label: title || alt || name, cls: 'dark', testid: 'lightbox', focus: () => stage });
  img.addEventListener('load', apply);
  requestAnimationFrame(apply);
}
