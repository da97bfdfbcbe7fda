// What the measuring program needs: percentiles, the table of figures and limits, connections, a fake model endpoint.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { loadavg } from 'node:os';

export const percentile = (values, p) => {
  const v = [...values].sort((a, b) => a - b);
  if (v.length === 0) throw new Error('nothing was measured');
  const h = (v.length - 1) * p, lo = Math.floor(h);
  return lo + 1 < v.length ? v[lo] + (h - lo) * (v[lo + 1] - v[lo]) : v[lo];
};
export const median = (values) => percentile(values, 0.5);

const digits = (x) => (x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2));
export const load = () => loadavg()[0].toFixed(1);

// One figure: the median of its runs, the spread, the limit beside it. No limit: for the reader only.
export const figure = (name, runs, unit, limit) => {
  const m = median(runs);
  const spread = runs.length > 1 ? `${digits(Math.min(...runs))}..${digits(Math.max(...runs))}` : '';
  const verdict = limit === undefined ? '' : m <= limit ? 'ok' : 'OVER';
  const bound = limit === undefined ? '' : `<= ${limit} ${unit}`;
  console.log(`${name.padEnd(58)} ${`${digits(m)} ${unit}`.padStart(11)}  ${spread.padEnd(14)} n=${String(runs.length).padEnd(3)} `
    + `${bound.padEnd(14)} ${verdict.padEnd(4)} load ${load()}`);
  return m;
};

// An OpenAI-compatible endpoint that thinks for a while. Its text has no figure and no name: nothing to withhold.
export const slowModel = async (thinkMs) => {
  const stats = { done: 0, running: 0, most: 0, thoughtMs: 0 };
  const server = createServer((req, res) => {
    req.resume();
    stats.most = Math.max(stats.most, ++stats.running);
    const asked = performance.now();
    setTimeout(() => {
      stats.running--;
      stats.thoughtMs += performance.now() - asked;
      stats.done++;
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content: 'the facts above say all that there is to say.' } }] }));
    }, thinkMs);
  });
  await new Promise((ok) => server.listen(0, '127.0.0.1', ok));
  return { stats, url: `http://127.0.0.1:${server.address().port}/v1`, close: () => { server.closeAllConnections(); server.close(); } };
};

// Local ports of the TCP connections that a process has open to a port of this machine: a new connection is a new number.
export const connectionsTo = (pid, port) => {
  const inodes = new Set();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try { inodes.add(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]); } catch { /* closed meanwhile */ }
  }
  const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((f) => readFileSync(f, 'utf8').trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((w) => w[2].endsWith(remote) && inodes.has(w[9]))
    .map((w) => parseInt(w[1].split(':')[1], 16));
};
