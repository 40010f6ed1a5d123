import { makeKey, RandomStream } from '../../core/rng.js';
import { numberWithin } from '../domain.js';
import type { Assignment } from '../space.js';
import { attempt } from './attempts.js';
import type { Sampler, SamplerContext } from './sampler.js';

/** Chooses each trial by itself, evenly over the space. */
export class RandomSampler implements Sampler {
  readonly #context: SamplerContext;
  #chosen = 0;

  constructor(context: SamplerContext) {
    this.#context = context;
  }

  choose(): Assignment {
    return drawTrial(this.#context, ++this.#chosen);
  }
}

/** The trial of that number, from 1, of a search at random. */
export function drawTrial(context: SamplerContext, trial: number): Assignment {
  const { space, seed, isFeasible } = context;
  const key = makeKey(seed, 'search');
  return attempt(context, (number) => {
    const stream = new RandomStream(key, trial, number);
    const chosen = space.assign(({ domain }) => numberWithin(domain, stream.nextUniform()));
    return isFeasible(chosen) ? chosen : null;
  });
}
