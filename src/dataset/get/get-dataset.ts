import { mkdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { nameCommand } from '../../core/command-name.js';
import { UserError } from '../../core/errors.js';
import type { Dataset } from '../dataset.js';
import type { DatasetDefinition, PublishedFile } from '../definition.js';
import { findDefinition } from '../registry.js';
import { downloadFile } from './download.js';
import { PACE_LIMITS, type PaceLimits } from './pace.js';
import { replaceFiles } from './replace-files.js';
import { stageDownload, stageLocal } from './stage.js';

export interface GetOptions {
  /** A local archive or folder to take the files from. Default: they are downloaded. */
  readonly from?: string;
  /** Where to put the files. Default: where `loadDataset` looks for them. */
  readonly folder?: string;
  readonly signal: AbortSignal;
  /** Told of a download, a few times a second and more. */
  readonly onProgress?: (file: PublishedFile, receivedBytes: number) => void;
  /** In place of what the data set's publisher offers. */
  readonly published?: readonly PublishedFile[];
  readonly pace?: PaceLimits;
}

/** What was put in place, and where. */
export interface Gotten {
  readonly folder: string;
  readonly dataset: Dataset;
}

/**
 * Gets a data set's files: downloads what its publisher offers, or takes local files. They are checked as a whole, apart from the folder they
 * belong in, before they are moved there.
 *
 * @throws UserError for an unknown name, a download that fails, files that are not a data set of that name; the signal's reason
 */
export async function getDataset(name: string, options: GetOptions): Promise<Gotten> {
  const known = findDefinition(name);
  const { from, folder = known.folder, published = known.published, signal } = options;
  const definition = { ...known, published };
  if (from === undefined && published.length === 0) {
    throw new UserError(
      `${name}: expected --from with a folder of its files, since nobody publishes it, found none. Give one, or put ${known.files.join(', ')} into ${folder}.`,
    );
  }
  const staging = join(dirname(folder), `.get-${name}`);
  try {
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging, { recursive: true });
    const names =
      from === undefined
        ? await download(definition, folder, staging, options)
        : await stageLocal(definition, from, staging, signal);
    signal.throwIfAborted();
    const dataset = await checkStaged(definition, staging, from ?? 'download');
    signal.throwIfAborted();
    await replaceFiles(staging, names, folder);
    await removeSuperseded(definition, names, folder);
    return { folder, dataset };
  } catch (error) {
    throw explainWriteError(error, name, dirname(folder));
  } finally {
    // If it cannot be removed, neither could it be made.
    await rm(staging, { recursive: true, force: true }).catch(() => {});
  }
}

/** Loads what is staged. Messages are to name where it came from, not a folder that is gone when they are read. */
async function checkStaged(
  { locate, read }: DatasetDefinition,
  staging: string,
  source: string,
): Promise<Dataset> {
  try {
    return await read(await locate(staging));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.message.replaceAll(staging + sep, `${source}: `));
  }
}

async function download(
  definition: DatasetDefinition,
  folder: string,
  staging: string,
  options: GetOptions,
): Promise<string[]> {
  const { signal, onProgress, pace = PACE_LIMITS } = options;
  const downloads = join(dirname(folder), 'downloads', definition.name);
  const otherwise = explainOtherwise(definition, folder);
  const paths: string[] = [];
  for (const file of definition.published) {
    const path = join(downloads, `${file.name}.part`);
    const onBytes = (receivedBytes: number) => onProgress?.(file, receivedBytes);
    await downloadFile(file, path, { signal, pace, onBytes, otherwise });
    paths.push(path);
  }
  const names = await stageDownload(definition, paths, staging, signal);
  await rm(downloads, { recursive: true, force: true });
  // Another data set's download may be waiting there.
  await rmdir(dirname(downloads)).catch(() => {});
  return names;
}

/** What to do without a network. */
function explainOtherwise({ name, files, published, archive }: DatasetDefinition, folder: string): string {
  const { name: first, addresses } = published[0]!;
  if (archive) {
    return (
      `get ${addresses[0]} elsewhere and run ${nameCommand('data')} get ${name} --from ${first}, ` +
      `or unpack it so that ${join(folder, files[0]!)} and the others are there`
    );
  }
  const names = published.map((file) => file.name).join(', ');
  return `get ${names} from ${addresses[0]!.replace(first, '')} elsewhere and put them in ${folder}`;
}

/** A file that is plain where it was gzipped, or the other way round, takes the other's place; two would be one too many. */
async function removeSuperseded(
  { files, variantsOf }: DatasetDefinition,
  names: readonly string[],
  folder: string,
): Promise<void> {
  for (const file of files) {
    const variants = variantsOf?.(file) ?? [];
    if (!variants.some((variant) => names.includes(variant))) continue;
    for (const variant of variants) {
      if (!names.includes(variant)) await removeFile(join(folder, variant));
    }
  }
}

/** A folder of that name is none of ours: it is read only where there is no such file. */
async function removeFile(path: string): Promise<void> {
  if ((await stat(path).catch(() => null))?.isFile()) await rm(path);
}

function explainWriteError(error: unknown, name: string, folder: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!/^E[A-Z]+$/.test(code ?? '')) return error;
  return new UserError(
    `${name}: expected to write in ${folder}, found ${message}. Make room or mend its permissions.`,
  );
}
