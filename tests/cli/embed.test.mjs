// Embedding endpoints, played here: what a good one is asked, and a sentence for everything a bad one sends.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { binary } from '../harness/drc.mjs';

const key = 'sk-embed-secret-123';
let server, base, reply, asked = [];

before(async () => {
  server = createServer((req, res) => {
    let body = '';
    req.on('data', (d) => { body += d; });
    req.on('end', () => { asked.push({ url: req.url, auth: req.headers.authorization, body: JSON.parse(body) }); reply(res, asked.at(-1).body); });
  });
  await new Promise((ok) => server.listen(0, '127.0.0.1', ok));
  base = `http://127.0.0.1:${server.address().port}/v1/`;
});
after(() => { server.closeAllConnections(); server.close(); });

// The endpoint is in this process, so the program must not be waited for in the ordinary way.
const embed = (texts, env = {}, args = []) => new Promise((done) => {
  asked = [];
  const child = spawn(binary, ['model', 'embed', ...args], { env: { PATH: process.env.PATH, DRC_NO_DOTENV: '1', DRC_LOG_LEVEL: 'debug', EMBED_PROVIDER: 'openai', EMBED_BASE_URL: base, EMBED_MODEL: 'test-embed', EMBED_API_KEY: key, EMBED_TIMEOUT_S: '2', EMBED_DIM: '3', ...env } });
  let stdout = '', stderr = '';
  child.stdout.on('data', (d) => { stdout += d; });
  child.stderr.on('data', (d) => { stderr += d; });
  child.on('close', (status) => {
    assert.ok(!(stdout + stderr).includes(key), 'the key is shown nowhere');
    done({ status, stderr, vectors: stdout.trim().split('\n').filter(Boolean).map((l) => JSON.parse(l).vector) });
  });
  child.stdin.end(texts.map((t) => `${JSON.stringify([t])}\n`).join(''));
});
const json = (value, status = 200, headers = {}) => (res) => { res.writeHead(status, { 'content-type': 'application/json', ...headers }); res.end(typeof value === 'string' ? value : JSON.stringify(value)); };
const data = (...vectors) => json({ data: vectors.map((embedding, index) => ({ index, embedding })) });

test('OpenAI shape: batches, order by index, length 1, prefixes, an empty text', async () => {
  const texts = Array.from({ length: 70 }, (_, i) => (i === 5 ? '' : `text ${i}`));
  reply = (res, body) => json({ data: body.input.map((t, index) => ({ index, embedding: [Number(/\d+/.exec(t)?.[0] ?? 99) + 1, 0, 1] })).reverse() })(res);
  const r = await embed(texts, { EMBED_PREFIX_PASSAGE: 'passage: ', EMBED_PREFIX_QUERY: 'query: ' });
  assert.equal(r.status, 0, r.stderr);
  r.vectors.forEach((v, i) => { const x = i === 5 ? 100 : i + 1; assert.ok(Math.abs(v[0] - x / Math.hypot(x, 1)) < 1e-6, `text ${i}`); });
  assert.ok(asked.length >= 3 && asked.every((a) => a.body.input.length <= 32));
  assert.deepEqual([asked[0].url, asked[0].auth, asked[0].body.model, asked[0].body.encoding_format, asked[0].body.input[0]], ['/v1/embeddings', `Bearer ${key}`, 'test-embed', 'float', 'passage: text 0']);
  await embed(['what'], { EMBED_PREFIX_QUERY: 'query: ' }, ['--query']);
  assert.deepEqual(asked[0].body.input, ['query: what']);
  await embed(['']);
  assert.deepEqual(asked[0].body.input, [' ']);
});

test('Ollama shape, and a size that is asked for', async () => {
  reply = (res, body) => json({ embeddings: body.input.map(() => [3, 4]) })(res);
  const r = await embed(['a', 'b'], { EMBED_PROVIDER: 'ollama', EMBED_DIM: '0', EMBED_API_KEY: '' });
  assert.equal(r.status, 0, r.stderr);
  assert.equal(r.vectors.length, 2);
  assert.ok(Math.abs(r.vectors[1][0] - 0.6) < 1e-6 && Math.abs(r.vectors[1][1] - 0.8) < 1e-6);
  assert.deepEqual(asked.map((a) => [a.url, a.auth, a.body.input.length]), [['/v1/api/embed', undefined, 1], ['/v1/api/embed', undefined, 2]]);
});

const bad = [
  ['wrong size', data([1, 2, 3, 4]), 8, /vector 1 has 4 numbers, not 3/],
  ['no number', json('{"data":[{"index":0,"embedding":[1,null,2]}]}'), 8, /vector 1 holds something that is no number/],
  ['NaN', json('{"data":[{"index":0,"embedding":[1,NaN,2]}]}'), 8, /the endpoint for vectors \(test-embed\)/],
  ['infinite', json('{"data":[{"index":0,"embedding":[1,1e999,2]}]}'), 8, /the endpoint for vectors/],
  ['huge', json('{"data":[{"index":0,"embedding":[1,1e300,2]}]}'), 8, /no number/],
  ['zeros', data([0, 0, 0]), 8, /vector 1 is all zeros/],
  ['too few', json({ data: [] }), 8, /it sent 0 vectors for 1 texts/],
  ['too many', data([1, 0, 0], [1, 0, 0]), 8, /it sent 2 vectors for 1 texts/],
  ['wrong index', json({ data: [{ index: 7, embedding: [1, 0, 0] }] }), 8, /numbered wrongly/],
  ['missing', json({ data: [{ index: 0 }] }), 8, /vector 1 is missing/],
  ['base64', json({ data: [{ index: 0, embedding: 'AAAA' }] }), 8, /vector 1 is missing/],
  ['no vectors', json({ object: 'list' }), 8, /it sent no vectors/],
  ['not JSON', json('<html>hello</html>'), 8, /the endpoint for vectors/],
  ['401', json({ error: { message: `Incorrect key ${key}` } }, 401), 5, /it refused the key \(HTTP 401\)/],
  ['429', json({ error: { message: 'slow down' } }, 429, { 'retry-after': '7' }), 6, /it is busy \(HTTP 429\)/],
  ['404', json({ error: 'model "x" not found, try pulling it first' }, 404), 4, /HTTP 404: model "x" not found/],
  ['500', json('no', 500), 6, /it answered HTTP 500/],
  ['oversized', (res) => { res.writeHead(200); res.end(Buffer.alloc(9 * 1024 * 1024, 32)); }, 8, /the endpoint for vectors/],
  ['gone', (res) => res.socket.destroy(), 6, /the endpoint for vectors/],
  ['silent', () => undefined, 6, /the endpoint for vectors/],
];
for (const [name, play, status, pattern] of bad)
  test(`a bad endpoint: ${name}`, async () => {
    reply = play;
    const r = await embed(['one text']);
    assert.match(r.stderr, pattern);
    assert.equal(r.status, status, r.stderr);
    assert.deepEqual(r.vectors, []);
    assert.equal(asked.length, 1, 'asked once');
  });

test('settings that do not fit together are said', async () => {
  for (const [env, pattern] of [
    [{ EMBED_BASE_URL: '' }, /EMBED_BASE_URL is not set/], [{ EMBED_MODEL: '' }, /EMBED_MODEL is not set/],
    [{ EMBED_PROVIDER: 'magic' }, /EMBED_PROVIDER is 'magic': it is 'embedded', 'openai', 'ollama' or 'none'/],
    [{ EMBED_PROVIDER: 'none' }, /search goes by words/], [{ EMBED_PROVIDER: 'embedded', EMBED_MODEL_FILE: '/nowhere/m.q8' }, /\/nowhere\/m.q8 cannot be read/],
  ]) {
    const r = await embed(['x'], env);
    assert.notEqual(r.status, 0);
    assert.match(r.stderr, pattern);
  }
});
