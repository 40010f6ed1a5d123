import { UserError } from '../../core/errors.js';
import { countNumbers, numberAt } from '../domain.js';
import type { Assignment, Space } from '../space.js';
import { attempt } from './attempts.js';
import type { Sampler, SamplerContext } from './sampler.js';

/** Of combinations in turn, to find one that meets the constraints. */
const MAX_COMBINATIONS = 10_000;

/** Chooses every combination once, the last parameter fastest. */
export class GridSampler implements Sampler {
  readonly #combinations: Iterator<Assignment>;
  readonly #context: SamplerContext;

  /** @throws UserError if a parameter has more values than can be counted */
  constructor(context: SamplerContext) {
    const { space } = context;
    checkCountable(space);
    this.#combinations = combine(space);
    this.#context = context;
  }

  choose(): Assignment | null {
    const next = () => {
      const { done, value } = this.#combinations.next();
      if (done) return { chosen: null };
      return this.#context.isFeasible(value) ? { chosen: value } : null;
    };
    return attempt(this.#context, next, MAX_COMBINATIONS).chosen;
  }
}

function checkCountable({ parameters }: Space): void {
  const range = parameters.find(({ domain }) => countNumbers(domain) === Number.POSITIVE_INFINITY);
  if (range === undefined) return;
  throw new UserError(
    `search: ${range.name}: expected values that can be counted for the sampler grid, found a range. Give "values", or take another sampler.`,
  );
}

function* combine(space: Space, place = 0, chosen: Assignment = {}): Generator<Assignment> {
  const parameter = space.parameters[place];
  if (parameter === undefined) yield chosen;
  else if (!space.has(parameter, chosen)) yield* combine(space, place + 1, chosen);
  else {
    for (let i = 0; i < countNumbers(parameter.domain); i++) {
      yield* combine(space, place + 1, { ...chosen, [parameter.name]: numberAt(parameter.domain, i) });
    }
  }
}
