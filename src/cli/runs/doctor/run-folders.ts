import { readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { clearRunFolder, listStates } from '../../../checkpoint/run-files.js';
import { hasProcess } from '../../../core/has-process.js';
import { deleteFolder } from '../../../experiment/curation.js';
import { withDatabaseErrors } from '../../../experiment/database-errors.js';
import { measureFolder } from '../../../experiment/folder-size.js';
import { findRunFolder, readRunId } from '../../../experiment/run-folder.js';
import { formatNumberOf } from '../../../report/findings/words.js';
import { formatBytes } from '../../../report/format-values.js';
import type { Check, Finding } from './finding.js';

/** A file that is being written is put in its place within minutes; what is older was left behind. */
const DRAFT_AGE_MS = 3_600_000;
/** As `writeWholeFile` and backups name what they are writing: behind the file's name comes the writer's process. */
const DRAFT = /^(?<file>.+)\.(?<pid>[1-9]\d*)\.part$/;

/** Folders without a run, files that were never finished, and states that nothing goes on from. */
export const runFoldersCheck: Check = {
  name: 'files',
  ok: 'every folder of a run has its run, and nothing was left unfinished',
  async find(db) {
    return [...(await findOrphans(db)), ...(await findDrafts(db)), ...(await findStates(db))];
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
    const runId = readRunId(name);
    const folder = findRunFolder(db.name, runId);
    return basename(folder) === name ? [{ runId, folder }] : [];
  });
}

async function findDrafts(db: Database.Database): Promise<Finding[]> {
  // Whose the other files beside the database are is not known.
  const isDatabase = (file: string) => file === basename(db.name) || file.endsWith('.db');
  const folders = (await listRunFolders(db)).map(({ folder }) => folder);
  const drafts = (
    await Promise.all([
      listOldDrafts(dirname(db.name), isDatabase),
      ...folders.map((folder) => listOldDrafts(folder, () => true)),
    ])
  ).flat();
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

/** @param isOurs tells by the name of the file that a draft was to become whether Convoy writes such files there */
async function listOldDrafts(folder: string, isOurs: (file: string) => boolean): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const isLeft = (name: string) => {
    const { file, pid } = DRAFT.exec(name)?.groups ?? {};
    return file !== undefined && isOurs(file) && !hasProcess(Number(pid));
  };
  const drafts = names.filter(isLeft).map((name) => join(folder, name));
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

/** A run's process may die between recording that it is done and clearing its folder. */
async function findStates(db: Database.Database): Promise<Finding[]> {
  const query = "SELECT run_id FROM runs WHERE state = 'done'";
  const done = new Set(withDatabaseErrors(db.name, () => db.prepare<[], number>(query).pluck().all()));
  const folders = (await listRunFolders(db)).filter(({ runId }) => done.has(runId));
  const states = await Promise.all(folders.map(({ folder }) => listStates(folder).catch(() => [])));
  const full = folders.filter((_, i) => states[i]!.length > 0);
  if (full.length === 0) return [];
  const bytes = await sumOf(states.flat().map(measureFile));
  const names = full.map(({ folder }) => basename(folder)).join(', ');
  return [
    {
      isWrong: false,
      what: `States to go on from of ${formatNumberOf(full.length, 'run')} that ${full.length === 1 ? 'is' : 'are'} done: ${names} (${formatBytes(bytes)}).`,
      mend: 'Sweeps with --keep state keep them on purpose. If these are not wanted, delete them: runs doctor --fix --yes.',
      remedy: {
        deletes: true,
        async apply() {
          for (const { folder } of full) await clearRunFolder(folder);
        },
      },
    },
  ];
}

function measureFile(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

async function sumOf(sizes: readonly Promise<number>[]): Promise<number> {
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
