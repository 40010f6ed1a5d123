/** Whether `npm run test:soak` asks for the whole counts of docs/promises.md; `npm test` does a share of each. */
export const IS_SOAK = process.env.CONVOY_SOAK === '1';

/** How often a promise is tried: a share in `npm test`, the stated count in the soak. */
export function countOf({ share, whole }: { readonly share: number; readonly whole: number }): number {
  return IS_SOAK ? whole : share;
}

/** Prints what a soak has seen, for the table of docs/promises.md; says nothing in `npm test`. */
export function reportFigure(promise: number, figure: string): void {
  if (IS_SOAK) process.stdout.write(`promise ${promise}: ${figure}\n`);
}
