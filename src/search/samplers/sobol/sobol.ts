import { UserError } from '../../../core/errors.js';
import { makeKey, type PhiloxKey, philox } from '../../../core/rng.js';
import { numberWithin } from '../../domain.js';
import type { Assignment } from '../../space.js';
import { attempt } from '../attempts.js';
import type { Sampler, SamplerContext } from '../sampler.js';
import { DIRECTIONS } from './directions.js';

const BITS = 32;
const MAX_DIMENSIONS = DIRECTIONS.length + 1;

/** Chooses the points of a scrambled Sobol sequence, one dimension for each parameter; those of no use to a trial are left out. */
export class SobolSampler implements Sampler {
  readonly #context: SamplerContext;
  readonly #directions: readonly Uint32Array[];
  readonly #keys: readonly PhiloxKey[];
  #next = 0;

  /** @throws UserError for more parameters than there are dimensions */
  constructor(context: SamplerContext) {
    const { length } = context.space.parameters;
    if (length > MAX_DIMENSIONS) {
      throw new UserError(
        `search: expected at most ${MAX_DIMENSIONS} parameters for the sampler sobol, found ${length}. Take another one.`,
      );
    }
    this.#context = context;
    this.#directions = Array.from({ length }, (_, dimension) => makeDirections(dimension));
    this.#keys = Array.from({ length }, (_, dimension) => makeKey(context.seed, 'search', dimension));
  }

  choose(): Assignment {
    const { space, isFeasible } = this.#context;
    return attempt(this.#context, () => {
      const index = this.#next++;
      const chosen = space.assign((parameter) => {
        const dimension = space.parameters.indexOf(parameter);
        const word = scramble(sobolWord(this.#directions[dimension]!, index), this.#keys[dimension]!);
        return numberWithin(parameter.domain, (word + 0.5) / 2 ** BITS);
      });
      return isFeasible(chosen) ? chosen : null;
    });
  }
}

/** The direction numbers of a dimension, from 0: the bits of a point's fraction that each bit of its number turns. */
export function makeDirections(dimension: number): Uint32Array {
  const directions = new Uint32Array(BITS);
  const [polynomial, ...first] = DIRECTIONS[dimension - 1] ?? [1];
  const degree = first.length;
  for (let j = 0; j < BITS; j++) {
    // Numbers m_j of j + 1 bits, as fractions m_j / 2^(j + 1): below the degree they are given, above they follow from the polynomial.
    if (dimension === 0) directions[j] = 2 ** (BITS - 1 - j);
    else if (j < degree) directions[j] = first[j]! * 2 ** (BITS - 1 - j);
    else {
      let direction = directions[j - degree]! ^ (directions[j - degree]! >>> degree);
      for (let k = 1; k < degree; k++) {
        if ((polynomial >>> (degree - k)) & 1) direction ^= directions[j - k]!;
      }
      directions[j] = direction;
    }
  }
  return directions;
}

/** The point of that number, from 0, in one dimension, as the bits of its fraction: Gray code's order (Antonov and Saleev 1979). */
export function sobolWord(directions: Uint32Array, index: number): number {
  let word = 0;
  for (let gray = index ^ (index >>> 1), bit = 0; gray !== 0; gray >>>= 1, bit++) {
    if (gray & 1) word ^= directions[bit]!;
  }
  return word >>> 0;
}

/**
 * Owen's nested scrambling ("Randomly permuted (t,m,s)-nets and (t,s)-sequences", 1995) in base 2: each bit is turned or not by a random bit that is
 * a function of all bits before it, so that the points stay as even as they are.
 */
export function scramble(word: number, key: PhiloxKey): number {
  const random = new Uint32Array(4);
  let scrambled = 0;
  for (let bit = 0; bit < BITS; bit++) {
    const before = bit === 0 ? 0 : word >>> (BITS - bit);
    philox(key, before, bit, 0, 0, random);
    const turned = ((word >>> (BITS - 1 - bit)) ^ random[0]!) & 1;
    scrambled = scrambled * 2 + turned;
  }
  return scrambled;
}
