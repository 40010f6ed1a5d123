import { exponential } from '../../../core/exponential.js';
import { naturalLogarithm } from '../../../core/logarithm.js';
import type { RandomStream } from '../../../core/rng.js';
import type { Assignment, Parameter } from '../../space.js';
import { type Kernels, makeKernels, pick, type Rules } from './kernels.js';

/** The newest observations count fully; those before them the less, the older they are. */
const FULL_WEIGHTS = 25;

/**
 * A density over some parameters, from what was observed of them: a mixture of one product of distributions for each observation, and of a prior
 * (Bergstra et al., "Algorithms for hyper-parameter optimization", NeurIPS 2011; Watanabe, arXiv 2304.11127), with Optuna's rules.
 */
export class ParzenEstimator {
  readonly #parameters: readonly Parameter[];
  readonly #kernels: readonly Kernels[];
  readonly #weights: readonly number[];

  /** @param observed in the order of their trials; each has all of the parameters */
  constructor(parameters: readonly Parameter[], observed: readonly Assignment[], rules: Rules) {
    this.#parameters = parameters;
    this.#kernels = parameters.map(({ name, domain }) =>
      makeKernels(
        domain,
        observed.map((chosen) => chosen[name]!),
        rules,
      ),
    );
    const weights = [...weigh(observed.length), 1];
    const sum = weights.reduce((total, weight) => total + weight, 0);
    this.#weights = weights.map((weight) => weight / sum);
  }

  sample(stream: RandomStream): Assignment {
    const kernel = pick(this.#weights, stream);
    return Object.fromEntries(
      this.#parameters.map(({ name }, i) => [name, this.#kernels[i]!.sample(kernel, stream)]),
    );
  }

  logDensity(chosen: Assignment): number {
    const terms = this.#weights.map((weight, kernel) =>
      this.#parameters.reduce(
        (sum, { name }, i) => sum + this.#kernels[i]!.logDensity(kernel, chosen[name]!),
        naturalLogarithm(weight),
      ),
    );
    const greatest = Math.max(...terms);
    if (greatest === Number.NEGATIVE_INFINITY) return greatest;
    return greatest + naturalLogarithm(terms.reduce((sum, term) => sum + exponential(term - greatest), 0));
  }
}

/** Of so many observations, the oldest first. */
function weigh(count: number): number[] {
  const ramp = Math.max(0, count - FULL_WEIGHTS);
  return Array.from({ length: count }, (_, i) => {
    if (i >= ramp) return 1;
    return ramp === 1 ? 1 / count : 1 / count + (i / (ramp - 1)) * (1 - 1 / count);
  });
}
