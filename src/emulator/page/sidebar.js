// The left side: workspace name, channels, the app with its Home and DM, and the menu of people to be.
import { h, replace } from './dom.js';
import { avatar, icon, iconButton } from './icons.js';
import { openMenu, roving } from './overlay.js';
import { botUser, channelTitle, emit, on, people, store, userOf } from './state.js';
import { nextTheme, themeIcon, themeName } from './theme.js';

export function createSidebar({ go, be, openSwitcher }) {
  const head = h('div', { class: 'side-head' });
  const body = h('div', { class: 'side-body' });
  const foot = h('div', { class: 'side-foot' });
  const el = h('nav', { class: 'sidebar', 'aria-label': 'Channels', id: 'sidebar' }, head, body, foot);
  body.addEventListener('keydown', (event) => roving(event, [...body.querySelectorAll('.side-row')]));

  const row = (id, face, name, { unread = 0, mentions = 0, note } = {}) => h('button', {
    type: 'button', class: `side-row${store.route.place === id ? ' here' : ''}${unread ? ' unread' : ''}`, data: { channel: id },
    'aria-current': store.route.place === id ? 'page' : null, on: { click: () => go(id) },
  }, face, h('span', { class: 'side-name' }, name), note ? h('span', { class: 'side-note' }, note) : null,
  mentions ? h('span', { class: 'side-count' }, mentions > 99 ? '99+' : String(mentions), h('span', { class: 'visually-hidden' }, ' mentions')) : null,
  unread && !mentions ? h('span', { class: 'side-dot' }, h('span', { class: 'visually-hidden' }, `${unread} unread`)) : null);

  const group = (title, rows) => (rows.length ? h('section', { class: 'side-group' }, h('h2', { class: 'side-title' }, title), rows) : null);

  function draw() {
    const here = document.activeElement?.closest?.('.side-row')?.dataset.channel;
    const me = userOf(store.me);
    const bot = botUser();
    const channels = store.order.map((id) => store.channels.get(id));
    const open = channels.filter((c) => c.kind !== 'dm' && (c.kind === 'public' || c.is_member));
    const dms = channels.filter((c) => c.kind === 'dm');
    const count = (c) => ({ unread: c.unread, mentions: c.mentions });
    replace(head, h('div', { class: 'team-mark', 'aria-hidden': 'true' }, initialsOf(store.team.name)), h('div', { class: 'team-text' },
      h('div', { class: 'team-name' }, store.team.name ?? 'Workspace'), h('div', { class: 'team-note' }, store.sample ? 'Local Slack · sample data' : 'Local Slack')),
    iconButton('search', 'Jump to (Ctrl+K)', { class: 'on-dark', on: { click: openSwitcher } }));
    replace(body,
      group('Channels', open.map((c) => row(c.id, icon(c.kind === 'private' ? 'lock' : 'hash', 'side-icon'), channelTitle(c), count(c)))),
      group('Direct messages', dms.map((c) => row(c.id, h('span', { class: 'presence' }, avatar(bot, 'xs'), h('i', { class: store.botOnline ? 'on' : 'off' })), channelTitle(c), { ...count(c), note: store.botOnline ? 'app' : 'offline' }))),
      group('Apps', [row('home', h('span', { class: 'side-icon' }, icon('home')), `${bot?.handle ?? 'drc'} Home`)]));
    const user = h('button', { type: 'button', class: 'me', 'aria-haspopup': 'menu', 'aria-expanded': 'false', data: { testid: 'user-menu' }, title: 'Switch person', on: { click: () => whoMenu(user) } },
      avatar(me, 'm'), h('span', { class: 'me-text' }, h('span', { class: 'me-name' }, me.name), h('span', { class: 'me-note' }, me.title || 'Switch person')), icon('down', 'me-arrow'), h('span', { class: 'visually-hidden' }, 'Switch person'));
    const theme = iconButton(themeIcon(), `Theme: ${themeName()}`, { class: 'on-dark', data: { testid: 'theme-toggle' }, on: { click: () => { nextTheme(); draw(); el.querySelector('[data-testid="theme-toggle"]').focus(); } } });
    replace(foot, user, theme);
    if (here) [...body.querySelectorAll('.side-row')].find((r) => r.dataset.channel === here)?.focus({ preventScroll: true });
    const unread = channels.reduce((sum, c) => sum + (c.mentions ?? 0), 0);
    const place = store.channels.get(store.route.place);
    document.title = `${unread ? `(${unread}) ` : ''}${place ? `${place.kind === 'dm' ? '' : '#'}${channelTitle(place)}` : `${bot?.handle ?? 'drc'} Home`} · ${store.team.name ?? 'Local Slack'}`;
  }

  function whoMenu(anchor) {
    openMenu(anchor, people().map((u) => ({
      label: u.name, description: [u.title, u.tz].filter(Boolean).join(' · '), icon: avatar(u, 's'), checked: u.id === store.me, data: { user: u.id }, keepFocus: true,
      run: () => { if (u.id !== store.me) be(u.id); },
    })), { label: 'Switch person', cls: 'who' });
  }

  on('channels', draw);
  on('bot', draw);
  on('route', draw);
  on('hello', draw);
  return { el, draw };
}

const initialsOf = (name) => String(name ?? 'W').split(/\s+/).map((w) => w[0]).join('').slice(0, 2).toUpperCase();

export const redrawSidebar = () => emit('channels');
