import type { RandomStream } from '../../src/core/rng.js';

/** Draws of numbers and choices, one after another. */
export class Draws {
  readonly #stream: RandomStream;

  constructor(stream: RandomStream) {
    this.#stream = stream;
  }

  /** Of `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.#stream.nextBelow(most - least + 1);
  }

  choose<Value>(values: readonly Value[]): Value {
    return values[this.#stream.nextBelow(values.length)]!;
  }

  chance(odds: number): boolean {
    return this.#stream.nextBelow(1000) < 1000 * odds;
  }

  pair(most: number): [number, number] {
    return [this.between(1, most), this.between(1, most)];
  }

  /** Padding: top, bottom, left, right. */
  sides(most: number): number[] {
    return Array.from({ length: 4 }, () => this.between(0, most));
  }

  divisor(number: number): number {
    return this.choose(Array.from({ length: number }, (_, i) => i + 1).filter((i) => number % i === 0));
  }

  /** Some of them, at least one, in their order. */
  some<Value>(values: readonly Value[]): Value[] {
    const chosen = values.filter(() => this.chance(0.6));
    return chosen.length > 0 ? chosen : [this.choose(values)];
  }
}
