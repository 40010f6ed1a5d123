import { PANEL_COLUMNS } from '../constants.js';
import { panelCount } from '../interface/products.js';

/*
 * The packed layout of the reference is the matrix itself, row by row, each row as long as its panels: a column belongs to
 * one panel only, so panels can be packed in any order, by any thread.
 */

/** Floats from one row of a packed matrix to the next. */
export function packedStride(columns: number): number {
  return panelCount(columns) * PANEL_COLUMNS;
}
