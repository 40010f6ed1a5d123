import type { LabelledImages } from './dataset.js';

/** What one target of some images is like. */
export interface TargetRange {
  readonly name: string;
  readonly least: number;
  readonly mean: number;
  readonly greatest: number;
}

/** Each target of a half of a data set. */
export function describeTargets(
  names: readonly string[],
  { count, targets }: Pick<LabelledImages, 'count' | 'targets'>,
): TargetRange[] {
  return names.map((name, target) => {
    let [least, greatest, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
    for (let i = target; i < targets!.length; i += names.length) {
      const value = targets![i]!;
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
      sum += value;
    }
    return { name, least, mean: sum / count, greatest };
  });
}
