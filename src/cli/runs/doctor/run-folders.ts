import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { deleteFolder } from '../../../experiment/curation.js';
import { withDatabaseErrors } from '../../../experiment/database-errors.js';
import { measureFolder } from '../../../experiment/folder-size.js';
import { findRunFolder } from '../../../experiment/run-folder.js';
import { formatNumberOf } from '../../../report/findings/words.js';
import { formatBytes } from '../../../report/format-values.js';
import type { Check, Finding } from './finding.js';

/** A file that is being written is put in its place within minutes; what is older was left behind. */
const DRAFT_AGE_MS = 3_600_000;
/** As `writeWholeFile` and backups name what they are writing. */
const DRAFT = /\.\d+\.part$/;

/** Folders without a run, and files that were never finished. */
export const runFoldersCheck: Check = {
  name: 'files',
  ok: 'every folder of a run has its run, and nothing was left unfinished',
  async find(db) {
    return [...(await findOrphans(db)), ...(await findDrafts(db))];
  },
};

async function findOrphans(db: Database.Database): Promise<Finding[]> {
  // The folders first: a run is recorded before its folder is made.
  const folders = await listRunFolders(db);
  const query = 'SELECT run_id FROM runs';
  const runIds = new Set(withDatabaseErrors(db.name, () => db.prepare<[], number>(query).pluck().all()));
  const orphans = folders.filter(({ runId }) => !runIds.has(runId));
  if (orphans.length === 0) return [];
  const bytes = await sumOf(orphans.map(({ folder }) => measureFolder(folder)));
  const names = orphans.map(({ folder }) => basename(folder)).join(', ');
  return [
    {
      isWrong: true,
      what: `${dirname(orphans[0]!.folder)} has ${formatNumberOf(orphans.length, 'folder')} without a run in the database: ${names} (${formatBytes(bytes)}).`,
      mend: 'If the database is not an older copy whose newer runs they are of, delete them: runs doctor --fix --yes.',
      remedy: {
        deletes: true,
        async apply() {
          for (const { folder } of orphans) await deleteFolder(folder);
        },
      },
    },
  ];
}

/** Those of this database alone; others may lie beside it. */
async function listRunFolders(db: Database.Database): Promise<{ runId: number; folder: string }[]> {
  const names = await readdir(dirname(findRunFolder(db.name, 1))).catch(() => []);
  return names.flatMap((name) => {
    const runId = Number(/-([1-9]\d*)$/.exec(name)?.[1]);
    const folder = findRunFolder(db.name, runId);
    return basename(folder) === name ? [{ runId, folder }] : [];
  });
}

async function findDrafts(db: Database.Database): Promise<Finding[]> {
  const folders = [dirname(db.name), ...(await listRunFolders(db)).map(({ folder }) => folder)];
  const drafts = (await Promise.all(folders.map(listOldDrafts))).flat();
  if (drafts.length === 0) return [];
  return [
    {
      isWrong: true,
      what: `${formatNumberOf(drafts.length, 'file')} of processes that ended while they wrote: ${drafts.join(', ')}.`,
      mend: 'They are of no use; delete them: runs doctor --fix --yes.',
      remedy: {
        deletes: true,
        async apply() {
          for (const draft of drafts) await rm(draft, { force: true });
        },
      },
    },
  ];
}

async function listOldDrafts(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const drafts = names.filter((name) => DRAFT.test(name)).map((name) => join(folder, name));
  const ages = await Promise.all(
    drafts.map((draft) =>
      stat(draft).then(
        ({ mtimeMs }) => Date.now() - mtimeMs,
        () => 0,
      ),
    ),
  );
  return drafts.filter((_, i) => ages[i]! > DRAFT_AGE_MS);
}

async function sumOf(sizes: readonly Promise<number>[]): Promise<number> {
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
