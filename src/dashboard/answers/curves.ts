import type Database from 'better-sqlite3';
import { type Answer, readRunIds } from '../answer.js';
import { readCourse } from '../courses.js';
import { CURVE_METRICS, type CurveMetric, type EpochPoint } from '../curve-metrics.js';
import { thinCurve } from '../thin-curve.js';

/** The course of a run. All lists are equally long, one entry an epoch that is told; null where nothing was measured, or nothing finite. */
export interface RunCurve {
  readonly run: number;
  readonly epochs: readonly number[];
  /** Training steps done at the end of each epoch. */
  readonly steps: readonly number[];
  /** Seconds of training from the beginning to the end of each epoch. */
  readonly seconds: readonly (number | null)[];
  /** Metrics that the run has. */
  readonly metrics: Readonly<Partial<Record<CurveMetric, readonly (number | null)[]>>>;
  /** As many epochs as are recorded: more than are told if the curve is down-sampled. */
  readonly recorded: number;
}

/** Answer of `/api/curves`. */
export interface CurvesAnswer {
  /** For `/api/events?since=`: what changes after this answer. */
  readonly version: string;
  readonly curves: readonly RunCurve[];
  /** Runs that were asked for and are not there. */
  readonly missing: readonly number[];
}

/** Points of one curve that a screen shows, and of all of them together. */
const MAX_POINTS = 2000;
const MAX_POINTS_TOGETHER = 100_000;
/** A curve keeps so many however many others there are. */
const MIN_POINTS = 100;

/** Of one answer; an address of more would be refused by the server's HTTP. */
const MAX_RUNS = 1000;

/** `runs=1,2,3`. */
export const CURVES: Answer = {
  path: 'curves',
  answer: ({ database, query }) => {
    const runs = readRunIds(query, MAX_RUNS);
    const version = database.version();
    return database.read((db) => answerCurves(db, version, runs));
  },
};

/** The courses of some runs, thinned where they have more epochs than a screen shows. */
export function answerCurves(db: Database.Database, version: string, runs: readonly number[]): CurvesAnswer {
  const limit = Math.max(MIN_POINTS, Math.min(MAX_POINTS, Math.floor(MAX_POINTS_TOGETHER / runs.length)));
  const curves: RunCurve[] = [];
  const missing: number[] = [];
  for (const run of new Set(runs)) {
    const course = readCourse(db, run);
    if (course === null) missing.push(run);
    else curves.push(arrangeCurve(run, course, limit));
  }
  return { version, curves, missing };
}

function arrangeCurve(run: number, course: readonly EpochPoint[], limit: number): RunCurve {
  const measured = CURVE_METRICS.filter((name) => course.some((point) => point[name] !== null));
  const series = measured.map((name) => course.map((point) => point[name]));
  const points = thinCurve(series.length > 0 ? series : [course.map(() => null)], limit).map(
    (i) => course[i]!,
  );
  return {
    run,
    epochs: points.map(({ epoch }) => epoch),
    steps: points.map(({ steps }) => steps),
    seconds: points.map(({ seconds }) => seconds),
    metrics: Object.fromEntries(measured.map((name) => [name, points.map((point) => point[name])])),
    recorded: course.length,
  };
}
