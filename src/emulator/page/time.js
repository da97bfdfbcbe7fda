// Times as people read them, in the browser's own time zone. A ts is Slack's "<seconds>.<micros>" string.

export const tsDate = (ts) => new Date(Number(String(ts).split('.')[0]) * 1000);

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const clockSecs = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const longDay = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
const longDayYear = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
const month = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
const shortDate = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

export const timeOf = (ts) => clock.format(tsDate(ts));
export const fullTime = (ts) => `${month.format(tsDate(ts))} at ${clockSecs.format(tsDate(ts))}`;

// A key that is equal for two ts of one day.
export function dayKey(ts) {
  const d = tsDate(ts);
  return `${d.getFullYear()}-${d.getMonth() + 1}-${d.getDate()}`;
}

function daysAgo(date) {
  const midnight = (d) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  return Math.round((midnight(new Date()) - midnight(date)) / 86400000);
}

export function dayName(ts) {
  const date = tsDate(ts);
  const ago = daysAgo(date);
  if (ago === 0) return 'Today';
  if (ago === 1) return 'Yesterday';
  return (date.getFullYear() === new Date().getFullYear() ? longDay : longDayYear).format(date);
}

export function agoText(ts) {
  const date = tsDate(ts);
  const secs = Math.max(0, (Date.now() - date.getTime()) / 1000);
  if (secs < 45) return 'just now';
  if (secs < 3570) return plural(Math.round(secs / 60), 'minute');
  if (secs < 86400 && daysAgo(date) === 0) return plural(Math.round(secs / 3600), 'hour');
  if (daysAgo(date) === 1) return `yesterday at ${clock.format(date)}`;
  if (daysAgo(date) < 7) return plural(daysAgo(date), 'day');
  return `on ${shortDay.format(date)}`;
}

function plural(n, word) {
  return `${n} ${word}${n === 1 ? '' : 's'} ago`;
}

function pretty(date, plain) {
  const ago = daysAgo(date);
  return ago === 0 ? 'today' : ago === 1 ? 'yesterday' : ago === -1 ? 'tomorrow' : plain;
}

// Slack's <!date^secs^format> tokens. Unknown tokens stay as they are.
export function dateTokens(secs, format) {
  const date = new Date(Number(secs) * 1000);
  if (Number.isNaN(date.getTime())) return null;
  const pad = (n) => String(n).padStart(2, '0');
  const parts = {
    date_num: `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`,
    date_slash: `${pad(date.getDate())}/${pad(date.getMonth() + 1)}/${date.getFullYear()}`,
    date: month.format(date),
    date_short: shortDate.format(date),
    date_long: longDayYear.format(date),
    time: clock.format(date),
    time_secs: clockSecs.format(date),
    ago: agoText(secs),
    day_divider_pretty: dayName(secs),
  };
  for (const name of ['date', 'date_short', 'date_long']) parts[`${name}_pretty`] = pretty(date, parts[name]);
  return format.replace(/\{([a-z_]+)\}/g, (all, name) => parts[name] ?? all);
}

export function bytesText(n) {
  if (!(n >= 0)) return '';
  if (n < 1000) return `${n} B`;
  if (n < 1e6) return `${(n / 1000).toFixed(n < 1e4 ? 1 : 0)} kB`;
  return `${(n / 1e6).toFixed(1)} MB`;
}

export function clockMs(ms) {
  const d = new Date(ms);
  return `${clockSecs.format(d)}.${String(d.getMilliseconds()).padStart(3, '0')}`;
}
