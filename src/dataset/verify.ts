import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { openRegularFile } from '../core/regular-file.js';
import type { Dataset, LabelledImages } from './dataset.js';
import type { Checksum, Reference } from './definition.js';
import { computeFingerprint } from './fingerprint.js';
import { explainGzipError, startsWithGzip } from './gzip.js';
import { locateFiles } from './load.js';
import { explainReadError } from './read-errors.js';
import { findDefinition } from './registry.js';
import { computeStatistics, type DatasetStatistics } from './statistics.js';

/**
 * How far a data set is the published one. `files`: its files are, byte for byte. `images`: it has the published images and labels, in another
 * order. `statistics`: its counts, means and deviations are the published ones, and more cannot be told of files like these. `other`: it is another.
 */
export type Likeness = 'files' | 'images' | 'statistics' | 'other';

/** What was found in a folder. */
export interface Verification {
  readonly dataset: Dataset;
  /** That the files were found in. */
  readonly folder: string;
  readonly statistics: DatasetStatistics;
  readonly likeness: Likeness;
  /** The paths of files whose checksums are not those of the published ones. */
  readonly otherFiles: readonly string[];
}

/**
 * Loads a data set and compares it with the published one.
 *
 * @throws UserError for an unknown name, files that are missing or broken
 */
export async function verifyDataset(name: string, options: { folder?: string } = {}): Promise<Verification> {
  const definition = findDefinition(name);
  const { reference } = definition;
  const paths = await locateFiles(definition, options.folder ?? definition.folder);
  const dataset = await definition.read(paths);
  const otherFiles: string[] = [];
  for (const [file, expected] of reference.checksums) {
    const path = paths.get(file)!;
    if ((await digestFile(path, expected)) !== expected.digest) otherFiles.push(path);
  }
  const statistics = computeStatistics(dataset);
  return {
    dataset,
    folder: dirname([...paths.values()][0]!),
    statistics,
    likeness: otherFiles.length === 0 ? 'files' : compareImages(dataset, statistics, reference),
    otherFiles,
  };
}

function compareImages(
  { classNames, train, test }: Dataset,
  statistics: DatasetStatistics,
  { fingerprints, ...expected }: Reference,
): Likeness {
  if (findDifferences(statistics, expected).length > 0) return 'other';
  if (fingerprints === null) return 'statistics';
  const fingerprintOf = (half: LabelledImages) => computeFingerprint(half, classNames.length);
  const same = fingerprintOf(train) === fingerprints.train && fingerprintOf(test) === fingerprints.test;
  return same ? 'images' : 'other';
}

/** Which statistics are not the expected ones, of those to as many digits as are given. */
export function findDifferences(
  found: DatasetStatistics,
  expected: DatasetStatistics,
): (keyof DatasetStatistics)[] {
  const keys = ['trainCounts', 'testCounts', 'means', 'deviations'] as const;
  return keys.filter((key) =>
    expected[key].some(
      (value, i) => Math.abs(found[key][i]! - value) > (key.endsWith('Counts') ? 0 : 5.1e-5),
    ),
  );
}

async function digestFile(path: string, { algorithm, of }: Checksum): Promise<string> {
  const hash = createHash(algorithm);
  const { handle } = await openRegularFile(path, 'a file of the data set');
  try {
    const unzips = of === 'content' && (await startsWithGzip(handle));
    const bytes = handle.createReadStream({ start: 0, autoClose: false });
    if (unzips) await pipeline(bytes, createGunzip(), hash);
    else await pipeline(bytes, hash);
  } catch (error) {
    throw explainGzipError(error, path) ?? explainReadError(error, path);
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}
