import { chmod, copyFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../../core/errors.js';
import { CIFAR10_NAMES, findCifar10Files } from '../cifar10-files.js';
import { findIdxFiles } from '../idx-files.js';
import type { PublishedFile } from './published.js';
import { unpackCifar10 } from './unpack-cifar10.js';

/** The folder that CIFAR-10's archive unpacks to. */
const CIFAR10_INNER_FOLDER = 'cifar-10-batches-bin';

/**
 * Makes a data set's files of what was downloaded.
 *
 * @param paths of the downloads, which are moved, or unpacked
 * @param staging the folder that they are put in
 * @returns the files' names
 */
export async function stageDownload(
  name: string,
  files: readonly PublishedFile[],
  paths: readonly string[],
  staging: string,
  signal: AbortSignal,
): Promise<string[]> {
  if (name === 'cifar10') return stageArchive(paths[0]!, staging, signal);
  await Promise.all(paths.map((path, i) => rename(path, join(staging, files[i]!.name))));
  return files.map((file) => file.name);
}

/**
 * Makes a data set's files of a local archive, or copies them from a folder.
 *
 * @param staging the folder that they are put in
 * @returns the files' names
 * @throws UserError if there is no such archive or folder, or files are missing
 */
export async function stageLocal(
  name: string,
  from: string,
  staging: string,
  signal: AbortSignal,
): Promise<string[]> {
  const found = await stat(from).catch(() => null);
  if (found?.isFile() && name === 'cifar10') return stageArchive(from, staging, signal);
  if (!found?.isDirectory()) {
    const expected =
      name === 'cifar10' ? 'cifar-10-binary.tar.gz, or a folder of its files,' : 'a folder of four files';
    throw new UserError(
      `--from ${from}: expected ${expected} for ${name}, found ${found ? 'something else' : 'nothing there'}. Check the path.`,
    );
  }
  const paths =
    name === 'cifar10' ? await findRecords(from) : Object.values(await findIdxFiles(name, from, null));
  for (const path of paths) {
    signal.throwIfAborted();
    const copy = join(staging, basename(path));
    await copyFile(path, copy);
    // The copy of a file that may not be written to could not be moved later.
    await chmod(copy, 0o644);
  }
  return paths.map((path) => basename(path));
}

async function findRecords(from: string): Promise<string[]> {
  const inner = join(from, CIFAR10_INNER_FOLDER);
  const folder = (await stat(inner).catch(() => null))?.isDirectory() ? inner : from;
  await findCifar10Files(folder);
  return CIFAR10_NAMES.map((file) => join(folder, file));
}

async function stageArchive(path: string, staging: string, signal: AbortSignal): Promise<string[]> {
  const files = await unpackCifar10(path, signal);
  for (const [file, content] of files) await writeFile(join(staging, file), content);
  return [...files.keys()];
}
