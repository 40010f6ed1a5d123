import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { withDatabaseErrors } from '../../../experiment/database-errors.js';
import { measureFolder } from '../../../experiment/folder-size.js';
import { findRunFolder } from '../../../experiment/run-folder.js';
import { formatNumberOf } from '../../../report/findings/words.js';
import { formatBytes } from '../../../report/format-values.js';
import type { Check, Finding } from './finding.js';

/** Room for some checkpoints of a middle-sized network. */
const LEAST_FREE_BYTES = 200e6;
/** SQLite folds its log in every 4 MB, unless somebody reads for a long time. */
const MOST_LOG_BYTES = 64e6;
/** Of a database, what is empty and worth a copy. */
const MOST_EMPTY = { share: 0.5, bytes: 10e6 };

export const spaceCheck: Check = {
  name: 'space',
  ok: 'there is enough',
  async find(db) {
    return [...(await describeUse(db)), ...findLog(db), ...findEmptyPages(db), ...(await findRemoved(db))];
  },
};

async function describeUse(db: Database.Database): Promise<Finding[]> {
  const folder = dirname(db.name);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const files = await sumFolders(db, 'SELECT run_id FROM runs');
  const use = `The database takes ${formatBytes(sizeOf(db.name))}, the files of its runs ${formatBytes(files)}; ${formatBytes(free)} are free`;
  if (free >= LEAST_FREE_BYTES) return [{ isWrong: false, what: `${use}.`, mend: null }];
  return [
    {
      isWrong: true,
      what: `${use}. Sweeps end when nothing more can be recorded.`,
      mend: `Free some space on the disk of ${folder}; runs rm and runs purge delete runs with their files.`,
    },
  ];
}

function findLog(db: Database.Database): Finding[] {
  const bytes = sizeOf(`${db.name}-wal`);
  if (bytes <= MOST_LOG_BYTES) return [];
  return [
    {
      isWrong: false,
      what: `The database's log takes ${formatBytes(bytes)}, since something has been reading for long, or was killed.`,
      mend: 'It is folded in once nothing reads: runs doctor --fix.',
      remedy: {
        deletes: false,
        apply(writable) {
          writable.pragma('wal_checkpoint(TRUNCATE)');
        },
      },
    },
  ];
}

function findEmptyPages(db: Database.Database): Finding[] {
  const read = (name: string) => db.pragma(name, { simple: true }) as number;
  const empty = read('freelist_count');
  const bytes = empty * read('page_size');
  if (bytes < MOST_EMPTY.bytes || empty < MOST_EMPTY.share * read('page_count')) return [];
  return [
    {
      isWrong: false,
      what: `${formatBytes(bytes)} of the database are empty, since runs were purged; new runs fill them.`,
      mend: 'To have them back now, put a backup in its place, which leaves them out: runs backup FILE.',
    },
  ];
}

async function findRemoved(db: Database.Database): Promise<Finding[]> {
  const query = 'SELECT run_id FROM runs WHERE removed_at IS NOT NULL';
  const count = withDatabaseErrors(db.name, () => db.prepare(query).all().length);
  if (count === 0) return [];
  const bytes = await sumFolders(db, query);
  return [
    {
      isWrong: false,
      what: `${formatNumberOf(count, 'removed run')} can still be restored, with ${formatBytes(bytes)} of files.`,
      mend: 'To delete what is removed for good: runs purge.',
    },
  ];
}

async function sumFolders(db: Database.Database, query: string): Promise<number> {
  const runIds = withDatabaseErrors(db.name, () => db.prepare<[], number>(query).pluck().all());
  const sizes = await Promise.all(runIds.map((runId) => measureFolder(findRunFolder(db.name, runId))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
