/**
 * A moving average with weights that fall by a factor with every value that came before, divided by their sum, so that the first values are no
 * nearer to nought. Where there is no value there is none of the average.
 *
 * @param weight of what came before, from 0 (the values themselves) to below 1
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  let [sum, weights] = [0, 0];
  return values.map((value) => {
    if (value === null) return null;
    sum = weight * sum + value;
    weights = weight * weights + 1;
    return sum / weights;
  });
}
