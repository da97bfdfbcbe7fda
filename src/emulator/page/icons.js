// The icons, as stroke paths on a 20 x 20 grid, and the avatars.
import { h, svg } from './dom.js';

const PATHS = {
  hash: 'M7.6 3.2 5.8 16.8M14.2 3.2l-1.8 13.6M3.4 7.4h13.8M2.8 12.6h13.8',
  lock: 'M5 9.2h10v7.3H5zM7 9.2V6.6a3 3 0 0 1 6 0v2.6M10 12v2',
  home: 'M3.2 9.6 10 3.6l6.8 6M5 8.2v8.2h3.6v-4.6h2.8v4.6H15V8.2',
  chat: 'M3 5.6A1.6 1.6 0 0 1 4.6 4h10.8A1.6 1.6 0 0 1 17 5.6v6.8a1.6 1.6 0 0 1-1.6 1.6H9l-3.6 2.8V14h-.8A1.6 1.6 0 0 1 3 12.4z',
  search: 'M8.8 3.4a5.4 5.4 0 1 1 0 10.8 5.4 5.4 0 0 1 0-10.8M12.8 12.8l4 4',
  sun: 'M10 6.6a3.4 3.4 0 1 1 0 6.8 3.4 3.4 0 0 1 0-6.8M10 1.8v1.8M10 16.4v1.8M1.8 10h1.8M16.4 10h1.8M4.2 4.2l1.3 1.3M14.5 14.5l1.3 1.3M4.2 15.8l1.3-1.3M14.5 5.5l1.3-1.3',
  moon: 'M16.4 11.8A6.8 6.8 0 0 1 8.2 3.6a6.8 6.8 0 1 0 8.2 8.2z',
  menu: 'M3 5.5h14M3 10h14M3 14.5h14',
  close: 'M5 5l10 10M15 5 5 15',
  down: 'M5.5 8l4.5 4.5L14.5 8',
  right: 'M8 5.5l4.5 4.5L8 14.5',
  back: 'M16 10H4.5M9 5l-5 5 5 5',
  check: 'M4 10.6l4 4 8-9',
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  send: 'M3.4 4l13.6 6-13.6 6 1.8-6zM5.2 10H10',
  thread: 'M4 4.6h12v8.2H9.2L6 15.6v-2.8H4zM7 7.4h6M7 10h4',
  smile: 'M10 2.8a7.2 7.2 0 1 1 0 14.4 7.2 7.2 0 0 1 0-14.4M7.5 7.6v.8M12.5 7.6v.8M6.8 11.6a3.8 3.8 0 0 0 6.4 0',
  braces: 'M7.6 3.5C5.6 3.5 6.6 7 5.6 8.6c-.4.8-1.6 1.4-1.6 1.4s1.2.6 1.6 1.4c1 1.6 0 5.1 2 5.1M12.4 3.5c2 0 1 3.5 2 5.1.4.8 1.6 1.4 1.6 1.4s-1.2.6-1.6 1.4c-1 1.6 0 5.1-2 5.1',
  copy: 'M7.5 7.5h8v9h-8zM12.5 7.5v-4h-8v9h3',
  external: 'M11.5 3.5h5v5M16.5 3.5l-7 7M14.5 11.5v4.5h-10.5v-10.5h4.5',
  more: 'M10 4.7v.6M10 9.7v.6M10 14.7v.6',
  warning: 'M10 3.2 17.6 16.4H2.4zM10 8v4M10 13.9v.4',
  arrowDown: 'M10 3.5v12.5M5 11l5 5 5-5',
  up: 'M6.2 9.2v7.3H3.4V9.2zM6.2 9.6 9.2 3.2c1.5 0 2.2.9 2 2.3L10.8 8h4.6c1 0 1.5.8 1.3 1.7l-1.3 5.5c-.2.8-.7 1.3-1.5 1.3H6.2',
  thumbDown: 'M6.2 10.8V3.5H3.4v7.3zM6.2 10.4l3 6.4c1.5 0 2.2-.9 2-2.3L10.8 12h4.6c1 0 1.5-.8 1.3-1.7l-1.3-5.5c-.2-.8-.7-1.3-1.5-1.3H6.2',
  users: 'M7.5 4a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6M2.4 16c.2-2.9 2.2-4.6 5.1-4.6s4.9 1.7 5.1 4.6M12.8 4.3a2.6 2.6 0 0 1 0 5M14.4 11.7c1.9.5 3.1 2 3.2 4.3',
  bold: 'M6 3.8h4.6a3 3 0 0 1 0 6H6zM6 9.8h5.4a3.2 3.2 0 0 1 0 6.4H6z',
  italic: 'M8.5 3.8h5.5M6 16.2h5.5M11.7 3.8 8.3 16.2',
  strike: 'M3 10h14M13.8 6.2C13 4.5 11.6 3.8 10 3.8c-2.2 0-3.8 1.1-3.8 2.9 0 1.5 1 2.4 2.6 2.9M6 13.6c.7 1.8 2.2 2.6 4.2 2.6 2.3 0 4-1.2 4-3 0-.9-.3-1.6-.9-2.1',
  code: 'M7 5.5 2.8 10 7 14.5M13 5.5l4.2 4.5-4.2 4.5',
  slash: 'M4 3h12a1.5 1.5 0 0 1 1.5 1.5v11a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 15.5v-11A1.5 1.5 0 0 1 4 3zM11.8 6.5l-3.6 7',
  at: 'M10 6.8a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4M13.2 7v4.4c0 2.6 3.8 2.3 3.8-1.4A7 7 0 1 0 14 15.7',
  bulb: 'M7.6 13.6c-1.7-1-2.8-2.6-2.8-4.6a5.2 5.2 0 0 1 10.4 0c0 2-1.1 3.6-2.8 4.6v1.2H7.6zM8.2 17.4h3.6',
  trash: 'M3.8 5.6h12.4M7.6 5.6V3.4h4.8v2.2M5.4 5.6l.8 11h7.6l.8-11M8.4 8.6v5M11.6 8.6v5',
  download: 'M10 3.2v9.6M5.8 9l4.2 4 4.2-4M3.6 16.8h12.8',
  eye: 'M1.8 10S4.8 4.6 10 4.6 18.2 10 18.2 10 15.2 15.4 10 15.4 1.8 10 1.8 10zM10 7.6a2.4 2.4 0 1 1 0 4.8 2.4 2.4 0 0 1 0-4.8',
  pulse: 'M1.8 10.5h4l2.4-6.3 3.6 11.6 2.4-5.3h4',
  pause: 'M7 4.5v11M13 4.5v11',
  play: 'M6 4l10 6-10 6z',
  offline: 'M2.6 7.8A10.5 10.5 0 0 1 6 5.7M9 4.9a10.6 10.6 0 0 1 8.4 2.9M5.4 11a6.6 6.6 0 0 1 2.4-1.6M12 9.3a6.6 6.6 0 0 1 2.6 1.7M8.4 13.9a2.3 2.3 0 0 1 3.2 0M10 16.8v.1M3.5 2.5l13 15',
  file: 'M5 2.8h6.5L15.5 7v10.2H5zM11.3 2.8V7h4.2M7.6 10.5h5M7.6 13.5h5',
  info: 'M10 2.8a7.2 7.2 0 1 1 0 14.4 7.2 7.2 0 0 1 0-14.4M10 9.2v4.6M10 6.3v.4',
  calendar: 'M3.4 5h13.2v11.6H3.4zM3.4 8.8h13.2M7 3v3.6M13 3v3.6',
  clock: 'M10 2.8a7.2 7.2 0 1 1 0 14.4 7.2 7.2 0 0 1 0-14.4M10 6v4.3l2.8 1.7',
  edit: 'M4 16l.8-3.6 8.6-8.6 2.8 2.8-8.6 8.6zM11.4 5.8l2.8 2.8',
  link: 'M8.4 11.6a3 3 0 0 0 4.3 0l2.9-2.9a3 3 0 1 0-4.3-4.3l-1.2 1.2M11.6 8.4a3 3 0 0 0-4.3 0l-2.9 2.9a3 3 0 1 0 4.3 4.3l1.2-1.2',
};

export function icon(name, cls = '') {
  const el = svg('svg', { viewBox: '0 0 20 20', class: `icon ${cls}`.trim(), 'aria-hidden': 'true', focusable: 'false' });
  el.append(svg('path', { d: PATHS[name] ?? PATHS.info }));
  return el;
}

export function iconButton(name, label, props = {}) {
  const cls = `icon-button ${props.class ?? ''}`.trim();
  return h('button', { type: 'button', title: label, 'aria-label': label, ...props, class: cls }, icon(name));
}

export function initials(name) {
  const words = String(name || '?').trim().split(/\s+/);
  const first = [...words[0]][0] ?? '?';
  const second = words.length > 1 ? [...words[words.length - 1]][0] : '';
  return (first + second).toUpperCase();
}

// A stable colour class out of eight.
export function tint(id) {
  let sum = 7;
  for (const ch of String(id)) sum = (sum * 31 + ch.charCodeAt(0)) % 9973;
  return `tint-${sum % 8}`;
}

// user: {id, name, is_bot}. Size: 'xs' 20, 's' 24, 'm' 36.
export function avatar(user, size = 'm') {
  if (user?.is_bot) {
    return h('span', { class: `avatar avatar-${size} avatar-app`, 'aria-hidden': 'true' },
      h('img', { src: '/assets/icon.svg', alt: '', width: 36, height: 36 }));
  }
  if (user?.system) return h('span', { class: `avatar avatar-${size} avatar-system`, 'aria-hidden': 'true' }, icon('info'));
  return h('span', { class: `avatar avatar-${size} ${tint(user?.id ?? '')}`, 'aria-hidden': 'true', data: { initials: initials(user?.name) } });
}

export function spinner() {
  return h('span', { class: 'spinner', 'aria-hidden': 'true' });
}
