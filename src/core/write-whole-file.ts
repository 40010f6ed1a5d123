import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from './errors.js';
import { explainFileError } from './file-errors.js';

/**
 * Writes a file whole or not at all: under another name beside it, onto the disk, then in its place. What was there before stays until
 * then. Makes the file's folder.
 *
 * @param pieces of the file, one after another
 * @throws UserError if it cannot be written there, be it that the disk is full
 */
export async function writeWholeFile(file: string, pieces: Iterable<Uint8Array>): Promise<void> {
  await withDraft(file, async (draft) => {
    const handle = await open(draft, 'wx');
    try {
      for (const piece of pieces) await handle.writeFile(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  });
}

/**
 * Tries whether a file could be written, for instance before hours of work whose result it is to hold. Makes its folder.
 *
 * @throws UserError if it could not
 */
export async function checkWritable(file: string): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found && !found.isFile()) throw new UserError(`${file}: expected a file to write, found a folder.`);
  await withDraft(file, async (draft) => {
    await (await open(draft, 'wx')).close();
    await rm(draft);
  });
}

/** Calls `write` with the name of a file beside `file`, of which nothing is left if it throws. */
async function withDraft(file: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${file}.${process.pid}.part`;
  try {
    await makeFolder(dirname(file));
    await rm(draft, { force: true });
    await write(draft);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw new UserError(`${file}: cannot be written: ${explainFileError(error)}. Give another path.`);
  }
}

/** Node's own `recursive` never ends in a folder such as /proc, where nothing can be made. */
async function makeFolder(folder: string): Promise<void> {
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
