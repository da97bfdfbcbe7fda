// Digests: what one costs, and two hundred that are due in the same minute.
import { readFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Bot, Slack, channels, people, waitFor } from '../harness/drc.mjs';
import { figure } from './measure.mjs';

const TICKS_PER_SECOND = 100, MANY = 200;
const day = (iso) => Date.parse(`${iso}T00:00:00Z`) / 86400000;
const cpuMs = (bot) => { const f = readFileSync(`/proc/${bot.process.pid}/stat`, 'utf8').split(') ')[1].split(' '); return (Number(f[11]) + Number(f[12])) * 1000 / TICKS_PER_SECOND; };
const state = (slack, sql, ...args) => {
  const db = new DatabaseSync(slack.path('state.db'));
  db.exec('PRAGMA busy_timeout = 10000');
  try { return db.prepare(sql).all(...args); } finally { db.close(); }
};
const subscribe = (slack, id, channel, words, iso) => state(slack, `INSERT INTO subscription (sub_id, owner_id, channel, digest_id, schedule, zone, words, status, next_day, next_ms, created_ms)
  VALUES (?, ?, ?, 'weekly', 'weekly mon 08:00', 'UTC', ?, 'active', ?, ?, 0)`, id, people.alice, channel, words, day(iso), Date.now() - 1000);
const posted = (slack) => state(slack, "SELECT count(*) AS n FROM slot WHERE status = 'posted'")[0].n;

const withBot = async (args, body) => {
  const slack = new Slack({ fileDelayMs: 0, args });
  await slack.start();
  const bot = new Bot(slack, { DIGEST_TICK_MS: '200' });
  try {
    await bot.start();
    await waitFor('the state', () => { try { posted(slack); return true; } catch { return false; } });
    await body(slack, bot);
  } finally {
    if (bot.process.exitCode === null) await bot.stop();
    await slack.stop();
    rmSync(slack.dir, { recursive: true, force: true });
  }
};

// Root, list, commentary and four reports with their charts. Own time is that of the processor; the other goes by from the tick
// that finds it due to the last reply, with the local Slack's share.
const measureOne = (runs) => withBot([], async (slack, bot) => {
  const own = [], all = [];
  for (let i = 0; i <= runs; i++) {
    const before = cpuMs(bot), begun = performance.now();
    subscribe(slack, `one${i}`, channels.finops, '', '2026-11-23');
    await waitFor('the digest', () => posted(slack) > i, 60000);
    if (i > 0) { // the first one warms fonts and snapshot
      own.push(cpuMs(bot) - before);
      all.push(performance.now() - begun);
    }
  }
  figure('one digest with its reports: time of the processor', own, 'ms', 1500);
  figure('  due to last reply, with the local Slack', all, 'ms');
});

// Quiet ones, so that each is one message: what is measured is the queue at Slack's gate, one message a second in a channel.
const measureMany = () => withBot(['--rate-limits'], async (slack, bot) => {
  const rooms = [channels.finops, channels.data, channels.room], begun = performance.now();
  state(slack, `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY - 1})
    INSERT INTO subscription (sub_id, owner_id, channel, digest_id, schedule, zone, words, status, next_day, next_ms, created_ms)
    SELECT printf('m%03d', i), ?, json_extract(?, '$[' || (i % ${rooms.length}) || ']'), 'weekly', 'weekly mon 08:00', 'UTC', 'tag:team=marketing', 'active', ?, ?, 0 FROM n`,
  people.alice, JSON.stringify(rooms), day('2026-10-12'), Date.now() - 1000);
  await waitFor('all digests', () => posted(slack) === MANY, 600000);
  const seconds = (performance.now() - begun) / 1000, slots = state(slack, 'SELECT sub_id, channel, ts FROM slot ORDER BY sub_id');
  let there = 0, overtaken = 0;
  for (const room of rooms) {
    const roots = (await slack.messages(room)).filter((m) => m.text.startsWith('Digest '));
    there += new Set(roots.map((m) => m.ts)).size;
    if (roots.length !== new Set(slots.filter((s) => s.channel === room).map((s) => s.ts)).size) throw new Error(`${roots.length} digests in ${room}`);
    const ts = slots.filter((s) => s.channel === room).map((s) => Number(s.ts));
    overtaken += ts.filter((t, i) => i > 0 && t < ts[i - 1]).length;
  }
  if (there !== MANY) throw new Error(`${there} of ${MANY} digests arrived`);
  figure(`${MANY} digests due in one minute, ${rooms.length} channels: all posted`, [seconds], 's', Math.ceil(2 * MANY / rooms.length));
  figure('  lost or twice', [MANY - there], 'msg', 0);
  figure('  posted before one that comes first by its id', [overtaken], 'msg');
  figure('  429 answers', [(bot.log().match(/digest\.waits/g) ?? []).length], 'waits');
});

export const measureDigests = (runs) => async () => {
  await measureOne(runs);
  await measureMany();
};
