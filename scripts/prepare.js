// npm runs this where it installs a clone, and before it makes a package: builds what is missing or out of date.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADDON_FILE } from './native-modules.js';
import { lacksAddon, lacksPage, lacksProgram } from './sources.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function run(...args) {
  const { status } = spawnSync('npm', ['run', '--silent', ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

if (lacksAddon()) run('build:native', '--', '--optional');
if (lacksProgram()) run('build:ts');
if (lacksPage()) run('build:page');

// A package that is made right from git, which npm does without `prepack`, has the addon of the machine that makes it. npm names what it packs.
const prebuilds = join(root, 'prebuilds');
if (process.env.npm_package_resolved && !existsSync(prebuilds) && existsSync(ADDON_FILE)) {
  const folder = join(prebuilds, `${process.platform}-${process.arch}`);
  mkdirSync(folder, { recursive: true });
  cpSync(ADDON_FILE, join(folder, 'convoy.node'));
}
