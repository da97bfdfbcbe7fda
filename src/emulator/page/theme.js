// Light, dark, or as the system says; remembered in this browser.
const NAMES = ['auto', 'light', 'dark'];
const ICONS = { auto: 'sun', light: 'sun', dark: 'moon' };
const KEY = 'theme';

const system = matchMedia('(prefers-color-scheme: dark)');
let mode = 'auto';
try {
  const kept = localStorage.getItem(KEY);
  if (NAMES.includes(kept)) mode = kept;
} catch {
  // Storage is refused: the system's scheme it is.
}

const shown = () => (mode === 'auto' ? (system.matches ? 'dark' : 'light') : mode);

export function applyTheme() {
  document.documentElement.dataset.theme = shown();
  document.documentElement.style.setProperty('color-scheme', shown());
}

export const themeName = () => (mode === 'auto' ? `as the system (${shown()})` : mode);
export const themeIcon = () => (shown() === 'dark' ? 'moon' : ICONS[mode]);

// One press always changes what is seen: to the other scheme; back to the system's when that is the same.
export function nextTheme() {
  const want = shown() === 'dark' ? 'light' : 'dark';
  mode = want === (system.matches ? 'dark' : 'light') ? 'auto' : want;
  try {
    localStorage.setItem(KEY, mode);
  } catch {
    // Not remembered.
  }
  applyTheme();
}

system.addEventListener('change', applyTheme);
