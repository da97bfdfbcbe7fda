// drc docs crawl against a site on loopback: what is fetched, kept, left alone and refused, and what a site can do to it.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, root, run } from '../harness/drc.mjs';

const words = 'A pool keeps idle machines ready, so that a job starts in seconds and not in minutes. '.repeat(4);
const page = (title, body = `<p>${words}</p>`) => `<!doctype html><html><head><title>${title} | Site</title></head><body><nav>Menu</nav><main>${body}</main></body></html>`;

// A site: path -> text, or a function (request, response). Counts requests and keeps their headers and times.
const site = async (t, paths) => {
  const seen = [];
  const server = createServer((q, r) => {
    seen.push({ path: q.url, headers: q.headers, at: performance.now() });
    const what = paths[q.url];
    if (typeof what === 'function') return what(q, r);
    if (what === undefined) return r.writeHead(404).end('not here');
    r.writeHead(200, { 'content-type': q.url.endsWith('.xml') ? 'application/xml' : 'text/html; charset=utf-8' }).end(what);
  });
  await new Promise((ok) => server.listen(0, '127.0.0.1', ok));
  const dir = mkdtempSync(join(tmpdir(), 'drc-crawl-'));
  t.after(() => { server.closeAllConnections(); server.close(); rmSync(dir, { recursive: true, force: true }); });
  const port = server.address().port, url = `http://127.0.0.1:${port}`;
  writeFileSync(join(dir, 'sources.list'), `${url}/sitemap.xml ${url}/docs/\n`);
  const out = join(dir, 'out'), pages = join(out, `127.0.0.1-${port}`);
  const start = (...args) => spawn(binary, ['docs', 'crawl', '--sources', join(dir, 'sources.list'), '--out', out, '--delay-ms', '0', ...args],
    { env: { PATH: process.env.PATH, DRC_NO_DOTENV: '1', DRC_HOME: root, LSAN_OPTIONS: process.env.LSAN_OPTIONS ?? '' } });
  const crawl = (...args) => new Promise((ok) => {
    const p = start(...args), r = { stdout: '', stderr: '' };
    p.stdout.on('data', (d) => { r.stdout += d; });
    p.stderr.on('data', (d) => { r.stderr += d; });
    p.on('close', (status) => ok({ ...r, status }));
  });
  const files = () => (existsSync(pages) ? readdirSync(pages).sort() : []);
  const read = (start_of_name) => readFileSync(join(pages, files().find((f) => f.startsWith(start_of_name))), 'utf8');
  const asked = () => seen.map((s) => s.path);
  return { url, seen, asked, start, crawl, files, read, paths, dir };
};
const sitemap = (...locs) => (q, r) => r.writeHead(200).end(`<urlset>${locs.map((l) => `<url><loc>http://${q.headers.host}${l}</loc></url>`).join('')}</urlset>`);

test('pages become files of a corpus, with anchors; only the prefix, only what robots.txt allows', async (t) => {
  const s = await site(t, {
    '/robots.txt': 'User-agent: *\nDisallow: /\n\nUser-agent: drc\nDisallow: /docs/private\nCrawl-delay: 0.1\n',
    '/sitemap.xml': sitemap('/docs/pools/best?v=1&amp;w=2', '/docs/private/x', '/blog/y', '/docs/', '/docs/../blog/y'),
    '/docs/pools/best?v=1&w=2': page('Pools', `<header><h1>Pool best practices</h1></header><p>${words}</p><h2 id="size">Size<a class="hash-link">#</a></h2><ul><li>Small</li></ul>`),
    '/docs/': page('Start'),
    '/blog/y': page('Blog'),
  });
  const r = await s.crawl();
  assert.equal(r.status, 0, r.stderr);
  assert.equal(r.stdout, '2 fetched, 1 skipped by robots rules\n');
  assert.match(r.stderr, /sitemap\.xml: 1 of its addresses cannot be used/);
  assert.deepEqual(s.asked(), ['/robots.txt', '/sitemap.xml', '/docs/pools/best?v=1&w=2', '/docs/']);
  assert.match(s.seen[2].headers['user-agent'], /^drc\/\d/);
  assert.ok(s.seen[3].at - s.seen[2].at >= 95, 'Crawl-delay is kept');
  assert.match(s.read('docs-pools-best-v-1-w-2-'), new RegExp(`^---\ntitle: Pool best practices\nurl: ${s.url}/docs/pools/best\\?v=1&w=2\nsection: pools\n`
    + `date: \\d{4}-\\d\\d-\\d\\d\n---\n\n${words.trim()}\n\n## Size \\{#size\\}\n\n- Small\n$`));
  assert.match(s.read('docs-'), /\n---\n/);
  const index = (...args) => run(['docs', ...args, '--out', s.dir], { env: { DRC_HOME: root } });
  assert.equal(index('build', '--corpus', join(s.dir, 'out')).status, 0);
  const found = JSON.parse(index('search', 'small size', '--json').stdout).results[0];
  assert.deepEqual([found.title, found.heading, found.url], ['Pool best practices', 'Size', `${s.url}/docs/pools/best?v=1&w=2#size`]);
});

test('the second crawl asks with conditions, notices change, and deletes what is gone or has moved', async (t) => {
  let version = 1;
  const tagged = (q, r) => (q.headers['if-none-match'] === '"v1"' ? r.writeHead(304).end() : r.writeHead(200, { 'content-type': 'text/html', etag: '"v1"' }).end(page('Tagged')));
  const dated = (q, r) => (q.headers['if-modified-since'] ? r.writeHead(304).end() : r.writeHead(200, { 'content-type': 'text/html', 'last-modified': 'Thu, 26 Nov 2026 00:00:00 GMT' }).end(page('Dated')));
  const s = await site(t, {
    '/sitemap.xml': sitemap('/docs/tagged', '/docs/dated', '/docs/same', '/docs/new', '/docs/gone', '/docs/old'),
    '/docs/tagged': tagged, '/docs/dated': dated, '/docs/same': page('Same'),
    '/docs/new': (q, r) => r.writeHead(200, { 'content-type': 'text/html' }).end(page('New', `<p>${words} ${version}</p>`)),
    '/docs/gone': page('Gone'), '/docs/old': page('Old'), '/docs/here': page('Here'),
  });
  assert.equal((await s.crawl()).stdout, '6 fetched\n');
  version = 2;
  s.paths['/sitemap.xml'] = sitemap('/docs/tagged', '/docs/dated', '/docs/same', '/docs/new', '/docs/old');
  delete s.paths['/docs/gone'];
  s.paths['/docs/old'] = (q, r) => r.writeHead(301, { location: '../docs/here#x' }).end();
  const r = await s.crawl();
  assert.equal(r.stdout, '2 fetched, 3 unchanged, 2 removed\n', r.stderr);
  assert.match(r.stderr, /\/docs\/gone: not there any more, it is deleted here\n/);
  assert.match(s.read('docs-new-'), / 2\n$/);
  assert.deepEqual(s.files().map((f) => f.replace(/-[a-z2-7]{6}\.md$/, '')), ['docs-dated', 'docs-here', 'docs-new', 'docs-same', 'docs-tagged']);
  rmSync(join(s.dir, 'out', `127.0.0.1-${new URL(s.url).port}`, s.files()[4])); // a lost file is fetched again, without a condition
  assert.equal((await s.crawl()).stdout, '1 fetched, 4 unchanged\n');
});

test('redirects stay in the host and its prefixes', async (t) => {
  const to = (location) => (q, r) => r.writeHead(302, { location }).end();
  const s = await site(t, {
    '/robots.txt': 'User-agent: *\nDisallow: /docs/no\n',
    '/sitemap.xml': sitemap('/docs/a', '/docs/b', '/docs/c', '/docs/d', '/docs/e', '/docs/f'),
    '/docs/a': to('https://example.com/docs/a'), '/docs/b': to('/blog/b'), '/docs/c': to('/docs/no/c'), '/docs/d': to('/docs/d'),
    '/docs/e': to('file:///etc/passwd'), '/docs/f': to('http://localhost:1/docs/f'),
    '/blog/b': page('B'), '/docs/no/c': page('C'),
  });
  const r = await s.crawl();
  assert.equal(r.status, 0, r.stderr);
  assert.equal(r.stdout, '0 fetched, 6 skipped for the reasons above\n');
  for (const words of [/a: redirects to https:\/\/example\.com\/docs\/a, another site/, /b: redirects to .*outside of the prefixes/, /c: redirects to .*robots\.txt forbids it/,
    /d: redirects do not end/, /e: the address 'file:.* is refused/, /f: redirects to http:\/\/localhost:1\/docs\/f, another site/]) assert.match(r.stderr, words);
  assert.ok(!s.asked().includes('/blog/b') && !s.asked().includes('/docs/no/c'));
});

test('a busy site is asked again when it says, and left alone when it wants long', async (t) => {
  let first = true, wait = '1';
  const s = await site(t, {
    '/sitemap.xml': sitemap('/docs/a', '/docs/b'),
    '/docs/a': (q, r) => {
      if (!first) return r.writeHead(200, { 'content-type': 'text/html' }).end(page('A'));
      first = false;
      return r.writeHead(429, { 'retry-after': wait }).end();
    },
    '/docs/b': page('B'),
  });
  let r = await s.crawl();
  assert.equal(r.stdout, '2 fetched\n', r.stderr);
  assert.match(r.stderr, /\/docs\/a: busy \(429\), asked again in 1 s/);
  const a = s.seen.filter((x) => x.path === '/docs/a');
  assert.ok(a[1].at - a[0].at >= 950);
  first = true;
  wait = '3600';
  r = await s.crawl();
  assert.equal(r.status, 6);
  assert.match(r.stderr, /asks for a pause of 60 minutes/);
  assert.equal(r.stdout, '0 fetched, 2 left for the next run\n');
});

test('pages that mean harm cost a sentence, not the crawl', async (t) => {
  const html = (body) => (q, r) => r.writeHead(200, { 'content-type': 'text/html' }).end(body);
  const zipped = (body) => (q, r) => r.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' }).end(gzipSync(body));
  const endless = (q, r) => {
    r.writeHead(200, { 'content-type': 'text/html' });
    const block = 'x'.repeat(65536), more = () => { while (!r.destroyed && r.write(block)); };
    r.on('drain', more);
    r.on('error', () => {});
    more();
  };
  const deep = '<div>'.repeat(1e6);
  const s = await site(t, {
    '/sitemap.xml': sitemap(...['endless', 'deep', 'bomb', 'zip', 'attribute', 'entities', 'bytes', 'empty', 'pdf', 'noindex', 'error'].map((p) => `/docs/${p}`)),
    '/docs/endless': endless,
    '/docs/deep': html(page('Deep', deep.slice(0, 1.5e6))),
    '/docs/bomb': zipped('x'.repeat(100e6)),
    '/docs/zip': zipped(page('Zipped')),
    '/docs/attribute': html(page('Attribute', `<p id="${'x'.repeat(4e6)}">${words}</p>`)),
    '/docs/entities': html(`<!DOCTYPE html [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>${page('Entities', `<p>[&b;&f;] ${words}</p>`)}`),
    '/docs/bytes': html(Buffer.concat([Buffer.from('<p>a\0b'), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from(words)])),
    '/docs/empty': html(page('Empty', '')),
    '/docs/pdf': (q, r) => r.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF'),
    '/docs/noindex': html(`<meta name="robots" content="noindex">${page('No')}`),
    '/docs/error': (q, r) => r.writeHead(500).end(),
  });
  const r = await s.crawl();
  assert.equal(r.status, 6, r.stderr);
  assert.equal(r.stdout, '4 fetched, 1 skipped by robots rules, 5 skipped for the reasons above, 1 failed\n', r.stderr);
  for (const words of [/endless: the answer is over 5242880 bytes/, /deep: the page is refused: its elements are nested too deeply/, /bomb: the answer is over 5242880 bytes/,
    /bytes: some of its bytes are not UTF-8/, /empty: it has hardly any text/, /pdf: no page but application\/pdf/, /error: answers 500/,
    /1 could not be fetched; the next crawl asks for them again/]) assert.match(r.stderr, words);
  assert.match(s.read('docs-entities-'), /\n\[&b;&f;\] A pool/);
  assert.match(s.read('docs-bytes-'), /\na b\ufffd\ufffd\(A pool/);
  assert.match(s.read('docs-attribute-'), /\nA pool/);
});

test('silence ends in time; what cannot be read at all says so', async (t) => {
  const s = await site(t, {
    '/sitemap.xml': sitemap('/docs/slow', '/docs/a'),
    '/docs/slow': (q, r) => { r.writeHead(200, { 'content-type': 'text/html' }); r.write('<p>'); },
    '/docs/a': page('A'),
  });
  let r = await s.crawl('--timeout-ms', '300');
  assert.equal(r.status, 6);
  assert.equal(r.stdout, '1 fetched, 1 failed\n');
  assert.match(r.stderr, /slow: no answer in time/);
  assert.equal(s.asked().filter((p) => p === '/docs/slow').length, 3);
  s.paths['/robots.txt'] = (q, r2) => r2.writeHead(500).end();
  r = await s.crawl();
  assert.equal(r.status, 6);
  assert.match(r.stderr, /robots\.txt: answers 500: nothing of this site may be fetched/);
  assert.equal(s.files().length, 1, 'what is kept stays');
  delete s.paths['/robots.txt'];
  s.paths['/sitemap.xml'] = '<html>no sitemap</html>';
  r = await s.crawl();
  assert.equal(r.status, 6);
  assert.match(r.stderr, /sitemap\.xml: the sitemap holds no address/);
});

test('an interrupted crawl goes on where it was; so does one with a limit', async (t) => {
  const names = Array.from({ length: 6 }, (_, i) => `/docs/p${i}`);
  const s = await site(t, { '/sitemap.xml': (q, r) => r.writeHead(200).end(`<sitemapindex><sitemap><loc>http://${q.headers.host}/s1.xml</loc></sitemap></sitemapindex>`), '/s1.xml': sitemap(...names) });
  for (const n of names) s.paths[n] = page(n);
  let killed;
  s.paths['/docs/p3'] = () => { killed.kill('SIGKILL'); };
  killed = s.start();
  await new Promise((ok) => killed.on('close', ok));
  assert.equal(s.files().length, 3);
  s.paths['/docs/p3'] = page('p3');
  s.seen.length = 0;
  assert.equal((await s.crawl('--limit', '2')).stdout, '2 fetched, 3 done before, 1 left for the next run\n');
  assert.deepEqual(s.asked().filter((p) => p.startsWith('/docs/')), ['/docs/p3', '/docs/p4']);
  assert.equal((await s.crawl()).stdout, '1 fetched, 5 done before\n');
  assert.equal((await s.crawl()).stdout, '0 fetched, 6 unchanged\n');
});

test('what is wrong with the words or the list', async (t) => {
  const s = await site(t, {});
  writeFileSync(join(s.dir, 'sources.list'), 'http://example.com/s.xml http://example.com/\n');
  const r = await s.crawl();
  assert.equal(r.status, 4);
  assert.match(r.stderr, /sources\.list:1: the address 'http:\/\/example\.com\/s\.xml' is refused: it must be https, or http on this machine/);
  assert.equal((await s.crawl('--limit', 'x')).status, 2);
  assert.equal((await s.crawl('--what')).status, 2);
});
