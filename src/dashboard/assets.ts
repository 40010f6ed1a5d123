import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { UserError } from '../core/errors.js';
import { findPackageRoot } from '../core/paths.js';

/** A file of the page. */
export interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Reads the built page, so that what is served is a fixed list of addresses: nothing of a request is ever looked for on the disk.
 *
 * @returns files by their addresses, `/` and `/assets/...`
 * @throws UserError if the page is not built
 */
export function readAssets(folder = join(findPackageRoot(), 'dist', 'page')): ReadonlyMap<string, Asset> {
  if (!existsSync(join(folder, 'index.html'))) {
    throw new UserError('dashboard: expected the built page, found none. Run: npm run build:page');
  }
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => extname(name) in TYPES,
  );
  return new Map(
    names.map((name) => {
      const path = `/${name.replaceAll('\\', '/')}`;
      const asset = { type: TYPES[extname(name)]!, bytes: new Uint8Array(readFileSync(join(folder, name))) };
      return [path === '/index.html' ? '/' : path, asset] as const;
    }),
  );
}
