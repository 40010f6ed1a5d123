import { incompleteBeta, upperGamma } from './special-functions.js';

/** The 97.5% quantile of the standard normal distribution: what 95% intervals are made with. */
export const NORMAL_975 = 1.959963984540054;

/** P(X >= x) for a chi-squared distribution. */
export function chiSquaredTail(x: number, degreesOfFreedom: number): number {
  return upperGamma(degreesOfFreedom / 2, x / 2);
}

/** P(|Z| >= |z|) for the standard normal distribution. */
export function normalTails(z: number): number {
  return chiSquaredTail(z * z, 1);
}

/** P(|T| >= |t|) for Student's distribution. */
export function studentTails(t: number, degreesOfFreedom: number): number {
  return incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5);
}

/** P(X >= x) for an F distribution. */
export function fisherTail(x: number, numeratorFreedom: number, denominatorFreedom: number): number {
  const share = denominatorFreedom / (denominatorFreedom + numeratorFreedom * x);
  return incompleteBeta(share, denominatorFreedom / 2, numeratorFreedom / 2);
}

/** The t that |T| exceeds with probability `tails`, to about 1e-12. */
export function studentQuantile(tails: number, degreesOfFreedom: number): number {
  let low = 0;
  let high = 1;
  while (studentTails(high, degreesOfFreedom) > tails) high *= 2;
  for (let halving = 0; halving < 100; halving++) {
    const middle = (low + high) / 2;
    if (studentTails(middle, degreesOfFreedom) > tails) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
