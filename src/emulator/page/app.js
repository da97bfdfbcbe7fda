// The page as a whole: which place, thread and panel are open (kept in the address), banners, keys, the person one is.
import { h, replace } from './dom.js';
import { icon } from './icons.js';
import { createChannel } from './channel.js';
import { startEvents } from './events.js';
import { createHome } from './home.js';
import { createInspector } from './inspector.js';
import { startModals } from './modal.js';
import { anyLayer, openMenu } from './overlay.js';
import { createSidebar } from './sidebar.js';
import { botUser, channelOf, emit, listOf, loadHistory, on, request, socket, store, userOf } from './state.js';
import { openSwitcher } from './switcher.js';
import { applyTheme } from './theme.js';
import { createThread } from './thread.js';

const FIRST_PERSON = 'U0ALICE01';
const SHOW_LINK_AFTER_MS = 700;

let place = null;     // {el, destroy, focus, ...} of the open channel or Home
let thread = null;
let inspector = null;
let sidebar = null;
let wantedTs = null;  // a message to show once the channel is there

const main = h('main', { class: 'main', id: 'main' });
const banners = h('div', { class: 'banners' });
const scrim = h('div', { class: 'scrim', on: { click: () => drawer(false) } });
const frame = h('div', { class: 'frame' });

// The address: #<person>/<channel or home>[/<thread ts>]

function readHash() {
  const [user, where, ts] = decodeURIComponent(location.hash.slice(1)).split('/');
  return { user: user || null, place: where || null, thread: ts || null };
}

function writeHash(replaceIt = false) {
  const { place: where, thread: ts } = store.route;
  const hash = `#${store.me}/${where}${ts ? `/${ts}` : ''}`;
  try { sessionStorage.setItem('user', store.me); sessionStorage.setItem(`place:${store.me}`, where); } catch { /* not kept */ }
  if (hash === location.hash) return;
  if (replaceIt) history.replaceState(null, '', hash);
  else history.pushState(null, '', hash);
}

function startUser() {
  const asked = readHash().user;
  return (/^U[A-Z0-9]{2,20}$/.test(asked ?? '') && asked) || sessionStorage.getItem('user') || FIRST_PERSON;
}

function firstPlace() {
  const kept = sessionStorage.getItem(`place:${store.me}`);
  if (kept === 'home' || channelOf(kept)) return kept;
  return [...store.channels.values()].find((c) => c.name === 'finops')?.id ?? store.order[0] ?? 'home';
}

// Places

function show(where, ts, { push = true, focus = true } = {}) {
  drawer(false);
  if (where !== 'home' && !channelOf(where)) where = firstPlace();
  const changed = store.route.place !== where || !place;
  if (changed) {
    closeThread({ keepHash: true });
    place?.destroy();
    store.route = { place: where, thread: null };
    place = where === 'home' ? createHome({ openDm, openInspector, openDrawer: () => drawer(true) })
      : createChannel(where, { openThread, openInspector, openDrawer: () => drawer(true), isPlainView: () => !document.hidden, go: fillAt });
    replace(main, place.el);
    place.shown?.();
  }
  if (ts && where !== 'home') openThread(where, ts, { push: false, focus: false });
  else if (!ts) closeThread({ keepHash: true });
  writeHash(!push);
  emit('route');
  emit('channels');
  if (focus && changed && !matchMedia('(pointer: coarse)').matches) place.focus();
  if (wantedTs) place.messages?.showMessage(wantedTs);
  wantedTs = null;
}

const go = (where) => show(where, null);

// Opens a channel with a text ready in its composer.
function fillAt(channel, text) {
  if (channelOf(channel)) go(channel);
  place?.composer?.setText(text);
}

function openDm() {
  const dm = [...store.channels.values()].find((c) => c.kind === 'dm');
  if (dm) go(dm.id);
}

function openThread(channel, ts, { push = true, focus = true } = {}) {
  if (thread?.ts === ts && thread.channel === channel) { if (focus) thread.focus(); return; }
  thread?.destroy();
  thread?.el.remove();
  store.route.thread = ts;
  thread = createThread(channel, ts, { close: () => closeThread(), openInspector });
  frame.insertBefore(thread.el, inspector?.el ?? null);
  frame.classList.add('has-thread');
  thread.shown();
  writeHash(!push);
  if (focus) thread.focus();
}

function closeThread({ keepHash = false } = {}) {
  if (!thread) return;
  const { ts } = thread;
  const had = thread.el.contains(document.activeElement);
  thread.destroy();
  thread.el.remove();
  thread = null;
  store.route.thread = null;
  frame.classList.remove('has-thread');
  if (!keepHash) writeHash();
  if (had) ([...main.querySelectorAll('.msg')].find((m) => m.dataset.ts === ts) ?? place)?.focus();
}

function openInspector(what) {
  if (inspector && what === null) { closeInspector(); return; }
  if (!inspector) {
    inspector = createInspector({ close: closeInspector });
    frame.append(inspector.el);
    frame.classList.add('has-inspector');
  }
  inspector.inspect(what);
  inspector.focus();
}

function closeInspector() {
  inspector?.destroy();
  inspector?.el.remove();
  inspector = null;
  frame.classList.remove('has-inspector');
  place?.focus();
}

function drawer(open) {
  frame.classList.toggle('drawer-open', open);
  if (open) sidebar.el.querySelector('.side-row.here, .side-row')?.focus();
}

// The person

function be(user) {
  place?.destroy();
  closeThread({ keepHash: true });
  if (inspector) closeInspector();
  place = null;
  store.lists.clear(); store.threads.clear(); store.statuses.clear(); store.actions.clear(); store.values.clear();
  store.newLine.clear(); store.echoes.clear(); store.viewErrors.clear();
  store.views = []; store.home = null; store.wire = []; store.wireOn = false; store.greeted = false;
  store.route = { place: null, thread: null };
  emit('views', { op: 'close' });
  history.replaceState(null, '', `#${user}`);
  socket.connect(user);
}

// Banners

let linkTimer = 0;

function drawBanners() {
  const out = [];
  const waiting = store.link !== 'open';
  if (waiting && banners.dataset.link === 'shown') {
    out.push(h('div', { class: 'banner warn', role: 'status', data: { testid: 'banner-link' } }, icon('offline'), h('span', {}, store.greeted ? 'Connection lost. Reconnecting...' : 'Connecting to the local Slack...'),
      h('button', { type: 'button', class: 'link-button', on: { click: () => socket.retryNow() } }, 'Try now')));
  }
  if (!waiting && !store.botOnline) {
    out.push(h('div', { class: 'banner bad', role: 'status', data: { testid: 'banner-bot' } }, icon('warning'), h('span', {}, h('b', {}, 'Bot offline. '), `${botUser()?.handle ?? 'The app'} has no socket open: commands and clicks fail until it is back.`)));
  }
  replace(banners, out);
}

function onLink({ state }) {
  if (state === 'open') {
    clearTimeout(linkTimer);
    linkTimer = 0;
    delete banners.dataset.link;
  } else if (!linkTimer) {
    linkTimer = setTimeout(() => { banners.dataset.link = 'shown'; drawBanners(); }, SHOW_LINK_AFTER_MS);
  }
  drawBanners();
}

function onHello({ again }) {
  drawBanners();
  if (again) { emit('channels'); return; }
  const hash = readHash();
  const where = hash.place === 'home' || channelOf(hash.place) ? hash.place : firstPlace();
  show(where, where === hash.place ? hash.thread : null, { push: false });
}

// Links and names inside messages

function onClick(event) {
  const name = event.target.closest('button[data-user]');
  if (name && (name.classList.contains('msg-name') || name.classList.contains('mention'))) showPerson(name);
  const anchor = event.target.closest('a[href]');
  if (!anchor || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
  const hit = /\/archives\/([A-Z0-9]+)(?:\/p(\d{10})(\d{6}))?(?:\?(?:[^#]*&)?thread_ts=(\d+\.\d+))?/.exec(anchor.href);
  if (hit && channelOf(hit[1])) {
    event.preventDefault();
    visit(hit[1], hit[2] ? `${hit[2]}.${hit[3]}` : null, hit[4] ?? null);
  }
}

async function visit(channel, ts, root) {
  wantedTs = ts;
  const inList = () => listOf(channel).messages.some((m) => m.ts === ts);
  if (ts && !listOf(channel).loaded) await loadHistory(channel);
  show(channel, root && root !== ts ? root : ts && !inList() ? ts : null);
}

function showPerson(anchor) {
  const user = userOf(anchor.dataset.user);
  openMenu(anchor, [
    { label: user.is_bot ? `${user.handle} (app)` : user.name, description: user.is_bot ? user.name : [user.title, user.tz].filter(Boolean).join(' · ') },
    null,
    user.is_bot ? { label: 'Open its messages', icon: icon('chat'), run: openDm } : undefined,
    user.is_bot ? { label: 'Open its Home', icon: icon('home'), run: () => go('home') } : undefined,
    !user.is_bot && user.id !== store.me && store.users.has(user.id) ? { label: `Be ${user.name}`, icon: icon('users'), run: () => be(user.id) } : undefined,
  ], { label: user.name });
}

// Keys

const switcher = () => openSwitcher({ go, be, fill: (s) => fillAt(s.channel, s.text) });

function onKey(event) {
  const mod = event.ctrlKey || event.metaKey;
  if (mod && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    if (!anyLayer()) switcher();
  } else if (event.key === 'Escape' && !event.defaultPrevented) {
    if (frame.classList.contains('drawer-open')) drawer(false);
    else if (inspector?.el.contains(document.activeElement)) closeInspector();
    else if (thread && !main.contains(document.activeElement)) closeThread();
  } else if (event.key === 'F6') {
    event.preventDefault();
    nextPane(event.shiftKey ? -1 : 1);
  } else if (event.altKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault();
    const rows = [...sidebar.el.querySelectorAll('.side-row')].map((r) => r.dataset.channel);
    go(rows[(rows.indexOf(store.route.place) + (event.key === 'ArrowDown' ? 1 : -1) + rows.length) % rows.length]);
  }
}

// F6 goes round: sidebar, messages, composer, thread, inspector.
function nextPane(step) {
  const panes = [sidebar.el.querySelector('.side-row.here'), [...main.querySelectorAll('.msg')].pop(), main.querySelector('.composer-text'), thread?.composer.box, inspector?.el.querySelector('[role="tab"][aria-selected="true"]')].filter(Boolean);
  const homes = [sidebar.el, main.querySelector('.message-list'), main.querySelector('.composer'), thread?.el, inspector?.el].filter(Boolean);
  const at = homes.findIndex((p) => p.contains(document.activeElement));
  panes[(at + step + panes.length) % panes.length]?.focus();
}

function start() {
  applyTheme();
  startEvents();
  startModals();
  sidebar = createSidebar({ go, be, openSwitcher: switcher });
  append(document.getElementById('app'));
  on('link', onLink);
  on('hello', onHello);
  on('bot', drawBanners);
  window.addEventListener('popstate', () => {
    const hash = readHash();
    if (hash.user && hash.user !== store.me) be(hash.user);
    else if (hash.place) show(hash.place, hash.thread, { push: false });
  });
  document.addEventListener('click', onClick);
  document.addEventListener('keydown', onKey);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) emit('visible'); });
  socket.connect(startUser());
}

function append(root) {
  frame.append(sidebar.el, scrim, main);
  root.append(h('a', { class: 'skip', href: '#main', on: { click: (e) => { e.preventDefault(); place?.focus(); } } }, 'Skip to the composer'), banners, frame);
}

start();
