// Holds every promise of docs/promises.md for its whole count, and sweeps by Slurm and runs over Open MPI where they are installed: `npm run test:soak`, or `npm run test:soak -- 03` for one of them.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const chosen = process.argv.slice(2).map((number) => `test/promises/${number}`);
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'scripts', 'test.js'),
    ...(chosen.length > 0 ? chosen : ['test/promises/', 'test/slurm/', 'test/queue/', 'test/mpi/']),
    '--no-file-parallelism',
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, CONVOY_SOAK: '1' } },
);
process.exitCode = status ?? 1;
