// Digests sent from the command line at an instant of the test's choosing: in zones from -11 to +14 against plain SQL, with billing that
// comes late, with a model's wording; what `drc schedule list` and `run` say.
import test from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';
import { Bot, Slack, binary, channels, facts, people, root, run, text, waitFor, withSlack } from '../harness/drc.mjs';

const once = { skip: process.env.DRC_SLOW !== undefined };
const dayMs = 86400000, day = (iso) => Date.parse(`${iso}T00:00:00Z`) / dayMs, iso = (d) => new Date(d * dayMs).toISOString().slice(0, 10);
const env = (slack, more = {}) => ({ SLACK_API_URL: `${slack.url}/api/`, SLACK_BOT_TOKEN: 'xoxb-local-drc', DRC_FACTS_DB: facts(), DRC_STATE_DB: slack.path('state.db'), ...more });
const drc = (slack, args, more) => run(args, { env: env(slack, more) });
// The same beside other work: the local Slack must be able to answer this process meanwhile.
const send = (slack, args, more = {}) => new Promise((ok) => {
  const p = spawn(binary, ['schedule', 'run', ...args], { env: { PATH: process.env.PATH, DRC_HOME: root, DRC_NO_DOTENV: '1', DRC_INDEX_DIR: join(root, 'build/test/no-index'), ...env(slack, more) } });
  let stdout = '', stderr = '';
  p.stdout.on('data', (d) => { stdout += d; });
  p.stderr.on('data', (d) => { stderr += d; });
  p.on('exit', (status) => ok({ status, stdout, stderr }));
});
const withState = (slack, body) => { const db = new DatabaseSync(slack.path('state.db')); db.exec('PRAGMA busy_timeout = 10000'); try { return body(db); } finally { db.close(); } };
const subscribe = (slack, s) => withState(slack, (db) => db.prepare(`INSERT INTO subscription (sub_id, owner_id, channel, digest_id, schedule, zone, words, status, next_day, next_ms, created_ms)
  VALUES (?, ?, ?, 'weekly', ?, ?, ?, 'active', ?, ?, 0)`).run(s.id, people.alice, s.channel ?? channels.finops, s.schedule, s.zone ?? 'UTC', s.words ?? '', s.day, s.ms));
const withSlackOnly = async (body) => {
  const slack = new Slack();
  await slack.start();
  try {
    assert.equal(drc(slack, ['usage']).status, 0); // makes the state
    await body(slack);
  } finally {
    await slack.stop();
    rmSync(slack.dir, { recursive: true, force: true });
  }
};
const roots = async (slack) => (await slack.messages(channels.finops)).filter((m) => m.text.startsWith('Digest ') && !m.is_ephemeral);
const usd = (micro) => (Math.abs(micro) < 99.995e6 ? `$${(micro / 1e6).toFixed(2)}` : `$${Math.round(micro / 1e6).toLocaleString('en-US')}`);
const reader = (db) => { const d = new DatabaseSync(db, { readOnly: true }); return { n: (sql, ...a) => d.prepare(sql).get(...a).n, close: () => d.close() }; };
const costSql = `SELECT (SELECT coalesce(sum(cost_uusd), 0) FROM compute_usage WHERE usage_date BETWEEN ?1 AND ?2)
  + (SELECT coalesce(sum(vm_uusd), 0) FROM node_usage WHERE usage_date BETWEEN ?1 AND ?2) AS n`;

// The instant at which a zone's clocks show a time, by the runtime's own tables.
const wall = (zone, ms) => new Date(ms).toLocaleString('sv-SE', { timeZone: zone }).slice(0, 16);
const instantOf = (zone, date, time) => {
  const at = Date.parse(`${date}T${time}Z`);
  for (let off = -14 * 4; off <= 14 * 4; off++) if (wall(zone, at - off * 900000) === `${date} ${time}`) return at - off * 900000;
  throw new Error(`${zone} has no ${date} ${time}`);
};

test('zones from -11 to +14: each figure of whole digests against plain SQL over the days of its calendar', once, async () => {
  const zones = [['Pacific/Pago_Pago', '23:30'], ['America/New_York', '21:15'], ['UTC', '00:00'], ['Asia/Kolkata', '04:45'], ['Australia/Lord_Howe', '06:00'], ['Pacific/Kiritimati', '00:30']];
  await withSlackOnly(async (slack) => {
    const wanted = zones.flatMap(([zone, time], i) => [[`d${i}`, `daily ${time}`, 1], ...(i === 5 ? [[`w${i}`, `weekly wed ${time}`, 7]] : [])].map(([id, schedule, days]) => {
      const ms = instantOf(zone, '2026-11-18', time); // a Wednesday there; in UTC it is Tuesday, Wednesday or Thursday
      subscribe(slack, { id, schedule, zone, day: day('2026-11-18'), ms });
      return { id, zone, ms, first: iso(day('2026-11-18') - days), last: '2026-11-17', before: [iso(day('2026-11-18') - 2 * days), iso(day('2026-11-18') - days - 1)] };
    }));
    assert.ok(new Set(wanted.map((w) => new Date(w.ms).getUTCDate())).size >= 2, 'the instants lie on more than one UTC day');
    const r = await send(slack, ['--as-of', `${new Date(Math.max(...wanted.map((w) => w.ms))).toISOString().slice(0, 16)}Z`], { DIGEST_LATE_HOURS: '48' });
    assert.equal(r.status, 0, r.stdout + r.stderr);
    const found = await roots(slack), db = reader(facts()), reports = {};
    for (const w of wanted) {
      const ts = withState(slack, (s) => s.prepare('SELECT ts FROM slot WHERE sub_id = ? AND slot_day = ?').get(w.id, day('2026-11-18')).ts);
      const message = found.find((m) => m.ts === ts), figure = (label) => message.blocks.find((b) => b.block_id === 'figures').fields.map((f) => f.text).find((t) => t.includes(label)).split('\n').slice(1).join('\n');
      const total = db.n(costSql, w.first, w.last), before = db.n(costSql, ...w.before), month = db.n(costSql, '2026-11-01', w.last);
      const dbu = db.n('SELECT sum(cost_uusd) AS n FROM compute_usage WHERE usage_date BETWEEN ? AND ?', w.first, w.last);
      const budget = db.n("SELECT sum(amount_uusd) AS n FROM budget WHERE month = '2026-11' AND department IS NULL");
      assert.equal(figure('Total'), usd(total), `${w.id} ${w.zone}`);
      assert.equal(figure('Of which'), `${usd(dbu)} DBU, ${usd(total - dbu)} VM estimate`, w.zone);
      assert.ok(figure('Change').startsWith(`${total < before ? '-' : '+'}${usd(Math.abs(total - before))} (`), `${w.zone}: ${figure('Change')} for ${(total - before) / 1e6}`);
      assert.ok(figure('Budget').startsWith(`${Math.round(month / budget * 100)} % of ${usd(budget)} used after 17 of 30 days`), `${w.zone}: ${figure('Budget')}`);
      assert.ok(message.blocks.find((b) => b.type === 'image').alt_text.includes(`Month so far ${usd(month)}`), w.zone);
      const thread = (await slack.messages(channels.finops, people.alice, ts)).filter((m) => m.ts !== ts);
      const jobs = db.n(`SELECT (SELECT sum(cost_uusd) FROM compute_usage WHERE job_id IS NOT NULL AND usage_date BETWEEN ?1 AND ?2)
        + (SELECT coalesce(sum(vm_uusd), 0) FROM node_usage WHERE job_id IS NOT NULL AND usage_date BETWEEN ?1 AND ?2) AS n`, w.first, w.last);
      const section = thread.find((m) => m.text.startsWith('Job cost')), says = /\$([\d,]+)/.exec(section.text)[1];
      const days = String(day(w.last) - day(w.first) + 1);
      const report = (id) => (reports[`${id} ${days}`] ??= JSON.parse(drc(slack, ['report', id, `${days}d`, `as-of:${w.last}`, '--json']).stdout));
      const sum = (id, column) => { const j = report(id), at = j.columns.findIndex((c) => c.name === column); return j.rows.reduce((n, row) => n + row[at], 0); };
      assert.equal(`$${says}`, usd(sum('job-cost', 'total_uusd')), `${w.zone}: the section is the report`);
      assert.ok(Number(says.replaceAll(',', '')) * 1e6 >= jobs - 1e6, 'and holds at least what is billed to jobs');
      assert.equal(figure('Total'), usd(sum('compute-type', 'total_uusd')), `${w.zone}: the total is the report's`);
    }
    db.close();
  });
});

// The estate again, in which a day of the past was billed half as much again, days later.
const lateBilling = (dir) => {
  const home = join(dir, 'home'), out = join(dir, 'late.db');
  mkdirSync(home);
  for (const d of ['sql', 'prompts', 'charts', 'corpus']) cpSync(join(root, d), join(home, d), { recursive: true });
  for (const f of readdirSync(join(home, 'sql/checks'))) if (f !== 'corrections-have-originals.sql') rmSync(join(home, 'sql/checks', f));
  const columns = 'compute_usage_id, workspace_id, parent_id, parent_type, product, job_id, compute_sku, start_ms, end_ms, usage_date, uusd_per_dbu, cluster_id, cluster_instance_type, cpu_permille, memory_mb, peak_concurrent_users, is_production';
  const correct = (type, udbu, cost) => `INSERT OR IGNORE INTO compute_usage (${columns}, record_type, ingestion_date, udbu, cost_uusd)
    SELECT ${columns}, '${type}', '2026-11-12', ${udbu}, ${cost} FROM compute_usage AS u
    WHERE u.usage_date = '2026-11-04' AND u.record_type = 'ORIGINAL' AND u.product = 'SQL' AND u.usage_date IN (SELECT usage_date FROM touched_day);\n`;
  const file = join(home, 'sql/rollups.sql');
  writeFileSync(file, correct('RETRACTION', '-u.udbu', '-u.cost_uusd') + correct('RESTATEMENT', 'u.udbu * 3 / 2', 'u.cost_uusd * 3 / 2') + readFileSync(file, 'utf8'));
  const r = run(['db', 'build', '--out', out], { env: { DRC_HOME: home } });
  assert.equal(r.status, 0, r.stderr);
  return out;
};

test('late billing: the next digest says from what to what, once; an edit of the filters is none', once, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'drc-late-'));
  try {
    const late = lateBilling(dir);
    await withSlackOnly(async (slack) => {
      subscribe(slack, { id: 'plain', schedule: 'weekly mon 08:00', day: day('2026-11-09'), ms: Date.parse('2026-11-09T08:00Z') });
      subscribe(slack, { id: 'edited', schedule: 'weekly mon 08:00', day: day('2026-11-09'), ms: Date.parse('2026-11-09T08:00Z') });
      const week = async (monday, db) => {
        const known = (await roots(slack)).length, r = await send(slack, ['--as-of', `${monday}T08:05Z`], { DRC_FACTS_DB: db });
        assert.equal(r.status, 0, r.stdout + r.stderr);
        const sent = (await roots(slack)).slice(known), of = (id) => sent.find((m) => m.ts === withState(slack, (s) => s.prepare('SELECT ts FROM slot WHERE sub_id = ? AND slot_day = ?').get(id, day(monday)).ts));
        assert.equal(sent.length, 2);
        return [text(of('plain')), text(of('edited'))];
      };
      for (const t of await week('2026-11-09', facts())) assert.doesNotMatch(t, /Late billing/);
      withState(slack, (s) => s.exec("UPDATE subscription SET words = 'workspace:prod-eu' WHERE sub_id = 'edited'"));
      const before = reader(facts()), after = reader(late);
      const was = before.n(costSql, '2026-11-02', '2026-11-08'), is = after.n(costSql, '2026-11-02', '2026-11-08');
      assert.ok(is - was > 10e6, `${(is - was) / 1e6} dollars more`);
      const [plain, edited] = await week('2026-11-16', late);
      assert.ok(plain.includes(`Late billing changed the total of 2–8 Nov 2026 from ${usd(was)} to ${usd(is)}.`), plain.slice(0, 600));
      assert.doesNotMatch(edited, /Late billing/);
      for (const t of await week('2026-11-23', late)) assert.doesNotMatch(t, /Late billing/);
      before.close();
      after.close();
    });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('schedule list and run: what they print, exit status, refused beside a running bot', once, async () => {
  await withSlackOnly(async (slack) => {
    const say = (...args) => drc(slack, ['schedule', ...args]);
    assert.match(say('list').stdout, /^No subscriptions/);
    assert.equal((await send(slack, [])).stdout, '0 posted, 0 waiting, 0 not sent\n');
    const ms = Date.parse('2026-11-23T07:00Z');
    subscribe(slack, { id: 'goodone', schedule: 'weekly mon 08:00', zone: 'Europe/Berlin', words: 'workspace:prod-eu', day: day('2026-11-23'), ms });
    assert.match(say('list').stdout, /^goodone active {2}2026-11-23T08:00\+01:00 2026-11-23T07:00Z {2}weekly, weekly mon 08:00, Europe\/Berlin, to C0FINOPS1, workspace:prod-eu\n$/);
    assert.equal((await send(slack, ['--as-of', '2026-11-23T06:59Z'])).stdout, '0 posted, 0 waiting, 0 not sent\n');
    const sent = await send(slack, ['--as-of', '2026-11-23T07:00:30Z']);
    assert.equal(sent.status, 0, sent.stderr);
    assert.match(sent.stdout, /^goodone 2026-11-23 posted to C0FINOPS1 as \d+\.\d+\n1 posted, 0 waiting, 0 not sent\n$/);
    assert.equal((await send(slack, ['--as-of', '2026-11-23T07:00:30Z'])).stdout, '0 posted, 0 waiting, 0 not sent\n');
    assert.equal((await roots(slack)).length, 1);
    assert.match(say('list').stdout, /^goodone active {2}2026-11-30T08:00\+01:00 /);
    subscribe(slack, { id: 'waits', schedule: 'daily 08:00', day: day('2026-11-24'), ms: Date.parse('2026-11-24T08:00Z') });
    const waiting = await send(slack, ['--as-of', '2026-11-24T08:00Z']);
    assert.equal(waiting.status, 6);
    assert.match(waiting.stdout, /^waits 2026-11-24 waits until 2026-11-24T08:10Z: the data was complete to 22 Nov 2026 only\n/);
    assert.match(say('list').stdout, /\n {8}slot of 2026-11-24: due, next try 2026-11-24T08:10Z: the data was complete/);
    withState(slack, (s) => s.exec("UPDATE subscription SET status = 'ended' WHERE sub_id = 'waits'"));
    subscribe(slack, { id: 'gone', schedule: 'daily 08:00', channel: 'C0NOWHERE', day: day('2026-11-23'), ms: Date.parse('2026-11-23T08:00Z') });
    const failed = await send(slack, ['--as-of', '2026-11-23T08:00Z']);
    assert.equal(failed.status, 3);
    assert.match(failed.stdout, /^gone 2026-11-23 failed: Slack does not show me that channel; type \/invite @drc there\n/);
    assert.match(say('list').stdout, /^gone {4}paused {2}- +- +weekly, daily 08:00, UTC, to C0NOWHERE: Slack does not show me that channel/m);
    const told = (await slack.messages(channels.dmAlice)).find((m) => /was not sent/.test(m.text));
    assert.match(text(told), /It is paused; `\/drc digest resume gone` sets it going again/);
    for (const [args, more, status, why] of [[['--as-of', 'monday'], {}, 2, /--as-of takes an instant/], [['--as-of', '2199-01-01T00:00Z'], {}, 2, /in the future/],
      [[], { SLACK_BOT_TOKEN: 'xoxb-wrong' }, 5, /invalid_auth/], [[], { SLACK_BOT_TOKEN: undefined }, 4, /SLACK_BOT_TOKEN is not set/]]) {
      const r = await send(slack, args, more);
      assert.equal(r.status, status, r.stderr);
      assert.match(r.stderr, why);
    }
    const bot = new Bot(slack);
    await bot.start();
    try {
      const beside = await send(slack, []);
      assert.equal(beside.status, 4);
      assert.match(beside.stderr, /another drc holds/);
    } finally {
      await bot.stop();
    }
  });
});

test('wording: the template stands first; checked text of a model takes its place, refused text does not', once, async () => {
  let play = 'good', prompts = [];
  const endpoint = createServer((req, res) => {
    let body = '';
    req.on('data', (d) => { body += d; });
    req.on('end', () => {
      const prompt = JSON.parse(body).messages.map((m) => m.content).join('\n');
      prompts.push(prompt);
      const content = play === 'good' ? `The total cost was ${/\$[\d,]+(\.\d+)?/.exec(prompt)[0]} in this window.` : 'The total cost was $987,654 in this window.';
      res.setHeader('content-type', 'application/json');
      res.end(JSON.stringify({ choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }] }));
    });
  });
  await new Promise((ok) => endpoint.listen(0, '127.0.0.1', ok));
  try {
    await withSlack({ env: { DIGEST_TICK_MS: '200', LLM_PROVIDER: 'openai', LLM_MODEL: 'test-model', LLM_API_KEY: 'sk-x', LLM_BASE_URL: `http://127.0.0.1:${endpoint.address().port}/v1` } }, async (slack) => {
      const commentary = async (id, last) => {
        subscribe(slack, { id, schedule: 'weekly mon 08:00', day: day(last), ms: Date.now() - 1000 });
        return waitFor('the wording', async () => {
          const ts = withState(slack, (s) => s.prepare("SELECT ts FROM slot WHERE sub_id = ? AND status = 'posted' AND care = ''").get(id)?.ts);
          return ts === undefined ? null : (await slack.messages(channels.finops, people.alice, ts)).find((m) => m.text.startsWith('Whole report: Explain'));
        }, 40000);
      };
      const good = await commentary('good', '2026-11-23');
      assert.match(text(good), /AI commentary\*\nThe total cost was \$/);
      assert.match(text(good), /Written by AI \(test-model\), 1 of 1 figure traced/);
      assert.doesNotMatch(JSON.stringify(good.blocks), new RegExp(people.alice), 'nobody is mentioned');
      assert.ok(good.edited, 'the template stood before');
      play = 'bad';
      const bad = await commentary('bad', '2026-11-16');
      assert.doesNotMatch(text(bad), /cost was \$987,654/);
      assert.match(text(bad), /Commentary by template, AI commentary withheld/);
      assert.ok(prompts.length >= 3, 'one mend of the refused text was asked for');
      for (const m of await roots(slack)) assert.match(text(m), /no AI in this message/);
    });
  } finally {
    endpoint.closeAllConnections();
    endpoint.close();
  }
});

test('items in the thread: asked about, taken and dismissed by menu, known to the next digest', once, async () => {
  await withSlack({ env: { DIGEST_TICK_MS: '200' } }, async (slack) => {
    const digest = async (iso, n) => {
      withState(slack, (s) => s.prepare('UPDATE subscription SET next_day = ?, next_ms = ?').run(day(iso), Date.now() - 1000));
      await waitFor('the digest', () => withState(slack, (s) => s.prepare("SELECT count(*) AS n FROM slot WHERE status = 'posted'").get().n >= n), 40000);
      const m = (await roots(slack)).at(-1);
      return { root: m, more: (await slack.messages(channels.finops, people.bob, m.ts)).find((x) => /more that need a decision/.test(x.text)) };
    };
    subscribe(slack, { id: 'items', schedule: 'weekly mon 08:00', day: 0, ms: 4e15 });
    const { root: first, more } = await digest('2026-11-22', 1);
    let nth = 0;
    const listed = Number(/the dearest 3; (\d+) more in the thread/.exec(text(first))[1]);
    assert.doesNotMatch(text(first), /clocks/, 'a slot that is not of its schedule says nothing of clocks');
    assert.match(text(more), /4\.\* .*at stake:.*\nOwner .*open \d+ days · new in this digest\n/);
    const options = more.blocks.flatMap((b) => b.elements ?? []).find((e) => e.action_id === 'digest:take').options.map((o) => /^\d\. (\w+)/.exec(o.text.text)[1]);
    assert.equal(options.length, listed);
    const reply = (word) => waitFor(`a reply with ${word}`, async () => (await slack.messages(channels.finops, people.bob, first.ts)).find((m) => text(m).match(word)), 20000);
    await slack.click(people.bob, channels.finops, more, 'more:chips', (o) => /^4\. /.test(o.text.text));
    await reply(new RegExp(`${options[0]}[^]*Evidence`));
    await slack.click(people.bob, channels.finops, more, 'digest:take', (o) => /^4\. /.test(o.text.text));
    await reply(new RegExp(`takes .*${options[0]}`));
    await slack.click(people.bob, channels.finops, more, 'digest:dismiss', (o) => /^\d+ growth$/.test(o.value) && ++nth === 2);
    await reply(/not an issue \(growth\)/);
    const next = await digest('2026-11-23', 2); // a day later: most of it is still there
    const all = text(next.root) + text(next.more ?? { text: '', blocks: [] });
    assert.match(all, new RegExp(`${options[0]}.*\n.*was in the digest before · taken by <@${people.bob}>`));
    assert.match(all, /1 left out as not an issue/);
    assert.ok(all.match(/was in the digest before/g).length >= 3, all);
  });
});
