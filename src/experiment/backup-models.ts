import { constants, existsSync } from 'node:fs';
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { BEST_FILE, MODEL_FILE } from '../checkpoint/run-files.js';
import { UserError } from '../core/errors.js';
import { explainFileError } from '../core/file-errors.js';
import { openDatabaseReadOnly } from './database.js';
import { withDatabaseErrors } from './database-errors.js';
import { findRunFolder } from './run-folder.js';

/**
 * Copies the networks that finished runs have saved beside a backup: where they are looked for if that is used as a database.
 *
 * @param backup a copy of `db`, whose finished runs they are
 * @returns how many files there are
 * @throws UserError if one cannot be written; those before it stay
 */
export async function backUpModels(db: Database.Database, backup: string): Promise<number> {
  let count = 0;
  for (const runId of readFinished(backup)) {
    const [from, to] = [findRunFolder(db.name, runId), findRunFolder(backup, runId)];
    for (const name of [MODEL_FILE, BEST_FILE]) {
      if (!existsSync(join(from, name))) continue;
      await copyWhole(join(from, name), to, name);
      count++;
    }
  }
  return count;
}

function readFinished(backup: string): number[] {
  const copy = openDatabaseReadOnly(backup);
  try {
    const query = "SELECT run_id FROM runs WHERE state IN ('done', 'diverged') ORDER BY run_id";
    return withDatabaseErrors(backup, () => copy.prepare<[], number>(query).pluck().all());
  } finally {
    copy.close();
  }
}

async function copyWhole(file: string, folder: string, name: string): Promise<void> {
  const target = join(folder, name);
  const draft = `${target}.${process.pid}.part`;
  try {
    await mkdir(folder, { recursive: true });
    await copyFile(file, draft, constants.COPYFILE_FICLONE);
    const handle = await open(draft, 'r');
    await handle.sync().finally(() => handle.close());
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw new UserError(
      `${target}: the database is copied, but this model cannot be: ${explainFileError(error)}. Free some space and back up again with --force.`,
    );
  }
}
