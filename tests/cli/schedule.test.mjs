// When a digest is due, at the command line; against Python's zoneinfo in tests/unit/test_schedule.c.
import test from 'node:test';
import assert from 'node:assert/strict';
import { run } from '../harness/drc.mjs';

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
