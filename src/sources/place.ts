import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { UserError } from '../core/errors.js';
import { compareNaturally } from '../core/natural-order.js';
import { explainOpenError, nameKind, openRegularFile, readBytes } from '../core/regular-file.js';

/** A file or a folder that a user names as data. */
export interface Place {
  readonly path: string;
  /** Without the ending of a file. */
  readonly name: string;
  readonly isFolder: boolean;
  /** Of a folder, in natural order, without hidden ones. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** What a file begins with. */
  readonly start: Buffer;
}

/** Enough to know any format by. */
const START_BYTES = 4096;

/** @throws UserError if there is nothing, or something else, or it cannot be read */
export async function lookAt(path: string): Promise<Place> {
  const expected = 'a folder or a file of images';
  try {
    const found = await stat(path);
    const name = basename(resolve(path)).normalize('NFC');
    if (found.isDirectory()) {
      return { path, name, isFolder: true, start: Buffer.alloc(0), ...(await listFolder(path)) };
    }
    if (!found.isFile()) {
      throw new UserError(`${path}: expected ${expected}, found ${nameKind(found)}. Check the path.`);
    }
    const open = await openRegularFile(path, expected);
    try {
      const start = await readBytes(open, path, START_BYTES);
      const stem = name.slice(0, name.length - extname(name).length);
      return { path, name: stem, isFolder: false, files: [], folders: [], start };
    } finally {
      await open.handle.close();
    }
  } catch (error) {
    throw explainOpenError(error, path, expected);
  }
}

/**
 * A folder's files and folders, links followed, without hidden ones, in natural order. What is neither, and links that lead nowhere, are among the
 * files: whoever reads them tells.
 */
export async function listFolder(path: string): Promise<{ files: string[]; folders: string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || NO_CONTENT.has(entry.name)) continue;
    const isFolder = entry.isSymbolicLink()
      ? await stat(join(path, entry.name)).then(
          (stats) => stats.isDirectory(),
          () => false,
        )
      : entry.isDirectory();
    (isFolder ? folders : files).push(entry.name);
  }
  return { files: files.sort(compareNaturally), folders: folders.sort(compareNaturally) };
}

/** What systems put beside pictures. */
const NO_CONTENT: ReadonlySet<string> = new Set(['Thumbs.db', 'desktop.ini', '__MACOSX']);
