// The thread pane: the root message, its replies, a composer.
import { h, replace } from './dom.js';
import { iconButton } from './icons.js';
import { createComposer } from './composer.js';
import { dismissMessage } from './channel.js';
import { MessageList } from './list.js';
import { channelOf, channelTitle, loadThread, on, store, threadOf } from './state.js';

export function createThread(channel, ts, { close, openInspector }) {
  const thread = threadOf(channel, ts);
  const entry = channelOf(channel);
  const hooks = {
    inThread: true, thread: () => {}, inspect: (m) => openInspector({ channel, ts: m.ts }), dismiss: (m) => dismissMessage(channel, m),
    retry: (text) => composer.setText(text),
  };
  const messages = new MessageList({ channel, label: 'Thread', hooks, between });
  const composer = createComposer({ channel, thread: ts, onSent: () => messages.toBottom() });
  const sub = h('span', { class: 'thread-where' }, `${entry?.kind === 'dm' ? '' : '#'}${channelTitle(entry)}`);
  const el = h('section', { class: 'thread-pane', 'aria-label': 'Thread', data: { testid: 'thread-pane', channel, threadTs: ts } },
    h('header', { class: 'place-head' }, iconButton('back', 'Back', { class: 'only-narrow', on: { click: close } }), h('h2', { class: 'place-title' }, 'Thread'), sub, h('span', { class: 'grow' }),
      iconButton('close', 'Close the thread', { class: 'thread-close', on: { click: close } })),
    messages.el, composer.el);

  function between(n) {
    if (n !== 0) return null;
    const count = thread.messages.filter((m) => m.ts !== ts && !m.is_ephemeral).length;
    if (count === 0) return null;
    return { key: 'count', sig: count, make: () => h('div', { class: 'reply-line', role: 'separator' }, h('span', {}, `${count} ${count === 1 ? 'reply' : 'replies'}`)) };
  }

  function sync(info = {}) {
    if (thread.error && thread.messages.length === 0) {
      replace(messages.inner, h('div', { class: 'empty' }, h('p', {}, `This thread cannot be opened: ${thread.error}`)));
      return;
    }
    messages.sync(thread.messages, { added: info.added ?? null });
  }

  let opened = false;
  const offs = [
    on('thread', (info) => {
      if (info.channel !== channel || info.ts !== ts) return;
      sync(info);
      if (!opened && thread.loaded) messages.showNewest(thread.messages.at(-1));
      opened ||= thread.loaded;
    }),
    on('status', (info) => { if (info.channel === channel && info.ts === ts && messages.stick) messages.toBottom(); }),
  ];
  // The root is known from the channel already: show it while the replies are on their way.
  const root = store.lists.get(channel)?.messages.find((m) => m.ts === ts);
  if (root && !thread.messages.some((m) => m.ts === ts)) thread.messages.unshift(root);
  sync();
  loadThread(channel, ts);
  return {
    el, composer, channel, ts, shown() { composer.ready(); messages.toBottom(); }, focus: () => composer.focus(),
    destroy() { offs.forEach((off) => off()); composer.destroy(); messages.destroy(); },
  };
}
