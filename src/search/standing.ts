import { NORMAL_975, studentQuantile } from '../core/distributions.js';
import type { SweepPoint } from '../experiment/plan-sweep.js';
import { dominates } from './samplers/tpe/domination.js';
import type { Search } from './search-file.js';
import type { StudyHost, Trial } from './trial.js';

/** The complete trials that no other one is better than, and what of the best of them is sure. */
export interface Standing {
  /** The best first: with several objectives the front, in the order of the first one. */
  readonly front: readonly Trial<SweepPoint>[];
  /** Null with several objectives, and before two trials with different runs are complete. */
  readonly lead: Lead | null;
}

/** By how much the best trial is better than the next one, in the first objective. */
export interface Lead {
  readonly best: Trial<SweepPoint>;
  readonly next: Trial<SweepPoint>;
  readonly margin: number;
  /**
   * Half the 95% interval of the margin: over seeds (Welch), or with one seed from the number of images that an error is counted on. Null where nothing
   * tells.
   */
  readonly uncertainty: number | null;
}

export function judgeTrials(
  trials: readonly Trial<SweepPoint>[],
  { objectives }: Search,
  host: Pick<StudyHost<SweepPoint>, 'readProgress'>,
): Standing {
  const complete = trials.filter(
    ({ state, scores }) => state === 'complete' && scores!.every(Number.isFinite),
  );
  const order = complete.toSorted((a, b) => a.scores![0]! - b.scores![0]! || a.number - b.number);
  const named = new Set<string>();
  const distinct = order.filter((trial) => named.size < named.add(nameRuns(trial)).size);
  const [best, next] = distinct;
  if (objectives.length > 1) return { front: findFront(distinct), lead: null };
  if (best === undefined || next === undefined) return { front: distinct.slice(0, 1), lead: null };
  const variances = [best, next].map((trial) => measureVariance(trial, objectives[0]!.metric, host));
  const uncertainty = measureUncertainty(variances, best.plan.runs.length);
  return { front: [best], lead: { best, next, margin: next.scores![0]! - best.scores![0]!, uncertainty } };
}

/** @param order by the first objective: what is better than a trial comes before it, but for equals in that */
function findFront(order: readonly Trial<SweepPoint>[]): Trial<SweepPoint>[] {
  const front: Trial<SweepPoint>[] = [];
  for (const trial of order) {
    if (front.some((other) => dominates(other.scores!, trial.scores!))) continue;
    front.push(trial);
  }
  return front.filter((trial) => !front.some((other) => dominates(other.scores!, trial.scores!)));
}

function nameRuns({ plan }: Trial<SweepPoint>): string {
  return plan.runs.map(({ identity }) => identity).join();
}

/** @param variances of two means of so many runs each */
function measureUncertainty([a, b]: readonly (number | null)[], runs: number): number | null {
  if (a == null || b == null) return null;
  const deviation = Math.sqrt(a + b);
  if (runs === 1 || deviation === 0) return NORMAL_975 * deviation;
  const freedom = ((a + b) ** 2 / (a ** 2 + b ** 2)) * (runs - 1);
  return studentQuantile(0.05, freedom) * deviation;
}

/** Of a trial's mean; null where nothing tells. */
function measureVariance(
  { plan, scores }: Trial<SweepPoint>,
  metric: string,
  host: Pick<StudyHost<SweepPoint>, 'readProgress'>,
): number | null {
  const { runs } = plan;
  const mean = scores![0]!;
  if (runs.length > 1) {
    const squares = runs.map((run) => (host.readProgress(run)!.scores![0]! - mean) ** 2);
    return squares.reduce((sum, square) => sum + square, 0) / (runs.length - 1) / runs.length;
  }
  const images = countImages(metric, runs[0]!);
  // Of an error in percent on so many images: the binomial distribution's, for which one image that is wrong is the least.
  return images === null ? null : Math.max(mean * (100 - mean), 10_000 / images) / images;
}

function countImages(metric: string, { spec }: SweepPoint): number | null {
  if (metric === 'validation_error_percent') return spec.validationCount;
  return metric === 'test_error_percent' ? spec.testCount : null;
}
