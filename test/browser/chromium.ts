import { existsSync } from 'node:fs';

/** Debian's. */
const USUAL = '/usr/bin/chromium';

/** The browser that the page is tried in: `CHROMIUM`, or where Debian has it; null if there is none. */
export function findChromium(): string | null {
  const file = process.env.CHROMIUM ?? USUAL;
  return existsSync(file) ? file : null;
}
