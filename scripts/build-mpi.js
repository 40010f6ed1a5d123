// Compiles the addon by which processes on several machines train one run, where Open MPI is installed: docs/ranks.md. Nothing else needs it.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// npm puts its own node-gyp on the PATH of the scripts that it runs; started by hand, go through npm.
process.exitCode = process.env.npm_execpath ? compile() : run('npm', ['run', '--silent', 'build:mpi'], root);

function compile() {
  if (spawnSync('mpicxx', ['--showme:version'], { stdio: 'ignore' }).status !== 0) {
    process.stderr.write(
      'convoy: expected mpicxx of Open MPI, found none. On Debian: apt-get install libopenmpi-dev openmpi-bin\n',
    );
    return 1;
  }
  const { status, stdout, stderr, error } = spawnSync('node-gyp', ['rebuild'], {
    cwd: join(root, 'native', 'mpi'),
    encoding: 'utf8',
  });
  if (status !== 0) process.stderr.write(`${stdout ?? ''}${stderr ?? error?.message ?? ''}`);
  return status ?? 1;
}

function run(command, args, cwd) {
  return spawnSync(command, args, { cwd, stdio: 'inherit' }).status ?? 1;
}
