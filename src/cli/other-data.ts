import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { Dataset } from '../dataset/dataset.js';

/**
 * Tells that a data set is not the one of its name that a network was trained on: names are given by users too, and files change.
 *
 * @param network what messages call it
 * @returns null if it is, or the network's file does not say
 */
export function describeOtherData(
  network: string,
  { datasetSha256 }: Pick<Checkpoint, 'datasetSha256'>,
  { name, sha256 }: Dataset,
): string | null {
  if (datasetSha256 === undefined || datasetSha256 === sha256) return null;
  const [expected, found] = [datasetSha256, sha256].map((digest) => `${digest.slice(0, 12)}…`);
  return `${network}: expected the data set ${name} that it was trained on (SHA-256 ${expected}), found another one (${found}).`;
}
