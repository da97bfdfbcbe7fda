// A second, small reading of Slack's protocol, on node:http and the npm package `ws`: what the bot is judged against. It knows
// nothing of `drc emulator`. It is strict about requests and frames (`complaints` collects every breach) and keeps all that was posted.
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { waitFor } from '../harness/drc.mjs';

export const ids = { team: 'T0FAKE0001', app: 'A0FAKE0001', bot: 'U0FAKEBOT', botId: 'B0FAKE0001', user: 'U0DANA0001', channel: 'C0FAKE0001', dm: 'D0DANA0001' };
export const tokens = { bot: 'xoxb-fake-1', app: 'xapp-1-fake' };
const MAX_ACK_BYTES = 20480;

// Methods with how the reference says they take their arguments: JSON allowed or form only.
const METHODS = {
  'auth.test': { json: true }, 'chat.postMessage': { json: true }, 'chat.update': { json: true }, 'chat.postEphemeral': { json: true },
  'chat.getPermalink': { json: false }, 'conversations.history': { json: true }, 'conversations.replies': { json: false },
  'conversations.info': { json: false }, 'conversations.members': { json: false }, 'users.info': { json: false }, 'conversations.open': { json: true }, 'files.getUploadURLExternal': { json: false }, 'files.completeUploadExternal': { json: true },
  'files.info': { json: false }, 'views.open': { json: true }, 'views.update': { json: true }, 'views.publish': { json: true },
  'assistant.threads.setStatus': { json: true },
};

export class FakeSlack {
  constructor() {
    this.dir = mkdtempSync(join(tmpdir(), 'drc-fake-'));
    this.complaints = [];
    this.calls = []; // {method, args, at}
    this.messages = new Map(); // ts -> {channel, thread_ts, user, text, blocks, metadata}
    this.views = [];
    this.files = new Map();
    this.sockets = []; // newest last; {ws, open, seq, closedBy}
    this.waiting = new Map(); // envelope id -> resolve
    this.opens = 0;
    this.serial = 0;
    this.planned = []; // replies for apps.connections.open, in order; then the normal one
    this.hello = {};
    this.notReadyPolls = 1; // a file is ready after so many files.info
    this.refuseFileOnce = false;
  }
  path(name) { return join(this.dir, name); }
  get url() { return `http://127.0.0.1:${this.port}`; }
  nextTs() { return `1795500000.${String(++this.serial).padStart(6, '0')}`; }

  async start() {
    this.server = createServer((req, res) => this.#request(req, res));
    this.wss = new WebSocketServer({ noServer: true, perMessageDeflate: false });
    this.server.on('upgrade', (req, socket, head) => {
      const ticket = new URL(req.url, this.url).searchParams.get('ticket');
      if (ticket !== this.ticket) { this.complaints.push(`a ticket was used twice or made up: ${ticket}`); socket.destroy(); return; }
      this.ticket = undefined;
      if (req.headers['sec-websocket-extensions']) this.complaints.push('extensions were offered');
      if (req.headers.authorization) this.complaints.push('a token was sent to the socket');
      this.#watchFrames(socket);
      this.wss.handleUpgrade(req, socket, head, (ws) => this.#connected(ws));
    });
    await new Promise((ok) => this.server.listen(0, '127.0.0.1', ok));
    this.port = this.server.address().port;
  }

  // Frames as they are on the wire: masked, whole (FIN), no reserved bits.
  #watchFrames(socket) {
    let rest = Buffer.alloc(0);
    socket.prependListener('data', (part) => {
      rest = Buffer.concat([rest, part]);
      while (rest.length >= 2) {
        let size = rest[1] & 0x7f, at = 2;
        if (size === 126) { if (rest.length < 4) return; size = rest.readUInt16BE(2); at = 4; }
        else if (size === 127) { if (rest.length < 10) return; size = Number(rest.readBigUInt64BE(2)); at = 10; }
        if (!(rest[1] & 0x80)) this.complaints.push('a frame without a mask');
        if (!(rest[0] & 0x80) || rest[0] & 0x70) this.complaints.push(`a frame in parts or with extensions: ${rest[0].toString(16)}`);
        if (![1, 8, 9, 10].includes(rest[0] & 0x0f)) this.complaints.push(`opcode ${rest[0] & 0x0f}`);
        at += 4;
        if (rest.length < at + size) return;
        rest = rest.subarray(at + size);
      }
    });
  }

  #connected(ws) {
    const s = { ws, open: true, seq: this.sockets.length, pings: 0, pongs: [], helloAt: undefined };
    this.sockets.push(s);
    ws.on('message', (data, binary) => this.#frame(s, data, binary));
    ws.on('ping', () => { s.pings++; });
    ws.on('pong', (data) => s.pongs.push(data.toString()));
    ws.on('close', (code) => { s.open = false; s.code = code; s.closedAt = performance.now(); });
    ws.on('error', () => {});
    if (this.hello === null) return; // a server that says nothing
    ws.send(JSON.stringify({ type: 'hello', num_connections: this.open.length, debug_info: { host: 'applink-9', approximate_connection_time: 18060 }, connection_info: { app_id: ids.app }, ...this.hello }));
    s.helloAt = performance.now();
  }
  get open() { return this.sockets.filter((s) => s.open); }
  get newest() { return this.open.at(-1); }

  #frame(s, data, binary) {
    if (binary) this.complaints.push('a binary frame');
    if (data.length >= MAX_ACK_BYTES) this.complaints.push(`an ack of ${data.length} bytes: Slack would drop it`);
    let ack;
    try { ack = JSON.parse(data); } catch { this.complaints.push('a frame that is not JSON'); return; }
    const w = this.waiting.get(ack.envelope_id);
    if (!w) { this.complaints.push(`an ack that nobody waits for: ${ack.envelope_id}`); return; }
    this.waiting.delete(ack.envelope_id);
    w({ ack, ms: performance.now() - w.sentAt, socket: s.seq });
  }

  /** Sends an envelope; resolves with {ack, ms, socket}, or rejects after three seconds. */
  send(type, payload, { socket = this.newest, id = randomUUID(), accepts = type !== 'events_api', more = {} } = {}) {
    return new Promise((ok, no) => {
      const timer = setTimeout(() => { this.waiting.delete(id); no(new Error(`no ack within 3 s: ${type} ${JSON.stringify(payload)?.slice(0, 200)}`)); }, 3000);
      const settle = (r) => { clearTimeout(timer); ok(r); };
      settle.sentAt = performance.now();
      this.waiting.set(id, settle);
      const text = JSON.stringify({ envelope_id: id, type, accepts_response_payload: accepts, ...(type === 'events_api' ? { retry_attempt: 0, retry_reason: '' } : {}), payload, ...more });
      this.lastFrame = text;
      socket.ws.send(text);
    });
  }
  slash(text, options) {
    const n = ++this.serial;
    return this.send('slash_commands', { token: 'x', team_id: ids.team, team_domain: 'fake', channel_id: ids.channel, channel_name: 'costs', user_id: ids.user,
      user_name: 'dana', command: '/drc', text, api_app_id: ids.app, is_enterprise_install: 'false', response_url: `${this.url}/hook/${n}`, trigger_id: `${n}.1.abc` }, options);
  }
  interaction(type, more) {
    return { type, user: { id: ids.user, username: 'dana', name: 'dana', team_id: ids.team }, api_app_id: ids.app, token: 'x', trigger_id: `${++this.serial}.2.def`,
      team: { id: ids.team, domain: 'fake' }, enterprise: null, is_enterprise_install: false, ...more };
  }
  click(message, element, block_id, choice = {}, options) {
    const { type, action_id, value, text } = element;
    return this.send('interactive', this.interaction('block_actions', {
      container: { type: 'message', message_ts: message.ts, channel_id: message.channel, is_ephemeral: false, ...(message.thread_ts ? { thread_ts: message.thread_ts } : {}) },
      channel: { id: message.channel, name: 'costs' },
      message: { type: 'message', user: ids.bot, bot_id: ids.botId, ts: message.ts, text: message.text, blocks: message.blocks, ...(message.thread_ts ? { thread_ts: message.thread_ts } : {}) },
      state: { values: {} }, response_url: `${this.url}/hook/${++this.serial}`,
      actions: [{ type, action_id, block_id, action_ts: `1795500001.${++this.serial}`, ...(type === 'button' ? { text, value } : {}), ...choice }],
    }), options);
  }
  /** The form of a window, filled in with `values` (block id to the element's state); resolves with its ack. */
  submit(view, values, options) {
    return this.send('interactive', this.interaction('view_submission', { view: { id: 'V1FAKE', team_id: ids.team, type: 'modal', hash: `${++this.serial}.a`, title: view.title,
      blocks: view.blocks, callback_id: view.callback_id, private_metadata: view.private_metadata, app_id: ids.app, bot_id: ids.botId, state: { values } }, response_urls: [] }), options);
  }
  event(event, more = {}, options = {}) {
    return this.send('events_api', { token: 'x', team_id: ids.team, api_app_id: ids.app, event, type: 'event_callback', event_id: `Ev${randomUUID().slice(0, 8)}`, event_time: 1795500000,
      authorizations: [{ enterprise_id: null, team_id: ids.team, user_id: ids.bot, is_bot: true, is_enterprise_install: false }], ...more }, options);
  }

  /** Everything that people could see of the bot: {where, message | view}. */
  get shown() {
    const posts = this.calls.filter((c) => ['chat.postMessage', 'chat.update', 'chat.postEphemeral', 'response_url'].includes(c.method) && !c.refused);
    return [...posts.map((c) => ({ where: c.method, message: c.args })), ...this.views.map((v) => ({ where: 'view', view: v }))];
  }
  posted(test, ms = 25000) { return waitFor('a message', () => [...this.messages.values()].find(test), ms); }

  // ---- Web API ------------------------------------------------------------------------------

  async #request(req, res) {
    const parts = [];
    for await (const part of req) parts.push(part);
    const body = Buffer.concat(parts);
    const url = new URL(req.url, this.url);
    if (url.pathname.startsWith('/upload/')) return this.#upload(req, res, url.pathname.slice(8), body);
    if (url.pathname.startsWith('/hook/')) return this.#hook(req, res, body);
    const method = url.pathname.replace(/^\/api\//, '');
    if (req.method !== 'POST') this.complaints.push(`${req.method} ${url.pathname}`);
    if (method === 'apps.connections.open') return this.#open(req, res, body);
    const known = METHODS[method];
    if (!known) { this.complaints.push(`a request outside of the table: ${req.url}`); return reply(res, 200, { ok: false, error: 'unknown_method' }); }
    if (req.headers.authorization !== `Bearer ${tokens.bot}`) { this.complaints.push(`${method}: wrong token`); return reply(res, 200, { ok: false, error: 'invalid_auth' }); }
    const json = (req.headers['content-type'] ?? '').startsWith('application/json');
    if (json && !known.json) this.complaints.push(`${method} takes no JSON`);
    if (json && !/charset=utf-8/i.test(req.headers['content-type'])) this.complaints.push(`${method}: JSON without charset`);
    let args;
    try { args = json ? JSON.parse(body) : formArgs(body.toString()); } catch { this.complaints.push(`${method}: a body that is not JSON`); return reply(res, 200, { ok: false, error: 'invalid_json' }); }
    if ('token' in args) this.complaints.push(`${method}: the token is in the body`);
    const call = { method, args, at: performance.now(), refused: false };
    this.calls.push(call);
    const forced = this.force?.(method, args);
    if (forced) { call.refused = true; return reply(res, forced.status ?? 200, forced.body, forced.headers); }
    const answer = this.#perform(method, args);
    call.refused = answer.ok === false;
    reply(res, 200, answer);
  }

  #open(req, res, body) {
    this.opens++;
    if (req.headers.authorization !== `Bearer ${tokens.app}`) this.complaints.push('apps.connections.open: wrong token');
    if (body.includes('token')) this.complaints.push('apps.connections.open: token in the body');
    const planned = this.planned.shift();
    if (planned) return reply(res, planned.status ?? 200, planned.body, planned.headers);
    this.ticket = randomUUID();
    // Slack escapes slashes in this URL
    res.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
    res.end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${this.port}/link/?ticket=${this.ticket}&app_id=${'a'.repeat(64)}` }).replaceAll('/', '\\/'));
  }

  #upload(req, res, id, body) {
    const f = this.files.get(id);
    if (req.headers.authorization) this.complaints.push('a token was sent to the upload host');
    if (!f || f.bytes) { res.writeHead(404); return res.end('no'); }
    if (f.length !== body.length) { this.complaints.push(`upload: ${body.length} bytes, ${f.length} announced`); res.writeHead(400); return res.end('no'); }
    f.bytes = body;
    res.writeHead(200);
    res.end(`OK - ${body.length}`);
  }

  #hook(req, res, body) {
    if (req.headers.authorization) this.complaints.push('a token was sent to a response URL');
    if (!/^application\/json/.test(req.headers['content-type'] ?? '')) this.complaints.push('response URL: not JSON');
    const args = JSON.parse(body);
    this.calls.push({ method: 'response_url', args, at: performance.now(), hook: req.url });
    res.writeHead(200, { 'content-type': 'text/html' });
    res.end('ok');
  }

  #post(args) {
    if (![ids.channel, ids.dm].includes(args.channel)) return { ok: false, error: 'channel_not_found' };
    if (!args.text && !args.blocks) return { ok: false, error: 'no_text' };
    if (args.thread_ts && !this.messages.has(args.thread_ts)) return { ok: false, error: 'thread_not_found' };
    const wrong = (args.blocks ?? []).findIndex((b) => b.slack_file && !this.#ready(b.slack_file.id));
    if (wrong >= 0 || (this.refuseFileOnce && (args.blocks ?? []).some((b) => b.slack_file))) {
      this.refuseFileOnce = false;
      const text = `invalid slack file [json-pointer:/blocks/${Math.max(0, wrong)}/slack_file]`;
      return { ok: false, error: 'invalid_blocks', errors: [text], response_metadata: { messages: [`[ERROR] ${text}`] } };
    }
    return undefined;
  }
  #ready(id) { return (this.files.get(id)?.polls ?? -1) >= this.notReadyPolls; }

  #perform(method, args) {
    switch (method) {
      case 'auth.test': return { ok: true, url: `${this.url}/`, team: 'Fake', user: 'drc', team_id: ids.team, user_id: ids.bot, bot_id: ids.botId, is_enterprise_install: false };
      case 'chat.postMessage': {
        const error = this.#post(args);
        if (error) return error;
        const ts = this.nextTs();
        this.messages.set(ts, { ...args, ts, user: ids.bot });
        return { ok: true, channel: args.channel, ts, message: { text: args.text, ts } };
      }
      case 'chat.update': {
        const error = this.#post(args), m = this.messages.get(args.ts);
        if (error) return error;
        if (!m) return { ok: false, error: 'message_not_found' };
        Object.assign(m, { text: args.text, ...(args.blocks ? { blocks: args.blocks } : {}), edits: (m.edits ?? 0) + 1 });
        return { ok: true, channel: args.channel, ts: args.ts, text: args.text };
      }
      case 'chat.postEphemeral': return this.#post(args) ?? { ok: true, message_ts: this.nextTs() };
      case 'chat.getPermalink': return { ok: true, channel: args.channel, permalink: `https://fake.slack.com/archives/${args.channel}/p${args.message_ts.replace('.', '')}` };
      case 'conversations.info': return { ok: true, channel: { id: args.channel, name: 'costs', is_archived: false, is_member: true } };
      case 'conversations.members': return { ok: true, members: [ids.user, ids.bot], response_metadata: { next_cursor: '' } };
      case 'users.info': return { ok: true, user: { id: args.user, tz: 'Asia/Tokyo', deleted: false } };
      case 'conversations.open': return { ok: true, channel: { id: ids.dm } };
      case 'conversations.history': case 'conversations.replies':
        return { ok: true, messages: [...this.messages.values()].filter((m) => m.channel === args.channel), has_more: false, response_metadata: { next_cursor: '' } };
      case 'files.getUploadURLExternal': {
        const id = `F${randomUUID().replaceAll('-', '').slice(0, 10).toUpperCase()}`;
        if (!(Number(args.length) > 0) || !args.filename) return { ok: false, error: 'missing_argument' };
        this.files.set(id, { length: Number(args.length), alt: args.alt_txt, name: args.filename });
        return { ok: true, upload_url: `${this.url}/upload/${id}`, file_id: id };
      }
      case 'files.completeUploadExternal': {
        const list = typeof args.files === 'string' ? JSON.parse(args.files) : args.files;
        for (const f of list) {
          const file = this.files.get(f.id);
          if (!file?.bytes || file.polls !== undefined) return { ok: false, error: 'file_not_found' };
          file.polls = 0;
        }
        return { ok: true, files: list };
      }
      case 'files.info': {
        const f = this.files.get(args.file);
        if (f?.polls === undefined) return { ok: false, error: 'file_not_found' };
        const ready = ++f.polls >= this.notReadyPolls + 1;
        if (!ready) f.polls = Math.min(f.polls, this.notReadyPolls);
        return { ok: true, file: { id: args.file, name: f.name, mimetype: this.#ready(args.file) ? 'image/png' : '', ...(this.#ready(args.file) ? { original_w: 1200, thumb_360: 'https://x' } : {}) } };
      }
      case 'views.open': case 'views.update': case 'views.publish': {
        const view = typeof args.view === 'string' ? JSON.parse(args.view) : args.view;
        this.views.push(view);
        return { ok: true, view: { ...view, id: `V${++this.serial}`, hash: '1.abc' } };
      }
      default: return { ok: true };
    }
  }

  async stop() {
    for (const s of this.open) s.ws.terminate();
    await new Promise((ok) => { this.server.close(ok); this.server.closeAllConnections(); });
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const reply = (res, status, body, headers = {}) => {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  res.end(typeof body === 'string' ? body : JSON.stringify(body));
};
const formArgs = (text) => Object.fromEntries(new URLSearchParams(text));
