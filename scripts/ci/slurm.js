// Sweeps by a Slurm controller and two nodes on this machine, whose tasks are killed, put back into the queue and cut off: `npm run test:slurm`.
// `-- --long` does all of it, but for 2,000 jobs, which `npm run test:soak` starts as well.
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
  const environment = { CONVOY_SLURM: process.argv.includes('--long') ? 'long' : 'short', PATH };
  return runCounted('node', ['scripts/test.js', 'test/slurm'], { cwd: root, environment });
});
