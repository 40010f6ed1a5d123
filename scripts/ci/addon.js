import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, run } from './run.js';
import { root } from './work-copy.js';

const ADDON = join('build', 'Release', 'convoy.node');

/**
 * Compiles the addon of a copy of the checkout.
 *
 * @param args for node-gyp, which npm puts on the PATH of the scripts that it runs
 * @param environment such as CXX and CXXFLAGS, which come after the flags of binding.gyp
 */
export async function compileAddon(folder, { args = [], environment = {} }) {
  if (!process.env.npm_execpath) {
    throw new CommandError('expected npm to start this, found that it was started by hand. Use npm run.');
  }
  await run('node-gyp', ['rebuild', '-j', 'max', ...args], { cwd: folder, environment });
}

/** Puts the checkout's own addon into a copy. */
export function copyAddon(folder) {
  if (!existsSync(join(root, ADDON))) {
    throw new CommandError('expected the addon of the checkout, found none. Run: npm run build:native');
  }
  mkdirSync(join(folder, 'build', 'Release'), { recursive: true });
  cpSync(join(root, ADDON), join(folder, ADDON));
}

/** Lets a copy use the packages that the checkout has installed. */
export function linkPackages(folder) {
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
}
