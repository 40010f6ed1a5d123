import { join } from 'node:path';
import { UserError } from '../../core/errors.js';
import { findPackageRoot } from '../../core/paths.js';
import type { SharedFolder } from '../shared-folder.js';
import type { Task } from '../task.js';
import { readMaxArraySize, submitJob } from './slurm.js';
import {
  countArrayTasks,
  jobNameOf,
  removeSubmission,
  type Submission,
  scriptOf,
  writeSubmission,
} from './submission.js';

/** What the user says of the jobs. */
export interface SlurmOptions {
  readonly partition?: string;
  /** As `sbatch` takes it: `2:00:00`. */
  readonly time?: string;
  /** Tasks that run at once, at most. */
  readonly arrayLimit?: number;
  /** Points that a task trains, one after another. */
  readonly pointsPerTask: number;
  /** Seconds before the time limit at which a task saves its state and goes back into the queue. */
  readonly graceSeconds: number;
  /** Threads of a run; null for what the job is given. */
  readonly workers: number | null;
  /** For `sbatch`, as they are. */
  readonly others: readonly string[];
}

/** A job array that Slurm has taken. */
export interface SubmittedJob {
  readonly id: string;
  readonly submission: Submission;
}

export interface Order {
  readonly shared: SharedFolder;
  /** The sweep's name. */
  readonly sweep: string;
  readonly tasks: readonly Task[];
  readonly options: SlurmOptions;
  /** Awaited before Slurm is given an array. */
  readonly written: (submission: Submission) => Promise<void>;
  /** Awaited of an array that Slurm has not taken. */
  readonly withdrawn: (submission: Submission) => Promise<void>;
  /** Told of every array as soon as Slurm has it. */
  readonly submitted: (job: SubmittedJob) => void;
}

/**
 * Submits points as job arrays, as few as the site allows. With a limit of tasks at once an array begins when the one before it has ended.
 *
 * @throws UserError if Slurm refuses them; those of which `submitted` was told are in the queue
 */
export async function submitTasks(order: Order): Promise<void> {
  const { shared, sweep, tasks, options } = order;
  const { pointsPerTask } = options;
  const size = (await readMaxArraySize()) * pointsPerTask;
  let before: string | null = null;
  for (let first = 0; first < tasks.length; first += size) {
    const submission = await writeSubmission(shared, {
      ...{ sweep, tasks: tasks.slice(first, first + size), pointsPerTask },
      command: (folder) => trainCommand(folder, options),
    });
    const after = options.arrayLimit === undefined ? null : before;
    try {
      await order.written(submission);
      before = await submitJob(listArguments(submission, options, after));
    } catch (error) {
      await order.withdrawn(submission);
      await removeSubmission(submission);
      if (!(error instanceof UserError) || first === 0) throw error;
      throw new UserError(`${error.message} ${first} of ${tasks.length} points are submitted.`);
    }
    order.submitted({ id: before, submission });
  }
}

/** What is asked of `sbatch` for an array. */
function listArguments(submission: Submission, options: SlurmOptions, after: string | null): string[] {
  const { partition, time, arrayLimit, graceSeconds, workers, others } = options;
  const { folder } = submission;
  return [
    `--job-name=${jobNameOf(submission)}`,
    `--array=0-${countArrayTasks(submission) - 1}${arrayLimit === undefined ? '' : `%${arrayLimit}`}`,
    `--output=${join(folder, 'task-%a.log')}`,
    '--open-mode=append',
    `--chdir=${process.cwd()}`,
    '--requeue',
    // To the script itself, which is the training.
    `--signal=B:TERM@${graceSeconds}`,
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(time === undefined ? [] : [`--time=${time}`]),
    ...(workers === null ? [] : [`--cpus-per-task=${workers}`]),
    ...(after === null ? [] : [`--dependency=afterany:${after}`]),
    ...others,
    scriptOf(submission),
  ];
}

/** Of the copy of the program that submits: nodes have to see it as well. */
function trainCommand(folder: string, { workers }: SlurmOptions): string[] {
  const script = join(findPackageRoot(), 'scripts', 'convoy.js');
  const threads = workers === null ? [] : ['--workers', String(workers)];
  return [process.execPath, script, 'train-task', folder, ...threads];
}
