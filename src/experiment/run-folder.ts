import { basename, dirname, join } from 'node:path';

/** Where a run's checkpoints lie: `runs/experiments-12` beside the database `experiments.db`. Databases of one folder do not meet there. */
export function findRunFolder(database: string, runId: number): string {
  return join(dirname(database), 'runs', `${basename(database, '.db')}-${runId}`);
}
