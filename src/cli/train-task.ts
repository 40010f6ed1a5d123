import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { countCores } from '../core/count-cores.js';
import { UserError } from '../core/errors.js';
import type { SweepRun } from '../experiment/sweep.js';
import { SharedFolder } from '../remote/shared-folder.js';
import { readJobState, requeueJob } from '../remote/slurm/slurm.js';
import { taskFileOf } from '../remote/slurm/submission.js';
import { readTask } from '../remote/task.js';
import { type TaskEnd, type TaskObserver, trainTask } from '../remote/train-task.js';
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
 * `train-task <submission>`: trains one point of a submission, as a task of a Slurm array does.
 *
 * @returns the exit code: 0 if there is a result
 * @throws UserError for wrong usage, what is no task, and a shared folder that cannot be written
 */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  let code: number = EXIT_CODES.done;
  const command = createCommand('train-task', streams)
    .description(
      'Trains one point that `sweep --slurm` has submitted, goes on from what earlier attempts have saved, and leaves the result in the shared folder.',
    )
    .argument('<submission>', 'its folder: SHARED/submissions/NAME')
    .option('--task <index>', 'of the array, from 0 (default: SLURM_ARRAY_TASK_ID)', parseIndex)
    .option('--workers <n>', 'threads (default: the cores that the job was given)', parseWorkers)
    .action(async (submission: string, flags: Flags) => {
      code = await trainOne(submission, flags, streams);
    });
  await parseCommand(command, args);
  return code;
}

async function trainOne(submission: string, flags: Flags, { err }: Streams): Promise<number> {
  const index = flags.task ?? parseIndex(process.env.SLURM_ARRAY_TASK_ID ?? '');
  const job = findJob();
  const task = readTask(taskFileOf(submission, index));
  const say = (line: string) => void err.write(`${line}\n`);
  const { end, code } = await withInterruption(
    async (signal) => {
      const end = await trainTask(task, {
        shared: new SharedFolder(dirname(dirname(submission))),
        host: process.env.SLURMD_NODENAME ?? hostname(),
        job: job === null ? 'no job' : `slurm ${job}`,
        workers: flags.workers ?? countGivenCores(),
        signal,
        observer: observe(err),
      });
      return { end, code: findInterruptionCode(signal) };
    },
    { first: () => say('Interrupted: the run ends after its step, and its state is saved.'), last: () => {} },
  );
  if (end.kind === 'known') say(`${task.point.label}: there is a result already`);
  if (end.kind === 'interrupted' && job !== null) say(await requeue(job));
  return end.kind === 'interrupted' ? (code ?? EXIT_CODES.failed) : codeOf(end, say);
}

function codeOf(end: TaskEnd, say: (line: string) => void): number {
  if (end.kind !== 'failed') return EXIT_CODES.done;
  const { error } = end;
  say(error instanceof UserError ? error.message : (error.stack ?? error.message));
  return EXIT_CODES.failed;
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

/** Lines as those of a sweep of one point. */
function observe(err: Streams['err']): TaskObserver {
  let progress: ReturnType<typeof showProgressLines> | null = null;
  let run: SweepRun | null = null;
  return {
    began: (point) => {
      run = { runId: 0, index: 1, count: 1, point };
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
