import type Database from 'better-sqlite3';
import { type Answers, readAnswers } from '../../experiment/answers.js';
import { type FoundRun, findSeeds } from '../../experiment/find-runs.js';
import { readWholeRun, type WholeRun } from '../../experiment/whole-run.js';
import type { RegressionFit } from '../../run/regression-results.js';
import { type ResolvedRunSpec, readRecordedSpec } from '../../run/spec.js';
import { computeWilsonInterval, type Interval } from '../statistics/proportion.js';
import { type ConfusionCell, countCells, rankMistakes } from './confusion-cells.js';

/** A finished run as reports use it. */
export interface ReportedRun extends Omit<WholeRun, 'spec'> {
  readonly spec: ResolvedRunSpec;
  /** Test images that the trained network gets wrong; NaN, as all that follows from it, in a regression. */
  readonly errors: number;
  readonly images: number;
  readonly errorPercent: number;
  /** Of the images that it kept for validation; null if it kept none. */
  readonly validationLoss: number | null;
  /** Likewise, and for a regression. */
  readonly validationErrorPercent: number | null;
  /** Of a regression, by the test that its spec asks for; null for a run on classes. */
  readonly fit: RegressionFit | null;
  /** 95%, in percent: what the test images alone leave open. */
  readonly interval: Interval;
  /** Null for runs of versions that did not record them. */
  readonly answers: Answers | null;
}

/** What a report asked for: a run, if it has finished, and its like with other seeds. */
export interface ReportedPoint {
  readonly label: string;
  readonly spec: ResolvedRunSpec;
  readonly run: ReportedRun | null;
  /** In place of a result: `not run`, `failed`, `diverged`, ... */
  readonly state: string;
  readonly reason: string | null;
  /** Finished runs that differ from `run` in nothing but the seed, itself included: all that are meant to be told of. */
  readonly seeds: readonly ReportedRun[];
}

/** Reads finished runs, each once. */
export class RunReader {
  private readonly runs = new Map<number, ReportedRun>();

  constructor(private readonly db: Database.Database) {}

  /** @throws UserError if there is no such run */
  read(runId: number): ReportedRun {
    const known = this.runs.get(runId) ?? this.load(runId);
    this.runs.set(runId, known);
    return known;
  }

  /** A point with its run. */
  readPoint(asked: { label: string; spec: ResolvedRunSpec }, found: FoundRun | null): ReportedPoint {
    if (found === null) return { ...asked, run: null, state: 'not run', reason: null, seeds: [] };
    const { runId, state, reason } = found;
    if (state !== 'done') return { ...asked, run: null, state, reason, seeds: [] };
    const run = this.read(runId);
    return { ...asked, run, state, reason, seeds: [run] };
  }

  /** A point with all of its like that the database holds, whatever sweep recorded them. */
  addSeeds(point: ReportedPoint): ReportedPoint {
    if (point.run === null) return point;
    return { ...point, seeds: findSeeds(this.db, point.run.runId).map((id) => this.read(id)) };
  }

  private load(runId: number): ReportedRun {
    const whole = readWholeRun(this.db, runId);
    const answers = readAnswers(this.db, runId);
    const cells = countCells({ confusion: whole.confusion, answers });
    const fit = readFit(whole);
    const images = fit ? Number(whole.spec.testCount) : sumImages(cells);
    const errors = fit ? Number.NaN : sumImages(rankMistakes(cells));
    const { low, high } = computeWilsonInterval(errors, images);
    return {
      ...whole,
      spec: readRecordedSpec(whole.spec, `run ${runId}`),
      errors,
      images,
      errorPercent: (100 * errors) / images,
      validationLoss: findKeptEpoch(whole)?.validationLoss ?? null,
      validationErrorPercent: findKeptEpoch(whole)?.validationErrorPercent ?? null,
      fit,
      interval: { low: 100 * low, high: 100 * high },
      answers,
    };
  }
}

/** That whose weights the run ended with. */
function findKeptEpoch({ epochs, bestEpoch }: WholeRun) {
  return epochs[(bestEpoch ?? epochs.length) - 1];
}

function readFit(run: WholeRun): RegressionFit | null {
  const { augmentedTestRmse, augmentedTestR2 } = run;
  const kept = findKeptEpoch(run);
  const [rmse, r2] = [augmentedTestRmse ?? kept?.testRmse, augmentedTestR2 ?? kept?.testR2];
  return rmse == null || r2 == null ? null : { rmse, r2 };
}

function sumImages(cells: readonly ConfusionCell[]): number {
  return cells.reduce((sum, { images }) => sum + images, 0);
}

/** For each test image, 1 if the run gets it wrong; null if its answers are not recorded. */
export function listWrong({ answers }: ReportedRun): Uint8Array | null {
  return answers && Uint8Array.from(answers.predicted, (guess, i) => (guess === answers.labels[i] ? 0 : 1));
}

/** Errors in percent after each epoch, of the training images while training, and of the test images; of a regression its RMSE. */
export function readCurve(run: ReportedRun, key: 'testErrorPercent' | 'trainErrorPercent' | 'testRmse') {
  return run.epochs.map((epoch) => [epoch.epoch!, epoch[key] ?? null] as const);
}

/** The first epoch after which the test error is at most so high; null if there is none. */
export function findFirstBelow(run: ReportedRun, percent: number): number | null {
  return (
    readCurve(run, 'testErrorPercent').find(([, error]) => error !== null && error <= percent)?.[0] ?? null
  );
}
