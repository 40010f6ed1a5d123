// Trains over processes that Open MPI starts, on this machine and, as root, in two network namespaces: `npm run test:mpi`.
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
  // Not by `npm test`, which would hold the types of all tests against their sources again.
  return runCounted('node', ['scripts/test.js', 'test/mpi'], { cwd: root, environment: { CONVOY_MPI: '1' } });
});
