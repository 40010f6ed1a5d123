import { chmod, copyFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../../core/errors.js';
import { checkRegular } from '../../core/regular-file.js';
import type { DatasetArchive, DatasetDefinition } from '../definition.js';

/**
 * Makes a data set's files of what was downloaded.
 *
 * @param paths of the downloads, which are moved, or unpacked
 * @param staging the folder that they are put in
 * @returns the files' names
 */
export async function stageDownload(
  { published, archive }: Pick<DatasetDefinition, 'published' | 'archive'>,
  paths: readonly string[],
  staging: string,
  signal: AbortSignal,
): Promise<string[]> {
  if (archive) return stageArchive(archive, paths[0]!, staging, signal);
  await Promise.all(paths.map((path, i) => rename(path, join(staging, published[i]!.name))));
  return published.map((file) => file.name);
}

/**
 * Makes a data set's files of a local archive, or copies them from a folder.
 *
 * @param staging the folder that they are put in
 * @returns the files' names
 * @throws UserError if there is no such archive or folder, or files are missing
 */
export async function stageLocal(
  { name, files, published, archive, locate }: DatasetDefinition,
  from: string,
  staging: string,
  signal: AbortSignal,
): Promise<string[]> {
  const found = await stat(from).catch(() => null);
  if (archive && found?.isFile()) return stageArchive(archive, from, staging, signal);
  if (!found?.isDirectory()) {
    const expected = archive
      ? `${published[0]!.name}, or a folder of its files,`
      : `a folder of ${files.length} files`;
    throw new UserError(
      `--from ${from}: expected ${expected} for ${name}, found ${found ? 'something else' : 'nothing there'}. Check the path.`,
    );
  }
  const paths = [...(await locate(await findUnpacked(from, archive))).values()];
  for (const path of paths) {
    signal.throwIfAborted();
    checkRegular(await stat(path), path, `a file of ${name}`);
    const copy = join(staging, basename(path));
    await copyFile(path, copy);
    // The copy of a file that may not be written to could not be moved later.
    await chmod(copy, 0o644);
  }
  return paths.map((path) => basename(path));
}

/** The folder itself, or the one inside it that the archive unpacked to. */
async function findUnpacked(from: string, archive: DatasetArchive | undefined): Promise<string> {
  if (archive === undefined) return from;
  const inner = join(from, archive.folder);
  return (await stat(inner).catch(() => null))?.isDirectory() ? inner : from;
}

async function stageArchive(
  archive: DatasetArchive,
  path: string,
  staging: string,
  signal: AbortSignal,
): Promise<string[]> {
  const files = await archive.unpack(path, signal);
  for (const [file, content] of files) await writeFile(join(staging, file), content);
  return [...files.keys()];
}
