// Whether the compiled modules that the program needs are there and fit the Node.js that runs now.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The addon with the kernels. */
export const ADDON_FILE = join(root, 'build', 'Release', 'convoy.node');

/** Whether the addon is there and loads. */
export function canLoadAddon() {
  return runs('require(process.argv[1])', ADDON_FILE);
}

/** Whether the database's package works; it is compiled for one major version of Node.js. */
export function canOpenDatabase() {
  return runs("new (require('better-sqlite3'))(':memory:')");
}

/** Whether the package that reads pictures is there for this machine. */
export function canReadPictures() {
  return runs("require('sharp')");
}

// In a process of its own: a broken module may end the one that loads it.
function runs(code, ...args) {
  return spawnSync(process.execPath, ['-e', code, ...args], { cwd: root, stdio: 'ignore' }).status === 0;
}
