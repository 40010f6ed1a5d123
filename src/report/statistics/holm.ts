/**
 * Holm's correction (Scand. J. Stat. 6, 1979): p-values of several tests, raised so that the chance of even one false alarm
 * among them stays below the level. In the order given.
 *
 * @param count how many tests these are of: more than are given where those to be told of are chosen by what they come to. The others count as
 *   though they had found nothing, which errs on the safe side.
 */
export function correctByHolm(pValues: readonly number[], count = pValues.length): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  const corrected = new Array<number>(pValues.length);
  let greatest = 0;
  order.forEach((index, rank) => {
    greatest = Math.max(greatest, Math.min(1, pValues[index]! * (count - rank)));
    corrected[index] = greatest;
  });
  return corrected;
}
