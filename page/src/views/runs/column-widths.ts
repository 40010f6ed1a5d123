import type { Column } from '../../runs/column.js';
import type { RunGroup } from '../../runs/groups.js';
import type { RunModel } from '../../runs/run-model.js';
import { tellGroup, tellRun } from './cell-text.js';

/** Rows that are measured. */
const SAMPLED = 200;
/** Of a digit, rather too wide than too narrow; and the room beside a cell. */
const LETTER_PIXELS = 8.6;
const ROOM_PIXELS = 22;
const LEAST_LETTERS = 5;
const MOST_LETTERS = 28;
/** Of the arrow that tells the order, and of the swatch before a run's number. */
const ARROW_LETTERS = 2;

/** How wide columns are, in pixels: as their cells are, and their titles in two lines, whatever part of the table is in view. */
export function measureColumns(
  columns: readonly Column[],
  rows: readonly RunGroup[],
  model: RunModel,
  isGrouped: boolean,
): number[] {
  // The same rows however they are sorted, or columns would move with every click.
  const inOrder = rows.toSorted((a, b) => a.places[0]! - b.places[0]!);
  const step = Math.max(1, Math.floor(rows.length / SAMPLED));
  const sample = inOrder.filter((_, i) => i % step === 0);
  return columns.map((column) => {
    const tell = (row: RunGroup) =>
      isGrouped ? tellGroup(row, column, model) : tellRun(row.places[0]!, column, model);
    const cells = sample.map((row) => tell(row).length);
    // The best group's are bold.
    const bold = isGrouped ? 1 : 0;
    const letters = bold + Math.max(LEAST_LETTERS, countTitle(column.label) + ARROW_LETTERS, ...cells);
    return Math.round(Math.min(letters, MOST_LETTERS) * LETTER_PIXELS + ROOM_PIXELS);
  });
}

/** Letters of the longer of two lines into which a title is best broken. */
function countTitle(title: string): number {
  const breaks = [...title.matchAll(/ /g)].map(({ index }) => Math.max(index, title.length - index - 1));
  return Math.min(title.length, ...breaks);
}
