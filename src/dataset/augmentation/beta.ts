import { exponential } from '../../core/exponential.js';
import { naturalLogarithm } from '../../core/logarithm.js';
import type { AugmentationDraws } from './draws.js';

/**
 * A number of the symmetric Beta(α, α) distribution, for any α > 0: a / (a + b) of two independent Gamma(α) numbers. It is made of their logarithms,
 * since for a small α they are nearer to 0 than doubles reach.
 */
export function drawSymmetricBeta(alpha: number, draws: AugmentationDraws): number {
  // Gamma(α) is Gamma(α + 1)·u^(1/α), which Marsaglia and Tsang take for α below 1.
  const isBoosted = alpha < 1;
  const a = drawLogGamma(isBoosted ? alpha + 1 : alpha, draws);
  const b = drawLogGamma(isBoosted ? alpha + 1 : alpha, draws);
  const boost = isBoosted ? (drawLogUniform(draws) - drawLogUniform(draws)) / alpha : 0;
  return 1 / (1 + exponential(b - a + boost));
}

/** The logarithm of a Gamma(α, 1) number, α at least 1, by rejection: Marsaglia and Tsang, ACM Transactions on Mathematical Software 26, 2000. */
function drawLogGamma(alpha: number, draws: AugmentationDraws): number {
  const d = alpha - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = draws.nextNormal();
    const root = 1 + c * x;
    const logUniform = drawLogUniform(draws);
    if (root <= 0) continue;
    const v = root * root * root;
    const logV = naturalLogarithm(v);
    if (logUniform < 0.5 * x * x + d - d * v + d * logV) return naturalLogarithm(d) + logV;
  }
}

function drawLogUniform(draws: AugmentationDraws): number {
  return naturalLogarithm(draws.nextBetween(0, 1));
}
