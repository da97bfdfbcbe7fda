// What the composer may suggest for the text before the cursor.
import { channelTitle, store } from './state.js';
import { emojiNames } from './emoji.js';

const MOST = 9;

// A command's usage hint is split at | into its forms: "report job-cost | reports" gives two rows.
function forms(command) {
  return String(command.usage_hint ?? '').split('|').map((f) => f.trim()).filter(Boolean);
}

function commands(before, rest) {
  if (rest.trim() !== '' || before.includes('\n')) return [];
  const typed = before.toLowerCase();
  const out = [];
  for (const c of store.commands) {
    const word = c.command.toLowerCase();
    if (!typed.includes(' ')) {
      if (!word.startsWith(typed)) continue;
      out.push({ head: 'Commands', label: c.command, note: c.description ?? '', insert: `${c.command} `, from: 0, eager: word !== typed });
      if (word !== typed) continue;
    } else if (!typed.startsWith(`${word} `)) {
      continue;
    }
    for (const form of forms(c)) {
      const plain = form.replace(/\s*[[<].*$/, '').trim(); // [optional] and <parameter> are hints, not text
      const full = `${c.command} ${plain}`;
      if (!full.toLowerCase().startsWith(typed.trimEnd()) || full.toLowerCase() === typed.trimEnd()) continue;
      out.push({ head: 'Commands', label: `${c.command} ${form}`, note: '', insert: full + (plain === form ? '' : ' '), from: 0 });
    }
  }
  return out;
}

function peopleFor(word, from) {
  const typed = word.toLowerCase();
  const all = [...store.users.values()].filter((u) => u.id !== store.me);
  all.sort((a, b) => Number(b.is_bot) - Number(a.is_bot) || a.name.localeCompare(b.name));
  return all.filter((u) => u.handle.toLowerCase().startsWith(typed) || u.name.toLowerCase().split(/\s/).some((p) => p.startsWith(typed)) || u.name.toLowerCase().startsWith(typed))
    .map((u) => ({ head: 'People', label: u.is_bot ? u.handle : u.name, note: u.is_bot ? 'App' : u.title || u.handle, user: u, insert: `@${u.is_bot ? u.handle : u.name} `, from, eager: true }));
}

function channelsFor(word, from) {
  return [...store.channels.values()].filter((c) => c.kind !== 'dm' && c.name.startsWith(word.toLowerCase()))
    .map((c) => ({ head: 'Channels', label: channelTitle(c), note: c.topic ?? '', icon: c.kind === 'private' ? 'lock' : 'hash', insert: `#${c.name} `, from, eager: true }));
}

function emojiFor(word, from) {
  return emojiNames.filter((n) => n.startsWith(word)).map((n) => ({ head: 'Emoji', label: `:${n}:`, note: '', icon: 'smile', insert: `:${n}: `, from, eager: true }));
}

export function candidates(before, { thread, rest }) {
  let out = [];
  const word = /(?:^|\s)([@#:])([\p{L}\p{N}_.+-]*)$/u.exec(before);
  if (before.startsWith('/') && !thread) out = commands(before, rest);
  if (out.length === 0 && word) {
    const from = before.length - word[2].length - 1;
    if (word[1] === '@') out = peopleFor(word[2], from);
    else if (word[1] === '#') out = channelsFor(word[2], from);
    else if (word[2].length >= 2) out = emojiFor(word[2], from);
  }
  // A word that is complete already is not completed again: Enter sends.
  const typed = before.toLowerCase();
  return out.filter((c) => c.insert.trim().toLowerCase() !== typed.slice(c.from) || c.from === 0).slice(0, MOST);
}
