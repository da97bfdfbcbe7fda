// A model endpoint for tests: speaks the wire formats of all three providers on one port and plays a script. Which one is told
// by the prompt: the words `play NAME` in it. What a play is given: the wire (how this provider says a thing), the response, how
// often this play was asked before, and the words of a faithful answer made from the prompt.
import { createServer } from 'node:http';
import { sleep } from './drc.mjs';

const usage = { in: 900, cached: 512, out: 70 };
const line = (o, event) => `${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(o)}\n\n`;

const chunk = (delta, finish = null) => line({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }], usage: null });
const openaiUsage = { prompt_tokens: usage.in, completion_tokens: usage.out, total_tokens: usage.in + usage.out,
  prompt_tokens_details: { cached_tokens: usage.cached }, completion_tokens_details: { reasoning_tokens: 30 } };
const openai = {
  name: 'openai', base: '/v1', idHeader: 'x-request-id',
  finish: { stop: 'stop', length: 'length', filter: 'content_filter', odd: 'tool_calls' },
  begin: () => chunk({ role: 'assistant', content: '' }),
  piece: (s) => chunk({ content: s }),
  thought: (s) => chunk({ reasoning_content: s }),
  end: (finish) => chunk({}, finish) + line({ object: 'chat.completion.chunk', choices: [], usage: openaiUsage }) + 'data: [DONE]\n\n',
  endSloppy: (finish) => chunk({}, finish).trimEnd(), // neither usage nor [DONE] nor a blank line
  oops: () => line({ error: { message: 'the server had an error', type: 'server_error', param: null, code: null } }),
  whole: (parts, finish) => ({ choices: [{ index: 0, finish_reason: finish, message: { role: 'assistant', content: parts.map((text) => ({ type: 'text', text })) } }], usage: openaiUsage }),
  error: (status, name, message) => ({ error: { message, type: name, param: null, code: name } }),
  busy: 'rate_limit_exceeded', quota: 'insufficient_quota', overloaded: 503,
  prompt: (b) => b.messages.map((m) => m.content).join('\n'),
};

const named = (type, rest = {}) => line({ type, ...rest }, type);
const anthropic = {
  name: 'anthropic', base: '/v1', idHeader: 'request-id',
  finish: { stop: 'end_turn', length: 'max_tokens', filter: 'refusal', odd: 'pause_turn' },
  begin: () => named('message_start', { message: { type: 'message', role: 'assistant', content: [], usage: { input_tokens: 388, cache_read_input_tokens: 512, cache_creation_input_tokens: 0, output_tokens: 1 } } }) +
    named('ping') + named('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  piece: (s) => named('content_block_delta', { index: 0, delta: { type: 'text_delta', text: s } }),
  thought: (s) => named('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: s } }),
  end: (stop_reason) => named('content_block_stop', { index: 0 }) + named('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: usage.out } }) + named('message_stop'),
  endSloppy: (stop_reason) => line({ type: 'message_delta', delta: { stop_reason }, usage: { output_tokens: usage.out } }).trimEnd(),
  oops: () => named('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
  whole: (parts, stop_reason) => ({ type: 'message', role: 'assistant', content: [{ type: 'thinking', thinking: '99 of 100', signature: 'x' }, ...parts.map((text) => ({ type: 'text', text }))], stop_reason,
    usage: { input_tokens: 388, cache_read_input_tokens: 512, cache_creation_input_tokens: 0, output_tokens: usage.out } }),
  error: (status, name, message) => ({ type: 'error', error: { type: name, message, ...(name === 'enforced_spend_limit_reached' ? { type: 'rate_limit_error', details: { error_code: name } } : {}) }, request_id: 'req_1' }),
  busy: 'rate_limit_error', quota: 'enforced_spend_limit_reached', overloaded: 529,
  prompt: (b) => `${b.system}\n${b.messages.map((m) => m.content).join('\n')}`,
};

const meta = { promptTokenCount: usage.in, candidatesTokenCount: 40, thoughtsTokenCount: 30, cachedContentTokenCount: usage.cached, totalTokenCount: 970 };
const response = (parts, finishReason) => ({ candidates: [{ content: { role: 'model', parts }, ...(finishReason ? { finishReason } : {}), index: 0 }], usageMetadata: meta });
const gemini = {
  name: 'gemini', base: '/v1', idHeader: 'x-request-id',
  finish: { stop: 'STOP', length: 'MAX_TOKENS', filter: 'SAFETY', odd: 'MALFORMED_FUNCTION_CALL' },
  begin: () => '',
  piece: (s) => line(response([{ text: s }])),
  thought: (s) => line(response([{ text: s, thought: true }])),
  end: (finish) => line(response([{ text: '' }], finish)),
  endSloppy: (finish) => line(response([{ text: '' }], finish)).trimEnd(),
  oops: () => line({ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }),
  whole: (parts, finish) => response([{ text: '99 of 100', thought: true }, ...parts.map((text) => ({ text }))], finish),
  error: (code, status, message) => ({ error: { code, message, status } }),
  busy: 'RESOURCE_EXHAUSTED', quota: 'billing_hard_limit_reached', overloaded: 503,
  prompt: (b) => [...b.systemInstruction.parts, ...b.contents.flatMap((c) => c.parts)].map((p) => p.text).join('\n'),
};

export const wires = { openai, anthropic, gemini };
const wireOf = (url) => (url.endsWith('/chat/completions') ? openai : url.endsWith('/messages') ? anthropic : gemini);

const stream = (res) => { res.writeHead(200, { 'content-type': 'text/event-stream' }); res.flushHeaders(); };
const fail = (status, name, message = 'no', headers = {}) => (w, res) => {
  res.writeHead(status, { 'content-type': 'application/json', [w.idHeader]: 'req_1', ...headers });
  res.end(JSON.stringify(w.error(status, typeof name === 'function' ? name(w) : name, message)));
};
const soon = { 'retry-after-ms': '20' };
const good = (w, res, n, words) => { stream(res); res.end(w.begin() + words.map(w.piece).join('') + w.end(w.finish.stop)); };
const say = (text, finish) => (w, res) => { stream(res); res.end(w.begin() + (text ? w.piece(text) : w.thought('99 of 100')) + w.end(w.finish[finish])); };
// A sentence with its evidence tag: the first fact of the prompt.
const tagged = (w, res, n, words, body) => say(`The cost was ${/^F1 \| [^|]+ \| (\S+)/m.exec(w.prompt(body))?.[1] ?? '$0'} [F1].`, 'stop')(w, res);
const then = (first) => (w, res, n, words) => (n === 0 ? first(w, res, n, words) : good(w, res, n, words));

// Plays that end in an answer of the model: how many requests that takes, the play, and of which provider alone.
export const answered = {
  plain: [1, good],
  bytes: [1, async (w, res, n, words) => {
    stream(res);
    res.socket.setNoDelay(true);
    for (const b of Buffer.from(w.begin() + words.map(w.piece).join(''))) res.write(Buffer.of(b));
    await sleep(20);
    res.end(w.end(w.finish.stop));
  }],
  lines: [1, (w, res, n, words) => { // every kind of end of line, comments, one event over several data lines
    stream(res);
    const all = w.begin() + words.map(w.piece).join('') + w.end(w.finish.stop);
    res.end(all.split('\n').map((l, i) => (l.startsWith('data: {') ? l.replaceAll(',"', ',\ndata: "') : l) + (l === '' && i % 3 === 0 ? '\r\n: keep-alive\n' : '')).join('\r\n'));
  }],
  nameless: [1, (w, res, n, words) => { stream(res); res.end((w.begin() + words.map(w.piece).join('') + w.end(w.finish.stop)).replace(/^event: .*\n/gm, '')); }],
  sloppy: [1, (w, res, n, words) => { stream(res); res.end(w.begin() + words.map(w.piece).join('') + w.endSloppy(w.finish.stop)); }],
  open: [1, (w, res, n, words) => { stream(res); res.write(w.begin() + words.map(w.piece).join('') + w.end(w.finish.stop)); if (w === gemini) res.end(); }], // never closed after its end
  whole: [1, (w, res, n, words) => { res.setHeader('content-type', 'application/json'); res.end(`\n${JSON.stringify(w.whole(words, w.finish.stop), null, 1)}`); }],
  thinking: [1, (w, res, n, words) => { stream(res); res.end(w.begin() + w.thought('99 of 100') + words.map(w.piece).join('') + w.end(w.finish.stop)); }],
  busyonce: [2, then(fail(429, (w) => w.busy, 'wait', soon))],
  overloadedonce: [2, then((w, res) => fail(w.overloaded, 'overloaded_error', 'wait', soon)(w, res))],
  oopsonce: [2, then((w, res) => { stream(res); res.end(w.begin() + w.piece('It cost $1.11') + w.oops()); })],
  cutonce: [2, then(async (w, res) => { stream(res); res.write(w.begin() + w.piece('It cost $1.11')); await sleep(20); res.destroy(); })],
  resetonce: [2, then((w, res) => { res.socket.destroy(); })],
  parameter: [2, (w, res, n, words, body) => (body.stream_options ? fail(400, 'invalid_request_error', 'Unrecognized request argument supplied: stream_options')(w, res) : good(w, res, n, words)), undefined, 'openai'],
  parametergone: [1, (w, res, n, words, body) => (body.stream_options ? fail(400, 'x')(w, res) : good(w, res, n, words)), undefined, 'openai'], // it is remembered
  shouldretry: [2, then(fail(404, 'gone', 'no', { 'x-should-retry': 'true', ...soon }))],
};

// Where a connection may end: after the headers, and after the last word but before the end is said. And a model that is never
// done the first n times.
const cut = (head) => async (w, res, n, words) => { stream(res); await sleep(20); res.write(head(w, words)); await sleep(20); res.destroy(); };
export const ends = {
  cutheaders: [1, async (w, res) => { stream(res); await sleep(20); res.destroy(); }, /broke off|connection/],
  cutlast: [1, cut((w, words) => w.begin() + words.map(w.piece).join('')), /broke off|connection/],
  hangonce: [2, (w, res, n, words) => { if (n > 0) good(w, res, n, words); }],
  hang: [3, () => undefined],
};
const stall = (head) => (w, res) => { if (head !== undefined) { stream(res); res.write(head(w)); } }; // writes '' = headers alone
// Plays that end in the template: requests, what the check line says.
export const withheld = {
  unauthorized: [1, fail(401, 'invalid_api_key', 'Incorrect API key provided: sk-test-***'), /refused the key \(HTTP 401 invalid_api_key\)/],
  forbidden: [1, fail(403, 'permission_error'), /refused the key \(HTTP 403/],
  badrequest: [1, fail(400, 'invalid_request_error', 'the figure 4711 is wrong'), /HTTP 400 invalid_request_error/],
  nomodel: [1, fail(404, 'model_not_found'), /does not know the model/],
  quota: [1, fail(429, (w) => w.quota), /quota is used up \(HTTP 429/],
  busy: [3, fail(429, (w) => w.busy, 'wait', soon), /busy .*asked 3 times/],
  busylong: [1, fail(429, (w) => w.busy, 'wait', { 'retry-after': '600' }), /busy/],
  overloaded: [3, (w, res) => fail(w.overloaded, 'overloaded_error', 'wait', soon)(w, res), /HTTP 5\d\d overloaded_error\)?, asked 3 times/],
  broken: [3, fail(500, 'api_error', 'no', soon), /HTTP 500 api_error, asked 3 times/],
  noretry: [1, fail(500, 'api_error', 'no', { 'x-should-retry': 'false' }), /HTTP 500/],
  moved: [1, (w, res) => { res.writeHead(302, { location: 'http://127.0.0.1:1/' }); res.end(); }, /HTTP 302/],
  length: [1, say('It cost', 'length'), /answer was cut/],
  thoughts: [1, say('', 'length'), /all its tokens before it wrote/],
  filter: [1, say('It cost', 'filter'), /refused to answer/],
  odd: [1, say('It cost', 'odd'), /another reason/],
  empty: [1, say(' \n', 'stop'), /answer was empty/],
  html: [1, (w, res) => { res.setHeader('content-type', 'text/html'); res.end('<html><body>Sign in</body></html>'); }, /no answer of a model/],
  nothing: [1, (w, res) => { res.end(); }, /no answer of a model/],
  garbage: [1, (w, res) => { stream(res); res.end(`${w.begin()}data: {"choices":[{"delta\n\n${w.end(w.finish.stop)}`); }, /not JSON/],
  notext: [1, (w, res) => { stream(res); res.write(w.begin()); res.write('data: "'); res.write(Buffer.of(0xff, 0xfe)); res.end(`"\n\n${w.end(w.finish.stop)}`); }, /not JSON/],
  long: [1, (w, res) => { stream(res); res.end(w.begin() + w.piece('word '.repeat(15000)) + w.end(w.finish.stop)); }, /over 65536 bytes/],
  endless: [1, (w, res) => { stream(res); res.end('x'.repeat(1100000)); }, /over 1048576 bytes/],
  lying: [2, say('It cost $987,654,321.99 in all.', 'stop'), /987,654,321/], // it is asked to mend it, once
};
// They wait: time-outs of one and of several seconds.
export const slow = {
  oops: [3, (w, res) => { stream(res); res.end(w.begin() + w.piece('It cost $1.11') + w.oops()); }, /broke off with an error.*asked 3 times/],
  cut: [3, async (w, res) => { stream(res); res.write(w.begin() + w.piece('It cost $1.11')); await sleep(20); res.destroy(); }, /asked 3 times/],
  early: [3, (w, res) => { stream(res); res.end(w.begin() + w.piece('It cost $1.11')); }, /broke off before its end, asked 3 times/],
  reset: [3, (w, res) => { res.socket.destroy(); }, /asked 3 times/],
  mute: [2, stall(), /silent for 1 s|no answer in time/], // the second try meets LLM_TIMEOUT_S
  muteafterhead: [2, stall(() => ''), /silent for 1 s|no answer in time/],
  mutehalfway: [2, stall((w) => w.begin() + w.piece('It cost $1.11')), /silent for 1 s|no answer in time/],
};
// Answers in words of their own, for tests that look at what becomes of them.
export const others = { tagged: [1, tagged] };
const plays = { ...answered, ...withheld, ...slow, ...ends, ...others };

export class FakeLlm {
  play = 'plain'; // where the prompt names none
  asked = []; // { play, url, headers, body, wire }
  async start() {
    this.server = createServer((req, res) => {
      let text = '';
      req.on('data', (d) => { text += d; });
      req.on('end', () => {
        const body = JSON.parse(text), wire = wireOf(req.url.split(/[?]|:stream|:gen/)[0]), prompt = wire.prompt(body);
        const asked = prompt.split('Asked before in this thread')[0]; // earlier questions name earlier plays
        const play = /play ([a-z]+)/.exec(asked)?.[1] ?? this.play, n = this.count(play);
        const figure = /\$[\d,]+(\.\d+)?/.exec(prompt)?.[0] ?? '$0'; // documentation alone holds none
        this.asked.push({ play, url: req.url, headers: req.headers, body, prompt, wire });
        plays[play][1](wire, res, n, ['The job cost ', figure, ' in this window \u2013 as shown.'], body);
      });
    });
    await new Promise((ok) => this.server.listen(0, '127.0.0.1', ok));
    this.port = this.server.address().port;
  }
  count(play) { return this.asked.filter((a) => a.play === play).length; }
  url(wire) { return `http://127.0.0.1:${this.port}${wire.base}`; }
  async stop() { this.server.closeAllConnections(); await new Promise((ok) => this.server.close(ok)); }
}
