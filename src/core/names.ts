import { SYNONYMS } from './synonyms.js';

/**
 * What a message says of a name that does not exist: the one that may be meant, if there is any, and all that are valid, the nearest first. Meant
 * is what is spelt nearly alike, or what other programs call so.
 */
export function offerNames(found: string, valid: readonly string[]): string {
  const sorted = sortByDistance(found, valid);
  const synonym = sorted.find((name) => SYNONYMS.get(name)?.includes(simplify(found)));
  const meant = synonym ?? sorted.find((name) => isNear(found, name));
  if (meant === undefined) return `Valid: ${sorted.join(', ')}.`;
  const others = sorted.filter((name) => name !== meant);
  return `Did you mean '${meant}'? Valid: ${[meant, ...others].join(', ')}.`;
}

/** The valid names, the nearest to `found` first. */
export function sortByDistance(found: string, valid: readonly string[]): string[] {
  const distance = new Map(valid.map((name) => [name, measureDistance(found, name)]));
  return [...valid].sort((a, b) => distance.get(a)! - distance.get(b)!);
}

/** Whether two names may be one: a slip for every three letters, or a part of the other. */
function isNear(found: string, name: string): boolean {
  const [a, b] = [simplify(found), simplify(name)];
  const slips = Math.min(Math.ceil(a.length / LETTERS_A_SLIP), a.length - 1);
  return measureDistance(found, name) <= slips || (a.length >= LETTERS_A_SLIP && b.includes(a));
}

const LETTERS_A_SLIP = 3;
/** A longer text is no name, and its distance would take a while. */
const MAX_LETTERS = 100;

/** Without what is often written otherwise: `batch_size` is `batchSize`. */
function simplify(name: string): string {
  return name.slice(0, MAX_LETTERS).toLowerCase().replace(/[-_ ]/g, '');
}

/** The fewest insertions, deletions, substitutions and exchanges of neighbours that turn one name into the other (optimal string alignment). */
function measureDistance(found: string, name: string): number {
  const [a, b] = [simplify(found), simplify(name)];
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    const above = rows[i - 1]!;
    for (let j = 1; j <= b.length; j++) {
      const substitution = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isExchange = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const exchange = isExchange ? rows[i - 2]![j - 2]! + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, substitution, exchange));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
