import { availableParallelism } from 'node:os';
import { UserError } from '../../core/errors.js';
import { chooseThreads, type Threads } from '../../experiment/choose-threads.js';
import type { Grid } from '../../experiment/grid.js';
import type { SweepPoint } from '../../experiment/plan-sweep.js';
import {
  isRecorded,
  type LiveRun,
  readLatestRuns,
  readLiveRuns,
  readRunRow,
} from '../../experiment/run-records.js';
import type { Store } from '../../experiment/store.js';
import { runSweep, type SweepObserver } from '../../experiment/sweep.js';
import type { Plugins } from '../../plugins/plugins.js';
import { formatJsonObject } from '../../report/format-rows.js';
import { formatProfile } from '../../report/profile-table.js';
import { formatSweepTables } from '../../report/sweep-table.js';
import { namePoints } from '../../report/varying-fields.js';
import type { TrainingProfile } from '../../run/profile.js';
import type { Engine } from '../engine.js';
import { EXIT_CODES } from '../exit.js';
import { withInterruption } from '../interruption.js';
import type { SweepProgress } from '../progress/progress.js';
import { showProgress } from '../progress/show-progress.js';
import { MAX_THREADS } from '../run-options.js';
import type { Streams } from '../streams.js';
import type { SweepCommand } from './options.js';
import { describeSkipped } from './points.js';

/** All that recording a sweep needs. */
export interface SweepJob {
  readonly command: SweepCommand;
  readonly grid: Grid;
  readonly points: readonly SweepPoint[];
  readonly plugins: Plugins;
  readonly store: Store;
  readonly streams: Streams;
  readonly engine: Engine;
}

/**
 * Runs what is missing of a sweep, shows how it goes on and prints the table at its end.
 *
 * @returns the exit code
 * @throws UserError if the threads are too many or the database cannot be written any longer
 */
export async function recordSweep(job: SweepJob): Promise<number> {
  const { command, points, store, streams } = job;
  const live = readLiveRuns(store.db);
  const missing = points.filter((point) => !live.has(point.identity));
  const threads = chooseThreads(command, availableParallelism(), missing.length);
  if (threads.workers * threads.parallel > MAX_THREADS) {
    throw new UserError(
      `sweep: expected at most ${MAX_THREADS} threads, found ${threads.workers} workers × ${threads.parallel} runs side by side. ` +
        'Lower --workers or --parallel.',
    );
  }
  const progress = showProgress(streams.err, points, missing, threads.parallel);
  const { ends, interrupted } = await withInterruption(
    async (signal) => {
      try {
        announce(job, live, missing.length, threads, progress);
        return { ends: await train(job, missing, threads, progress, signal), interrupted: signal.aborted };
      } finally {
        progress.close();
      }
    },
    {
      first: () =>
        progress.say('Interrupted: runs in progress end after their step. Once more to end at once.'),
      second: () => progress.close(),
    },
  );
  if (!command.json) streams.out.write(formatResults(job));
  if (interrupted) return EXIT_CODES.interrupted;
  return (ends.get('failed') ?? 0) > 0 ? EXIT_CODES.failed : EXIT_CODES.done;
}

async function train(
  { command, grid, points, plugins, store, streams, engine }: SweepJob,
  missing: readonly SweepPoint[],
  threads: Threads,
  progress: SweepProgress,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const name = namePoints(points);
  const pool = missing.length > 0 ? engine.createPool(threads.workers * threads.parallel) : undefined;
  const observer: SweepObserver = {
    ...progress,
    pointSkipped: (point) => progress.say(describeSkipped(point, name(point), undefined)),
    runEnded: (run, end, error) => {
      progress.runEnded?.(run, end, error);
      // A user's mistake is told by its one line; what else is thrown is a bug, and the stack tells where.
      if (error instanceof Error && !(error instanceof UserError)) progress.say(error.stack ?? error.message);
      const state = 'result' in end ? end.result.state : end.state;
      const profile = 'result' in end ? end.result.profile : undefined;
      if (command.json && state !== 'interrupted') {
        streams.out.write(formatJsonRow(store, run.runId, profile));
      } else if (!command.json && profile) {
        const title = `\nrun ${run.index} of ${run.count}, ${name(run.point)}`;
        printBetween(streams, progress, `${title}: ${formatProfile(profile)}`);
      }
    },
  };
  try {
    return await runSweep({
      store,
      name: grid.name,
      title: grid.title ?? null,
      points,
      missing,
      runOne: engine.runOne,
      trainOptions: {
        plugins,
        workers: threads.workers,
        profile: command.profile,
        ...(pool === undefined ? {} : { pool }),
      },
      parallel: threads.parallel,
      failFast: command.failFast,
      signal,
      observer,
    });
  } finally {
    await pool?.close();
  }
}

function announce(
  { command, grid, points }: SweepJob,
  live: ReadonlyMap<string, LiveRun>,
  missing: number,
  threads: Threads,
  progress: SweepProgress,
): void {
  const name = namePoints(points);
  for (const point of points) {
    const run = live.get(point.identity);
    if (run !== undefined && !isRecorded(run)) progress.say(describeSkipped(point, name(point), run));
  }
  const recorded = points.filter(
    (point) => live.has(point.identity) && isRecorded(live.get(point.identity)!),
  ).length;
  const each = threads.workers > 1 ? `, ${threads.workers} threads each` : '';
  const plan =
    missing > 0 ? `${missing} to run, ${threads.parallel} at a time${each}` : describeNothing(command);
  progress.say(`${grid.name}: ${points.length} points, ${recorded} recorded in ${command.db}, ${plan}`);
}

function describeNothing({ profile }: SweepCommand): string {
  return profile ? 'nothing to run, so there is no profile: give --db another file' : 'nothing to run';
}

function formatResults({ points, store }: SweepJob): string {
  const runs = readLatestRuns(
    store.db,
    points.map((point) => point.identity),
  );
  return formatSweepTables(points.map((point) => ({ point, run: runs.get(point.identity) ?? null })));
}

function formatJsonRow(store: Store, runId: number, profile: TrainingProfile | undefined): string {
  const { titles, rows } = readRunRow(store.db, runId);
  return `${formatJsonObject(titles, rows[0]!, profile ? { profile } : {})}\n`;
}

/** Prints a result while the sweep goes on: over the bars, if they are on the same terminal. */
function printBetween({ out, err }: Streams, progress: SweepProgress, text: string): void {
  if (out.isTTY && err.isTTY) progress.say(text);
  else out.write(`${text}\n`);
}
