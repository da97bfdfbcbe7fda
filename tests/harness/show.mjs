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
