import { invertNormal, makeKey, type PhiloxKey, philox } from '../../core/rng.js';

/** What random numbers are for: turning one thing on does not shift another's. */
const DRAWS = {
  flip: 0,
  translation: 1,
  cutout: 2,
  erasing: 3,
  mixing: 4,
  crop: 5,
  colors: 6,
  policy: 7,
} as const;

/** Random numbers of a run's augmentation, in sequences of their own for each purpose: read in order from where `begin` puts them. */
export class AugmentationDraws {
  readonly #key: PhiloxKey;
  readonly #block = new Uint32Array(4);
  #which = 0;
  #epoch = 0;
  #what: number = DRAWS.flip;
  #drawn = 0;

  constructor(seed: number) {
    this.#key = makeKey(seed, 'augmentation');
  }

  /** @param which sample, or step of the run, it is for */
  begin(what: keyof typeof DRAWS, which: number, epoch: number): void {
    this.#what = DRAWS[what];
    this.#which = which;
    this.#epoch = epoch;
    this.#drawn = 0;
  }

  /** 0 to 2³² − 1. */
  nextWord(): number {
    const word = this.#drawn & 3;
    if (word === 0) philox(this.#key, this.#which, this.#epoch, this.#what, this.#drawn >>> 2, this.#block);
    this.#drawn++;
    return this.#block[word]!;
  }

  /** 0 to bound − 1; the odds differ by less than bound / 2³². */
  nextBelow(bound: number): number {
    return Math.floor((this.nextWord() * bound) / 0x100000000);
  }

  /** Uniform over the open interval. */
  nextBetween(low: number, high: number): number {
    return low + ((high - low) * (this.nextWord() + 0.5)) / 0x100000000;
  }

  nextNormal(): number {
    return invertNormal(this.nextBetween(0, 1));
  }
}
