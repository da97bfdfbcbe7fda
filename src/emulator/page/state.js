// What the page knows: the server's truth as pushed over the socket, plus which place is open. Modules read `store` and
// listen with on(); only this file and events.js change it.
import { PageSocket } from './socket.js';

export const store = {
  me: null, team: {}, app: {}, users: new Map(), channels: new Map(), order: [], commands: [], starters: [],
  sample: false, botOnline: true, link: 'connecting', greeted: false,
  lists: new Map(),     // channel -> {messages (sorted by ts), loaded, hasMore, loading}
  threads: new Map(),   // channel/ts -> {messages, loaded}
  statuses: new Map(),  // channel/thread_ts -> {status, user, timer}
  actions: new Map(),   // "<ts or view>/<block>/<action>" -> {state, error}
  values: new Map(),    // surface key -> {block_id: {action_id: value}} as chosen by this person
  actedAt: 0,           // when this person last pressed or chose something in a message
  newLine: new Map(),   // channel -> ts after which the "New" line stands
  echoes: new Map(),    // command id -> {channel, text, state}
  views: [],            // the stack of open modals, top last
  viewErrors: new Map(),
  home: null,
  wire: [], wireOn: false,
  route: { place: null, thread: null },
};

const handlers = new Map();

export function on(name, fn) {
  if (!handlers.has(name)) handlers.set(name, new Set());
  handlers.get(name).add(fn);
  return () => handlers.get(name).delete(fn);
}

export function emit(name, detail) {
  for (const fn of [...(handlers.get(name) ?? [])]) fn(detail);
}

export const socket = new PageSocket({
  onEvent: (message) => emit('server', message),
  onState: (state, info) => {
    store.link = state;
    emit('link', { state, ...info });
  },
});

export const request = (message) => socket.request(message);

// People

const SYSTEM = { id: 'USLACKBOT', name: 'Slackbot', handle: 'slackbot', system: true };

const botId = () => store.app.bot_user ?? store.app.bot_user_id ?? store.app.user_id;

// The server's user objects in one form: {id, name (shown), handle, title, tz, is_bot, system}.
export function readUser(raw) {
  if (raw.id === SYSTEM.id) return SYSTEM;
  const profile = raw.profile ?? {};
  return {
    id: raw.id,
    name: raw.real_name || profile.real_name || profile.display_name || raw.name || raw.id,
    handle: raw.name || raw.id,
    title: raw.title || profile.title || '',
    tz: raw.tz || '',
    is_bot: Boolean(raw.is_bot) || raw.id === botId(),
  };
}

export function userOf(id) {
  if (id === SYSTEM.id) return SYSTEM;
  return store.users.get(id) ?? { id, name: id || 'unknown', handle: id || 'unknown' };
}

export const botUser = () => [...store.users.values()].find((u) => u.is_bot) ?? null;
export const people = () => [...store.users.values()].filter((u) => !u.is_bot && !u.system);

// Who wrote it. A message of the app may carry only bot_id.
export function authorOf(message) {
  if (message.user === SYSTEM.id) return SYSTEM;
  const known = message.user && store.users.get(message.user);
  if (known) return known;
  if (message.bot_id) return botUser() ?? { id: message.bot_id, name: message.username || 'app', is_bot: true };
  return userOf(message.user);
}

export const channelOf = (id) => store.channels.get(id) ?? null;

export function channelTitle(channel) {
  if (!channel) return '';
  if (channel.kind !== 'dm') return channel.name;
  return botUser()?.handle ?? channel.name ?? 'drc';
}

// Messages

export const isReply = (m) => Boolean(m.thread_ts && m.thread_ts !== m.ts);
export const inChannel = (m) => !isReply(m) || m.subtype === 'thread_broadcast';
export const threadKey = (channel, ts) => `${channel}/${ts}`;

export function listOf(channel) {
  if (!store.lists.has(channel)) store.lists.set(channel, { messages: [], loaded: false, hasMore: false, loading: false });
  return store.lists.get(channel);
}

export function threadOf(channel, ts) {
  const key = threadKey(channel, ts);
  if (!store.threads.has(key)) store.threads.set(key, { messages: [], loaded: false });
  return store.threads.get(key);
}

// ts compare: seconds then micros, both as text of equal length in practice.
export function tsLess(a, b) {
  const [as, au = ''] = String(a).split('.');
  const [bs, bu = ''] = String(b).split('.');
  return as.length !== bs.length ? as.length < bs.length : as !== bs ? as < bs : au < bu;
}

// Puts it in its place by ts; an equal ts is replaced. Returns true when it was new.
export function insertMessage(list, message) {
  let at = list.length;
  while (at > 0 && tsLess(message.ts, list[at - 1].ts)) at -= 1;
  if (at > 0 && list[at - 1].ts === message.ts) {
    list[at - 1] = message;
    return false;
  }
  list.splice(at, 0, message);
  return true;
}

export function findMessage(channel, ts) {
  const hit = listOf(channel).messages.find((m) => m.ts === ts);
  if (hit) return hit;
  for (const [key, thread] of store.threads) {
    if (!key.startsWith(`${channel}/`)) continue;
    const inside = thread.messages.find((m) => m.ts === ts);
    if (inside) return inside;
  }
  return null;
}

// The newest page of a channel; what was read further back is kept when it still joins on.
export async function loadHistory(channel) {
  const list = listOf(channel);
  if (list.loading) return;
  list.loading = true;
  const reply = await request({ type: 'history', channel });
  list.loading = false;
  if (!reply.ok) { emit('list', { channel }); return; }
  const fresh = reply.messages ?? [];
  const first = fresh[0]?.ts;
  const older = first && list.loaded && list.messages.some((m) => m.ts === first)
    ? list.messages.filter((m) => tsLess(m.ts, first)) : [];
  list.messages = [...older];
  for (const message of fresh) if (inChannel(message)) insertMessage(list.messages, message);
  list.hasMore = older.length > 0 ? list.hasMore : Boolean(reply.has_more);
  list.loaded = true;
  emit('list', { channel, fresh: true });
}

export async function loadOlder(channel) {
  const list = listOf(channel);
  if (list.loading || !list.hasMore || list.messages.length === 0) return;
  list.loading = true;
  const reply = await request({ type: 'history', channel, before: list.messages[0].ts });
  list.loading = false;
  if (!reply.ok) return;
  for (const message of reply.messages ?? []) if (inChannel(message)) insertMessage(list.messages, message);
  list.hasMore = Boolean(reply.has_more) && (reply.messages ?? []).length > 0;
  emit('list', { channel, older: true });
}

export async function loadThread(channel, ts) {
  const reply = await request({ type: 'open_thread', channel, ts });
  const thread = threadOf(channel, ts);
  if (reply.ok) {
    thread.messages = [];
    for (const message of reply.messages ?? []) insertMessage(thread.messages, message);
    thread.loaded = true;
    thread.error = null;
  } else if (reply.error !== 'offline') {
    thread.error = reply.error;
  }
  emit('thread', { channel, ts });
}

export function markRead(channel) {
  const entry = channelOf(channel);
  const list = listOf(channel);
  const last = list.messages.findLast?.((m) => !m.is_ephemeral) ?? list.messages[list.messages.length - 1];
  if (!entry || !last) return;
  const moved = !entry.last_read || tsLess(entry.last_read, last.ts);
  if (!moved && !entry.unread && !entry.mentions) return;
  entry.last_read = last.ts;
  entry.unread = 0;
  entry.mentions = 0;
  emit('channels');
  request({ type: 'read', channel, ts: last.ts });
}

// What this person chose in a select, a checkbox ... of a message or view; survives redraws.
export function valueOf(surface, block, action) {
  return store.values.get(surface)?.[block]?.[action];
}

export function setValue(surface, block, action, value) {
  if (!store.values.has(surface)) store.values.set(surface, {});
  const blocks = store.values.get(surface);
  blocks[block] = { ...blocks[block], [action]: value };
  keepValues();
}

// Choices outlive a reload of the page; the oldest surfaces are let go.
const VALUES_KEPT = 60;

function keepValues() {
  try {
    sessionStorage.setItem(`values:${store.me}`, JSON.stringify([...store.values].slice(-VALUES_KEPT)));
  } catch {
    // Storage is full or refused: they live until the reload.
  }
}

export function readValues() {
  try {
    store.values = new Map(JSON.parse(sessionStorage.getItem(`values:${store.me}`) ?? '[]'));
  } catch {
    store.values = new Map();
  }
}

export function setAction(key, state, error) {
  if (state === 'ok') store.actions.delete(key);
  else store.actions.set(key, { state, error });
  emit('action', { key, state, error });
}
