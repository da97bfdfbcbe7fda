// The inspector: the Block Kit JSON of a message or view, and the live wire log with timings.
import { copyText, h, replace } from './dom.js';
import { icon, iconButton } from './icons.js';
import { authorOf, findMessage, on, request, store } from './state.js';
import { bytesText, clockMs, timeOf } from './time.js';
import { jsonNodes, toast } from './widgets.js';

const SHOWN_ENTRIES = 500;

export function createInspector({ close }) {
  let tab = 'wire';
  let subject = null; // {channel, ts} or {title, json()}
  let paused = false;
  let words = '';
  const open = new Set(); // numbers of the wire entries shown in full
  const body = h('div', { class: 'inspector-body', role: 'tabpanel' });
  const tabs = {};
  const makeTab = (name, label) => {
    tabs[name] = h('button', { type: 'button', class: 'tab', role: 'tab', data: { tab: name }, on: { click: () => show(name) } }, label);
    return tabs[name];
  };
  const bar = h('div', { class: 'tabs', role: 'tablist' }, makeTab('message', 'Message'), makeTab('wire', 'Wire'));
  const el = h('section', { class: 'inspector', 'aria-label': 'Inspector', data: { testid: 'inspector' } },
    h('header', { class: 'place-head' }, iconButton('back', 'Back', { class: 'only-narrow', on: { click: close } }), h('h2', { class: 'place-title' }, 'Inspector'), h('span', { class: 'grow' }), iconButton('close', 'Close the inspector', { on: { click: close } })),
    bar, body);
  bar.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    show(tab === 'wire' ? 'message' : 'wire');
    tabs[tab].focus();
  });

  function show(name) {
    tab = name;
    for (const [key, button] of Object.entries(tabs)) {
      button.setAttribute('aria-selected', String(key === name));
      button.tabIndex = key === name ? 0 : -1;
    }
    if (name === 'wire') startWire();
    draw();
  }

  function draw() {
    if (tab === 'message') drawMessage(); else drawWire();
  }

  // Message

  function drawMessage() {
    const message = subject?.json ? subject.json() : subject ? findMessage(subject.channel, subject.ts) : null;
    if (!message) {
      replace(body, h('div', { class: 'empty' }, icon('braces'), h('h3', {}, 'No message chosen'), h('p', {}, 'Point at a message and press the braces to see its Block Kit JSON.')));
      return;
    }
    const { is_local: local, retry, ...clean } = message;
    const text = JSON.stringify(clean, null, 2);
    const blocks = message.blocks?.length ?? 0;
    const head = subject.json ? subject.title : `${authorOf(message).is_bot ? authorOf(message).handle : authorOf(message).name}, ${timeOf(message.ts)}`;
    const copy = (what, label) => h('button', { type: 'button', class: 'button small', on: { click: () => copyText(what).then((ok) => toast(ok ? `${label} copied` : 'Could not copy', ok ? 'info' : 'error')) } }, icon('copy'), label);
    replace(body, h('div', { class: 'inspect-head' }, h('div', { class: 'inspect-what' }, h('b', {}, head), h('span', {}, `${blocks} block${blocks === 1 ? '' : 's'} · ${bytesText(new Blob([text]).size)}${message.ts ? ` · ts ${message.ts}` : ''}`)),
      copy(text, 'JSON'), blocks ? copy(JSON.stringify({ blocks: message.blocks }, null, 2), 'Blocks') : null),
    local ? h('p', { class: 'inspect-note' }, 'The page made this message itself; it is not on the server.') : null,
    h('pre', { class: 'json', tabindex: '0', data: { testid: 'inspector-json' } }, jsonNodes(clean)));
  }

  // Wire

  async function startWire() {
    if (store.wireOn) return;
    store.wireOn = true;
    const reply = await request({ type: 'wire', on: true });
    if (!reply.ok) { store.wireOn = false; return; }
    const past = reply.entries ?? reply.wire ?? reply.log ?? [];
    const known = new Set(store.wire.map((e) => e.n));
    store.wire = [...past.filter((e) => !known.has(e.n)), ...store.wire].sort((a, b) => a.n - b.n);
    draw();
  }

  const fits = (e) => words === '' || `${e.name} ${e.kind} ${e.dir} ${e.status ?? ''} ${e.text ?? ''}`.toLowerCase().includes(words);

  function entryRow(e) {
    const bad = (typeof e.status === 'number' && e.status >= 400) || /^(error|fail|timeout|refused)/.test(String(e.status ?? '')) || /"ok":\s*false/.test(String(e.text ?? '').slice(0, 200));
    const slow = e.ms > 1000;
    const line = h('button', { type: 'button', class: `wire-line${bad ? ' bad' : ''}`, 'aria-expanded': String(open.has(e.n)) },
      h('span', { class: `wire-dir ${e.dir}`, title: e.dir === 'in' ? 'to the local Slack' : 'from the local Slack' }, e.dir === 'in' ? '→' : '←'),
      h('span', { class: 'wire-time' }, clockMs(e.at_ms)), h('span', { class: `wire-kind ${e.kind}` }, e.kind), h('span', { class: 'wire-name', title: e.name }, e.name),
      h('span', { class: 'wire-status' }, e.status ?? ''), h('span', { class: `wire-ms${slow ? ' slow' : ''}` }, msText(e.ms)), h('span', { class: 'wire-bytes' }, e.bytes > 0 ? bytesText(e.bytes) : ''));
    const row = h('div', { class: 'wire-entry', data: { n: String(e.n), kind: e.kind } }, line);
    const toggle = () => {
      line.setAttribute('aria-expanded', String(open.has(e.n)));
      row.querySelector('.wire-text')?.remove();
      if (open.has(e.n)) row.append(wireText(e));
    };
    line.addEventListener('click', () => { if (open.has(e.n)) open.delete(e.n); else open.add(e.n); toggle(); });
    toggle();
    return row;
  }

  let listBox = null;
  let countBox = null;

  function drawWire() {
    const find = h('input', { class: 'field wire-find', type: 'search', placeholder: 'Filter: method, type, text', 'aria-label': 'Filter the wire log', value: words, on: { input: () => { words = find.value.trim().toLowerCase(); fill(); } } });
    const pause = iconButton(paused ? 'play' : 'pause', paused ? 'Go on' : 'Pause', { on: { click: () => { paused = !paused; drawWire(); } } });
    const clear = iconButton('trash', 'Clear', { on: { click: () => { store.wire = []; open.clear(); fill(); } } });
    countBox = h('span', { class: 'wire-count' });
    listBox = h('div', { class: 'wire-list', tabindex: '0', role: 'log', 'aria-label': 'Wire log', 'aria-live': 'off' });
    replace(body, h('div', { class: 'wire-tools' }, find, countBox, pause, clear), listBox);
    fill();
  }

  function fill() {
    if (!listBox) return;
    const rows = store.wire.filter(fits).slice(-SHOWN_ENTRIES);
    countBox.textContent = `${rows.length}`;
    replace(listBox, rows.length ? rows.map(entryRow) : h('div', { class: 'empty' }, icon('pulse'), h('p', {}, words ? 'Nothing fits the filter.' : 'Every request and frame shows up here as it happens.')));
    listBox.scrollTop = listBox.scrollHeight;
  }

  const offs = [
    on('wire', (e) => {
      if (tab !== 'wire' || paused || !listBox?.isConnected || !fits(e)) return;
      const stick = listBox.scrollHeight - listBox.scrollTop - listBox.clientHeight < 40;
      listBox.querySelector('.empty')?.remove();
      listBox.append(entryRow(e));
      while (listBox.childElementCount > SHOWN_ENTRIES) listBox.firstElementChild.remove();
      countBox.textContent = String(listBox.childElementCount);
      if (stick) listBox.scrollTop = listBox.scrollHeight;
    }),
    on('list', ({ channel }) => { if (tab === 'message' && subject?.channel === channel) drawMessage(); }),
    on('hello', () => { store.wireOn = false; if (tab === 'wire') startWire(); }),
  ];

  return {
    el,
    inspect(what) {
      if (what) subject = what;
      show(what ? 'message' : tab);
    },
    focus: () => tabs[tab].focus(),
    destroy() {
      offs.forEach((off) => off());
      if (store.wireOn) request({ type: 'wire', on: false });
      store.wireOn = false;
    },
  };
}

function msText(ms) {
  if (typeof ms !== 'number') return '';
  return ms < 0.1 ? '< 0.1 ms' : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

function wireText(e) {
  let nodes = null;
  try {
    nodes = jsonNodes(JSON.parse(e.text));
  } catch {
    nodes = [String(e.text ?? '')];
  }
  return h('pre', { class: 'json wire-text', tabindex: '0' }, nodes);
}
