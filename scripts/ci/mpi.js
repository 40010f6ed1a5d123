// Trains over processes that Open MPI starts, on this machine and, as root, in two network namespaces: `npm run test:mpi`; with `-- --long` a whole epoch of VGG-16, too.
import { spawnSync } from 'node:child_process';
import { requireCommands, runCheck, runCounted } from './run.js';
import { root } from './work-copy.js';

runCheck('test:mpi', async () => {
  requireCommands({ mpirun: 'openmpi-bin', mpicxx: 'libopenmpi-dev' });
  const { status, stderr } = spawnSync('npm', ['run', '--silent', 'build:mpi'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the addon for Open MPI could not be compiled\n${stderr}`);
  const environment = { CONVOY_MPI: process.argv.includes('--long') ? 'long' : 'short' };
  // Not by `npm test`, which would hold the types of all tests against their sources again.
  return runCounted('node', ['scripts/test.js', 'test/mpi'], { cwd: root, environment });
});
