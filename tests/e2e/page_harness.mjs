// Plays the emulator's side of the page socket with recorded sample data, so that the workbench page can be developed
// and tested alone: `node page_harness.mjs [port]`, then open the address that it prints. It follows the contract in
// src/emulator/README.md and nothing else. POST /harness/<verb> changes its mood: bot-off, bot-on, drop (sockets),
// reset, post (a message of Bob in the channel of the body), file (the late picture becomes ready).
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { WebSocketServer } = createRequire(import.meta.url)('ws');
const here = dirname(fileURLToPath(import.meta.url));
const pageDir = join(here, '../../src/emulator/page');
const fixture = (name) => JSON.parse(readFileSync(join(here, 'fixtures', `${name}.json`), 'utf8'));
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'";
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };
const BOT = { user: 'U0DRCBOT', bot_id: 'B0DRCBOT01' };

const views = fixture('views');
const answer = fixture('answer');
const DMS = { U0ALICE01: 'D0ALICE01', U0BOB0002: 'D0BOB0002', U0CAROL03: 'D0CAROL03' };
let botOnline = true;
let lateFile = false;
let serial = 0;
let wireCount = 0;
let messages = [];          // {channel, ...message}
let ephemerals = [];        // {user, channel, ...message}
let reads = new Map();      // "user channel" -> ts
let wireLog = [];
const clients = new Set();  // {ws, user, wire}

const tsAt = (secs) => `${Math.floor(secs)}.${String(++serial).padStart(6, '0')}`;
const now = () => tsAt(Date.now() / 1000);

function reset() {
  const t = Date.now() / 1000;
  reads = new Map();
  ephemerals = [];
  const old = (channel, ago, user, text, more = {}) => messages.push({ channel, ts: tsAt(t - ago), user, text, ...more });
  messages = [];
  old('C0DATAPL2', 93600, 'U0CAROL03', 'Morning. `raw_ingest` was late by 40 minutes, <@U0BOB0002> is on it.');
  old('C0DATAPL2', 93540, 'U0CAROL03', 'Nothing downstream missed its deadline :white_check_mark:');
  old('C0DATAPL2', 90000, 'U0BOB0002', 'Found it: spot eviction at 03:12, retry worked. *No action* needed.', { reactions: [{ name: '+1', users: ['U0ALICE01', 'U0CAROL03'], count: 2 }] });
  old('C0DATAPL2', 5400, 'U0ALICE01', 'Can somebody look at why `legacy_exports` costs more since Tuesday? <@U0DRCBOT>');
  messages.push({ channel: 'C0DATAPL2', ts: tsAt(t - 5300), ...BOT, ...fixture('gallery') });
  old('C0DATAPL2', 900, 'U0CAROL03', '<@U0ALICE01> the retry loop is back, see the second chart', { edited: { user: 'U0CAROL03', ts: '1.0' } });
  for (let n = 0; n < 70; n += 1) old('C0RANDOM3', 400000 - n * 3000, ['U0BOB0002', 'U0CAROL03'][n % 3 === 0 ? 0 : 1], `Line ${n + 1}: lunch at the usual place?`);
}
reset();

const everyone = (message) => { for (const c of clients) send(c, message); };
const toUser = (user, message) => { for (const c of clients) if (c.user === user) send(c, message); };
const later = (ms, fn) => setTimeout(fn, ms);

function send(client, message) {
  if (client.ws.readyState === 1) client.ws.send(JSON.stringify(message));
}

function wire(dir, kind, name, status, ms, body) {
  const text = JSON.stringify(body);
  const entry = { n: ++wireCount, at_ms: Date.now(), dir, kind, name, status, ms, bytes: text.length, text: text.slice(0, 4000) };
  wireLog = [...wireLog.slice(-299), entry];
  for (const c of clients) if (c.wire) send(c, { type: 'wire', entry });
}

const visible = (user, channel) => [...messages, ...ephemerals.filter((e) => e.user_for === user)].filter((m) => m.channel === channel)
  .sort((a, b) => (a.ts < b.ts ? -1 : 1)).map(({ channel: c, user_for: u, ...m }) => m);

function post(channel, fields) {
  const message = { channel, ts: now(), ...fields };
  messages.push(message);
  const { channel: c, ...wireForm } = message;
  everyone({ type: 'message', channel, message: wireForm });
  const root = fields.thread_ts && messages.find((m) => m.ts === fields.thread_ts);
  if (root) {
    root.thread_ts = root.ts;
    root.reply_count = (root.reply_count ?? 0) + 1;
    root.latest_reply = message.ts;
    root.reply_users = [...new Set([...(root.reply_users ?? []), fields.user])];
    const { channel: rc, ...rootForm } = root;
    everyone({ type: 'message_changed', channel, message: rootForm });
  }
  return message;
}

function whisper(user, channel, fields) {
  const message = { ts: now(), ...BOT, is_ephemeral: true, ...fields };
  ephemerals.push({ user_for: user, channel, ...message });
  toUser(user, { type: 'ephemeral', channel, message });
}

function hello(user) {
  const base = fixture('hello');
  const channels = base.channels.map((c) => (c.id === 'D0' ? { ...c, id: DMS[user] } : c)).map((c) => {
    const own = messages.filter((m) => m.channel === c.id && !(m.thread_ts && m.thread_ts !== m.ts));
    const last = reads.get(`${user} ${c.id}`) ?? (c.id === 'C0DATAPL2' ? own[3]?.ts : own[own.length - 1]?.ts) ?? '0';
    const unread = own.filter((m) => m.ts > last && m.user !== user);
    return { ...c, last_read: last, latest: own[own.length - 1]?.ts ?? null, unread: unread.length, mentions: unread.filter((m) => m.text.includes(`<@${user}>`)).length };
  });
  return { type: 'hello', me: base.users.find((u) => u.id === user), ...base, channels, bot_online: botOnline, sample: true };
}

function command(client, channel, text) {
  const id = `cmd-${++serial}`;
  const echo = (state) => toUser(client.user, { type: 'command_echo', channel, text, state, id });
  wire('out', 'ws', 'slash_commands', botOnline ? 'ok' : 'dispatch_failed', 1.4, { command: text });
  const fail = (state) => {
    echo(state);
    whisper(client.user, channel, { user: 'USLACKBOT', bot_id: undefined, text: `/drc failed with the error "${state}"` });
  };
  echo('sent');
  if (!botOnline) { fail('dispatch_failed'); return; }
  if (/timeout/.test(text)) { later(1500, () => fail('operation_timeout')); return; }
  later(120, () => {
    echo('ok');
    if (/report job-cost/.test(text)) {
      wire('in', 'http', 'chat.postMessage', 200, 6.2, { channel, blocks: fixture('report').blocks });
      post(channel, { ...BOT, ...fixture('report') });
    } else {
      whisper(client.user, channel, { text: `I do not know "${text.replace(/^\S+\s*/, '')}". Did you mean \`/drc report job-cost\`? (id e-4a1f)` });
    }
  });
}

function answerIn(channel, root) {
  everyone({ type: 'status', channel, thread_ts: root, status: 'is thinking...', user: BOT.user });
  later(1200, () => {
    const m = post(channel, { ...BOT, ...answer, thread_ts: root });
    later(1500, () => {
      m.edited = { user: BOT.user, ts: now() };
      const { channel: c, ...form } = m;
      everyone({ type: 'message_changed', channel, message: form });
    });
  });
}

// References stay, the rest is escaped, as the server does.
const escape = (text) => text.split(/(<[@#][A-Z0-9]+>)/).map((part, n) => (n % 2 ? part : part.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;'))).join('');

let viewSerial = 0;
const view = (name) => ({ ...structuredClone(views[name]), id: `V0${name.toUpperCase()}${++viewSerial}` });

function action(client, msg) {
  const { container, action: a } = msg;
  const key = `${container.type === 'view' ? container.view_id : container.ts}/${msg.block_id}/${a.action_id}`;
  const tell = (state) => toUser(client.user, { type: 'action_state', key, state });
  wire('out', 'ws', 'block_actions', 'ok', 2.1, msg);
  tell('sent');
  if (!botOnline) { later(20, () => tell('dispatch_failed')); return; }
  if (a.action_id === 'timeout') { later(1500, () => tell('operation_timeout')); return; }
  later(250, () => tell('ok'));
  const root = messages.find((m) => m.ts === container.ts);
  const thread = root?.thread_ts ?? container.ts;
  later(300, () => {
    if (a.action_id.startsWith('chip:') || a.action_id === 'pick:entity') answerIn(container.channel, thread);
    else if (a.action_id === 'tool:sql' || a.action_id === 'tool:prompt') toUser(client.user, { type: 'view', op: 'open', view: view('sql') });
    else if (a.action_id === 'modal') toUser(client.user, { type: 'view', op: 'open', view: view('form') });
    else if (a.action_id === 'push') toUser(client.user, { type: 'view', op: 'push', view: view('pushed') });
    else if (a.action_id === 'tool:csv') whisper(client.user, container.channel, { thread_ts: thread, text: 'The rows are in your DM as `job-cost.csv`.' });
  });
}

const handlers = {
  send(client, msg) {
    wire('in', 'ui', 'send', 'ok', 0.2, msg);
    if (msg.text.startsWith('/')) {
      if (msg.thread_ts) return { ok: false, error: 'not_supported_in_threads' };
      command(client, msg.channel, msg.text);
      return {};
    }
    const m = post(msg.channel, { user: client.user, text: escape(msg.text), ...(msg.thread_ts ? { thread_ts: msg.thread_ts } : {}) });
    if (msg.text.includes('<@U0DRCBOT>') || msg.channel.startsWith('D')) answerIn(msg.channel, msg.thread_ts ?? m.ts);
    return { ts: m.ts };
  },
  action(client, msg) { action(client, msg); return {}; },
  view_submit(client, msg) {
    const v = Object.values(msg.state.values).length;
    wire('out', 'ws', 'view_submission', 'ok', 3.3, msg);
    if (msg.state.values.name?.v?.value === 'bad') later(150, () => toUser(client.user, { type: 'view', op: 'errors', view_id: msg.view_id, errors: { name: 'A digest of this name exists. Choose another name.' } }));
    else later(150, () => toUser(client.user, { type: 'view', op: 'close', view_id: msg.view_id }));
    return { values: v };
  },
  view_close() { return {}; },
  home_open(client) { later(200, () => toUser(client.user, { type: 'home', view: { ...views.home, id: 'V0HOME' } })); return {}; },
  read(client, msg) { reads.set(`${client.user} ${msg.channel}`, msg.ts); return {}; },
  open_thread(client, msg) { return { messages: visible(client.user, msg.channel).filter((m) => m.ts === msg.ts || m.thread_ts === msg.ts) }; },
  history(client, msg) {
    const all = visible(client.user, msg.channel).filter((m) => (!m.thread_ts || m.thread_ts === m.ts) && (!msg.before || m.ts < msg.before));
    return { messages: all.slice(-60), has_more: all.length > 60 };
  },
  react(client, msg) {
    const m = messages.find((x) => x.channel === msg.channel && x.ts === msg.ts);
    if (!m) return { ok: false, error: 'message_not_found' };
    const rest = (m.reactions ?? []).filter((r) => r.name !== msg.name);
    const users = new Set((m.reactions ?? []).find((r) => r.name === msg.name)?.users ?? []);
    if (msg.add) users.add(client.user); else users.delete(client.user);
    m.reactions = users.size ? [...rest, { name: msg.name, users: [...users], count: users.size }] : rest;
    everyone({ type: 'reaction', channel: msg.channel, ts: msg.ts, reactions: m.reactions });
    return {};
  },
  wire(client, msg) { client.wire = msg.on; return { entries: wireLog }; },
  dismiss(client, msg) { ephemerals = ephemerals.filter((e) => e.ts !== msg.ts); return {}; },
};

const moods = {
  'bot-off': () => { botOnline = false; everyone({ type: 'bot', online: false }); },
  'bot-on': () => { botOnline = true; everyone({ type: 'bot', online: true }); },
  drop: () => { for (const c of clients) c.ws.terminate(); },
  reset,
  post: (body) => post(body || 'C0DATAPL2', { user: 'U0BOB0002', text: `A message of <@U0BOB0002> at ${new Date().toISOString()}` }),
  file: () => { lateFile = true; everyone({ type: 'file_ready', file: 'F0CHART0002' }); },
};

function serve(req, res) {
  const path = new URL(req.url, 'http://x').pathname;
  if (path.startsWith('/harness/')) {
    let body = '';
    req.on('data', (d) => { body += d; });
    req.on('end', () => { moods[path.slice(9)]?.(body); res.end('ok'); });
    return;
  }
  if (path.startsWith('/ui/file/')) {
    if (path.endsWith('F0CHART0002') && !lateFile) { res.writeHead(404).end(); return; }
    res.writeHead(200, { 'Content-Type': 'image/svg+xml' }).end(readFileSync(join(here, 'fixtures/chart.svg')));
    return;
  }
  const name = path === '/' ? 'index.html' : path.startsWith('/assets/') ? basename(path) : null;
  try {
    const data = readFileSync(join(pageDir, name ?? 'none'));
    res.writeHead(200, { 'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream', 'Content-Security-Policy': CSP, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store', ...(name === 'index.html' ? { 'Set-Cookie': 'drc_ui=harness; Path=/; HttpOnly; SameSite=Strict' } : {}) });
    res.end(data);
  } catch {
    res.writeHead(404).end();
  }
}

const server = createServer(serve);
const sockets = new WebSocketServer({ noServer: true });
server.on('upgrade', (req, socket, head) => {
  if (!/drc_ui=harness/.test(req.headers.cookie ?? '')) { socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'); return; }
  sockets.handleUpgrade(req, socket, head, (ws) => {
    const client = { ws, user: new URL(req.url, 'http://x').searchParams.get('user'), wire: false };
    clients.add(client);
    ws.on('close', () => clients.delete(client));
    ws.on('message', (data) => {
      const msg = JSON.parse(data);
      const reply = handlers[msg.type]?.(client, msg) ?? { ok: false, error: 'unknown_type' };
      send(client, { type: 'reply', req: msg.req, ok: true, ...reply });
    });
    send(client, hello(client.user));
  });
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
