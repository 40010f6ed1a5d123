import type { Dataset } from './dataset.js';
import type { DatasetStatistics } from './statistics.js';

/**
 * A data set that the program knows by name, whole: where its files lie, how they are read, where they can be had, what is published of
 * it. To add one: one file, one line in registry.ts, one test file.
 */
export interface DatasetDefinition<Name extends string = string> {
  readonly name: Name;
  /** Where its files belong, under the current folder. */
  readonly folder: string;
  /** All that are needed, by their published names less `.gz`. */
  readonly files: readonly string[];
  /** The names that one of them may have. Absent: its own only. */
  variantsOf?(file: string): readonly string[];
  /** Where its files lie if its folder has none, for instance an installed npm package; null if they do not. */
  findElsewhere?(): string | null;
  /**
   * The paths of its files in a folder, by their names in `files`.
   *
   * @throws UserError that names what is missing
   */
  locate(folder: string): Promise<ReadonlyMap<string, string>>;
  /**
   * Reads its files, which may hold fewer images than the published ones, into shared memory.
   *
   * @param paths from `locate`
   * @throws UserError if files are truncated or corrupt, or do not fit together
   */
  read(paths: ReadonlyMap<string, string>): Promise<Dataset>;
  /** What its publisher offers; nothing of a data set of the user's own. */
  readonly published: readonly PublishedFile[];
  /** If that is one archive in place of its files: how to unpack it. */
  readonly archive?: DatasetArchive;
  /** Of a data set whose images have labels of two kinds: which these are. Absent: it has one. */
  readonly labels?: 'fine' | 'coarse';
  /** What to take in place of a file of that name that is of another version of it; null for any other name. */
  explainOther?(name: string): string | null;
  /** Null for a data set of the user's own. */
  readonly reference: Reference | null;
}

/** One file as its publisher offers it. */
export interface PublishedFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly md5: string;
  /** Where it can be had; tried in turn. */
  readonly addresses: readonly string[];
}

/** A published file at some mirrors, each an address that the name is put behind. */
export function offerFile(
  name: string,
  sizeBytes: number,
  md5: string,
  mirrors: readonly string[],
): PublishedFile {
  return { name, sizeBytes, md5, addresses: mirrors.map((mirror) => mirror + name) };
}

export interface DatasetArchive {
  /** The folder inside, which it unpacks to. */
  readonly folder: string;
  /**
   * Unpacks it into memory.
   *
   * @returns the content of each of the data set's files, by name
   * @throws UserError if it is not as published; the signal's reason
   */
  unpack(path: string, signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** What is known of a published data set. Means and deviations to as many digits as they are published with. */
export interface Reference extends DatasetStatistics {
  /** Of some of its files. */
  readonly checksums: ReadonlyMap<string, Checksum>;
  /** Of its halves' images and labels in any order (`computeFingerprint`); null if they are not known. */
  readonly fingerprints: { readonly train: string; readonly test: string } | null;
}

/** The checksum of one published file. */
export interface Checksum {
  readonly algorithm: 'md5' | 'sha1' | 'sha256';
  readonly digest: string;
  /** Of the file as it is, or of what a gzipped one unpacks to. */
  readonly of: 'file' | 'content';
}
