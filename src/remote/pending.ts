import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../core/errors.js';
import { explainFileError } from '../core/file-errors.js';
import { readRegularFileSync } from '../core/regular-file.js';
import { type NumericsChoice, readRecordedRuns } from '../experiment/run-records.js';
import type { Store } from '../experiment/store.js';
import { readSweepId } from '../experiment/sweep-entry.js';
import { type Collection, collectResults } from './collect.js';
import { listNames, SharedFolder } from './shared-folder.js';
import { readSubmission, type Submission } from './slurm/submission.js';

/** Of a path. */
const MAX_BYTES = 1 << 16;
/** Of this program's version: what another one has recorded makes no result needless. */
const NUMERICS_WANTED: NumericsChoice = 'current';

/** Where it is noted, beside a database, what was submitted whose results it does not hold yet: a file for each submission, with its folder in it. */
export function findPendingFolder(database: string): string {
  return `${database}-submitted`;
}

/** @throws UserError if it cannot be noted there */
export async function notePending(database: string, { folder }: Submission): Promise<void> {
  const place = findPendingFolder(database);
  try {
    await mkdir(place, { recursive: true });
    await writeFile(join(place, basename(folder)), folder);
  } catch (error) {
    throw new UserError(
      `${place}: cannot be written: ${explainFileError(error)}. Make room there, or check its permissions, and run it again.`,
    );
  }
}

/** The folders of the submissions that are noted. */
export async function listPending(database: string): Promise<string[]> {
  const place = findPendingFolder(database);
  return (await listNames(place)).map((name) =>
    readRegularFileSync(join(place, name), "a submission's folder", MAX_BYTES).toString('utf8'),
  );
}

/** What came of a submission. */
export interface PendingCollection extends Collection {
  readonly submission: Submission;
}

/**
 * Records what has come to a result of all that was submitted for a database. A submission is forgotten once all of its points are recorded.
 *
 * @param unreadable told of a submission whose folder cannot be read now, in one line
 * @throws UserError if the database cannot be written
 */
export async function collectPending(
  store: Store,
  unreadable: (reason: string) => void,
): Promise<PendingCollection[]> {
  const collections: PendingCollection[] = [];
  for (const folder of await listPending(store.db.name)) {
    let submission: Submission;
    try {
      submission = readSubmission(folder);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unreadable(error.message);
      continue;
    }
    collections.push({ submission, ...(await collectSubmission(store, submission)) });
    await forgetIfRecorded(store, submission);
  }
  return collections;
}

/**
 * Forgets the submissions all of whose points are recorded, however that came about. Those that cannot be read now are kept.
 *
 * @throws UserError if what is noted cannot be read
 */
export async function forgetRecorded(store: Store): Promise<void> {
  for (const folder of await listPending(store.db.name)) {
    try {
      const submission = readSubmission(folder);
      await forgetIfRecorded(store, submission);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
}

async function forgetIfRecorded(store: Store, submission: Submission): Promise<void> {
  if (listMissing(store, submission).length === 0) await forgetPending(store.db.name, submission);
}

async function collectSubmission(store: Store, submission: Submission): Promise<Collection> {
  const shared = new SharedFolder(dirname(dirname(submission.folder)));
  const { sweep } = submission;
  // It was recorded when this was submitted, unless the database has been put back since.
  const sweepId =
    readSweepId(store.db, sweep) ?? store.recordSweep({ name: sweep, title: null, grows: true }, []);
  const { recorded, failed, held, problems } = await collectResults(
    store,
    sweepId,
    shared,
    listMissing(store, submission),
  );
  return { recorded, failed, held, problems };
}

function listMissing({ db }: Store, { identities }: Submission): string[] {
  const recorded = readRecordedRuns(db, identities, NUMERICS_WANTED);
  return identities.filter((identity) => !recorded.has(identity));
}

/** Of a submission that is recorded, or that nobody has taken. */
export async function forgetPending(database: string, { folder }: Pick<Submission, 'folder'>): Promise<void> {
  const place = findPendingFolder(database);
  await rm(join(place, basename(folder)), { force: true });
  await rmdir(place).catch(() => {});
}
