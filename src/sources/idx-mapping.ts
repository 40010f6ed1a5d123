import { UserError } from '../core/errors.js';
import { checkMostBytes, openRegularFile, readBytes } from '../core/regular-file.js';
import type { ClassLabels } from '../dataset/class-labels.js';

/** More than a line for each label that a byte can be. */
const MAX_BYTES = 2 ** 16;
/** A label, and the codes of its characters: of a letter whose forms are one class, both. */
const LINE = /^(\d+)((?: +\d+)+)$/;
const SPACE = 32;
const MAX_CODE = 0x10ffff;

/** What EMNIST's labels stand for. */
export interface LabelMapping {
  readonly path: string;
  /** The least label: 0 or 1. */
  readonly first: number;
  /** In the order of the labels. */
  readonly classNames: readonly string[];
}

/**
 * Reads a file such as `emnist-letters-mapping.txt`, whose lines are a label and the codes of the characters that it stands for: `1 65 97` for Aa.
 *
 * @throws UserError if it is no such file, leaves a label out, or gives two labels one name
 */
export async function readMapping(path: string): Promise<LabelMapping> {
  const open = await openRegularFile(path, 'the characters of labels');
  try {
    checkMostBytes(open.sizeBytes, MAX_BYTES, path, 'the characters of labels');
    const text = (await readBytes(open, path)).toString('latin1');
    const lines = text.split(/\r?\n/).map((line) => line.trim());
    const classes = lines
      .filter((line) => line !== '')
      .map((line) => parseLine(line, path))
      .sort((a, b) => a.label - b.label);
    const first = classes[0]?.label ?? 0;
    const classNames = classes.map(({ name }) => name);
    const areInOrder = classes.every(({ label }, i) => label === first + i);
    if (classes.length > 0 && first <= 1 && areInOrder && new Set(classNames).size === classNames.length) {
      return { path, first, classNames };
    }
    throw explain(path, 'each label from 0 or 1 on once, each for characters of its own', 'others');
  } finally {
    await open.handle.close();
  }
}

function parseLine(line: string, path: string): { readonly label: number; readonly name: string } {
  const [, label, codes] = LINE.exec(line) ?? [];
  const numbers = codes?.trim().split(/ +/).map(Number) ?? [];
  if (label !== undefined && numbers.every((code) => code > SPACE && code <= MAX_CODE)) {
    return { label: Number(label), name: String.fromCodePoint(...numbers) };
  }
  throw explain(path, "lines such as '1 65 97', a label and its characters' codes", `'${line.slice(0, 20)}'`);
}

function explain(path: string, expected: string, found: string): UserError {
  return new UserError(`${path}: expected ${expected}, found ${found}. Correct it, or take it away.`);
}

/**
 * Labels by what they stand for.
 *
 * @param where the file that they are from
 * @throws UserError for one that the mapping has not
 */
export function nameLabels(
  labels: Uint8Array,
  { path, first, classNames }: LabelMapping,
  where: string,
): ClassLabels {
  return Array.from(labels, (label, i) => {
    const name = classNames[label - first];
    if (name !== undefined) return name;
    throw new UserError(
      `${where}: expected labels from ${first} to ${first + classNames.length - 1}, which ${path} names, found ${label} for example ${i + 1}. Take both files from one source.`,
    );
  });
}
