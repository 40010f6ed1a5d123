// Makes `npm start` and `npm test` work on a fresh clone, and on one that was installed under another Node.js: installs and builds what is
// missing, broken or older than its sources, and is quick when there is nothing to do.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADDON_FILE, canLoadAddon, canOpenDatabase } from './native-modules.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The latest modification below the given files and folders, in milliseconds; 0 if there is none. */
function latestChange(...names) {
  let latest = 0;
  const visit = (path) => {
    if (!existsSync(path)) return;
    const status = statSync(path);
    if (status.isDirectory()) for (const name of readdirSync(path)) visit(join(path, name));
    else latest = Math.max(latest, status.mtimeMs);
  };
  for (const name of names) visit(join(root, name));
  return latest;
}

/** What the addon is compiled from besides its own folder: native/constants.h reads it. */
const SHARED_CONSTANTS = 'src/kernels/constants.ts';

function run(...args) {
  process.stderr.write(`convoy: npm ${args.join(' ')}\n`);
  const { status } = spawnSync('npm', [...args, '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', process.stderr, process.stderr],
    shell: process.platform === 'win32',
  });
  if (status !== 0) fail(`npm ${args.join(' ')} failed; mend what it says above and try again.`);
}

function fail(message) {
  process.stderr.write(`convoy: ${message}\n`);
  process.exit(1);
}

const installed = latestChange('node_modules/.package-lock.json');
if (installed < latestChange('package-lock.json')) {
  run('ci');
} else {
  if (!canOpenDatabase()) {
    run('rebuild', 'better-sqlite3');
    if (!canOpenDatabase()) {
      fail(
        `better-sqlite3 was compiled and does not load in Node.js ${process.version}. Is npm's nodedir that of another version? ` +
          'If not, install all again: npm ci',
      );
    }
  }
  // A build that failed is tried again once its sources change, not at every start.
  const built = latestChange('build/Release/convoy.node', 'build/config.gypi');
  const isBroken = existsSync(ADDON_FILE) && !canLoadAddon();
  if (isBroken || built < latestChange('native', 'binding.gyp', SHARED_CONSTANTS)) run('run', 'install');
  if (latestChange('dist/.tsbuildinfo') < latestChange('src', 'workers', 'tsconfig.json'))
    run('run', 'build:ts');
}
