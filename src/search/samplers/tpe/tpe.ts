import { makeKey, RandomStream } from '../../../core/rng.js';
import { countNumbers, numberAt } from '../../domain.js';
import type { Assignment, Parameter, Space } from '../../space.js';
import { attempt } from '../attempts.js';
import { drawTrial } from '../random.js';
import type { Sampler, SamplerContext, SeenTrial } from '../sampler.js';
import type { Rules } from './kernels.js';
import { ParzenEstimator } from './parzen-estimator.js';
import { splitTrials } from './split-trials.js';

export interface TpeOptions {
  /** Whether parameters are chosen together, as Optuna 5 does it, or each by itself, as Optuna 3 does. */
  readonly multivariate: boolean;
  /** Trials are chosen at random until so many have a result. */
  readonly startupTrials: number;
  /** Of so many that the good ones' density gives, the one is taken that is the least like the others. */
  readonly candidates: number;
}

/**
 * Chooses what is likely under the density of the good trials and unlikely under that of the others: the tree-structured Parzen estimator
 * (Bergstra et al. 2011), with Optuna's published rules.
 */
export class TpeSampler implements Sampler {
  readonly #context: SamplerContext;
  readonly #options: TpeOptions;
  readonly #groups: readonly (readonly Parameter[])[];

  constructor(context: SamplerContext, options: TpeOptions) {
    this.#context = context;
    this.#options = options;
    this.#groups = options.multivariate
      ? groupParameters(context.space)
      : context.space.parameters.map((parameter) => [parameter]);
  }

  choose(seen: readonly SeenTrial[]): Assignment {
    const trial = seen.length + 1;
    const finished = seen.filter(({ result }) => result !== null);
    if (finished.length < this.#options.startupTrials) return drawTrial(this.#context, trial);
    const { space, seed, isFeasible } = this.#context;
    const key = makeKey(seed, 'search');
    const { good, others } = splitTrials(seen);
    const densities = this.#groups.map((group) => this.#estimate(group, good, others));
    return attempt(this.#context, (number) => {
      const stream = new RandomStream(key, trial, number);
      // What is the likeliest of many may lie where nothing meets the constraints: there few trials, if any, are bad.
      const candidates = Math.max(1, Math.floor(this.#options.candidates / 2 ** number));
      let chosen: Assignment = {};
      for (const density of densities) {
        if (!space.has(density.group[0]!, chosen)) continue;
        chosen = { ...chosen, ...this.#chooseBest(density, candidates, stream) };
      }
      return isFeasible(chosen) ? chosen : null;
    });
  }

  #estimate(group: readonly Parameter[], good: readonly SeenTrial[], others: readonly SeenTrial[]): Density {
    const rules: Rules = this.#options.multivariate ? 'multivariate' : 'univariate';
    // A parameter with one value has nothing to be learnt, and no width.
    const free = group.filter(({ domain }) => countNumbers(domain) > 1);
    const observed = (trials: readonly SeenTrial[]) =>
      trials
        .map(({ chosen }) => chosen)
        .filter((chosen) => group.every(({ name }) => chosen[name] !== undefined));
    return {
      group,
      good: new ParzenEstimator(free, observed(good), rules),
      others: new ParzenEstimator(free, observed(others), rules),
    };
  }

  #chooseBest({ group, good, others }: Density, count: number, stream: RandomStream): Assignment {
    const single = group.filter(({ domain }) => countNumbers(domain) === 1);
    const candidates = Array.from({ length: count }, () => good.sample(stream));
    let best = candidates[0]!;
    let bestGain = Number.NEGATIVE_INFINITY;
    for (const candidate of candidates) {
      const gain = good.logDensity(candidate) - others.logDensity(candidate);
      if (gain <= bestGain) continue;
      best = candidate;
      bestGain = gain;
    }
    return { ...best, ...Object.fromEntries(single.map(({ name, domain }) => [name, numberAt(domain, 0)])) };
  }
}

interface Density {
  readonly group: readonly Parameter[];
  readonly good: ParzenEstimator;
  readonly others: ParzenEstimator;
}

/** Parameters that a trial has either all or none of. */
function groupParameters({ parameters }: Space): (readonly Parameter[])[] {
  const groups = new Map<string, Parameter[]>();
  for (const parameter of parameters) {
    const { condition } = parameter;
    const key = condition === null ? '' : `${condition.name}[${condition.option}]`;
    groups.set(key, [...(groups.get(key) ?? []), parameter]);
  }
  return [...groups.values()];
}
