import { z } from 'zod';
import type { Cohort } from './cohorts.js';
import { layOutHalving, layOutHyperband } from './halving.js';

const reduction = z.int().min(2).max(100).default(3);
const minEpochs = z.int().min(1).default(1);

/** Gives trials up early that are hopeless. */
export const prunerSchema = z.discriminatedUnion('kind', [
  /** One that is worse than the median of those before it at the same epoch. */
  z.strictObject({
    kind: z.literal('median'),
    startupTrials: z.int().min(1).default(5),
    minEpochs,
    every: z.int().min(1).default(1),
  }),
  /** All but the best one of `reduction`, and so on, with `reduction` times the epochs each time. */
  z.strictObject({
    kind: z.literal('successive-halving'),
    reduction,
    minEpochs,
    cohort: z.int().min(2).max(100_000).optional(),
  }),
  /** The same from several first numbers of epochs in turn. */
  z.strictObject({ kind: z.literal('hyperband'), reduction, minEpochs }),
]);

export type PrunerSpec = z.output<typeof prunerSchema>;
export type MedianSpec = Extract<PrunerSpec, { kind: 'median' }>;

/**
 * The kinds of cohorts in which trials of so many epochs compete; they follow one another in turn. Without a pruner, or with one that looks at each trial
 * by itself, a trial is its own cohort.
 */
export function layOutCohorts(pruner: PrunerSpec | null, epochs: number): readonly Cohort[] {
  if (pruner?.kind === 'successive-halving') return [layOutHalving(pruner, epochs)];
  if (pruner?.kind === 'hyperband') return layOutHyperband(pruner, epochs);
  return [{ size: 1, rungs: [...listChecks(pruner, epochs), { epochs, keep: 1 }] }];
}

/** Where the median is looked at. */
function listChecks(pruner: MedianSpec | null, epochs: number): Cohort['rungs'] {
  if (pruner === null) return [];
  const { minEpochs: first, every } = pruner;
  const count = Math.max(0, Math.ceil((epochs - first) / every));
  return Array.from({ length: count }, (_, i) => ({ epochs: first + i * every, keep: 1 }));
}
