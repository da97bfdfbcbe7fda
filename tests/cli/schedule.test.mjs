// When a digest is due: against Python's zoneinfo over 24 years, and what people may write.
import test from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from '../harness/drc.mjs';

// Both halves of the year with daylight saving, odd offsets, zones that changed their rules or left out a day, -11 to +14.
const zones = ['UTC', 'Europe/Berlin', 'Europe/London', 'Europe/Lisbon', 'Europe/Istanbul', 'Europe/Moscow', 'Europe/Dublin',
  'Europe/Kyiv', 'America/New_York', 'America/Chicago', 'America/Denver', 'America/Phoenix', 'America/Los_Angeles',
  'America/Anchorage', 'America/Halifax', 'America/St_Johns', 'America/Sao_Paulo', 'America/Santiago', 'America/Caracas',
  'America/Havana', 'America/Asuncion', 'America/Mexico_City', 'Africa/Cairo', 'Africa/Casablanca', 'Africa/Johannesburg',
  'Asia/Kolkata', 'Asia/Kathmandu', 'Asia/Tehran', 'Asia/Gaza', 'Asia/Tokyo', 'Asia/Pyongyang', 'Asia/Shanghai', 'Asia/Amman',
  'Australia/Sydney', 'Australia/Lord_Howe', 'Australia/Adelaide', 'Pacific/Auckland', 'Pacific/Chatham', 'Pacific/Apia',
  'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Antarctica/Troll'];
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const first = '2007-01-01', last = '2031-01-01';

const python = (jobs) => {
  const r = spawnSync('python3', [join(root, 'tests/cli/schedule.py')],
    { input: jobs.map((j) => `${j.join('\t')}\n`).join(''), encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(r.status, 0, r.stderr);
  return r.stdout.split('\n\n').slice(0, jobs.length).map((s) => s.trim().split('\n'));
};
const ours = (words, zone, count) => {
  const r = run(['schedule', 'next', words, '--zone', zone, '--from', first, '--count', String(count)]);
  assert.equal(r.status, 0, r.stderr);
  return r.stdout.trim().split('\n').map((l) => l.split(' ').slice(0, 2).join(' '));
};

test('24 years, 42 zones, all weekdays, four times of day: the same slots as zoneinfo', () => {
  const jobs = [], times = ['08:00', '02:30', '00:15', '23:45'];
  zones.forEach((zone, z) => weekdays.forEach((day, d) => {
    for (const time of d === 6 ? ['02:30', '00:15'] : [times[(z + d) % 4]]) jobs.push([zone, 'weekly', d, time, first, last]);
  }));
  const expected = python(jobs);
  let compared = 0;
  jobs.forEach(([zone, , d, time], i) => {
    assert.deepEqual(ours(`weekly ${weekdays[d]} ${time}`, zone, expected[i].length), expected[i], `${zone} ${weekdays[d]} ${time}`);
    compared += expected[i].length;
  });
  assert.ok(compared > 42 * 7 * 520, `${compared} slots`);
});

test('months: ends, leap days, both edges of daylight saving', () => {
  const jobs = ['UTC', 'Europe/Berlin', 'Pacific/Apia', 'America/Havana'].flatMap((zone) =>
    [1, 15, 29, 30, 31].map((d) => [zone, 'monthly', d, '00:30', first, last]));
  const expected = python(jobs);
  jobs.forEach(([zone, , d, time], i) =>
    assert.deepEqual(ours(`monthly ${d === 31 ? 'last' : d} ${time}`, zone, expected[i].length), expected[i], `${zone} ${d}`));
});

test('the hour that does not come, and the hour that comes twice', () => {
  const at = (day) => run(['schedule', 'next', 'daily 02:30', '--zone', 'Europe/Berlin', '--from', day, '--count', '1']).stdout;
  assert.equal(at('2026-03-29'), '2026-03-29 2026-03-29T01:30:00.000Z +7200\n'); // 03:30, an hour after 01:30
  assert.equal(at('2026-10-25'), '2026-10-25 2026-10-25T00:30:00.000Z +7200\n'); // the first 02:30
});

test('what cannot be read is refused with an example', () => {
  const refused = (words, zone = 'UTC') => {
    const r = run(['schedule', 'next', words, '--zone', zone]);
    assert.equal(r.status, 2, `${words} ${zone}`);
    return r.stderr;
  };
  for (const words of ['', 'weekly', 'weekly 08:00', 'weekly someday 08:00', 'daily 24:00', 'daily 8:00', 'daily 08:60', 'monthly 0 08:00',
    'monthly 32 08:00', 'weekly mon 08:00 extra', 'yearly 08:00', 'x'.repeat(5000)])
    assert.match(refused(words), /is no schedule: write for example 'weekly mon 08:00'/, words);
  assert.match(refused('daily 08:00', 'berlin'), /Did you mean `Europe\/Berlin`\?/);
  assert.match(refused('daily 08:00', 'Europe\/Berln'), /Did you mean `Europe\/Berlin`\?/);
  for (const zone of ['../../etc/passwd', '/etc/passwd', 'Europe', 'tzdata.zi', '', 'x'.repeat(300), 'Europe/Berlin/'])
    assert.match(refused('daily 08:00', zone), /there is no time zone/, zone);
});
