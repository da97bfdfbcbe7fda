// kill -9 of the bot at random moments during 200 commands and clicks. Each acked one has exactly one answer; one that was not
// acked shows operation_timeout (or dispatch_failed while no socket is there) and has at most one.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { Bot, Slack, channels, people, sleep, waitFor } from '../harness/drc.mjs';

const DEEDS = Number(process.env.DRC_KILL_DEEDS ?? 200);
// A small generator with a printed seed: a failure can be run again.
const seed = Number(process.env.DRC_KILL_SEED ?? Date.now() % 100000);
let state = seed + 1;
const random = () => { state = (Math.imul(state, 1103515245) + 12345) >>> 0; return (state >>> 8) / 16777216; };

test(`no deed is lost or answered twice (seed ${seed})`, { timeout: 400000 }, async () => {
  const slack = new Slack({ fileDelayMs: 0 });
  await slack.start();
  let bot = new Bot(slack);
  try {
    await bot.start();
    const users = Object.values(people);
    const rooms = [channels.finops, channels.data, channels.room];
    // A report to click on, per room.
    const roots = {};
    for (const room of rooms) {
      await slack.say(people.alice, room, '/drc report job-cost top:5');
      roots[room] = await waitFor('a first report', async () => (await slack.messages(room)).find((m) => m.text.startsWith('Job cost')));
    }
    const before = Object.fromEntries(await Promise.all(rooms.map(async (r) => [r, (await slack.messages(r)).length])));
    const deeds = [];
    let killing = true, kills = 0;
    const killer = (async () => {
      while (killing) {
        await sleep(150 + random() * 900);
        if (!killing) break;
        await bot.kill();
        kills++;
        await sleep(random() * 120);
        bot = new Bot(slack);
        await bot.start({ wait: random() < 0.7 });
      }
    })();
    const chips = ['job.explain', 'job.what-changed', 'job.cut-cost', 'job.why-failing', 'job.drivers', 'job.what-to-watch'];
    const picker = roots[rooms[0]].blocks.find((b) => b.block_id === 'picker').elements[0];
    const jobs = picker.options.slice(1);
    for (let i = 0; i < DEEDS; i++) {
      const room = rooms[i % rooms.length], user = users[i % users.length];
      if (i % 2 === 0) {
        const day = 10 + (i % 300); // a window of its own marks each command
        deeds.push(slack.say(user, room, `/drc report job-cost ${day}d top:3`).then((r) => ({ kind: 'report', room, day, i, ...r })));
      } else {
        // A click on a card's chip: value and message as the page would send them; every (job, chip) pair once in a room.
        const n = Math.floor(i / 2 / rooms.length);
        const job = jobs[n % jobs.length], chip = chips[Math.floor(n / jobs.length + n) % chips.length];
        const root = roots[room];
        const run = root.blocks.find((b) => b.block_id === 'picker').elements[0].options[1].value.split(' ')[0];
        const value = `${run} ${job.value.split(' ')[1]}`;
        deeds.push(slack.act(user, { type: 'action', container: { type: 'message', channel: room, ts: root.ts }, block_id: 'chips',
          action: { type: 'button', action_id: `chip:${chip}`, value }, state: {} })
          .then((r) => ({ kind: 'chip', room, value, chip, user, i, ...r })));
      }
      await sleep(20 + random() * 60);
    }
    const results = await Promise.all(deeds);
    killing = false;
    await killer;
    if (bot.process.exitCode !== null || bot.process.signalCode !== null) { bot = new Bot(slack); await bot.start(); }
    // Quiet: nothing is running any more.
    await waitFor('the backlog', async () => {
      const count = async () => (await Promise.all(rooms.map(async (r) => (await slack.messages(r)).length + (await slack.messages(r, people.alice, roots[r].ts)).length))).join();
      const a = await count(); await sleep(1500); return a === await count();
    }, 60000);

    const top = {}, threads = {};
    for (const room of rooms) {
      top[room] = (await slack.messages(room)).filter((m) => !m.is_ephemeral).slice(0);
      threads[room] = (await slack.messages(room, people.alice, roots[room].ts)).filter((m) => !m.is_ephemeral);
    }
    const tally = { ok: 0, operation_timeout: 0, dispatch_failed: 0, answered_unacked: 0 };
    const wrong = [];
    const ids = new Map();
    for (const room of rooms) for (const m of [...top[room], ...threads[room].slice(1)]) {
      const id = m.metadata?.event_payload?.id;
      if (id) ids.set(id, (ids.get(id) ?? 0) + 1);
    }
    for (const [id, n] of ids) if (n > 1) wrong.push(`${n} messages with the metadata id ${id}`);
    for (const d of results) {
      tally[d.outcome] = (tally[d.outcome] ?? 0) + 1;
      let n;
      if (d.kind === 'report') {
        // The window's length is in the message as its dates; the title is unique per window.
        const title = titleOf(d.day);
        n = top[d.room].filter((m) => m.blocks?.[0]?.text?.text === title).length;
        const same = results.filter((o) => o.kind === 'report' && o.room === d.room && o.day === d.day).length;
        if (same > 1) continue;
      } else {
        n = threads[d.room].filter((m) => answers(m, d)).length;
      }
      if (d.outcome === 'ok' && n !== 1) wrong.push(`deed ${d.i} (${d.kind}) was acked and has ${n} answers`);
      if (d.outcome !== 'ok' && n > 1) wrong.push(`deed ${d.i} (${d.kind}) was not acked and has ${n} answers`);
      if (d.outcome !== 'ok' && n === 1) tally.answered_unacked++;
    }
    console.log(`deeds ${results.length}, kills ${kills}, outcomes ${JSON.stringify(tally)}`);
    assert.ok(kills >= Math.min(5, DEEDS / 20), `only ${kills} kills: the test did not test`);
    assert.ok(tally.ok > DEEDS / 4, 'most deeds should be acked');
    assert.deepEqual(wrong, []);

    function answers(m, d) {
      const label = jobs.find((j) => d.value.endsWith(j.value.split(' ')[1])).text.text;
      const question = { 'job.explain': 'What is this job', 'job.what-changed': 'What changed', 'job.cut-cost': 'become cheaper',
        'job.why-failing': 'Why do attempts', 'job.drivers': 'What drives', 'job.what-to-watch': 'Which figures' }[d.chip];
      const head = m.blocks?.find((b) => b.block_id === 'title')?.text?.text ?? '';
      return head.includes(question) && head.includes(`\`${label.replace(/`/g, "'").replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')}\``);
    }
    function titleOf(days) {
      const end = Date.UTC(2026, 10, 22), start = new Date(end - (days - 1) * 86400000), last = new Date(end);
      const mon = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
      const y = (d) => d.getUTCFullYear(), m = (d) => d.getUTCMonth(), s = (d) => `${d.getUTCDate()} ${mon[m(d)]}`;
      if (y(start) !== y(last)) return `Job cost, ${s(start)} ${y(start)}–${s(last)} ${y(last)}`;
      if (m(start) !== m(last)) return `Job cost, ${s(start)}–${s(last)} ${y(last)}`;
      return `Job cost, ${start.getUTCDate()}–${s(last)} ${y(last)}`;
    }
  } finally {
    if (bot.process && bot.process.exitCode === null && bot.process.signalCode === null) await bot.stop();
    await slack.stop();
    rmSync(slack.dir, { recursive: true, force: true });
  }
});
