/**
 * Places of the points of a curve that are left when it is thinned: the first and the last, and of equally long stretches between them
 * the first and those where each of its series is least and greatest, so that no spike is lost, and equally long curves have places in common.
 *
 * @param series equally long lists, null where there is no value
 * @param limit of the places, at least 3 and two for each series
 * @returns ascending; all of them if they are not more than the limit
 */
export function thinCurve(series: readonly (readonly (number | null)[])[], limit: number): number[] {
  const length = series[0]?.length ?? 0;
  if (length <= limit) return Array.from({ length }, (_, i) => i);
  const stretches = Math.max(1, Math.floor((limit - 2) / (1 + 2 * series.length)));
  const kept = new Set([0, length - 1]);
  for (let stretch = 0; stretch < stretches; stretch++) {
    const [from, to] = [stretch, stretch + 1].map((i) => 1 + Math.floor((i * (length - 2)) / stretches));
    kept.add(from!);
    for (const values of series) for (const place of findExtremes(values, from!, to!)) kept.add(place);
  }
  return [...kept].sort((a, b) => a - b);
}

function findExtremes(values: readonly (number | null)[], from: number, to: number): number[] {
  let [least, greatest] = [-1, -1];
  for (let i = from; i < to; i++) {
    const value = values[i] ?? null;
    if (value === null) continue;
    if (least < 0 || value < values[least]!) least = i;
    if (greatest < 0 || value > values[greatest]!) greatest = i;
  }
  return least < 0 ? [] : [least, greatest];
}
