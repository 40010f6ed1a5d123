import type { Reference } from '../charts/dots.js';
import { formatInterval, formatPercent } from '../findings/words.js';
import { predictNext } from '../statistics/samples.js';
import { measureSpread } from '../statistics/spread.js';
import type { ExerciseRuns } from './exercise-runs.js';

/** Where SK-0.2 with one more seed would lie, for charts; undefined as long as too few seeds have been run. */
export function describeSeedBand({
  smallSeeds,
  margin,
}: ExerciseRuns): (Reference & { text: string }) | undefined {
  if (margin === null) return undefined;
  const errors = smallSeeds.map((run) => run.errorPercent);
  const { mean } = measureSpread(errors);
  const band = predictNext(errors)!;
  return {
    value: mean,
    ...band,
    text:
      `The dashed line is the mean of SK-0.2 over ${errors.length} seeds, ${formatPercent(mean)}; one ` +
      `more seed would lie in the shaded range, ${formatInterval(band)}%, 19 times out of 20.`,
  };
}
