import { rm } from 'node:fs/promises';
import type { SweepPoint } from '../../experiment/plan-sweep.js';
import { readRecordedRuns } from '../../experiment/run-records.js';
import { findResults, isFinished } from '../../remote/find-results.js';
import { forgetPending, forgetRecorded, notePending } from '../../remote/pending.js';
import { SharedFolder } from '../../remote/shared-folder.js';
import { type QueuedPoint, SlurmQueue } from '../../remote/slurm/queue.js';
import { SlurmExecutor } from '../../remote/slurm/slurm-executor.js';
import { countArrayTasks, jobNameOf, type Submission } from '../../remote/slurm/submission.js';
import { type SubmittedJob, submitTasks } from '../../remote/slurm/submit.js';
import { makeTask } from '../../remote/task.js';
import { formatNumberOf } from '../../report/findings/words.js';
import { EXIT_CODES } from '../exit.js';
import { recordSweep, type SweepJob } from './record-sweep.js';
import type { RemoteChoice } from './slurm-options.js';

type SlurmChoice = Extract<RemoteChoice, { kind: 'slurm' }>;

/**
 * Submits what is missing of a sweep to Slurm, and waits for it if that is asked for.
 *
 * @param again the command that collects the results
 * @returns the exit code: 0 if all that was missing is in the queue, or recorded after the wait
 * @throws UserError if Slurm refuses the jobs, or the shared folder cannot be written
 */
export async function sweepBySlurm(job: SweepJob, choice: SlurmChoice, again: string): Promise<number> {
  const { grid, points, store, command, streams } = job;
  const shared = new SharedFolder(choice.folder);
  store.recordSweep({ ...grid, title: grid.title ?? null }, points);
  const recorded = readRecordedRuns(store.db, identitiesOf(points), command.numerics);
  const missing = points.filter(({ identity }) => !recorded.has(identity));
  const { waiting, queued, finished } = await sort(shared, missing);
  const say = (line: string) => void streams.err.write(`${grid.name}: ${line}\n`);
  const counts = [
    `${recorded.size} recorded in ${command.db}`,
    ...(finished > 0 ? [`${finished} to collect`] : []),
    ...(queued.size > 0 ? [`${queued.size} in Slurm's queue`] : []),
    `${waiting.length} to submit`,
  ];
  say(`${formatNumberOf(points.length, 'point')}, ${counts.join(', ')}`);
  const jobs = waiting.length === 0 ? [] : await submit(job, choice, shared, waiting, say);
  const names = [...new Set([...queued.values()].map(({ submission }) => jobNameOf(submission)))];
  const all = [...new Set([...names, ...jobs.map(({ submission }) => jobNameOf(submission))])];
  if (all.length > 0) say(`to watch:   squeue --name=${all.join(',')}`);
  if (missing.length > 0) say(`to collect: ${again}`);
  if (!choice.wait) return EXIT_CODES.done;
  const code = await recordSweep({
    ...job,
    engine: {
      createExecutor: (_options, _count, tell) =>
        new SlurmExecutor(shared, new Set(identitiesOf(missing)), tell),
    },
    elsewhere: {
      plan: `waiting for ${missing.length} by Slurm`,
      interrupted: `Interrupted: the jobs go on. Collect their results with: ${again}`,
    },
  });
  await forgetRecorded(store);
  return code;
}

interface SortedPoints {
  /** Those that are to be submitted. */
  readonly waiting: readonly SweepPoint[];
  readonly queued: ReadonlyMap<string, QueuedPoint>;
  /** Of those whose result lies in the folder. */
  readonly finished: number;
}

/** What of the missing points is somewhere already. */
async function sort(shared: SharedFolder, missing: readonly SweepPoint[]): Promise<SortedPoints> {
  // First the queue: what ends after it has been asked is in the folder.
  const queued = await (await SlurmQueue.open(shared, new Set(identitiesOf(missing)))).look();
  const tried: { readonly point: SweepPoint; readonly attempts: number }[] = [];
  let finished = 0;
  for (const point of missing) {
    if (queued.has(point.identity)) continue;
    const found = await findResults(shared, point.identity);
    if (isFinished(found)) finished++;
    else tried.push({ point, attempts: found.attempts.length });
  }
  // One that kills its task keeps those that come after it in the task from being trained: it comes last the next time.
  tried.sort((a, b) => a.attempts - b.attempts);
  return { waiting: tried.map(({ point }) => point), queued, finished };
}

async function submit(
  { command, grid, store, streams }: SweepJob,
  { options, wait }: SlurmChoice,
  shared: SharedFolder,
  points: readonly SweepPoint[],
  say: (line: string) => void,
): Promise<SubmittedJob[]> {
  const { restart = false, ...checkpoints } = command.checkpoints ?? {};
  if (restart) for (const point of points) await forgetAttempts(shared, point);
  const tasks = points.map((point) => makeTask(point, command.checkpoints === null ? null : checkpoints));
  const jobs: SubmittedJob[] = [];
  await submitTasks({
    shared,
    sweep: grid.name,
    tasks,
    options,
    // Before they are submitted, so that none is whose results are not looked for.
    written: (submission) => notePending(store.db.name, submission),
    withdrawn: (submission) => forgetPending(store.db.name, submission),
    submitted: (submitted) => {
      const { id, submission } = submitted;
      jobs.push(submitted);
      say(`job ${id}: ${describeTasks(submission)}, ${submission.folder}`);
      if (command.json && !wait) streams.out.write(formatJob(submitted));
    },
  });
  return jobs;
}

function describeTasks(submission: Submission): string {
  const { identities, pointsPerTask } = submission;
  const tasks = formatNumberOf(countArrayTasks(submission), 'task');
  return pointsPerTask === 1 ? tasks : `${tasks} of ${formatNumberOf(identities.length, 'point')}`;
}

function formatJob({ id, submission }: SubmittedJob): string {
  const { folder, identities } = submission;
  const name = jobNameOf(submission);
  return `${JSON.stringify({ job: id, name, tasks: countArrayTasks(submission), points: identities.length, folder })}\n`;
}

async function forgetAttempts(shared: SharedFolder, { identity }: SweepPoint): Promise<void> {
  await rm(shared.pointFolder(identity), { recursive: true, force: true });
}

function identitiesOf(points: readonly SweepPoint[]): string[] {
  return points.map(({ identity }) => identity);
}
