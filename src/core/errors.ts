/**
 * A mistake that the user can mend: bad option, bad spec, bad file. The command line prints its message as one line
 * and exits with 2; everything else that is thrown is a bug of ours and keeps its stack trace.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** The error for a name that does not exist: lists the valid ones, the nearest first. */
export function unknownName(area: string, what: string, found: string, valid: readonly string[]): UserError {
  const sorted = sortByDistance(found, valid);
  return new UserError(
    `${area}: unknown ${what} '${found}'. Did you mean '${sorted[0]}'? Valid: ${sorted.join(', ')}.`,
  );
}

/** The valid names, the nearest to `found` (edit distance, ignoring case) first. */
export function sortByDistance(found: string, valid: readonly string[]): string[] {
  const target = found.toLowerCase();
  const distance = new Map(valid.map((name) => [name, editDistance(target, name.toLowerCase())]));
  return [...valid].sort((a, b) => distance.get(a)! - distance.get(b)!);
}

/** Levenshtein's distance: the fewest insertions, deletions and substitutions that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(previous[j]! + 1, current[j - 1]! + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length]!;
}
