// What each message of the server does to the store.
import { announce } from './dom.js';
import {
  authorOf, channelOf, emit, findMessage, inChannel, insertMessage, isReply, listOf, loadHistory, loadThread, on, readUser, readValues,
  setAction, store, threadKey, threadOf, tsLess,
} from './state.js';

const STATUS_LIFE_MS = 120000; // Slack clears a status by itself after two minutes
const WIRE_KEPT = 2000;
const FAILURE_WAIT_MS = 500;
const STALE_VIEWS_MS = 600; // after a hello the server tells the open views at once; silence means there are none

let staleViews = 0;

const onServer = {
  hello(msg) {
    store.app = msg.app ?? {};
    store.team = msg.team ?? {};
    store.me = typeof msg.me === 'string' ? msg.me : msg.me?.id;
    store.users = new Map((msg.users ?? []).map((raw) => [raw.id, readUser(raw)]));
    store.channels = new Map((msg.channels ?? []).map((c) => [c.id, readChannel(c)]));
    store.order = (msg.channels ?? []).map((c) => c.id);
    store.commands = msg.commands ?? [];
    store.starters = (msg.starters ?? []).slice(0, 6);
    store.sample = Boolean(msg.sample);
    store.botOnline = msg.bot_online !== false;
    store.echoes.clear();
    const again = store.greeted;
    if (!again) readValues();
    store.greeted = true;
    for (const [key, state] of store.actions) if (state.state === 'sent') setAction(key, 'ok');
    emit('hello', { again });
    if (again) refresh();
    staleViews = setTimeout(() => { if (store.views.length) { store.views = []; emit('views', { op: 'close' }); } }, STALE_VIEWS_MS);
  },

  message({ channel, message }) {
    if (!channel || !message?.ts) return;
    clearStatus(channel, message.thread_ts ?? message.ts, authorOf(message));
    if (isReply(message)) addReply(channel, message);
    if (inChannel(message)) addToChannel(channel, message);
  },

  message_changed({ channel, message }) {
    if (!channel || !message?.ts) return;
    if (inChannel(message)) {
      const list = listOf(channel);
      if (list.messages.some((m) => m.ts === message.ts)) insertMessage(list.messages, message);
      emit('list', { channel });
    }
    const root = message.thread_ts ?? message.ts;
    const thread = store.threads.get(threadKey(channel, root));
    if (thread) {
      if (thread.messages.some((m) => m.ts === message.ts)) insertMessage(thread.messages, message);
      emit('thread', { channel, ts: root });
    }
    if (authorOf(message).is_bot) clearStatus(channel, root, authorOf(message));
  },

  message_deleted({ channel, ts, thread_ts: root }) {
    removeEverywhere(channel, ts);
    const parent = root && root !== ts ? listOf(channel).messages.find((m) => m.ts === root) : null;
    if (parent?.reply_count > 0) insertMessage(listOf(channel).messages, { ...parent, reply_count: parent.reply_count - 1 });
    emit('list', { channel });
    emit('thread', { channel, ts: root ?? ts });
  },

  ephemeral({ channel, message }) {
    if (!channel || !message?.ts) return;
    const own = { ...message, is_ephemeral: true };
    clearStatus(channel, own.thread_ts ?? own.ts, authorOf(own));
    takeFailure(channel, own);
    if (isReply(own)) {
      const thread = threadOf(channel, own.thread_ts);
      insertMessage(thread.messages, own);
      emit('thread', { channel, ts: own.thread_ts, added: own });
    } else {
      insertMessage(listOf(channel).messages, own);
      emit('list', { channel, added: own });
    }
    say(own, 'Only visible to you. ');
  },

  ephemeral_deleted({ channel, ts }) {
    removeEverywhere(channel, ts);
    emit('list', { channel });
    for (const key of store.threads.keys()) if (key.startsWith(`${channel}/`)) emit('thread', { channel, ts: key.split('/')[1] });
  },

  command_echo(msg) {
    const key = msg.id ?? `${msg.channel} ${msg.text}`;
    if (msg.state === 'ok') store.echoes.delete(key);
    else store.echoes.set(key, { channel: msg.channel, text: msg.text, state: msg.state, at: Date.now() });
    if (msg.state === 'dispatch_failed' || msg.state === 'operation_timeout') {
      store.echoes.delete(key);
      failures.push(msg);
      setTimeout(() => failedCommand(msg), FAILURE_WAIT_MS);
    }
    emit('echo', { channel: msg.channel });
  },

  action_state({ key, state, error }) {
    if (typeof key === 'string') setAction(key, state, error);
  },

  status({ channel, thread_ts: root, status, user }) {
    const key = threadKey(channel, root ?? '');
    clearTimeout(store.statuses.get(key)?.timer);
    if (status) {
      const timer = setTimeout(() => { store.statuses.delete(key); emit('status', { channel, ts: root }); }, STATUS_LIFE_MS);
      store.statuses.set(key, { status, user, timer });
    } else {
      store.statuses.delete(key);
    }
    emit('status', { channel, ts: root });
  },

  channel({ type, channel, ...changes }) {
    const entry = channelOf(channel);
    if (entry) Object.assign(entry, changes);
    emit('channels');
    emit('list', { channel });
  },

  view(msg) {
    clearTimeout(staleViews);
    const id = msg.view_id ?? msg.view?.id;
    if (msg.op === 'open') store.views = [];
    if (msg.op === 'open' || msg.op === 'push') {
      if (msg.view) store.views.push(msg.view);
    } else if (msg.op === 'update') {
      const at = store.views.findIndex((v) => v.id === id);
      if (at >= 0 && msg.view) store.views[at] = msg.view;
      else if (msg.view) store.views.push(msg.view);
      store.viewErrors.delete(id);
    } else if (msg.op === 'close') {
      store.views = id ? store.views.filter((v) => v.id !== id) : [];
    } else if (msg.op === 'errors') {
      store.viewErrors.set(id, msg.errors ?? {});
    }
    emit('views', { op: msg.op, id });
  },

  home({ view }) {
    store.home = view ?? null;
    emit('home');
  },

  file_ready(msg) {
    emit('file', msg.file_id ?? msg.file?.id ?? msg.file ?? msg.id);
  },

  bot({ online }) {
    store.botOnline = Boolean(online);
    emit('bot');
  },

  wire({ entry }) {
    if (!entry) return;
    store.wire.push(entry);
    if (store.wire.length > WIRE_KEPT) store.wire.splice(0, store.wire.length - WIRE_KEPT);
    emit('wire', entry);
  },

  reaction({ channel, ts, reactions }) {
    const message = findMessage(channel, ts);
    if (!message) return;
    onServer.message_changed({ channel, message: { ...message, reactions: reactions ?? [] } });
  },
};

export function startEvents() {
  on('server', (msg) => {
    if (Object.hasOwn(onServer, msg.type)) onServer[msg.type](msg);
  });
}

// After a reconnect the server is asked again for what is on the screen; the rest is read when it is opened.
function refresh() {
  for (const [id, list] of store.lists) if (id !== store.route.place) list.loaded = false;
  for (const thread of store.threads.values()) thread.loaded = false;
  if (channelOf(store.route.place)) loadHistory(store.route.place);
  if (store.route.thread) loadThread(store.route.place, store.route.thread);
}

function addToChannel(channel, message) {
  const list = listOf(channel);
  const fresh = insertMessage(list.messages, message);
  const entry = channelOf(channel);
  if (entry && fresh) {
    entry.latest = message.ts;
    if (message.user === store.me) {
      entry.last_read = message.ts;
      store.newLine.delete(channel);
    } else if (!watching(channel)) {
      if (!store.newLine.has(channel)) store.newLine.set(channel, entry.last_read || '0'); // empty where nothing was ever read
      entry.unread = (entry.unread ?? 0) + 1;
      if (entry.kind === 'dm' || mentionsMe(message)) entry.mentions = (entry.mentions ?? 0) + 1;
      emit('channels');
    }
  }
  emit('list', { channel, added: fresh ? message : null });
  if (fresh && message.user !== store.me) say(message, '');
}

function addReply(channel, message) {
  const thread = threadOf(channel, message.thread_ts);
  insertMessage(thread.messages, message);
  const list = listOf(channel);
  const root = list.messages.find((m) => m.ts === message.thread_ts);
  if (root && (!root.latest_reply || tsLess(root.latest_reply, message.ts))) {
    const users = root.reply_users ?? [];
    const who = message.user ?? message.bot_id;
    insertMessage(list.messages, {
      ...root, thread_ts: root.ts, reply_count: (root.reply_count ?? 0) + 1, latest_reply: message.ts,
      reply_users: users.includes(who) ? users : [...users, who],
    });
    emit('list', { channel });
  }
  emit('thread', { channel, ts: message.thread_ts, added: message });
  if (message.user !== store.me) say(message, 'Reply in thread. ');
}

function removeEverywhere(channel, ts) {
  const list = listOf(channel);
  list.messages = list.messages.filter((m) => m.ts !== ts);
  for (const [key, thread] of store.threads) {
    if (key.startsWith(`${channel}/`)) thread.messages = thread.messages.filter((m) => m.ts !== ts);
  }
}

function readChannel(raw) {
  const entry = { unread: 0, mentions: 0, ...raw };
  if (entry.kind === 'dm') entry.mentions = entry.unread;
  return entry;
}

// A failed command: Slackbot tells it in a message that only the sender sees. The message gets a way to try again.
const failures = [];

function takeFailure(channel, message) {
  const at = failures.findIndex((f) => f.channel === channel && authorOf(message).system && String(message.text).includes(f.state));
  if (at >= 0) message.retry = failures.splice(at, 1)[0].text;
}

// Should no such message come, the page says it itself.
function failedCommand(msg) {
  const at = failures.indexOf(msg);
  if (at < 0) return;
  failures.splice(at, 1);
  const word = String(msg.text ?? '').split(/\s/)[0] || 'The command';
  const message = {
    ts: `${Math.floor(Date.now() / 1000)}.${String(Math.floor(Math.random() * 1e6)).padStart(6, '0')}`,
    user: 'USLACKBOT', is_ephemeral: true, is_local: true, retry: msg.text,
    text: `${word} failed with the error "${msg.state}"`,
  };
  insertMessage(listOf(msg.channel).messages, message);
  emit('list', { channel: msg.channel, added: message });
  announce(message.text);
}

function clearStatus(channel, root, author) {
  const key = threadKey(channel, root);
  const status = store.statuses.get(key);
  if (!status || !author.is_bot) return;
  clearTimeout(status.timer);
  store.statuses.delete(key);
  emit('status', { channel, ts: root });
}

// True when this person sees new messages of the channel arrive; set by the message list.
const watching = (channel) => store.route.place === channel && !document.hidden && store.atBottom !== false;
const mentionsMe = (message) => String(message.text ?? '').includes(`<@${store.me}>`);

function say(message, before) {
  if (document.hidden) return;
  announce(`${before}${authorOf(message).name}: ${String(message.text ?? '').slice(0, 160)}`);
}
