// The app's Home tab: the view that it published for this person.
import { h, replace } from './dom.js';
import { avatar, icon } from './icons.js';
import { renderBlocks } from './blocks.js';
import { botUser, emit, on, request, store } from './state.js';
import { viewSurface } from './surface.js';

const PATIENCE_MS = 2500;

export function createHome({ openDm, openInspector, openDrawer }) {
  const bot = botUser();
  const body = h('div', { class: 'home-body', tabindex: '0', role: 'region', 'aria-label': 'Home' });
  let waited = false;
  const draw = () => {
    const scrolled = body.scrollTop;
    if (store.home?.blocks) {
      replace(body, h('div', { class: 'home-page' }, h('h2', { class: 'visually-hidden' }, 'Home view'), renderBlocks(viewSurface({ id: store.home.id ?? 'home', ...store.home }))));
    } else if (!waited) {
      replace(body, h('div', { class: 'home-page skeletons', 'aria-label': 'Loading' }, [70, 92, 84, 40, 88, 60].map((w) => h('div', { class: 'skeleton', style: { width: `${w}%` } }))));
    } else {
      replace(body, h('div', { class: 'empty' }, icon('home'), h('h3', {}, 'Nothing here yet'),
        h('p', {}, `${bot?.handle ?? 'The app'} has not published a Home for you${store.botOnline ? '.' : ': it is offline.'}`)));
    }
    body.scrollTop = scrolled;
  };
  const tab = (text, here, run) => h('button', { type: 'button', role: 'tab', class: 'tab', 'aria-selected': String(here), on: { click: run } }, text);
  const el = h('div', { class: 'place', data: { channel: 'home' } },
    h('header', { class: 'place-head' },
      h('button', { type: 'button', class: 'icon-button only-narrow', 'aria-label': 'Open the channel list', on: { click: openDrawer } }, icon('menu')),
      avatar(bot, 's'), h('h1', { class: 'place-title' }, bot?.handle ?? 'drc', h('span', { class: 'badge' }, 'APP')),
      h('span', { class: 'grow' }),
      h('button', { type: 'button', class: 'icon-button', title: 'Inspect this view', 'aria-label': 'Inspect this view', on: { click: () => openInspector({ title: 'Home view', json: () => store.home }) } }, icon('braces'))),
    h('div', { class: 'tabs', role: 'tablist' }, tab('Home', true), tab('Messages', false, openDm)), body);
  const offs = [on('home', draw), on('bot', draw)];
  const timer = setTimeout(() => { waited = true; draw(); }, PATIENCE_MS);
  draw();
  request({ type: 'home_open' }).then((reply) => { if (reply.view) { store.home = reply.view; emit('home'); } });
  return { el, focus: () => body.focus(), destroy() { offs.forEach((off) => off()); clearTimeout(timer); } };
}
