/** Whether scores are at least as low as others in all, and lower in one. */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  return a.every((score, i) => score <= b[i]!) && a.some((score, i) => score < b[i]!);
}

/**
 * Puts scores of several objectives in an order: first the front that nothing dominates, then what is the front without those, and so on (Deb et al. 2002).
 * Within a front the ends of each objective come first, then those with the widest gap around them (crowding distance).
 *
 * @returns each one's place, from 0
 */
export function rankByDomination(scores: readonly (readonly number[])[]): number[] {
  const places = new Array<number>(scores.length);
  let left = scores.map((_, i) => i);
  let place = 0;
  while (left.length > 0) {
    const front = left.filter((i) => !left.some((j) => dominates(scores[j]!, scores[i]!)));
    const gaps = measureGaps(front.map((i) => scores[i]!));
    const order = front.map((_, k) => k).sort((a, b) => compareGaps(gaps[b]!, gaps[a]!) || a - b);
    for (const k of order) places[front[k]!] = place++;
    left = left.filter((i) => !front.includes(i));
  }
  return places;
}

function compareGaps(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function measureGaps(scores: readonly (readonly number[])[]): number[] {
  const gaps = new Array<number>(scores.length).fill(0);
  const objectives = scores[0]?.length ?? 0;
  for (let objective = 0; objective < objectives; objective++) {
    const order = scores
      .map((_, i) => i)
      .sort((a, b) => compareGaps(scores[a]![objective]!, scores[b]![objective]!) || a - b);
    const at = (place: number) => scores[order[place]!]![objective]!;
    const width = at(order.length - 1) - at(0);
    order.forEach((i, place) => {
      const isEnd = place === 0 || place === order.length - 1;
      if (isEnd) gaps[i] = Number.POSITIVE_INFINITY;
      else if (width > 0 && Number.isFinite(width)) gaps[i]! += (at(place + 1) - at(place - 1)) / width;
    });
  }
  return gaps;
}
