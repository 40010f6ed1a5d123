import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.js';

/**
 * Installs packages of exact versions into a folder of their own, whatever processor they are for, and returns the folder that holds them.
 *
 * @param versions by the package's name
 */
export async function installPackages(folder, versions) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: versions }));
  // --force: packages for another processor are refused without it.
  await run(
    'npm',
    [
      'install',
      '--force',
      '--no-bin-links',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ],
    { cwd: folder },
  );
  return join(folder, 'node_modules');
}
