// Compiles the addon. A machine where that fails still gets a working installation: the reference kernels do the work.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const npmExecPath = process.env.npm_execpath;
// npm puts its own node-gyp on the PATH of the scripts that it runs; started by hand, go through npm.
const [command, args] = npmExecPath
  ? ['node-gyp', ['rebuild', '-j', 'max']]
  : ['npm', ['run', 'build:native']];
const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
if (status !== 0) {
  rmSync(`${root}/build/Release/convoy.node`, { force: true });
  if (npmExecPath) {
    process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error ?? ''}\n`);
    process.stderr.write(
      'convoy: warning: the native kernels could not be compiled (see above); the reference kernels, hundreds of times slower, ' +
        'will do the work. Install a C++ compiler, make and python3, then run: npm run build:native\n',
    );
  }
}
