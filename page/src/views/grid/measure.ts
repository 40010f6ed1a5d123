import type { GridAnswer } from '../../../../src/dashboard/answers/grid.js';
import { formatShort } from '../../chart/scale.js';

/** By what settings are compared. */
export type ShownMeasure = GridAnswer['measures'][number];

/** A value of it, or a difference of two. */
export function formatMeasure(value: number, { decimals }: ShownMeasure): string {
  return decimals === null ? formatShort(value) : value.toFixed(decimals);
}
