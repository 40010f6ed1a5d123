import { join } from 'node:path';
import { sweep } from '../../src/experiment/sweep-grid.js';
import { recordSearch } from '../helpers/recorded-search.js';

/** Markup that stays text wherever it is shown. */
export const MARKED_UP = 'widths <img src=x onerror=alert(1)>';

/**
 * Trains a grid of two widths and two batch sizes with two seeds each, and records a search.
 *
 * @returns the database: runs 1 to 8 are the grid's
 */
export async function recordSweeps(folder: string): Promise<string> {
  const store = join(folder, 'experiments.db');
  const base = { model: 'SK', trainCount: 200, testCount: 300, epochs: 1 };
  const grid = { width: [0.1, 0.2], batchSize: [50, 100], seed: [0, 1] };
  await sweep({ name: MARKED_UP, base, grid }, { store });
  recordSearch(store, 'rates', 12);
  return store;
}
