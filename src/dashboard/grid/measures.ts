import { formatFigure } from '../../report/search/search-words.js';

/** By what settings are compared. */
export interface GridMeasure {
  /** A column of the table of runs. */
  readonly name: string;
  readonly label: string;
  /** 1 where less is better, −1 where more is. */
  readonly sign: 1 | -1;
  /** The field that says of how many images an error in percent is; null for other measures. */
  readonly imagesField: string | null;
  /** What it cannot be less or more than, as far as there is such a limit. */
  readonly limits: readonly [least: number, most: number];
  /** Behind the point; null for as many as tell something. */
  readonly decimals: number | null;
}

const LOSS = { sign: 1, imagesField: null, limits: [0, Number.POSITIVE_INFINITY], decimals: null } as const;
const PERCENT = { sign: 1, limits: [0, 100], decimals: 2 } as const;

/** In the order of preference: validation images are there to choose by. */
export const GRID_MEASURES: readonly GridMeasure[] = [
  {
    name: 'validation_error_percent',
    label: 'validation error %',
    ...PERCENT,
    imagesField: 'validationCount',
  },
  { name: 'test_error_percent', label: 'test error %', ...PERCENT, imagesField: 'testCount' },
  { name: 'test_rmse', label: 'test RMSE', ...LOSS },
  { name: 'test_r2', label: 'test R²', ...LOSS, sign: -1, limits: [Number.NEGATIVE_INFINITY, 1] },
  { name: 'validation_loss', label: 'validation loss', ...LOSS },
  { name: 'test_loss', label: 'test loss', ...LOSS },
  { name: 'train_loss', label: 'training loss', ...LOSS },
  { name: 'seconds', label: 'seconds', ...LOSS },
];

/** A value of it, or a difference of two. */
export function formatMeasure(value: number, { decimals }: Pick<GridMeasure, 'decimals'>): string {
  return decimals === null ? formatFigure(value) : value.toFixed(decimals);
}
