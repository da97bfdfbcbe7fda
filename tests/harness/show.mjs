// What people read, made a second time from the figures: money, percent, counts, days. Independent of src/base/fmt.c.
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const part = (ms) => { const d = new Date(ms); return { d: d.getUTCDate(), m: MONTHS[d.getUTCMonth()], y: d.getUTCFullYear() }; };

export const dayLong = (ms) => { const p = part(ms); return `${p.d} ${p.m} ${p.y}`; };
// First and last day of a window, both in ms.
export const dayRange = (first, last) => {
  const a = part(first), b = part(last);
  if (first === last) return dayLong(last);
  if (a.y !== b.y) return `${dayLong(first)}–${dayLong(last)}`;
  return a.m === b.m ? `${a.d}–${dayLong(last)}` : `${a.d} ${a.m}–${dayLong(last)}`;
};

const grouped = (n) => n.toLocaleString('en-US');
// Micro-dollars: cents below $100, whole dollars above.
export const money = (uusd) => {
  const v = Math.abs(uusd) / 1e6, sign = uusd < 0 ? '-' : '';
  return v < 99.995 ? `${sign}$${v.toFixed(2)}` : `${sign}$${grouped(Math.round(v))}`;
};
const share = (ratio, sign) => {
  const size = Math.abs(ratio * 100);
  let decimals = size > 0 && size < 9.95 ? 1 : 0;
  if (size > 99 && size < 100) decimals = size < 99.95 ? 1 : 2;
  const digits = size.toFixed(decimals);
  return Number(digits) === 0 ? '0 %' : `${ratio < 0 ? '-' : sign}${digits} %`;
};
export const percent = (ratio) => share(ratio, '');
export const signedPercent = (ratio) => share(ratio, '+');
