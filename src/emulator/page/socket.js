// One WebSocket to the local Slack for one person: numbered requests with replies, pushed events, and a reconnect that
// never gives up. The server's protocol is in ../README.md, "The page's socket".

const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 8000;
const REPLY_TIMEOUT_MS = 20000;
const HELLO_TIMEOUT_MS = 10000;

export class PageSocket {
  // onEvent(message) gets what the server pushes; onState('connecting'|'open'|'waiting', {retryMs}) follows the link.
  constructor({ onEvent, onState }) {
    this.onEvent = onEvent;
    this.onState = onState;
    this.pending = new Map();
    this.lastReq = 0;
    this.generation = 0;
    this.failures = 0;
    this.retryTimer = 0;
    this.ws = null;
    this.ready = false;
    window.addEventListener('online', () => this.retryNow());
    document.addEventListener('visibilitychange', () => { if (!document.hidden) this.retryNow(); });
  }

  // Connects as this person; an earlier connection is closed first.
  connect(user) {
    this.user = user;
    this.failures = 0;
    this.drop();
    this.dial();
  }

  retryNow() {
    if (!this.retryTimer) return;
    clearTimeout(this.retryTimer);
    this.retryTimer = 0;
    this.dial();
  }

  drop() {
    this.generation += 1;
    clearTimeout(this.retryTimer);
    clearTimeout(this.helloTimer);
    this.retryTimer = 0;
    this.ready = false;
    const ws = this.ws;
    this.ws = null;
    if (ws) ws.close(1000);
    for (const waiter of this.pending.values()) waiter.fail('offline');
    this.pending.clear();
  }

  // Each dial has a generation: a callback of an older one is ignored.
  dial() {
    const mine = ++this.generation;
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    this.onState('connecting');
    let ws;
    try {
      ws = new WebSocket(`${scheme}//${location.host}/ui/socket?user=${encodeURIComponent(this.user ?? '')}`);
    } catch {
      this.lost(mine);
      return;
    }
    this.ws = ws;
    this.helloTimer = setTimeout(() => { if (mine === this.generation && !this.ready) ws.close(); }, HELLO_TIMEOUT_MS);
    ws.addEventListener('message', (event) => { if (mine === this.generation) this.received(event.data); });
    ws.addEventListener('close', () => this.lost(mine));
  }

  received(data) {
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    if (!message || typeof message !== 'object') return;
    if (message.type === 'reply') {
      this.pending.get(message.req)?.done(message);
      return;
    }
    if (message.type === 'hello') {
      this.ready = true;
      this.failures = 0;
      clearTimeout(this.helloTimer);
      this.onState('open');
    }
    this.onEvent(message);
  }

  lost(mine) {
    if (mine !== this.generation) return;
    this.drop();
    this.failures += 1;
    const ceiling = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(this.failures, 8));
    const retryMs = Math.round(ceiling * (0.6 + 0.4 * Math.random()));
    this.onState('waiting', { retryMs });
    this.retryTimer = setTimeout(() => this.redial(), retryMs);
  }

  // The socket's cookie is new with each start of the server, so ask for the page first: that renews it.
  async redial() {
    this.retryTimer = 0;
    const mine = this.generation;
    if (this.failures > 1) {
      try {
        await fetch('/', { cache: 'no-store', credentials: 'same-origin', signal: AbortSignal.timeout(4000) });
      } catch {
        // The dial below will tell.
      }
    }
    if (mine === this.generation) this.dial();
  }

  // Resolves with the reply; {ok:false, error} for a refusal, a timeout ('no_reply') or no connection ('offline').
  request(message) {
    if (!this.ready || this.ws?.readyState !== WebSocket.OPEN) return Promise.resolve({ ok: false, error: 'offline' });
    const req = ++this.lastReq;
    return new Promise((resolve) => {
      const settle = (reply) => {
        clearTimeout(timer);
        this.pending.delete(req);
        resolve(reply);
      };
      const timer = setTimeout(() => settle({ ok: false, error: 'no_reply' }), REPLY_TIMEOUT_MS);
      this.pending.set(req, { done: settle, fail: (error) => settle({ ok: false, error }) });
      this.ws.send(JSON.stringify({ ...message, req }));
    });
  }
}
