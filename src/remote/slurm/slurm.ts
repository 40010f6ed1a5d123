import { execFile } from 'node:child_process';
import { UserError } from '../../core/errors.js';

/** A busy controller answers within seconds. */
const TIMEOUT_MS = 120_000;
/** Of a hundred thousand tasks in the queue. */
const MAX_OUTPUT_BYTES = 2 ** 26;

/** A task of a job array that is in the queue or runs. */
export interface QueuedTask {
  readonly jobName: string;
  readonly index: number;
  /** As `squeue` says: `PENDING`, `RUNNING`, `COMPLETING`. */
  readonly state: string;
}

/**
 * Submits a job.
 *
 * @returns its number
 * @throws UserError if there is no Slurm here, or it refuses the job
 */
export async function submitJob(args: readonly string[]): Promise<string> {
  const [id = ''] = (await run('sbatch', ['--parsable', ...args])).trim().split(';');
  return id;
}

/** How many tasks an array may have at this site. */
export async function readMaxArraySize(): Promise<number> {
  const config = await run('scontrol', ['show', 'config']);
  const size = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(config)?.[1]);
  if (size > 0) return size;
  throw new UserError(
    'scontrol: expected MaxArraySize above 0 in its configuration, found none. This site allows no job arrays: ask its administrator.',
  );
}

/** Tasks of some jobs that have not ended. */
export async function listQueued(jobNames: readonly string[]): Promise<QueuedTask[]> {
  if (jobNames.length === 0) return [];
  const format = '--format=%j|%K|%T';
  const text = await run('squeue', ['--noheader', '--array', format, `--name=${jobNames.join(',')}`]);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [jobName = '', index, state = ''] = line.trim().split('|');
      return { jobName, index: Number(index), state };
    });
}

/** The state of a task of an array, as `squeue` says it; null for one that has ended. */
export async function readJobState(job: string): Promise<string | null> {
  const text = await run('squeue', ['--noheader', '--format=%T', `--job=${job}`]);
  return text.trim().split('\n')[0] || null;
}

/** Puts a task that runs back into the queue, which ends it. */
export async function requeueJob(job: string): Promise<void> {
  await run('scontrol', ['requeue', job]);
}

function run(command: string, args: readonly string[]): Promise<string> {
  const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES };
  return new Promise((resolve, reject) => {
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(explain(command, error, stderr));
    });
  });
}

function explain(command: string, error: Error, stderr: string): UserError {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
    return new UserError(
      `${command}: expected Slurm's command on the PATH, found none. Run this on a login node of the cluster, or without --slurm.`,
    );
  }
  const said = stderr.trim().split('\n').join('; ') || error.message;
  return new UserError(`${command}: expected Slurm to take it, found: ${said}. Mend that, and run it again.`);
}
