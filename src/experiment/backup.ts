import { existsSync } from 'node:fs';
import { link, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import Database from 'better-sqlite3';
import { UserError } from '../core/errors.js';
import { explainFileError } from '../core/file-errors.js';
import { checkWritable, syncFolder } from '../core/write-whole-file.js';
import { explainDatabaseError, withDatabaseErrors } from './database-errors.js';
import { findDamage } from './integrity.js';

/** Why a run of a copy is interrupted. */
const UNDER_WAY = 'under way when this copy was made';

/** A backup that has been made and checked. */
export interface Backup {
  /** In any state. */
  readonly runs: number;
  readonly finished: number;
  readonly sizeBytes: number;
}

/**
 * Copies a database whole while others write to it: one snapshot, which holds every run that was finished when the copy began, and those under
 * way as interrupted. It is made under another name, checked, written onto the disk, and only then put in its place.
 *
 * @param force takes the place of a file that is there
 * @throws UserError if there is one, if the copy cannot be written, or if the database is damaged
 */
export async function backUp(db: Database.Database, file: string, force: boolean): Promise<Backup> {
  const place = await findPlace(db, file, force);
  const draft = `${place}.${process.pid}.part`;
  try {
    await rm(draft, { force: true });
    const finished = readFinished(db);
    takeSnapshot(db, draft, file);
    interruptRuns(draft, file);
    const backup = checkCopy(db, draft, file, finished);
    await syncToDisk(draft);
    await putInPlace(draft, place, force);
    await syncFolder(dirname(place));
    return { ...backup, sizeBytes: (await stat(place)).size };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file}: cannot be written: ${explainFileError(error)}. Give another path.`);
  } finally {
    await rm(draft, { force: true }).catch(() => {});
  }
}

/**
 * The file itself, where its name is a link.
 *
 * @throws UserError if it may not be written, or is to stay
 */
async function findPlace(db: Database.Database, file: string, force: boolean): Promise<string> {
  await checkWritable(file);
  const found = await stat(file).catch(() => null);
  const place = found === null ? file : await realpath(file);
  if (found !== null) {
    if (!found.isFile()) {
      throw new UserError(`${file}: expected a place for a file, found a device. Give another path.`);
    }
    const { dev, ino } = await stat(db.name);
    if (found.dev === dev && found.ino === ino) {
      throw new UserError(
        `${file}: expected another file than the database itself, found the same. Give another path.`,
      );
    }
  }
  // SQLite would take an old file's log for a part of the new one.
  const log = ['-wal', '-journal'].map((ending) => place + ending).find((path) => existsSync(path));
  if (log !== undefined) {
    throw new UserError(
      `${file}: expected a place for a copy, found the log of a database there (${basename(log)}), which is in use or was not closed. Give ` +
        'another path.',
    );
  }
  if (found !== null && !force) throw explainExisting(file);
  return place;
}

function explainExisting(file: string): UserError {
  return new UserError(`${file}: there is such a file already. Give another path, or --force to replace it.`);
}

/** The weights of finished runs, by their numbers. */
function readFinished(db: Database.Database): Map<number, string> {
  const query = "SELECT run_id, weights_sha256 FROM runs WHERE state IN ('done', 'diverged')";
  const rows = withDatabaseErrors(db.name, () => db.prepare<[], [number, string]>(query).raw().all());
  return new Map(rows);
}

/**
 * VACUUM INTO reads the database in one transaction, which in WAL mode hinders no writer and sees nothing of what they write meanwhile. SQLite's online
 * backup would begin anew whenever another process has written, and copy damaged pages as they are.
 */
function takeSnapshot(db: Database.Database, draft: string, file: string): void {
  try {
    db.prepare('VACUUM INTO ?').run(draft);
  } catch (error) {
    const isSource = error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
    throw explainDatabaseError(error, isSource ? db.name : file);
  }
}

/**
 * Nobody is at the copy's runs, but the processes that are at the original's live, and a sweep on the copy would wait for them. A `queued` run, as
 * older versions have them, leaves no row, as where its process has ended.
 */
function interruptRuns(draft: string, file: string): void {
  withDatabaseErrors(file, () => {
    const copy = new Database(draft);
    try {
      // A draft that is given up needs no log beside it, which would be left there by a process that is killed.
      copy.pragma('journal_mode = MEMORY');
      copy.transaction(() => {
        copy.exec("DELETE FROM runs WHERE state = 'queued'");
        copy
          .prepare(
            "UPDATE runs SET state = 'interrupted', reason = ?, finished_at = ? WHERE state = 'running'",
          )
          .run(UNDER_WAY, new Date().toISOString());
      })();
    } finally {
      copy.close();
    }
  });
}

/** @throws UserError if it is not whole: the disk has damaged it, or the database was damaged before */
function checkCopy(
  db: Database.Database,
  draft: string,
  file: string,
  finished: ReadonlyMap<number, string>,
): Omit<Backup, 'sizeBytes'> {
  return withDatabaseErrors(file, () => {
    const copy = new Database(draft, { readonly: true });
    try {
      const copied = readFinished(copy);
      const differing = [...finished].filter(([runId, sha256]) => copied.get(runId) !== sha256);
      // What has been purged before the copy began is not lost.
      const still = differing.length === 0 ? finished : readFinished(db);
      const lost = differing.filter(([runId]) => still.has(runId)).map(([runId]) => runId);
      const damage = [...findDamage(copy), ...lost.map((runId) => `run ${runId} is missing or differs`)];
      if (damage.length > 0) {
        throw new UserError(
          `${file}: expected a whole copy, found damage in it (${damage[0]}), and kept nothing. What is wrong with the database, and how to mend it, ` +
            'tells: runs doctor.',
        );
      }
      const runs = copy.prepare<[], number>('SELECT count(*) FROM runs').pluck().get()!;
      return { runs, finished: copied.size };
    } finally {
      copy.close();
    }
  });
}

async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A link, unlike a renaming, never takes the place of a file that has come meanwhile; but not every file system has links. */
async function putInPlace(draft: string, file: string, force: boolean): Promise<void> {
  if (!force) {
    try {
      await link(draft, file);
      return;
    } catch (error) {
      if (existsSync(file)) throw explainExisting(file);
      if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? ''))
        throw error;
    }
  }
  await rename(draft, file);
}
