import {
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserError } from './errors.js';
import { explainFileError } from './file-errors.js';
import { hasProcess } from './has-process.js';

export interface WriteOptions {
  /** What the user can do if it fails. Default: `Give another path.` */
  readonly advice?: string;
  /** False where a folder that is missing is a failure too. */
  readonly makesFolder?: boolean;
}

/**
 * Writes a file whole or not at all: under another name beside it, onto the disk, then in its place, which is made to last as well. What was
 * there before stays until then. Makes the file's folder. A link stays one; a device or a pipe, which cannot be replaced, is written to.
 *
 * @param pieces of the file, one after another
 * @throws UserError if it cannot be written there, be it that the disk is full; what `pieces` throws, if that is a UserError
 */
export async function writeWholeFile(
  file: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: WriteOptions = {},
): Promise<void> {
  const place = await findPlace(file);
  await withDraft(place ?? file, options, async (draft) => {
    if (place === null) {
      await writeFile(file, pieces);
      return;
    }
    const handle = await open(draft, 'wx');
    try {
      for await (const piece of pieces) await handle.writeFile(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, resolve(place));
    await syncFolder(dirname(place));
  });
}

/**
 * Tries whether a file could be written, for instance before hours of work whose result it is to hold. Makes its folder.
 *
 * @throws UserError if it could not
 */
export async function checkWritable(file: string): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found?.isDirectory()) throw new UserError(`${file}: expected a file to write, found a folder.`);
  const place = await findPlace(file);
  if (place === null) return;
  await withDraft(place, {}, async (draft) => {
    await (await open(draft, 'wx')).close();
    await rm(draft);
  });
}

/** Where the file itself is or will be, behind links; null for what can be written to and not replaced. */
async function findPlace(file: string): Promise<string | null> {
  const found = await stat(file).catch(() => null);
  if (!found) return findMissingPlace(file);
  if (!found.isFile() && !found.isDirectory()) return null;
  return (await lstat(file)).isSymbolicLink() ? realpath(file) : file;
}

/** Of a file that is not there, be it that a link to it is. */
async function findMissingPlace(file: string): Promise<string> {
  for (let place = file, links = 0; links < MAX_LINKS; links++) {
    const target = await readlink(place).catch(() => null);
    if (target === null) return place;
    place = resolve(dirname(place), target);
  }
  return file;
}

/** As many as Linux follows. */
const MAX_LINKS = 40;

/** Files that are being written are called so until they are whole: behind the file's name comes the writer's process. */
const DRAFT = /\.(\d+)\.part$/;

/**
 * Removes what processes that have died while they were writing have left in a folder. This process must not be writing there.
 *
 * @throws UserError if the folder cannot be read, or written
 */
export async function removeDrafts(folder: string): Promise<void> {
  try {
    for (const name of await readdir(folder)) {
      const [, pid] = DRAFT.exec(name) ?? [];
      if (pid === undefined) continue;
      const isOthers = Number(pid) !== process.pid && hasProcess(Number(pid));
      if (!isOthers) await rm(join(folder, name), { force: true });
    }
  } catch (error) {
    throw new UserError(`${folder}: cannot be cleared: ${explainFileError(error)}. Check its permissions.`);
  }
}

/** Whoever is alive writes on within that time. */
const STALE_MS = 60 * 60 * 1000;

/**
 * Removes what has not been written to for an hour, of a folder that processes of several machines may write to: their numbers tell nothing there.
 * What cannot be removed stays.
 */
export async function removeStaleDrafts(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((name) => DRAFT.test(name))) {
    const draft = join(folder, name);
    const found = await stat(draft).catch(() => null);
    if (found && Date.now() - found.mtimeMs > STALE_MS) await rm(draft, { force: true }).catch(() => {});
  }
}

/** Calls `write` with the name of a file beside `file`, of which nothing is left if it throws. */
async function withDraft(
  file: string,
  { advice = 'Give another path.', makesFolder = true }: WriteOptions,
  write: (draft: string) => Promise<void>,
): Promise<void> {
  // Beside a folder that is called '.', not in it.
  const draft = `${resolve(file)}.${process.pid}.part`;
  try {
    if (makesFolder) await makeFolder(dirname(file));
    await rm(draft, { force: true });
    await write(draft);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    if (error instanceof UserError) throw error;
    throw new UserError(`${file}: cannot be written: ${explainFileError(error)}. ${advice}`);
  }
}

/** What some file systems say of a folder that they cannot bring onto the disk, since they keep it there, or nowhere. */
const NO_SYNC = ['EINVAL', 'ENOTSUP', 'ENOSYS'];

/** A rename lasts once the folder is on the disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    if (!NO_SYNC.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

/**
 * Makes a folder where it is missing, with those that it is in. Node's own `recursive` never ends in a folder such as /proc, where nothing can be made.
 */
export async function makeFolder(folder: string): Promise<void> {
  const make = () =>
    mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      // A file there is told of when another is to be opened in it.
      if (error.code !== 'EEXIST') throw error;
    });
  const parent = dirname(folder);
  await make().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || parent === folder) throw error;
    await makeFolder(parent);
    await make();
  });
}
