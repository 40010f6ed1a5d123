import { UserError } from '../core/errors.js';
import type { LabelledImages } from './dataset.js';

/** A run of examples: [first, first + count), counted from 0. */
export interface Subset {
  readonly first: number;
  readonly count: number;
}

/**
 * The examples `first` to `first + count - 1`, counted from 1 as the exercise does (004, exercise 15.6).
 *
 * @param count null for all from `first` on
 * @param half which half of the data set, as the spec's fields call it
 * @throws UserError if some of them are outside the data
 */
export function takeSubset(
  images: LabelledImages,
  first: number,
  count: number | null,
  half: 'train' | 'test',
): Subset {
  const last = count === null ? Math.max(first, images.count) : first + count - 1;
  if (first >= 1 && last >= first && last <= images.count)
    return { first: first - 1, count: last - first + 1 };
  const asked = count === null ? `${half}First ${first}` : `${half}First ${first} with ${half}Count ${count}`;
  const noun = half === 'train' ? 'training' : 'test';
  throw new UserError(
    `${asked}: expected examples 1 to ${images.count} of the ${noun} data, found ${first} to ${last}. Lower ${half}First or ${half}Count.`,
  );
}
