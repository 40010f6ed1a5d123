import { measureSpread } from '../../../../src/report/statistics/spread.js';

/** A curve: the values at some places, which ascend. */
export interface Points {
  readonly xs: readonly number[];
  readonly ys: readonly (number | null)[];
}

/** A curve of a run, with the epochs at which its values are. */
export interface EpochPoints extends Points {
  readonly epochs: readonly number[];
}

/** The mean of several curves, and how far they are from it. */
export interface Band extends Points {
  /** Mean less and plus the sample deviation; null where there is none, since fewer than two curves have a value. */
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
  /** How many curves have a value. */
  readonly counts: readonly number[];
}

/**
 * The mean over curves at every epoch at which at least two of them have a value, or the only one has; it stands at the mean of their places, which
 * differ where these are times. An epoch that one of them has been thinned of is left out: a mean over other runs than beside it would jump.
 */
export function averageCurves(curves: readonly EpochPoints[]): Band {
  const least = Math.min(2, curves.length);
  const found = new Map<number, { xs: number[]; ys: number[] }>();
  for (const { epochs, xs, ys } of curves) {
    epochs.forEach((epoch, i) => {
      const y = ys[i] ?? null;
      if (y === null) return;
      const at = found.get(epoch) ?? { xs: [], ys: [] };
      found.set(epoch, at);
      at.xs.push(xs[i]!);
      at.ys.push(y);
    });
  }
  const known = curves.map(({ epochs }) => new Set(epochs));
  const isThinned = (epoch: number) =>
    curves.some(({ epochs }, i) => !known[i]!.has(epoch) && epoch > epochs[0]! && epoch < epochs.at(-1)!);
  const points = [...found]
    .filter(([epoch, { ys }]) => ys.length >= least && !isThinned(epoch))
    .sort(([a], [b]) => a - b)
    .map(([, { xs, ys }]) => ({ x: measureSpread(xs).mean, ...measureSpread(ys) }));
  const limit = (sign: number) =>
    points.map(({ mean, deviation }) => (deviation === null ? null : mean + sign * deviation));
  return {
    xs: points.map(({ x }) => x),
    ys: points.map(({ mean }) => mean),
    lower: limit(-1),
    upper: limit(1),
    counts: points.map(({ n }) => n),
  };
}
