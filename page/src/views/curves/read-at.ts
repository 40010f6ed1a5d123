import type { Points } from './band.js';

/**
 * Where a curve has its value for a place on the horizontal axis: there, or at the nearest place before it. Without a place, at its end.
 *
 * @returns null before its beginning, and for a curve without values
 */
export function readAt({ xs, ys }: Points, x: number | null): number | null {
  let place = xs.length - 1;
  while (place >= 0 && (ys[place] === null || (x !== null && xs[place]! > x))) place--;
  return place < 0 ? null : place;
}
