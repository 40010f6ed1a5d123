import { UserError } from '../core/errors.js';
import { describeNetwork } from '../network/describe.js';
import type { NetworkSpec } from '../network/spec.js';

const LEAST_SHARE = 1 / 64;

/** A narrower copy of a network, and how much narrower. */
export interface NarrowNetwork {
  readonly network: NetworkSpec;
  /** Of the channels, about. */
  readonly share: number;
}

/** A layer as JSON whose number of channels can be changed. */
type Sized = {
  kind: string;
  filters?: number;
  units?: number;
  groups?: number;
  connections?: unknown;
  before?: number;
  after?: number;
};

/**
 * A copy with fewer channels in every layer but the last, so that one image costs at most so many multiply-adds: the same layers in the same
 * order, quick enough for thousands of forward passes. The network itself where it is small enough, or cannot be narrowed.
 */
export function narrowNetwork(network: NetworkSpec, mostMultiplyAdds: number): NarrowNetwork {
  let narrow: NarrowNetwork = { network, share: 1 };
  while (narrow.share > LEAST_SHARE && describeNetwork(narrow.network).multiplyAdds > mostMultiplyAdds) {
    const share = narrow.share / 2;
    try {
      const next = takeShare(network, share);
      describeNetwork(next);
      narrow = { network: next, share };
    } catch (error) {
      // Channels that other layers count on.
      if (error instanceof UserError) return narrow;
      throw error;
    }
  }
  return narrow;
}

function takeShare(network: NetworkSpec, share: number): NetworkSpec {
  const layers = structuredClone(network.layers);
  const all = findSized(layers);
  const sized = all.filter(({ kind }) => kind !== 'channel-padding');
  // The classifier keeps its classes.
  const inner = sized.slice(0, -1);
  if (sized.some(({ connections }) => connections !== undefined)) {
    throw new UserError('a connection table is for its own number of channels');
  }
  const multiple = sized.reduce((product, { groups = 1 }) => leastCommonMultiple(product, groups), 1);
  const shrink = (channels: number) => multiple * Math.max(1, Math.round((channels * share) / multiple));
  for (const layer of inner) {
    if (layer.filters !== undefined) layer.filters = shrink(layer.filters);
    if (layer.units !== undefined) layer.units = shrink(layer.units);
  }
  for (const padding of all) {
    if (padding.before !== undefined) padding.before = Math.round(padding.before * share);
    if (padding.after !== undefined) padding.after = Math.round(padding.after * share);
  }
  return { ...network, layers };
}

/** Every layer with a number of channels of its own, in order, also inside of branches. */
function findSized(value: unknown): Sized[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = ['filters', 'units', 'after'].some((field) => field in value) ? [value as Sized] : [];
  return [...own, ...Object.values(value).flatMap(findSized)];
}

function leastCommonMultiple(a: number, b: number): number {
  const divide = (x: number, y: number): number => (y === 0 ? x : divide(y, x % y));
  return (a / divide(a, b)) * b;
}
