import { exponential } from '../core/exponential.js';
import { naturalLogarithm } from '../core/logarithm.js';

/** The values that one parameter of a search may take. */
export type Domain = Choice | Real | Whole | Ordered;

/** One of several things between which there is no order. Its number is the option's, from 0. */
export interface Choice {
  readonly kind: 'choice';
  readonly count: number;
}

/** Any number between two, both included; evenly, or evenly in the logarithm. */
export interface Real {
  readonly kind: 'real';
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
}

/** `low`, `low + step`, ... `high`; evenly, or (with a step of 1) evenly in the logarithm. */
export interface Whole {
  readonly kind: 'whole';
  readonly low: number;
  readonly high: number;
  readonly step: number;
  readonly log: boolean;
}

/** One of several numbers, which rise. Its number is the value's place, from 0. */
export interface Ordered {
  readonly kind: 'ordered';
  readonly values: readonly number[];
}

/** How many numbers a domain has; infinite for a range of real ones. */
export function countNumbers(domain: Domain): number {
  if (domain.kind === 'choice') return domain.count;
  if (domain.kind === 'ordered') return domain.values.length;
  if (domain.kind === 'whole') return Math.round((domain.high - domain.low) / domain.step) + 1;
  return domain.low === domain.high ? 1 : Number.POSITIVE_INFINITY;
}

/** The `index`-th number of a domain that has finitely many, from 0. */
export function numberAt(domain: Domain, index: number): number {
  if (domain.kind === 'whole') return domain.low + index * domain.step;
  return domain.kind === 'real' ? domain.low : index;
}

/** The number at a place of 0 to 1 in the domain, of which each one has its share. */
export function numberWithin(domain: Domain, unit: number): number {
  const count = countNumbers(domain);
  if (domain.kind === 'real') return withinRange(domain, unit);
  if (domain.kind === 'whole' && domain.log) {
    const { low, high } = domain;
    const real = withinRange({ low: low - 0.5, high: high + 0.5, log: true }, unit);
    return clamp(Math.round(real), low, high);
  }
  return numberAt(domain, Math.min(count - 1, Math.floor(unit * count)));
}

/** Of several numbers one: the value that stands in a spec; for a choice its number. */
export function specValueOf(domain: Domain, number: number): number {
  return domain.kind === 'ordered' ? domain.values[number]! : number;
}

function withinRange({ low, high, log }: Pick<Real, 'low' | 'high' | 'log'>, unit: number): number {
  if (!log) return clamp(low + unit * (high - low), low, high);
  const [from, to] = [naturalLogarithm(low), naturalLogarithm(high)];
  return clamp(exponential(from + unit * (to - from)), low, high);
}

/** Rounding may lead out of a range. */
export function clamp(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, x));
}
