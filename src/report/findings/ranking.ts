import type { ReportedPoint, ReportedRun } from './reported-run.js';

/** By what runs are put in an order, and the best of them is found. */
export interface Ranking {
  /** Whether that are the images which the runs have kept for it; else the test images. */
  readonly validates: boolean;
  /** The least is the best. */
  read(run: ReportedRun): number;
}

const BY_TEST: Ranking = { validates: false, read: (run) => run.fit?.rmse ?? run.errorPercent };
const BY_VALIDATION: Ranking = {
  validates: true,
  read: ({ validationErrorPercent, validationLoss }) => validationErrorPercent ?? validationLoss!,
};

/**
 * Where every run has kept images for validation, these decide: the least test error of several is less than what its network would show on other
 * images.
 */
export function chooseRanking(runs: readonly ReportedRun[]): Ranking {
  const allValidate = runs.length > 0 && runs.every(({ validationLoss }) => validationLoss !== null);
  return allValidate ? BY_VALIDATION : BY_TEST;
}

/** The best first, by the mean over their seeds; those without a run last. */
export function sortByRank<Row extends { readonly point: ReportedPoint }>(
  rows: readonly Row[],
  { read }: Ranking,
): Row[] {
  const rankOf = ({ point: { seeds } }: Row) =>
    seeds.length === 0 ? Number.MAX_VALUE : seeds.reduce((sum, run) => sum + read(run), 0) / seeds.length;
  return [...rows].sort((a, b) => rankOf(a) - rankOf(b));
}
