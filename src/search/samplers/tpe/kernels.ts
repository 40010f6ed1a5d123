import { exponential } from '../../../core/exponential.js';
import { naturalLogarithm } from '../../../core/logarithm.js';
import { invertNormal, type RandomStream } from '../../../core/rng.js';
import { clamp, type Domain } from '../../domain.js';
import { normalMass } from './normal.js';

/** How a Parzen estimator follows Optuna's: its version 5's with all parameters of a group together, or 3's with each by itself. */
export type Rules = 'multivariate' | 'univariate';

/** One distribution for each observation, and the prior's behind them, over one parameter. */
export interface Kernels {
  /** A number from the `kernel`-th. */
  sample(kernel: number, stream: RandomStream): number;
  /** The logarithm of the `kernel`-th one's density, or probability. */
  logDensity(kernel: number, number: number): number;
}

/** @param observed numbers of the domain */
export function makeKernels(domain: Domain, observed: readonly number[], rules: Rules): Kernels {
  return domain.kind === 'choice'
    ? new CategoricalKernels(domain.count, observed)
    : new NormalKernels(rangeOf(domain, rules), observed, rules);
}

/** The observed option has all the weight but for the prior's share, which all have alike. */
class CategoricalKernels implements Kernels {
  readonly #weights: readonly (readonly number[])[];
  readonly #logarithms: readonly (readonly number[])[];

  constructor(count: number, observed: readonly number[]) {
    const kernels = observed.length + 1;
    this.#weights = [...observed, null].map((seen) => {
      const weights = Array.from({ length: count }, (_, option) => 1 / kernels + (option === seen ? 1 : 0));
      const sum = weights.reduce((total, weight) => total + weight, 0);
      return weights.map((weight) => weight / sum);
    });
    this.#logarithms = this.#weights.map((weights) => weights.map(naturalLogarithm));
  }

  sample(kernel: number, stream: RandomStream): number {
    return pick(this.#weights[kernel]!, stream);
  }

  logDensity(kernel: number, option: number): number {
    return this.#logarithms[kernel]![option]!;
  }
}

/** The place of one of some weights, which sum to 1, by their size. */
export function pick(weights: readonly number[], stream: RandomStream): number {
  let rest = stream.nextUniform();
  const place = weights.findIndex((weight) => {
    rest -= weight;
    return rest < 0;
  });
  return place < 0 ? weights.length - 1 : place;
}

/** Numbers that normal distributions are laid over, which are cut off at the ends. */
interface Range {
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  /** Null for any numbers. */
  readonly step: number | null;
  /** Whether a number stands for all that are rounded to it. */
  readonly hasCells: boolean;
}

function rangeOf(domain: Exclude<Domain, { kind: 'choice' }>, rules: Rules): Range {
  if (domain.kind === 'real') return { ...domain, step: null, hasCells: false };
  if (domain.kind === 'ordered') {
    return { low: 0, high: domain.values.length - 1, log: false, step: 1, hasCells: true };
  }
  // Optuna 3 takes the density where whole numbers are logarithmic.
  return { ...domain, hasCells: !(domain.log && rules === 'univariate') };
}

class NormalKernels implements Kernels {
  readonly #range: Range;
  /** Of the axis on which the distributions lie. */
  readonly #low: number;
  readonly #high: number;
  readonly #means: readonly number[];
  readonly #deviations: readonly number[];
  /** Of each distribution, what is not cut off. */
  readonly #masses: readonly number[];
  /** Of numbers that have been asked for, of which there are few where they have cells. */
  readonly #cells = new Map<number, readonly number[]>();

  constructor(range: Range, observed: readonly number[], rules: Rules) {
    this.#range = range;
    const half = (range.step ?? 0) / 2;
    this.#low = this.#toAxis(range.low - half);
    this.#high = this.#toAxis(range.high + half);
    const means = observed.map((number) => this.#toAxis(number));
    const prior = 0.5 * (this.#low + this.#high);
    this.#means = [...means, prior];
    this.#deviations = [...this.#spread(means, prior, rules), this.#high - this.#low];
    this.#masses = this.#means.map((_, kernel) => this.#massOf(kernel, this.#low, this.#high));
  }

  sample(kernel: number, stream: RandomStream): number {
    const { low, high, step } = this.#range;
    const [mean, deviation] = [this.#means[kernel]!, this.#deviations[kernel]!];
    const below = normalMass(Number.NEGATIVE_INFINITY, (this.#low - mean) / deviation);
    const place = invertNormal(below + stream.nextUniform() * this.#masses[kernel]!);
    const number = this.#fromAxis(clamp(mean + place * deviation, this.#low, this.#high));
    const stepped = step === null ? number : low + roundHalfEven((number - low) / step) * step;
    return clamp(stepped, low, high);
  }

  logDensity(kernel: number, number: number): number {
    if (this.#range.hasCells) return this.#measureCell(number)[kernel]!;
    const deviation = this.#deviations[kernel]!;
    const place = (this.#toAxis(number) - this.#means[kernel]!) / deviation;
    return (
      -(place * place) / 2 - naturalLogarithm(Math.sqrt(2 * Math.PI) * deviation * this.#masses[kernel]!)
    );
  }

  /** The logarithm of each distribution's share of a number's cell. */
  #measureCell(number: number): readonly number[] {
    const known = this.#cells.get(number);
    if (known !== undefined) return known;
    const half = this.#range.step! / 2;
    const [from, to] = [this.#toAxis(number - half), this.#toAxis(number + half)];
    const measured = this.#masses.map((mass, kernel) => logarithm(this.#massOf(kernel, from, to) / mass));
    this.#cells.set(number, measured);
    return measured;
  }

  #toAxis(number: number): number {
    return this.#range.log ? naturalLogarithm(number) : number;
  }

  #fromAxis(place: number): number {
    return this.#range.log ? exponential(place) : place;
  }

  #massOf(kernel: number, from: number, to: number): number {
    const [mean, deviation] = [this.#means[kernel]!, this.#deviations[kernel]!];
    return normalMass((from - mean) / deviation, (to - mean) / deviation);
  }

  /**
   * The deviation of each observation's distribution: the distance to the farther of its neighbours, of which the range's ends are none to the
   * outermost ones unless there are no others; not too small and not too great. In Optuna 3 the prior's mean is a neighbour, too.
   */
  #spread(means: readonly number[], prior: number, rules: Rules): readonly number[] {
    const all = rules === 'univariate' ? [...means, prior] : means;
    const order = all.map((_, i) => i).sort((a, b) => all[a]! - all[b]! || a - b);
    const deviations = new Array<number>(all.length);
    const width = this.#high - this.#low;
    const least = width / Math.min(100, means.length + 2);
    order.forEach((index, place) => {
      const mean = all[index]!;
      const before = place > 0 ? all[order[place - 1]!]! : this.#low;
      const behind = place < all.length - 1 ? all[order[place + 1]!]! : this.#high;
      const isAlone = all.length < 2;
      const left = place > 0 || isAlone ? mean - before : 0;
      const right = place < all.length - 1 || isAlone ? behind - mean : 0;
      deviations[index] = clamp(Math.max(left, right), least, width);
    });
    return deviations.slice(0, means.length);
  }
}

function logarithm(x: number): number {
  return x > 0 ? naturalLogarithm(x) : Number.NEGATIVE_INFINITY;
}

/** As NumPy rounds. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}
