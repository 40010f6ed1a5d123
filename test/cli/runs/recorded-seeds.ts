import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../experiment/fake-runs.js';
import { sweep } from '../fake-command.js';

/** A database of finished runs that differ in their seeds alone, in a folder that goes with the test, and the grid that they are of. */
export async function recordSeeds(count: number): Promise<{ readonly db: string; readonly grid: string }> {
  const folder = makeFolder();
  const [db, grid] = [join(folder, 'experiments.db'), join(folder, 'grid.json')];
  const seed = Array.from({ length: count }, (_, i) => i);
  writeFileSync(
    grid,
    JSON.stringify({ name: 'seeds', base: { model: 'SK', width: 0.2, epochs: 2 }, grid: { seed } }),
  );
  await sweep([grid, '--db', db, '--parallel', '1']);
  return { db, grid };
}
