// Compiles the addon. Fails if that fails; with --optional it warns, as a clone works on the reference kernels too.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const optional = process.argv.includes('--optional');
if (process.env.npm_execpath) compile();
else {
  // npm puts its own node-gyp on the PATH of the scripts that it runs; started by hand, go through npm.
  const args = ['run', '--silent', 'build:native', ...(optional ? ['--', '--optional'] : [])];
  process.exitCode = spawnSync('npm', args, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

function compile() {
  const { status, signal, stdout, stderr, error } = spawnSync('node-gyp', ['rebuild', '-j', 'max'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status === 0) return;
  rmSync(`${root}/build/Release/convoy.node`, { force: true });
  if (signal === null) noteFailure();
  process.stderr.write(`${stdout ?? ''}${stderr ?? ''}${error ?? ''}\n`);
  const what = 'the native kernels could not be compiled (see above)';
  const remedy = 'Install a C++ compiler, make and python3, then run: npm run build:native';
  if (optional) {
    process.stderr.write(
      `convoy: warning: ${what}; the reference kernels, hundreds of times slower, will do the work. ${remedy}\n`,
    );
  } else {
    process.stderr.write(`convoy: ${what}. ${remedy}\n`);
    process.exitCode = 1;
  }
}

/** So that the next start does not try again (scripts/sources.js). */
function noteFailure() {
  try {
    mkdirSync(`${root}/build`, { recursive: true });
    writeFileSync(`${root}/build/not-compiled`, '');
  } catch {
    // Where nothing can be written it tries again.
  }
}
