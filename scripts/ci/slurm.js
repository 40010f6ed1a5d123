// Sweeps by a Slurm controller and two nodes on this machine, whose tasks are killed, put back into the queue and cut off: `npm run test:slurm`.
// `npm run test:soak` does more of it.
import { spawnSync } from 'node:child_process';
import { CommandError, runCheck, runCounted } from './run.js';
import { root } from './work-copy.js';

/** Debian's daemons are not on every PATH. */
const PATH = `${process.env.PATH}:/usr/sbin`;

runCheck('test:slurm', async () => {
  if (process.getuid() !== 0)
    throw new CommandError("expected root, as whom Slurm's daemons run, found another user.");
  for (const command of ['slurmctld', 'slurmd', 'munged']) {
    const { status } = spawnSync('sh', ['-c', `command -v ${command}`], { env: { ...process.env, PATH } });
    if (status !== 0) {
      throw new CommandError(`expected ${command}, found none. Run: apt-get install slurm-wlm munge`);
    }
  }
  const environment = { CONVOY_SLURM: '1', PATH };
  return runCounted('node', ['scripts/test.js', 'test/slurm'], { cwd: root, environment });
});
