// One bot works through many requests. Each is answered, and after the first tenth memory grows by 2 MB at most and the
// number of open files by one for each worker.
import { readdirSync } from 'node:fs';
import { channels, people, sleep, waitFor, withSlack } from '../harness/drc.mjs';

// Few workers, and more requests at once: all of them are at work in the first tenth already.
const REPORTS = Number(process.env.DRC_SOAK_REPORTS ?? 2000), WORKERS = 4, AT_ONCE = 8, GROWTH_KB = 2048;
const rooms = [channels.finops, channels.data, channels.room];
const openFiles = (bot) => readdirSync(`/proc/${bot.process.pid}/fd`).length;

await withSlack({ env: { WORKERS: String(WORKERS) } }, async (slack, bot) => {
  const posted = async () => (await slack.admin('GET', '/admin/state')).requests['chat.postMessage'] ?? 0;
  const batch = async (from, n) => {
    const before = await posted();
    let done = before;
    for (let i = 0; i < n; i++) {
      if (i - (done - before) >= AT_ONCE) await waitFor('a free place', async () => { done = await posted(); return i - (done - before) < AT_ONCE; }, 30000);
      const r = await slack.say(people.alice, rooms[i % 3], `/drc report job-cost ${7 + ((from + i) % 60)}d top:${3 + ((from + i) % 12)}`);
      if (r.outcome !== 'ok') throw new Error(`request ${from + i} ended as ${r.outcome}`);
      await slack.say(people.bob, rooms[i % 3], '/drc reports');
    }
    await waitFor('the answers', async () => await posted() - before === n, 30000);
    await sleep(2500); // the bot gives memory back a second after its last request
    console.log(`${from + n} of ${REPORTS} reports: ${bot.rssKb()} kB resident, ${openFiles(bot)} files open`);
    return { kb: bot.rssKb(), files: openFiles(bot) };
  };
  const size = Math.ceil(REPORTS / 10), first = await batch(0, size);
  let last = first;
  for (let from = size; from < REPORTS; from += size) {
    await slack.admin('POST', '/admin/reset', {}); // the local Slack's own memory is not the subject
    last = await batch(from, Math.min(size, REPORTS - from));
  }
  const grown = last.kb - first.kb, failed = grown > GROWTH_KB || last.files > first.files + WORKERS;
  console.log(`soak: ${failed ? 0 : 1} passed, ${failed ? 1 : 0} failed (${grown} kB and ${last.files - first.files} files more than after the first tenth)`);
  if (failed) process.exitCode = 1;
});
