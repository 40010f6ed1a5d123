/** Where it is not asked for a language, so that the same names have one order everywhere. */
const COLLATOR = new Intl.Collator('en', { numeric: true });

/** Sorts names as people count: `class 2` before `class 10`. Names that are told apart by no letter are in the order of their code units. */
export function compareNaturally(a: string, b: string): number {
  return COLLATOR.compare(a, b) || (a < b ? -1 : Number(a > b));
}
