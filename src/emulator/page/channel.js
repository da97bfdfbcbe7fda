// An open channel or DM: header, messages, composer.
import { h, replace } from './dom.js';
import { avatar, icon, iconButton } from './icons.js';
import { createComposer } from './composer.js';
import { MessageList } from './list.js';
import { plainText } from './mrkdwn.js';
import { openMenu } from './overlay.js';
import { authorOf, botUser, channelOf, channelTitle, emit, listOf, loadHistory, loadOlder, markRead, on, people, request, store } from './state.js';

const READY_TEXT = '/drc report job-cost';
const usedCommands = new Set(); // channels where this window has sent something

export function createChannel(id, { openThread, openInspector, openDrawer, isPlainView, go }) {
  const channel = channelOf(id);
  const list = listOf(id);
  const unreadAtOpen = channel.unread > 0;
  if (unreadAtOpen && !store.newLine.has(id)) store.newLine.set(id, channel.last_read || '0');

  const hooks = {
    thread: (m) => openThread(id, m.thread_ts ?? m.ts),
    inspect: (m) => openInspector({ channel: id, ts: m.ts }),
    retry: (text) => composer.setText(text),
    dismiss: (m) => dismissMessage(id, m),
    unread: (m) => markUnread(id, m),
  };
  const messages = new MessageList({
    channel: id, label: `Messages in ${channelTitle(channel)}`, hooks, intro, newAfter: () => store.newLine.get(id) ?? null,
    onBottom: () => { store.atBottom = true; if (!document.hidden && list.loaded && isPlainView()) markRead(id); },
    onTop: () => loadOlder(id),
  });
  const composer = createComposer({ channel: id, onSent: () => { usedCommands.add(id); messages.toBottom(); sync(); } });
  const head = h('header', { class: 'place-head' });
  const el = h('div', { class: 'place', data: { channel: id } }, head, messages.el, composer.el);
  messages.scroller.addEventListener('scroll', () => { store.atBottom = messages.atBottom(); }, { passive: true });

  function drawHead() {
    const c = channelOf(id) ?? channel;
    const bot = botUser();
    const dm = c.kind === 'dm';
    const here = dm ? [bot] : [...people().filter((u) => u.id === store.me || c.is_member !== false), ...(c.bot_member ? [bot] : [])].filter(Boolean);
    const faces = h('button', { type: 'button', class: 'members', title: 'Members', 'aria-haspopup': 'menu', 'aria-label': `${here.length} members`, on: { click: () => openMenu(faces, here.map((u) => ({ label: u.is_bot ? u.handle : u.name, description: u.is_bot ? 'App' : u.title, icon: avatar(u, 's') })), { label: 'Members', align: 'end' }) } },
      here.slice(0, 4).map((u) => avatar(u, 'xs')), h('span', {}, String(here.length)));
    replace(head,
      h('button', { type: 'button', class: 'icon-button only-narrow', 'aria-label': 'Open the channel list', 'aria-controls': 'sidebar', on: { click: openDrawer } }, icon('menu')),
      dm ? avatar(bot, 's') : icon(c.kind === 'private' ? 'lock' : 'hash', 'place-icon'),
      h('h1', { class: 'place-title' }, channelTitle(c), dm ? h('span', { class: 'badge' }, 'APP') : null),
      c.topic ? h('span', { class: 'topic', title: c.topic }, plainText({ text: c.topic })) : null, h('span', { class: 'grow' }),
      dm ? null : faces,
      iconButton('braces', 'Inspector: messages and wire log', { class: 'inspector-button', data: { testid: 'inspector-button' }, on: { click: () => openInspector(null) } }));
  }

  // The top of a channel: what it is, and on an untouched channel the starters.
  function intro() {
    if (!list.loaded) return { sig: 'loading', make: skeletons };
    if (list.hasMore) return { sig: 'more', make: () => h('div', { class: 'intro-more' }, h('span', { class: 'spinner' }), 'Loading earlier messages') };
    const cards = showStarters();
    return { sig: `top ${cards}`, make: () => introBlock(cards) };
  }

  const quiet = () => !list.messages.some((m) => authorOf(m).is_bot) && !usedCommands.has(id);
  // The first channel shows all of them; another one those that are its own.
  const own = store.starters.filter((s) => !s.channel || s.channel === id);
  const starters = () => (own.length > 0 && store.starters[0].channel === id ? store.starters : own).slice(0, 3);
  const showStarters = () => quiet() && starters().length > 0;
  const useStarter = (s) => {
    if (!s.channel || s.channel === id) { composer.setText(''); composer.say(s.text); } else go(s.channel, s.text);
  };

  function introBlock(cards) {
    const dm = channel.kind === 'dm';
    const name = channelTitle(channel);
    const invite = !dm && channel.bot_member === false ? h('p', { class: 'intro-note' }, icon('info'), `${botUser()?.handle ?? 'The app'} is not a member here. It can answer commands to you alone; `, h('code', { class: 'code' }, `/invite @${botUser()?.handle ?? 'drc'}`), ' lets it post.') : null;
    return h('div', { class: 'intro' },
      h('div', { class: 'intro-mark' }, dm ? avatar(botUser(), 'l') : icon(channel.kind === 'private' ? 'lock' : 'hash')),
      h('h2', { class: 'intro-title' }, dm ? name : `${channel.kind === 'private' ? '' : '#'}${name}`),
      h('p', { class: 'intro-text' }, dm ? `This is the start of your conversation with ${name}. Any message or reply here reaches it.`
        : `This is the start of ${channel.kind === 'private' ? 'the private channel' : 'the channel'}. ${channel.topic ?? ''}`), invite,
      cards ? h('div', { class: 'starters' }, h('h3', { class: 'starters-title' }, store.sample ? 'Try one on the sample estate' : 'Try one'), h('div', { class: 'starter-row' },
        starters().map((s) => h('button', { type: 'button', class: 'starter', data: { testid: 'starter' }, on: { click: () => useStarter(s) } },
          h('span', { class: 'starter-name' }, s.title), h('code', { class: 'starter-text' }, s.text), icon('right', 'starter-go'))))) : null);
  }

  function sync(info = {}) {
    messages.sync(list.messages, { added: info.added ?? null, prepended: Boolean(info.older) });
  }

  // Once per channel without an answer of the app: the first command stands ready.
  function makeReady() {
    const first = store.starters[0]?.channel ?? store.order[0];
    const isFirst = id === first || channel.name === 'finops';
    if (!isFirst || channel.kind === 'dm' || !quiet() || !composer.isEmpty() || sessionStorage.getItem(`ready:${store.me}:${id}`)) return;
    if (!store.commands.some((c) => READY_TEXT.startsWith(`${c.command} `))) return;
    sessionStorage.setItem(`ready:${store.me}:${id}`, '1');
    composer.setText(READY_TEXT, { focus: false });
  }

  const offs = [
    on('list', (info) => {
      if (info.channel !== id) return;
      const first = info.fresh && !messages.opened;
      sync(info);
      if (first) {
        messages.opened = true;
        makeReady();
        if (unreadAtOpen) messages.toNewLine();
      }
      if (messages.stick && !document.hidden && list.loaded && isPlainView()) markRead(id);
    }),
    on('channels', drawHead), on('bot', drawHead),
    on('status', (info) => { if (info.channel === id) sync(); }),
    on('visible', () => { if (messages.stick && list.loaded) markRead(id); }),
  ];
  store.atBottom = true;
  drawHead();
  sync();
  if (list.loaded) { messages.opened = true; makeReady(); }
  if (!list.loaded) loadHistory(id);
  return {
    el, composer, messages,
    shown() {
      composer.ready();
      messages.toBottom();
      if (list.loaded && unreadAtOpen) messages.toNewLine();
      else if (list.loaded) markRead(id);
    },
    focus: () => composer.focus(),
    destroy() {
      offs.forEach((off) => off());
      composer.destroy();
      messages.destroy();
      store.newLine.delete(id);
    },
  };
}

function skeletons() {
  return h('div', { class: 'skeletons', 'aria-label': 'Loading messages' }, [82, 64, 91, 48, 73].map((w) => h('div', { class: 'skeleton-row' },
    h('div', { class: 'skeleton face' }), h('div', { class: 'skeleton-lines' }, h('div', { class: 'skeleton short' }), h('div', { class: 'skeleton', style: { width: `${w}%` } })))));
}

// An ephemeral leaves at once; the server is told unless the page made it itself.
export function dismissMessage(channel, message) {
  if (!message.is_local) request({ type: 'dismiss', channel, ts: message.ts });
  emit('server', { type: 'ephemeral_deleted', channel, ts: message.ts });
}

function markUnread(channel, message) {
  const all = listOf(channel).messages.filter((m) => !m.is_ephemeral);
  const at = all.findIndex((m) => m.ts === message.ts);
  const before = all[at - 1]?.ts ?? '0000000000.000000';
  const entry = channelOf(channel);
  entry.last_read = before;
  entry.unread = all.length - at;
  store.newLine.set(channel, before);
  request({ type: 'read', channel, ts: before });
  emit('channels');
  emit('list', { channel: `${channel} keep` });
}
