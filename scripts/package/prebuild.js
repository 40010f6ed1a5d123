// Compiles the addon for each machine that the package brings it along for, into prebuilds/, where node-gyp-build finds it; what is up to date stays.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADDON_SOURCES, latestChange } from '../sources.js';
import { readRequirements } from './requirements.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The machines, and Debian's names of the compilers for them. */
const MACHINES = [
  { platform: 'linux', arch: 'x64', prefix: 'x86_64-linux-gnu', debianPackage: 'g++-x86-64-linux-gnu' },
  { platform: 'linux', arch: 'arm64', prefix: 'aarch64-linux-gnu', debianPackage: 'g++-aarch64-linux-gnu' },
];

/** Of a machine's addon below the clone; for glibc, whose name node-gyp-build looks for in that of the file. */
const nameAddon = ({ platform, arch }) => join('prebuilds', `${platform}-${arch}`, 'convoy.glibc.node');

try {
  for (const machine of MACHINES) {
    const name = nameAddon(machine);
    const isCurrent = latestChange(name) > latestChange(...ADDON_SOURCES, 'scripts/package/prebuild.js');
    if (!isCurrent) compile(machine, join(root, name));
    const needs = Object.entries(readRequirements(join(root, name))).map((pair) => pair.join(' '));
    const megabytes = (statSync(join(root, name)).size / 1e6).toFixed(1);
    process.stderr.write(`convoy: ${name}: ${megabytes} MB, needs ${needs.join(', ')}\n`);
  }
} catch (error) {
  process.stderr.write(`convoy: prebuild: ${error.message}\n`);
  process.exitCode = 1;
}

/** Compiles in a folder of its own, so that the clone's build stays. */
function compile({ arch, prefix, debianPackage }, file) {
  const compiler = `${prefix}-g++`;
  if (spawnSync(compiler, ['--version'], { stdio: 'ignore' }).status !== 0)
    throw new Error(`expected the command ${compiler}, found none. Run: apt-get install ${debianPackage}`);
  if (!process.env.npm_execpath)
    throw new Error(
      'expected npm to start this, found that it was started by hand. Run: npm run build:prebuilt',
    );
  const folder = mkdtempSync(join(tmpdir(), 'convoy-prebuild-'));
  try {
    for (const name of [...ADDON_SOURCES, 'package.json']) {
      cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    const environment = {
      CC: `${prefix}-gcc`,
      CXX: compiler,
      LINK: compiler,
      AR: `${prefix}-ar`,
      // Names that nobody looks up are a tenth of the file.
      LDFLAGS: '-s',
    };
    const { status, stdout, stderr, error } = spawnSync(
      'node-gyp',
      ['rebuild', '-j', 'max', `--arch=${arch}`],
      {
        cwd: folder,
        env: { ...process.env, ...environment },
        encoding: 'utf8',
      },
    );
    if (status !== 0)
      throw new Error(`${arch} could not be compiled: ${error?.message ?? `${stdout}${stderr}`}`);
    mkdirSync(dirname(file), { recursive: true });
    cpSync(join(folder, 'build', 'Release', 'convoy.node'), file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
