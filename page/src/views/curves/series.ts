import type { RunCurve } from '../../../../src/dashboard/answers/curves.js';
import { averageCurves, type EpochPoints, type Points } from './band.js';
import type { Abscissa, CurveState, ImageSet, Quantity } from './curve-state.js';
import { smooth } from './smooth.js';

/** One line of the chart. */
export interface Series extends Points {
  /** Run that it is of; of several the first, whose colour it has. */
  readonly run: number;
  readonly set: ImageSet;
  /** All its runs. */
  readonly runs: readonly number[];
  /** The values as they were measured, if the line is smoothed: they are always drawn. */
  readonly raw: readonly (number | null)[] | null;
  /** Around a mean. */
  readonly lower: readonly (number | null)[] | null;
  readonly upper: readonly (number | null)[] | null;
  readonly counts: readonly number[] | null;
}

/** The lines of some runs' courses: one for each run, or group of runs, and set of images that has the quantity. */
export function listSeries(
  curves: readonly RunCurve[],
  quantity: Quantity,
  state: Pick<CurveState, 'x' | 'sets' | 'smoothing' | 'isOverSeeds' | 'isLogX' | 'isLogY'>,
  groupOf: (run: number) => number,
): Series[] {
  const groups = new Map<number, RunCurve[]>();
  for (const curve of curves) {
    const key = state.isOverSeeds ? groupOf(curve.run) : curve.run;
    groups.set(key, [...(groups.get(key) ?? []), curve]);
  }
  const sets = listSets(quantity, state.sets);
  return [...groups.values()].flatMap((members) =>
    sets.flatMap((set) => {
      const drawn = members.flatMap((curve) => takePoints(curve, quantity, set, state) ?? []);
      if (drawn.length === 0) return [];
      const runs = members.map((curve) => curve.run);
      return [
        {
          run: runs[0]!,
          runs,
          set,
          ...(state.isOverSeeds ? drawBand(drawn, state) : drawLine(drawn[0]!, state)),
        },
      ];
    }),
  );
}

/** The chosen sets that have the quantity, or the one that it is of. */
export function listSets({ metrics }: Quantity, chosen: readonly ImageSet[]): ImageSet[] {
  const all = Object.keys(metrics) as ImageSet[];
  return all.length === 1 ? all : all.filter((set) => chosen.includes(set));
}

function takePoints(
  curve: RunCurve,
  quantity: Quantity,
  set: ImageSet,
  { x, isLogX, isLogY }: Pick<CurveState, 'x' | 'isLogX' | 'isLogY'>,
): EpochPoints | null {
  const values = curve.metrics[quantity.metrics[set]!];
  if (values === undefined) return null;
  const xs = readAbscissa(curve, x);
  // On a logarithmic axis there is no nought.
  const places = curve.epochs.flatMap((_, i) => (xs[i] == null || (isLogX && xs[i]! <= 0) ? [] : [i]));
  return {
    epochs: places.map((i) => curve.epochs[i]!),
    xs: places.map((i) => xs[i]!),
    ys: places.map((i) => (isLogY && (values[i] ?? 0) <= 0 ? null : (values[i] ?? null))),
  };
}

function readAbscissa(curve: RunCurve, x: Abscissa): readonly (number | null)[] {
  return { epoch: curve.epochs, step: curve.steps, time: curve.seconds }[x];
}

function drawLine({ xs, ys }: EpochPoints, { smoothing }: Pick<CurveState, 'smoothing'>) {
  const line = smoothing > 0 ? smooth(ys, smoothing) : ys;
  return { xs, ys: line, raw: smoothing > 0 ? ys : null, lower: null, upper: null, counts: null };
}

function drawBand(
  curves: readonly EpochPoints[],
  { smoothing, isLogY }: Pick<CurveState, 'smoothing' | 'isLogY'>,
) {
  const { xs, ys, lower, upper, counts } = averageCurves(curves);
  const shown = isLogY ? lower.map((value) => (value !== null && value <= 0 ? null : value)) : lower;
  const line = smoothing > 0 ? smooth(ys, smoothing) : ys;
  return { xs, ys: line, raw: smoothing > 0 ? ys : null, lower: shown, upper, counts };
}
