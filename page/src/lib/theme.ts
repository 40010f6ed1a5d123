import { options } from 'preact';
import { Store } from './store.js';

/** `system` follows what the reader's system asks for. */
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'convoy-theme';
const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

/** What the reader has chosen, which the browser remembers. */
export const theme = new Store<Theme>(readTheme());

/** Whether the page is dark now; charts, which are painted, are painted again when it changes. */
export const isDark = new Store(false);

const system = matchMedia('(prefers-color-scheme: dark)');
const printing = matchMedia('print');
let isOnPaper = false;

/** Applies the choice, now and whenever it or the system's changes; called once. */
export function followTheme(): void {
  theme.subscribe(apply);
  system.addEventListener('change', apply);
  printing.addEventListener('change', apply);
  addEventListener('beforeprint', () => print(true));
  addEventListener('afterprint', () => print(false));
  apply();
}

/** A browser takes the page as it is when these events have been told of: what is drawn anew has to be so by then. */
function print(begins: boolean): void {
  isOnPaper = begins;
  const { debounceRendering } = options;
  options.debounceRendering = (render) => render();
  apply();
  if (debounceRendering) options.debounceRendering = debounceRendering;
  else delete options.debounceRendering;
}

/** The next of the three. */
export function turnTheme(): void {
  const next = THEMES[(THEMES.indexOf(theme.get()) + 1) % THEMES.length]!;
  theme.set(next);
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // A browser that remembers nothing shows it all the same.
  }
}

function readTheme(): Theme {
  try {
    return THEMES.find((name) => name === localStorage.getItem(KEY)) ?? 'system';
  } catch {
    return 'system';
  }
}

/** Paper is white. */
function apply(): void {
  const chosen = theme.get();
  const isPaper = isOnPaper || printing.matches;
  const dark = !isPaper && (chosen === 'dark' || (chosen === 'system' && system.matches));
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  isDark.set(dark);
}
