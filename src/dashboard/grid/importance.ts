import { measureRankShare } from '../../report/statistics/rank-share.js';
import type { CellValue } from '../run-rows.js';
import type { GridField } from './fields.js';
import type { Setting } from './settings.js';

/** How much of the order of the runs is told by one field. */
export interface FieldImportance {
  readonly field: string;
  /** 0 to 1; null where there are too few runs. */
  readonly share: number | null;
}

/** Of more different numbers the quarters are compared. */
const MOST_LEVELS = 8;

/** How the importances are computed; see measureRankShare. */
export const IMPORTANCE_EXPLAINED =
  'How much of the order of the runs one field tells by itself: the share of the variance of their ranks that lies between its values, or, where ' +
  `it has more than ${MOST_LEVELS}, between four parts of its range with equally many runs each, less what chance alone gives (ω²). What fields do only together it does not see, ` +
  'and of fields that change together each tells what the other does.';

/** The importance of each field, the greatest first. */
export function measureFields(fields: readonly GridField[], settings: readonly Setting[]): FieldImportance[] {
  const ranks = rankRuns(settings);
  return fields
    .map(({ name, kind, levels }): FieldImportance => {
      const known = ranks.map(({ setting, rank }) => ({ value: setting.values[name] as CellValue, rank }));
      return { field: name, share: measureRankShare(known, kind === 'text' || levels.length <= MOST_LEVELS) };
    })
    .sort((a, b) => (b.share ?? -1) - (a.share ?? -1));
}

/** The same of all fields together: what is left of the variance lies between seeds. Null where settings have too few of them. */
export function measureTogether(settings: readonly Setting[]): number | null {
  const numbers = new Map(settings.map((setting, i) => [setting, i]));
  const known = rankRuns(settings).map(({ setting, rank }) => ({ value: numbers.get(setting), rank }));
  return measureRankShare(known, true);
}

/** Each run's rank by its measure; equal ones have the mean of theirs. */
function rankRuns(settings: readonly Setting[]): { readonly setting: Setting; readonly rank: number }[] {
  const runs = settings
    .flatMap((setting) => setting.results.map((result) => ({ setting, result })))
    .sort((a, b) => a.result - b.result);
  const ranks = new Map<number, { sum: number; count: number }>();
  runs.forEach(({ result }, place) => {
    const known = ranks.get(result) ?? { sum: 0, count: 0 };
    ranks.set(result, { sum: known.sum + place, count: known.count + 1 });
  });
  return runs.map(({ setting, result }) => {
    const { sum, count } = ranks.get(result)!;
    return { setting, rank: sum / count };
  });
}
