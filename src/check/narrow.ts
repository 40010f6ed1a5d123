import { UserError } from '../core/errors.js';
import type { LayerConfig, LayerKinds } from '../layers/layer.js';
import { LAYER_KINDS } from '../layers/registry.js';
import { COMPOSITE_KINDS } from '../network/composite.js';
import { describeNetwork } from '../network/describe.js';
import { INPUT } from '../network/inputs.js';
import { nameLayers } from '../network/named-layers.js';
import type { NetworkSpec } from '../network/spec.js';

const LEAST_SHARE = 1 / 64;

/** A narrower copy of a network, and how much narrower. */
export interface NarrowNetwork {
  readonly network: NetworkSpec;
  /** Of the channels, about. */
  readonly share: number;
}

/** A layer as JSON whose number of channels can be changed. */
interface Sized {
  readonly layer: Record<string, unknown>;
  readonly fields: NonNullable<LayerKinds[string]['channelFields']>;
}

/**
 * A copy with fewer channels in every layer but the last, and those that heads stand on, so that one image costs at most so many multiply-adds: the same layers in the same
 * order, quick enough for thousands of forward passes. The network itself where it is small enough, or cannot be narrowed.
 */
export function narrowNetwork(
  network: NetworkSpec,
  mostMultiplyAdds: number,
  kinds = LAYER_KINDS,
): NarrowNetwork {
  const countProducts = (copy: NetworkSpec) => describeNetwork(copy, { kinds }).multiplyAdds;
  let narrow: NarrowNetwork = { network, share: 1 };
  while (narrow.share > LEAST_SHARE && countProducts(narrow.network) > mostMultiplyAdds) {
    const share = narrow.share / 2;
    try {
      const next = takeShare(network, share, kinds);
      countProducts(next);
      narrow = { network: next, share };
    } catch (error) {
      // Channels that other layers count on.
      if (error instanceof UserError) return narrow;
      throw error;
    }
  }
  return narrow;
}

function takeShare(network: NetworkSpec, share: number, kinds: LayerKinds): NetworkSpec {
  const layers = structuredClone(network.layers);
  const all = findSized(layers, kinds);
  const sized = all.flatMap(({ layer, fields: { output } }) =>
    output === undefined ? [] : [{ layer, output }],
  );
  if (sized.some(({ layer }) => layer.connections !== undefined)) {
    throw new UserError('a connection table is for its own number of channels');
  }
  const multiple = all.reduce(
    (product, { layer, fields: { output, divisor } }) =>
      divisor === undefined || isDepthwise(layer, output)
        ? product
        : leastCommonMultiple(product, Number(layer[divisor] ?? 1)),
    1,
  );
  const classifiers = findClassifiers(network, layers, kinds);
  for (const { layer, output } of sized.filter(({ layer }) => !classifiers.has(layer))) {
    const channels = Number(layer[output]);
    const depthwise = isDepthwise(layer, output);
    layer[output] = multiple * Math.max(1, Math.round((channels * share) / multiple));
    if (depthwise) layer.groups = layer[output];
  }
  for (const { layer, fields } of all) {
    for (const field of fields.added ?? []) layer[field] = Math.round(Number(layer[field]) * share);
  }
  return { ...network, layers };
}

/** With a group for each channel, of which there are as many as before it. */
function isDepthwise(layer: Sized['layer'], output: string | undefined): boolean {
  return output !== undefined && layer.groups === layer[output];
}

/** The last layers with channels of their own before the network's end and each head: they keep their classes. */
function findClassifiers(
  network: NetworkSpec,
  layers: readonly LayerConfig[],
  kinds: LayerKinds,
): Set<Sized['layer']> {
  const named = nameLayers(network);
  const classifiers = new Set<Sized['layer']>();
  const visit = (place: number): void => {
    if (place === INPUT) return;
    const last = findSized(layers[place], kinds).findLast(({ fields }) => fields.output !== undefined);
    if (last) classifiers.add(last.layer);
    else named[place]!.sources.forEach(visit);
  };
  const heads = network.heads?.map(({ from }) => named.findIndex(({ name }) => name === from)) ?? [];
  for (const end of [layers.length - 1, ...heads]) visit(end);
  return classifiers;
}

/** Every layer with a number of channels of its own, in order, also inside of branches. */
function findSized(value: unknown, kinds: LayerKinds): Sized[] {
  if (typeof value !== 'object' || value === null) return [];
  const { kind } = value as { readonly kind?: unknown };
  const known: Readonly<Record<string, Pick<LayerKinds[string], 'channelFields'>>> = {
    ...kinds,
    ...COMPOSITE_KINDS,
  };
  const fields =
    typeof kind === 'string' && Object.hasOwn(known, kind) ? known[kind]!.channelFields : undefined;
  const own = fields ? [{ layer: value as Record<string, unknown>, fields }] : [];
  return [...own, ...Object.values(value).flatMap((inside) => findSized(inside, kinds))];
}

function leastCommonMultiple(a: number, b: number): number {
  const divide = (x: number, y: number): number => (y === 0 ? x : divide(y, x % y));
  return (a / divide(a, b)) * b;
}
