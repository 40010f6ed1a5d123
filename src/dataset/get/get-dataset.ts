import { mkdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { UserError } from '../../core/errors.js';
import type { Dataset } from '../dataset.js';
import { IDX_NAMES, variantsOf } from '../idx-files.js';
import { findDatasetFolder, loadDataset } from '../load.js';
import { downloadFile } from './download.js';
import { PACE_LIMITS, type PaceLimits } from './pace.js';
import { PUBLICATIONS, type Publications, type PublishedFile } from './published.js';
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
  readonly publications?: Publications;
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
  const usualFolder = findDatasetFolder(name);
  const { from, folder = usualFolder, signal } = options;
  const staging = join(dirname(folder), `.get-${name}`);
  try {
    await rm(staging, { recursive: true, force: true });
    await mkdir(staging, { recursive: true });
    const names =
      from === undefined
        ? await download(name, folder, staging, options)
        : await stageLocal(name, from, staging, signal);
    signal.throwIfAborted();
    const dataset = await checkStaged(name, staging, from ?? 'download');
    signal.throwIfAborted();
    await replaceFiles(staging, names, folder);
    await removeSuperseded(names, folder);
    return { folder, dataset };
  } catch (error) {
    throw explainWriteError(error, name, dirname(folder));
  } finally {
    // If it cannot be removed, neither could it be made.
    await rm(staging, { recursive: true, force: true }).catch(() => {});
  }
}

/** Loads what is staged. Messages are to name where it came from, not a folder that is gone when they are read. */
async function checkStaged(name: string, staging: string, source: string): Promise<Dataset> {
  try {
    return await loadDataset(name, { folder: staging });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.message.replaceAll(staging + sep, `${source}: `));
  }
}

async function download(
  name: string,
  folder: string,
  staging: string,
  options: GetOptions,
): Promise<string[]> {
  const { signal, onProgress, publications = PUBLICATIONS, pace = PACE_LIMITS } = options;
  const files = publications.get(name)!;
  const downloads = join(dirname(folder), 'downloads', name);
  const otherwise = explainOtherwise(name, folder, files);
  const paths: string[] = [];
  for (const file of files) {
    const path = join(downloads, `${file.name}.part`);
    const onBytes = (receivedBytes: number) => onProgress?.(file, receivedBytes);
    await downloadFile(file, path, { signal, pace, onBytes, otherwise });
    paths.push(path);
  }
  const names = await stageDownload(name, files, paths, staging, signal);
  await rm(downloads, { recursive: true, force: true });
  // Another data set's download may be waiting there.
  await rmdir(dirname(downloads)).catch(() => {});
  return names;
}

/** What to do without a network. */
function explainOtherwise(name: string, folder: string, files: readonly PublishedFile[]): string {
  const [{ name: archive, addresses }] = files as [PublishedFile];
  if (name === 'cifar10') {
    return (
      `get ${addresses[0]} elsewhere and run node scripts/data.js get cifar10 --from ${archive}, ` +
      `or unpack it so that ${join(folder, 'data_batch_1.bin')} and the others are there`
    );
  }
  return `get ${files.map((file) => file.name).join(', ')} from ${addresses[0]!.replace(archive, '')} elsewhere and put them in ${folder}`;
}

/** A file that is plain where it was gzipped, or the other way round, takes the other's place; two would be one too many. */
async function removeSuperseded(names: readonly string[], folder: string): Promise<void> {
  for (const variants of Object.values(IDX_NAMES).map(variantsOf)) {
    if (!variants.some((variant) => names.includes(variant))) continue;
    for (const variant of variants) {
      if (!names.includes(variant)) await rm(join(folder, variant), { force: true });
    }
  }
}

function explainWriteError(error: unknown, name: string, folder: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!/^E[A-Z]+$/.test(code ?? '')) return error;
  return new UserError(
    `${name}: expected to write in ${folder}, found ${message}. Make room or mend its permissions.`,
  );
}
