import { naturalLogarithm } from './logarithm.js';

/**
 * Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 * A number is a pure function of (key, counter), so no generator state travels between threads or runs.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

export type PhiloxKey = readonly [low: number, high: number];

/** Writes the four 32-bit words (as unsigned) of the block at the counter (c0, c1, c2, c3) into `out`. */
export function philox(
  key: PhiloxKey,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  out: Uint32Array,
): void {
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** The upper 32 bits of the product of two unsigned 32-bit numbers, from products of 16-bit halves. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const cross = aHigh * bLow + ((aLow * bLow) >>> 16);
  const middle = aLow * bHigh + (cross & 0xffff);
  return (aHigh * bHigh + Math.floor(cross / 0x10000) + Math.floor(middle / 0x10000)) | 0;
}

/** What random numbers are drawn for. Each purpose has streams of its own, so adding one never shifts another. */
export const PURPOSES = {
  shuffle: 1,
  initialisation: 2,
  dropout: 3,
  selection: 4,
  augmentation: 5,
  search: 6,
} as const;

/** The key of a stream: the run's seed, the purpose, and which of its users (a layer's index, say). */
export function makeKey(seed: number, purpose: keyof typeof PURPOSES, user = 0): PhiloxKey {
  const out = new Uint32Array(4);
  philox([seed >>> 0, Math.floor(seed / 0x100000000) >>> 0], PURPOSES[purpose], user, 0, 0, out);
  return [out[0]!, out[1]!];
}

/** A sequence of uniform numbers under one key, read in order. */
export class RandomStream {
  readonly #key: PhiloxKey;
  readonly #counter: readonly [number, number];
  readonly #block = new Uint32Array(4);
  #drawn = 0;

  /** `a` and `b` select the sequence, for instance (epoch, 0). */
  constructor(key: PhiloxKey, a = 0, b = 0) {
    this.#key = key;
    this.#counter = [a, b];
  }

  /** The next word, 0 to 2³² − 1. */
  nextWord(): number {
    const place = this.#drawn & 3;
    if (place === 0) philox(this.#key, this.#drawn >>> 2, this.#counter[0], this.#counter[1], 0, this.#block);
    this.#drawn++;
    return this.#block[place]!;
  }

  /** Uniform over the open interval (0, 1), 32 bits fine. */
  nextUniform(): number {
    return (this.nextWord() + 0.5) / 0x100000000;
  }

  /** Uniform over 0..bound − 1, without bias (rejection). */
  nextBelow(bound: number): number {
    const limit = 0x100000000 - (0x100000000 % bound);
    let word = this.nextWord();
    while (word >= limit) word = this.nextWord();
    return word % bound;
  }

  /** Standard normal, by inversion of the distribution function: one uniform number a normal one. */
  nextNormal(): number {
    return invertNormal(this.nextUniform());
  }
}

/** Fisher and Yates's shuffle of `values`, in place. */
export function shuffle(values: Int32Array, stream: RandomStream): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = stream.nextBelow(i + 1);
    const value = values[i]!;
    values[i] = values[j]!;
    values[j] = value;
  }
}

/**
 * The quantile function of the standard normal distribution: Wichura's algorithm AS 241 (PPND16, Applied Statistics 37, 1988), accurate to
 * about 1e-16.
 */
export function invertNormal(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTRE_NUMERATOR, r)) / polynomial(CENTRE_DENOMINATOR, r);
  }
  const r = Math.sqrt(-naturalLogarithm(Math.min(p, 1 - p)));
  const tail =
    r <= 5
      ? polynomial(MIDDLE_NUMERATOR, r - 1.6) / polynomial(MIDDLE_DENOMINATOR, r - 1.6)
      : polynomial(FAR_NUMERATOR, r - 5) / polynomial(FAR_DENOMINATOR, r - 5);
  return q < 0 ? -tail : tail;
}

/** Horner's rule; the coefficients stand from the highest power down. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

// The published coefficients, written as the doubles that they are read as.
const CENTRE_NUMERATOR = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
  1971.5909503065513, 133.14166789178438, 3.3871328727963665,
];
const CENTRE_DENOMINATOR = [
  5226.495278852545, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
  687.1870074920579, 42.31333070160091, 1,
];
const MIDDLE_NUMERATOR = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const MIDDLE_DENOMINATOR = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];
const FAR_NUMERATOR = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
  0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
const FAR_DENOMINATOR = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
  0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
];
