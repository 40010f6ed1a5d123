import { UserError } from '../core/errors.js';
import { type Shape, sizeOf } from '../core/shape.js';
import type { LayerKinds } from '../layers/layer.js';
import { countClasses, type NetworkPlan, planNetwork } from '../network/plan.js';
import type { NetworkSpec } from '../network/spec.js';
import type { Normalization } from '../run/normalize.js';
import { countNumbers } from '../safetensors/format.js';

/** What the file's metadata begin with. */
export const FORMAT = 'convoy';
/** Of what stands in them; goes up when an older program could not read it, or would take for right what is not. Since 2 there is a checksum. */
export const VERSION = '2';
/** Without a checksum of the file, and perhaps with one of the weights. */
export const UNCHECKED_VERSION = '1';

/** The normalisation's tensors. Those of layers have a dot in their names. */
export const MEAN = 'mean';
export const SCALE = 'scale';

/** A parameter or a running statistic. */
export interface LayerTensor {
  /** `conv1.kernel` */
  readonly name: string;
  /** A convolution's kernel is h×w×cIn×cOut, with groups in front; all else is a vector, one number a channel. */
  readonly shape: readonly number[];
}

/** What a network keeps, in the order of its weights, and how many classes it tells apart. */
export function layOutNetwork(
  network: NetworkSpec,
  kinds: LayerKinds,
): { tensors: LayerTensor[]; classes: number } {
  const plan = planNetwork(network, { batchSize: 1, slices: 1, training: false, kinds });
  return { tensors: listTensors(plan), classes: countClasses(plan) };
}

/** What a planned network keeps, in the order of its weights. */
export function listTensors({ steps }: NetworkPlan): LayerTensor[] {
  return steps.flatMap(({ name: layer, parameters, state }) => [
    ...parameters.map(({ name, size, shape = [size] }) => ({ name: `${layer}.${name}`, shape })),
    ...state.map(({ name, size }) => ({ name: `${layer}.${name}`, shape: [size] })),
  ]);
}

/** As h×w×c, or one number a channel where all positions have the same. */
export function shapeNormalization(values: Float32Array, { height, width, channels }: Shape) {
  const channelwise = values.every((value, e) => Object.is(value, values[e % channels]));
  return channelwise
    ? { shape: [channels], values: values.slice(0, channels) }
    : { shape: [height, width, channels], values };
}

/** The other way round: one number for each element of an image. */
export function expandNormalization(values: Float32Array, input: Shape): Float32Array {
  return Float32Array.from({ length: sizeOf(input) }, (_, e) => values[e % values.length]!);
}

/** The shapes that a normalisation's tensor may have. */
export function listNormalizationShapes({ height, width, channels }: Shape): readonly (readonly number[])[] {
  return [[channels], [height, width, channels]];
}

/**
 * Checks that all numbers are finite.
 *
 * @param where names them in messages
 * @throws UserError for NaN and infinities
 */
export function checkFinite(values: Float32Array, where: string): void {
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return;
  throw new UserError(
    `${where}: expected finite numbers, found ${values[wrong]} at position ${wrong + 1} of ${values.length}. ` +
      'Train the network again with a lower learning rate, or save it again.',
  );
}

/**
 * Cuts weights into their tensors.
 *
 * @throws UserError if they are not as many
 */
export function cutWeights(
  tensors: readonly LayerTensor[],
  weights: Float32Array,
): (LayerTensor & { readonly values: Float32Array })[] {
  let at = 0;
  const pieces = tensors.map((tensor) => {
    const start = at;
    at += countNumbers(tensor.shape);
    return { ...tensor, values: weights.subarray(start, at) };
  });
  if (at === weights.length) return pieces;
  throw new UserError(`weights: expected ${at} numbers for the spec, found ${weights.length}.`);
}

/** The normalisation's tensors by their names. */
export function listNormalization({ mean, scale }: Normalization) {
  return [
    [MEAN, mean],
    [SCALE, scale],
  ] as const;
}
