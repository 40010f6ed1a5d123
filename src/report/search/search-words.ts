const DIGITS = 4;

/** What a reader of any search should know. */
export const BEST_OF_MANY =
  'A trial is chosen from those before it, so that the best of many looks better than it is by chance: train the best settings again with other ' +
  'seeds before you rely on the difference, and test once.';

/**
 * How an importance is computed; see measureRankShare.
 *
 * @param noun what is put in an order, in the plural: `trials`
 */
export function explainImportance(noun: string): string {
  return (
    `How much of the order of the ${noun} one field tells by itself: the share of the variance of their ranks that lies between the options of a ` +
    'choice, or four parts of a range with equally many each, less what chance alone gives (ω²). What fields do only together it does not see.'
  );
}

/** `validation error, %` */
export function titleOf(metric: string): string {
  return metric.replace(/_percent$/, ', %').replaceAll('_', ' ');
}

/** With as many digits as tell something; a dash for none. */
export function formatFigure(figure: number | null): string {
  return figure === null ? '–' : String(Number(figure.toPrecision(DIGITS)));
}
