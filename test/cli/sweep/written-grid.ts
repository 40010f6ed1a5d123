import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../experiment/fake-runs.js';

/** A grid file of two short runs. */
export const TWO_SEEDS = {
  name: 'seeds',
  base: { model: 'SK', width: 0.2, epochs: 2 },
  grid: { seed: [0, 1] },
};

/** Writes a grid file, beside which there is no database yet. */
export function writeGrid(grid: object | string = TWO_SEEDS): { grid: string; db: string } {
  const folder = makeFolder();
  const file = join(folder, 'grid.json');
  writeFileSync(file, typeof grid === 'string' ? grid : JSON.stringify(grid));
  return { grid: file, db: join(folder, 'new/experiments.db') };
}
