import { expect, it } from 'vitest';
import { isNews, type ShownGrid } from '../../../page/src/views/grid/is-news.js';
import type { Setting } from '../../../src/dashboard/grid/settings.js';
import type { RunRow } from '../../../src/dashboard/run-rows.js';

const GRID: ShownGrid = { sweep: 'widths', chosen: null, settings: [{ runs: [1, 2] } as unknown as Setting] };
const row = (run: number, state: string, sweep = 'widths'): RunRow => ({
  run,
  state,
  group: 1,
  values: { sweep },
});

it.each([
  [true, 'comes to its end, or is restored', { rows: [row(3, 'done')] }],
  [true, 'is under way again', { rows: [row(2, 'running')] }],
  [true, 'is removed', { runs: [2] }],
  [false, 'trains', { rows: [row(3, 'running')] }],
  [false, 'has another epoch', {}],
  [false, 'has another note', { rows: [row(1, 'done')] }],
  [false, 'is of another sweep', { rows: [row(3, 'done', 'other')] }],
  [false, 'was not shown and is removed', { runs: [3] }],
])('is %s news if a run %s', (expected, _, change) => {
  expect(isNews(GRID, change)).toBe(expected);
});

it('is of all sweeps, or of the chosen runs', () => {
  const change = { rows: [row(3, 'done', 'other')] };
  expect(isNews({ ...GRID, sweep: null }, change)).toBe(true);
  expect(isNews({ ...GRID, sweep: null, chosen: [1, 2] }, change)).toBe(false);
  expect(isNews({ ...GRID, sweep: null, chosen: [1, 2, 3] }, change)).toBe(true);
});
