// What is built from what, and whether it is out of date.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADDON_FILE, canLoadAddon } from './native-modules.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What the addon is compiled from: native/constants.h reads the last one. */
export const ADDON_SOURCES = ['native', 'binding.gyp', 'src/kernels/constants.ts'];

/** Written once an attempt to compile the addon failed, by scripts/build-native.js. One that was interrupted writes nothing, and is made again. */
const FAILED_ATTEMPT = 'build/not-compiled';

/** The latest modification below the given files and folders of the clone, in milliseconds; 0 if there is none. */
export function latestChange(...names) {
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

/** Whether the packages of package-lock.json are not installed. */
export function lacksPackages() {
  return latestChange('node_modules/.package-lock.json') < latestChange('package-lock.json');
}

/** Whether the addon is to be compiled. A build that failed is tried again once its sources change, not at every start. */
export function lacksAddon() {
  const isBroken = existsSync(ADDON_FILE) && !canLoadAddon();
  return (
    isBroken || latestChange('build/Release/convoy.node', FAILED_ATTEMPT) < latestChange(...ADDON_SOURCES)
  );
}

/** Whether the TypeScript is to be compiled. */
export function lacksProgram() {
  return latestChange('dist/.tsbuildinfo') < latestChange('src', 'workers', 'tsconfig.json');
}

/** Whether the browser's page is to be built. It has modules of the program in it. */
export function lacksPage() {
  return latestChange('dist/page/index.html') < latestChange('page', 'src', 'package-lock.json');
}
