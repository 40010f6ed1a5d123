import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { countCores } from '../core/count-cores.js';
import { UserError } from '../core/errors.js';
import { DatasetShelf } from '../experiment/dataset-shelf.js';
import { LocalExecutor } from '../experiment/local-executor.js';
import type { SweepRun } from '../experiment/sweep.js';
import { SharedFolder } from '../remote/shared-folder.js';
import { readJobState, requeueJob } from '../remote/slurm/slurm.js';
import { readSubmission, readTasks } from '../remote/slurm/submission.js';
import type { Task } from '../remote/task.js';
import { type TaskEnd, type TaskObserver, type TaskOptions, trainTask } from '../remote/train-task.js';
import { namePoints } from '../report/varying-fields.js';
import { createCommand, parseCommand } from './command-line.js';
import { EXIT_CODES } from './exit.js';
import { findInterruptionCode, withInterruption } from './interruption.js';
import { showProgressLines } from './progress/lines.js';
import { parseWorkers } from './run-options.js';
import type { Streams } from './streams.js';
import { SweepState } from './sweep/state.js';

interface Flags {
  readonly task?: number;
  readonly workers?: number;
}

/**
 * `train-task <submission>`: trains the points of a task of a submission, as Slurm does for an array.
 *
 * @returns the exit code: 0 if there is a result of each
 * @throws UserError for wrong usage, what is no task, and a shared folder that cannot be written
 */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  let code: number = EXIT_CODES.done;
  const command = createCommand('train-task', streams)
    .description(
      'Trains what `sweep --slurm` has submitted as one task, goes on from what earlier attempts have saved, and leaves the results in the shared folder.',
    )
    .argument('<submission>', 'its folder: SHARED/submissions/NAME')
    .option('--task <index>', 'of the array, from 0 (default: SLURM_ARRAY_TASK_ID)', parseIndex)
    .option('--workers <n>', 'threads (default: the cores that the job was given)', parseWorkers)
    .action(async (submission: string, flags: Flags) => {
      code = await trainArrayTask(resolve(submission), flags, streams);
    });
  await parseCommand(command, args);
  return code;
}

async function trainArrayTask(submission: string, flags: Flags, { err }: Streams): Promise<number> {
  const index = flags.task ?? parseIndex(process.env.SLURM_ARRAY_TASK_ID ?? '');
  const job = findJob();
  const tasks = readTasks(readSubmission(submission), index);
  const say = (line: string) => void err.write(`${line}\n`);
  const executor = new LocalExecutor({ workers: flags.workers ?? countGivenCores(), parallel: 1 }, 1);
  const options = {
    shared: new SharedFolder(dirname(dirname(submission))),
    host: process.env.SLURMD_NODENAME ?? hostname(),
    job: job === null ? 'no job' : `slurm ${job}`,
    executor,
    shelf: new DatasetShelf(),
  };
  try {
    const { isInterrupted, hasFailed, code } = await withInterruption(
      async (signal) => ({
        ...(await trainAll(tasks, { ...options, signal }, err)),
        code: findInterruptionCode(signal),
      }),
      {
        first: () => say('Interrupted: the run ends after its step, and its state is saved.'),
        last: () => {},
      },
    );
    if (isInterrupted) {
      if (job !== null) say(await requeue(job));
      return code ?? EXIT_CODES.failed;
    }
    return hasFailed ? EXIT_CODES.failed : EXIT_CODES.done;
  } finally {
    await executor.close();
  }
}

/** Trains points one after another: one that fails keeps none of the others from it. */
async function trainAll(
  tasks: readonly Task[],
  options: Omit<TaskOptions, 'observer'>,
  err: Streams['err'],
): Promise<{ isInterrupted: boolean; hasFailed: boolean }> {
  let hasFailed = false;
  for (const [i, task] of tasks.entries()) {
    const observer = observe(err, { index: i + 1, count: tasks.length });
    const end = await trainTask(task, { ...options, observer });
    for (const line of describeEnd(end, task)) err.write(`${line}\n`);
    if (end.kind === 'failed') hasFailed = true;
    if (end.kind === 'interrupted') return { isInterrupted: true, hasFailed };
  }
  return { isInterrupted: false, hasFailed };
}

function describeEnd(end: TaskEnd, { point }: Task): string[] {
  if (end.kind === 'known') return [`${point.label}: there is a result already`];
  if (end.kind !== 'failed') return [];
  const { error } = end;
  return [error instanceof UserError ? error.message : (error.stack ?? error.message)];
}

/** Puts the task back into the queue, unless it is Slurm that ends it: then it does so itself, or the user wants no more of it. */
async function requeue(job: string): Promise<string> {
  try {
    const state = await readJobState(job);
    if (state !== 'RUNNING')
      return `Slurm ends the task (${state ?? 'gone'}), and says itself whether it queues again`;
    await requeueJob(job);
    return 'the task is back in the queue, and goes on from its state';
  } catch (error) {
    if (error instanceof UserError) return `${error.message} The sweep's command submits the point again.`;
    throw error;
  }
}

/** Lines as those of a sweep. */
function observe(err: Streams['err'], place: Pick<SweepRun, 'index' | 'count'>): TaskObserver {
  let progress: ReturnType<typeof showProgressLines> | null = null;
  let run: SweepRun | null = null;
  return {
    began: (point) => {
      run = { runId: 0, ...place, point };
      progress = showProgressLines(err, {
        state: new SweepState([point]),
        parallel: 1,
        name: namePoints([point]),
      });
      progress.runStarted?.(run);
    },
    resumed: (resumption) => progress?.resumed?.(run!, resumption),
    progressed: (at) => progress?.progressed?.(run!, at),
    epochEnded: (metrics) => progress?.epochEnded?.(run!, metrics),
  };
}

/** As `scontrol` takes a task of an array; null outside of Slurm. */
function findJob(): string | null {
  const { SLURM_ARRAY_JOB_ID, SLURM_ARRAY_TASK_ID } = process.env;
  return SLURM_ARRAY_JOB_ID === undefined ? null : `${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}`;
}

/** Of those that may be used: a site that does not bind its jobs to cores shows them all. */
function countGivenCores(): number {
  const given = Number(process.env.SLURM_CPUS_PER_TASK ?? process.env.SLURM_CPUS_ON_NODE);
  return given > 0 ? Math.min(given, countCores()) : countCores();
}

function parseIndex(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new UserError(
    `--task: expected the index of a task, from 0, found '${text}'. Give it outside of a Slurm array.`,
  );
}
