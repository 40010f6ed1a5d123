import { basename, dirname } from 'node:path';
import { findPackageRoot } from './paths.js';

/** How a user starts one of convoy's commands: `npx convoy sweep` where it is installed as a package, `node scripts/sweep.js` in a clone. */
export function nameCommand(name: string, root = findPackageRoot()): string {
  return isInstalled(root) ? `npx convoy ${name}` : `node scripts/${name}.js`;
}

/** Whether convoy is a package that another project depends on. */
export function isInstalled(root = findPackageRoot()): boolean {
  return basename(dirname(root)) === 'node_modules';
}
