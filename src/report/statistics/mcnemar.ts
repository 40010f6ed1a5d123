import { logGamma } from '../../core/special-functions.js';

/** How two classifiers differ on the same examples. */
export interface Discordance {
  /** Examples that only the first gets wrong. */
  readonly onlyFirst: number;
  /** Examples that only the second gets wrong. */
  readonly onlySecond: number;
}

/**
 * McNemar's test in its mid-p form: how probable a split of the discordant examples at least so uneven is if each falls to either side with
 * probability 1/2. The exact conditional test is needlessly cautious, the asymptotic one at times too bold; the mid-p one is recommended
 * for both reasons (Fagerland, Lydersen and Laake, BMC Med. Res. Methodol. 13:91, 2013).
 */
export function testMcNemar({ onlyFirst, onlySecond }: Discordance): number {
  const n = onlyFirst + onlySecond;
  // No example on which they differ: nothing speaks against equality.
  if (n === 0) return 1;
  const k = Math.min(onlyFirst, onlySecond);
  const logChoose = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  // Of a binomial distribution with probability 1/2: P(X = k) and P(X <= k).
  const exactly = Math.exp(logChoose - n * Math.LN2);
  let atMost = 0;
  // From k down, so that the first term is the greatest; P(X = i − 1) = P(X = i) i / (n − i + 1).
  for (let i = k, term = exactly; i >= 0 && term > 0; term *= i / (n - i + 1), i--) atMost += term;
  return onlyFirst === onlySecond ? 1 - exactly / 2 : 2 * atMost - exactly;
}
