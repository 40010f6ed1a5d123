import type { RecordedClassErrors } from '../../experiment/class-errors.js';
import { formatNumber } from '../format-values.js';

const SHOWN = 3;

/** Classes, those that are wrongly told most often first; those of equal errors by their labels. */
export function rankClasses(classes: readonly RecordedClassErrors[]): RecordedClassErrors[] {
  return [...classes].sort((a, b) => b.errorPercent - a.errorPercent || a.label - b.label);
}

/** `Most errors: cat 12.50%, dog 9.00%, bird 4.20%`; null if there are none. */
export function formatWorstClasses(
  classes: readonly RecordedClassErrors[],
  names: readonly string[],
): string | null {
  const wrong = rankClasses(classes).filter(({ errors }) => errors > 0);
  if (wrong.length === 0) return null;
  const shown = wrong
    .slice(0, SHOWN)
    .map(({ label, errorPercent }) => `${names[label] ?? label} ${formatNumber(errorPercent, 2)}%`);
  return `Most errors: ${shown.join(', ')}`;
}
