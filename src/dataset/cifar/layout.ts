import { join } from 'node:path';
import { nameCommand } from '../../core/command-name.js';
import { UserError } from '../../core/errors.js';
import { listFolder } from '../folder.js';

/** How the binary version of CIFAR-10 or CIFAR-100 lies in its files. */
export interface CifarLayout {
  /** Of the data set. */
  readonly name: string;
  /** In messages. */
  readonly title: string;
  readonly archive: string;
  /** That the archive unpacks to. */
  readonly folder: string;
  readonly trainFiles: readonly string[];
  readonly testFile: string;
  /** Lists of classes, one a line. */
  readonly classFiles: readonly string[];
  /** In the archive too; not read. */
  readonly otherFiles: readonly string[];
  /** In front of an image's pixels, and which of them is the label. */
  readonly labelBytes: number;
  readonly labelAt: number;
  readonly classes: number;
  /** Images in a file, as published. */
  readonly mostRecords: number;
  /** Of the names of files and folders of other versions, which hold the same images for other programs. */
  readonly otherVersions: readonly (readonly [RegExp, string])[];
}

/** All that are needed. */
export function listFiles({ trainFiles, testFile, classFiles }: CifarLayout): readonly string[] {
  return [...trainFiles, testFile, ...classFiles];
}

/**
 * Finds a data set's files in a folder, by their names.
 *
 * @throws UserError that names what is missing
 */
export async function findCifarFiles(layout: CifarLayout, folder: string): Promise<Map<string, string>> {
  const { name, archive } = layout;
  const files = listFiles(layout);
  const present = await listFolder(name, folder);
  const missing = files.filter((file) => !present.includes(file));
  if (missing.length === 0) return new Map(files.map((file) => [file, join(folder, file)]));
  const other = present.map((file) => explainOtherVersion(layout, file)).find((words) => words !== null);
  throw new UserError(
    `${name}: expected ${files.length} files in ${folder}, found no ${missing.join(', ')}. ${other ? `${other} ` : ''}Run ${nameCommand('data')} get ${name}, or unpack ${archive} so that they are there.`,
  );
}

/** By the name of a file or a folder of another version, what to take in its place; or null. */
export function explainOtherVersion(
  { otherVersions, archive }: Pick<CifarLayout, 'otherVersions' | 'archive'>,
  name: string,
): string | null {
  const [, version] = otherVersions.find(([names]) => names.test(name)) ?? [];
  return version === undefined ? null : `It is the version for ${version}: take the binary one, ${archive}.`;
}
