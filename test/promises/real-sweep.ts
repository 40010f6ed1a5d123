import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPackageRoot } from '../../src/core/paths.js';
import { openDatabaseReadOnly } from '../../src/experiment/database.js';

/** A sweep of twelve short runs in a folder of its own. */
export interface SmallSweep {
  readonly grid: string;
  readonly db: string;
}

/** Of the twelve runs. */
export const RUN_COUNT = 12;

export function makeSmallSweep(folder: string, { epochs = 2 } = {}): SmallSweep {
  const [grid, db] = [join(folder, 'grid.json'), join(folder, 'experiments.db')];
  const base = { model: 'SK', width: 0.2, trainCount: 200, testCount: 50, epochs };
  const seeds = Array.from({ length: RUN_COUNT }, (_, seed) => seed);
  writeFileSync(grid, JSON.stringify({ name: 'small', base, grid: { seed: seeds } }));
  return { grid, db };
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  readonly seconds: number;
}

/** Starts the real command on a sweep, beside whatever else runs. */
export function startSweep(
  { grid, db }: SmallSweep,
  { args = [], env = {} }: { readonly args?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const script = join(findPackageRoot(), 'scripts', 'sweep.js');
  const startMs = performance.now();
  const child = spawn(
    process.execPath,
    [script, grid, '--db', db, '--parallel', '2', '--workers', '1', ...args],
    {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += String(data);
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      resolve({ code, signal, stderr, seconds: (performance.now() - startMs) / 1000 });
    });
  });
  return { child, ended };
}

/** What a database holds of a sweep, and whether it is whole. */
export function readSweep({ db: file }: SmallSweep) {
  const db = openDatabaseReadOnly(file);
  const all = (sql: string) => db.prepare(sql).raw(true).all();
  const seen = {
    runs: all(
      'SELECT seed, state, completed_epochs, weights_sha256, test_error_percent FROM all_runs ORDER BY seed',
    ),
    points: all('SELECT count(*) FROM sweep_points').flat(),
    integrity: [...all('PRAGMA integrity_check'), ...all('PRAGMA foreign_key_check')].flat(),
  };
  db.close();
  return seen;
}
