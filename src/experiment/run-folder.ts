import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Where a run's checkpoints lie: `runs/experiments-12` beside the database `experiments.db`, beside the file itself where that is a link.
 * Databases of one folder do not meet there, unless their names differ by `.db` alone.
 */
export function findRunFolder(database: string, runId: number): string {
  const file = existsSync(database) ? realpathSync(database) : database;
  return join(dirname(file), 'runs', `${basename(file, '.db')}-${runId}`);
}
