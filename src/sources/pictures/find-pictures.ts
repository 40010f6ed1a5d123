import { realpath } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { UserError } from '../../core/errors.js';
import { listFolder } from '../place.js';

/** What pictures are called. Those that cannot be read are found too, so that they are told of and not passed over. */
const PICTURE_ENDINGS: ReadonlySet<string> = new Set([
  ...['.png', '.jpg', '.jpeg', '.jpe', '.jfif', '.webp'],
  ...['.gif', '.bmp', '.tif', '.tiff', '.avif', '.heic', '.heif', '.jp2', '.jxl', '.svg', '.ppm', '.pgm'],
  // Names of pictures in some published sets have no ending.
  '',
]);

/** A class, and its pictures. */
export interface ClassFolder {
  /** The folder's, in one form where a system has several for one name (NFC). */
  readonly name: string;
  /** Paths, in natural order. */
  readonly pictures: readonly string[];
}

/**
 * The classes of a folder: its folders, with the pictures in them and in folders inside them. Links are followed.
 *
 * @param tell hears of files that are no pictures
 * @throws UserError if there is no class, one has no pictures, or two have one name
 */
export async function findClasses(
  folder: string,
  folders: readonly string[],
  tell: (line: string) => void,
): Promise<ClassFolder[]> {
  const root = await realpath(folder);
  const others: string[] = [];
  const classes: ClassFolder[] = [];
  for (const name of folders) {
    const pictures: string[] = [];
    await collect(join(folder, name), { pictures, others }, [root]);
    classes.push({ name: name.normalize('NFC'), pictures });
  }
  if (others.length > 0) tell(`${folder}: ${describeOthers(others.map((path) => relative(folder, path)))}`);
  const empty = classes.filter(({ pictures }) => pictures.length === 0).map(({ name }) => name);
  if (empty.length > 0) {
    throw new UserError(
      `${folder}: expected pictures in every class, found none in ${listSome(empty)}. Put some there, or remove the folder.`,
    );
  }
  const names = classes.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw new UserError(
      `${folder}: expected each class once, found two folders called '${twice}', whose letters are written in two ways. Rename or join them.`,
    );
  }
  return classes;
}

/** `notes.txt and 3 others are no pictures and are not read` */
export function describeOthers(files: readonly string[]): string {
  const more = files.length === 1 ? 'is no picture and is' : 'are no pictures and are';
  return `${listSome(files)} ${more} not read`;
}

const SHOWN = 5;

/** The first of some names. */
export function listSome(names: readonly string[]): string {
  const rest = names.length - SHOWN;
  return rest > 0 ? `${names.slice(0, SHOWN).join(', ')} and ${rest} others` : names.join(', ');
}

/** @param inside the folders that this one lies in, behind links: one that contains itself ends there */
async function collect(
  folder: string,
  found: { readonly pictures: string[]; readonly others: string[] },
  inside: readonly string[],
): Promise<void> {
  const place = await realpath(folder);
  if (inside.includes(place)) return;
  const { files, folders } = await listFolder(folder);
  for (const name of files) {
    const kind = PICTURE_ENDINGS.has(extname(name).toLowerCase()) ? found.pictures : found.others;
    kind.push(join(folder, name));
  }
  for (const name of folders) await collect(join(folder, name), found, [...inside, place]);
}
