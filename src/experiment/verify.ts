import type Database from 'better-sqlite3';
import { UserError } from '../core/errors.js';
import type { Plugins } from '../plugins/plugins.js';
import { resolveRunSpec } from '../run/spec.js';
import type { EpochMetrics, Progress } from '../run/types.js';
import { type Cause, compareResults, type Difference, explainDifferences } from './compare-results.js';
import type { Executor } from './executor.js';
import { type LoadDataset, planSweep, type SweepPoint } from './plan-sweep.js';
import type { RunEnd } from './run-result.js';
import { readWholeRun, type WholeRun } from './whole-run.js';

/** A recorded run that can be trained again. */
export interface RepeatableRun {
  readonly run: WholeRun;
  readonly point: SweepPoint;
}

/** A recorded run that cannot: why not, and how to mend it. */
export interface UnrepeatableRun {
  readonly run: WholeRun;
  readonly reason: string;
}

/**
 * Plans recorded runs again from their specs.
 *
 * @throws UserError for a run that has not come to an end of its own, which gives nothing to compare
 */
export async function planRepetitions(
  db: Database.Database,
  runIds: readonly number[],
  loadDataset: LoadDataset,
  plugins: Plugins,
): Promise<(RepeatableRun | UnrepeatableRun)[]> {
  const runs = runIds.map((runId) => readWholeRun(db, runId));
  for (const { runId, state } of runs) {
    if (state === 'done' || state === 'diverged') continue;
    throw new UserError(
      `run ${runId}: expected a run that is done or diverged, found one that is ${state}. It has no result to verify: leave it out.`,
    );
  }
  const load = rememberDatasets(loadDataset);
  const planned: (RepeatableRun | UnrepeatableRun)[] = [];
  for (const run of runs) planned.push(await planRepetition(run, load, plugins));
  return planned;
}

function rememberDatasets(loadDataset: LoadDataset): LoadDataset {
  const loaded = new Map<string, ReturnType<LoadDataset>>();
  return (name) => {
    const dataset = loaded.get(name) ?? loadDataset(name);
    loaded.set(name, dataset);
    return dataset;
  };
}

async function planRepetition(
  run: WholeRun,
  loadDataset: LoadDataset,
  plugins: Plugins,
): Promise<RepeatableRun | UnrepeatableRun> {
  try {
    const where = `run ${run.runId}`;
    const [point] = await planSweep(
      [{ spec: resolveRunSpec(run.spec, where, plugins), where }],
      loadDataset,
      plugins,
    );
    const { name, sha256 } = point!.dataset;
    if (sha256 !== run.datasetSha256) {
      const reason =
        `expected the data set ${name} with SHA-256 ${run.datasetSha256}, found ${sha256}: other data give other results. Put back the files ` +
        'that the run was made with.';
      return { run, reason };
    }
    if (point!.identity !== run.identity) {
      return { run, reason: 'this program takes its spec for another one than the program that recorded it' };
    }
    return { run, point: point! };
  } catch (error) {
    if (error instanceof UserError) return { run, reason: error.message };
    throw error;
  }
}

/** What came of a repetition. */
export type Verification =
  | { readonly verdict: 'same' }
  | { readonly verdict: 'differs'; readonly differences: readonly Difference[]; readonly cause: Cause }
  /** It could not be trained, or not to its end. */
  | { readonly verdict: 'unknown'; readonly reason: string };

/** Who wants to know how repetitions go on. */
export interface RepetitionObserver {
  began(repeatable: RepeatableRun): void;
  progressed(repeatable: RepeatableRun, progress: Progress): void;
  epochEnded(repeatable: RepeatableRun, metrics: EpochMetrics): void;
  /** `error` is what a failed run threw. */
  ended(repeatable: RepeatableRun, end: RunEnd, verification: Verification, error?: unknown): void;
}

export interface RepetitionOptions {
  readonly executor: Executor;
  readonly signal: AbortSignal;
  readonly observer: RepetitionObserver;
}

/** Trains recorded runs again, as many at a time as the executor takes, and compares each with its record, which stays as it is. */
export async function repeatRuns(
  db: Database.Database,
  runs: readonly RepeatableRun[],
  options: RepetitionOptions,
): Promise<void> {
  const waiting = [...runs];
  const repeatInTurn = async () => {
    for (let next = waiting.shift(); next && !options.signal.aborted; next = waiting.shift()) {
      await repeatRun(db, next, options);
    }
  };
  await Promise.all(Array.from({ length: options.executor.parallel }, repeatInTurn));
}

async function repeatRun(
  db: Database.Database,
  repeatable: RepeatableRun,
  { executor, signal, observer }: RepetitionOptions,
): Promise<void> {
  observer.began(repeatable);
  let end: RunEnd;
  let thrown: unknown;
  try {
    const result = await executor.run(repeatable.point, {
      signal,
      checkpoints: null,
      observer: {
        progressed: (progress) => observer.progressed(repeatable, progress),
        epochEnded: (metrics) => observer.epochEnded(repeatable, metrics),
      },
    });
    end = { result };
  } catch (error) {
    thrown = error;
    end = { state: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
  observer.ended(repeatable, end, judge(db, repeatable, end), thrown);
}

function judge(db: Database.Database, { run }: RepeatableRun, end: RunEnd): Verification {
  if (!('result' in end)) return { verdict: 'unknown', reason: end.reason };
  if (end.result.state === 'interrupted') return { verdict: 'unknown', reason: 'interrupted' };
  const differences = compareResults(db, run.runId, end.result);
  if (differences.length === 0) return { verdict: 'same' };
  return { verdict: 'differs', differences, cause: explainDifferences(run, end.result.kernels) };
}
