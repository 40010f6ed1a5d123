/**
 * Holm's correction (Scand. J. Stat. 6, 1979): p-values of several tests, raised so that the chance of even one false alarm
 * among them stays below the level. In the order given.
 */
export function correctByHolm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  const corrected = new Array<number>(pValues.length);
  let greatest = 0;
  order.forEach((index, rank) => {
    greatest = Math.max(greatest, Math.min(1, pValues[index]! * (pValues.length - rank)));
    corrected[index] = greatest;
  });
  return corrected;
}
