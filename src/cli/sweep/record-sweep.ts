import { UserError } from '../../core/errors.js';
import type { Executor } from '../../experiment/executor.js';
import type { Grid } from '../../experiment/grid.js';
import type { LocalOptions } from '../../experiment/local-executor.js';
import type { SweepPoint } from '../../experiment/plan-sweep.js';
import { type LiveRun, readLatestRuns, readRecordedRuns, readRunRow } from '../../experiment/run-records.js';
import type { Store } from '../../experiment/store.js';
import { runSweep, type SweepObserver } from '../../experiment/sweep.js';
import { DEFAULT_PARALLEL, QueueExecutor } from '../../queue/queue-executor.js';
import { formatNumberOf } from '../../report/findings/words.js';
import { formatJsonObject } from '../../report/format-rows.js';
import { formatProfile } from '../../report/profile-table.js';
import { formatSweepTables } from '../../report/sweep-table.js';
import { namePoints } from '../../report/varying-fields.js';
import type { TrainingProfile } from '../../run/profile.js';
import { describeDiskUse } from '../disk-use.js';
import { EXIT_CODES } from '../exit.js';
import { findInterruptionCode, withInterruption } from '../interruption.js';
import type { SweepProgress } from '../progress/progress.js';
import { showProgress } from '../progress/show-progress.js';
import { type Streams, widthOf } from '../streams.js';
import type { SweepCommand } from './options.js';
import { describeOtherNumerics } from './points.js';

/** All that recording a sweep needs. */
export interface SweepJob {
  readonly command: SweepCommand;
  readonly grid: Grid;
  readonly points: readonly SweepPoint[];
  readonly store: Store;
  readonly streams: Streams;
  readonly engine: {
    /** @param tell is told of what concerns no run */
    createExecutor(options: LocalOptions, count: number, tell: (line: string) => void): Executor;
  };
  /** What is told where other machines train, in place of what is of this one. */
  readonly elsewhere?: { readonly plan: string; readonly interrupted: string };
}

/**
 * Runs what is missing of a sweep, shows how it goes on and prints the table at its end.
 *
 * @returns the exit code: 0 if every point is recorded; 3 if all that are not were left to other processes
 * @throws UserError if the threads are too many or the database cannot be written any longer
 */
export async function recordSweep(job: SweepJob): Promise<number> {
  const { command, points, store, streams, engine } = job;
  const recorded = readRecorded(job);
  const missing = points.filter((point) => !recorded.has(point.identity));
  let say = (line: string): void => {
    streams.err.write(`${line}\n`);
  };
  const executor = await openExecutor(command, engine, missing.length, (line) => say(line));
  const progress = showProgress(streams.err, points, missing, executor.parallel);
  say = progress.say;
  const { skipped, interruptionCode } = await withInterruption(
    async (signal) => {
      try {
        for (const line of announce(job, recorded, missing, executor)) progress.say(line);
        const skipped = await train(job, missing, executor, progress, signal);
        return { skipped, interruptionCode: findInterruptionCode(signal) };
      } finally {
        progress.close();
        await executor.close?.();
      }
    },
    {
      first: () =>
        progress.say(
          job.elsewhere?.interrupted ??
            'Interrupted: runs in progress end after their step. Once more to end at once.',
        ),
      last: (reason) => {
        progress.close();
        store.releaseAll(reason);
      },
    },
  );
  if (!command.json) streams.out.write(formatResults(job));
  if (interruptionCode !== null) return interruptionCode;
  const recordedNow = readRecorded(job);
  const unrecorded = points.filter((point) => !recordedNow.has(point.identity));
  if (unrecorded.length === 0) return EXIT_CODES.done;
  return unrecorded.every((point) => skipped.has(point)) ? EXIT_CODES.held : EXIT_CODES.failed;
}

/** @param tell is told of what concerns no run */
async function openExecutor(
  command: SweepCommand,
  engine: SweepJob['engine'],
  count: number,
  tell: (line: string) => void,
): Promise<Executor> {
  const { queue, parallel = DEFAULT_PARALLEL, db } = command;
  if (queue === null || count === 0) return engine.createExecutor(command, count, tell);
  return QueueExecutor.open({ ...queue, database: db, parallel: Math.min(parallel, count), tell });
}

/** Of the sweep's points, by identity. */
function readRecorded({ command, points, store }: SweepJob): ReadonlyMap<string, LiveRun> {
  const identities = points.map(({ identity }) => identity);
  return readRecordedRuns(store.db, identities, command.numerics);
}

/** @returns points that were left to other processes */
async function train(
  { command, grid, points, store, streams }: SweepJob,
  missing: readonly SweepPoint[],
  executor: Executor,
  progress: SweepProgress,
  signal: AbortSignal,
): Promise<ReadonlySet<SweepPoint>> {
  const name = namePoints(points);
  const skipped = new Set<SweepPoint>();
  const observer: SweepObserver = {
    ...progress,
    pointSkipped: (point, by) => {
      skipped.add(point);
      progress.pointSkipped?.(point, by);
    },
    printed: (_run, line) => progress.say(line),
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
        printBetween(streams, progress, `${title}: ${formatProfile(profile, widthOf(streams.out))}`);
      }
    },
  };
  await runSweep({
    store,
    name: grid.name,
    title: grid.title ?? null,
    source: grid.source,
    grows: grid.grows ?? false,
    points,
    missing,
    executor,
    checkpoints: command.checkpoints,
    numerics: command.numerics,
    wait: command.wait,
    failFast: command.failFast,
    signal,
    observer,
  });
  return skipped;
}

/** What is told before anything runs, line by line. */
function announce(
  { command, grid, points, elsewhere }: SweepJob,
  recorded: ReadonlyMap<string, LiveRun>,
  missing: readonly SweepPoint[],
  { parallel, workers }: Executor,
): string[] {
  const each = workers !== null && workers > 1 ? `, ${workers} threads each` : '';
  const here = `${missing.length} to run, ${parallel} at a time${each}`;
  const plan = missing.length > 0 ? (elsewhere?.plan ?? here) : describeNothing(command);
  const count = formatNumberOf(points.length, 'point');
  const numerics = describeOtherNumerics([...recorded.values()]);
  return [
    `${grid.name}: ${count}, ${recorded.size} recorded in ${command.db}, ${plan}`,
    ...(numerics === null ? [] : [`${grid.name}: ${numerics}`]),
    ...describeDiskUse(missing, { ...command, parallel }).map((line) => `${grid.name}: ${line}`),
  ];
}

function describeNothing({ profile }: SweepCommand): string {
  return profile ? 'nothing to run, so there is no profile: give --db another file' : 'nothing to run';
}

/** The table of all points. */
export function formatResults({ points, store, streams }: SweepJob): string {
  const runs = readLatestRuns(
    store.db,
    points.map((point) => point.identity),
  );
  const results = points.map((point) => ({ point, run: runs.get(point.identity) ?? null }));
  return formatSweepTables(results, widthOf(streams.out));
}

/** A line for a run that is recorded. */
export function formatJsonRow(store: Store, runId: number, profile?: TrainingProfile): string {
  const { titles, rows } = readRunRow(store.db, runId);
  return `${formatJsonObject(titles, rows[0]!, profile ? { profile } : {})}\n`;
}

/** Prints a result while the sweep goes on: over the bars, if they are on the same terminal. */
function printBetween({ out, err }: Streams, progress: SweepProgress, text: string): void {
  if (out.isTTY && err.isTTY) progress.say(text);
  else out.write(`${text}\n`);
}
