import { UserError } from '../../core/errors.js';
import type { ValueInfoProto } from '../wire/onnx_pb.js';
import type { Constant } from './constants.js';
import type { NetworkBuilder } from './network-builder.js';

export interface InputOptions {
  /** Of images, where the file leaves it open. */
  readonly input: readonly [height: number, width: number, channels: number] | null;
  readonly where: string;
}

/** Names in a message. */
export const MOST_TOLD = 20;
/** Numbers of an image. */
const MOST_INPUT = 2 ** 24;

/** The one input that is no constant: images, c×h×w unless a Transpose says otherwise. */
export function setInput(
  network: NetworkBuilder,
  inputs: readonly ValueInfoProto[],
  { input, where }: InputOptions,
): void {
  const [only] = inputs;
  if (!only || inputs.length > 1) {
    throw new UserError(
      `${where}: expected one input, the images, found ${inputs.length} (${inputs
        .slice(0, MOST_TOLD)
        .map(({ name }) => name)
        .join(', ')}). Export it with one.`,
    );
  }
  const sizes = listSizes(only).slice(1);
  const known = input
    ? fitSizes(sizes, input)
    : sizes.length === 3 && sizes.every((size) => size > 0) && sizes;
  if (!known) {
    const listed = `${only.name} of n×${sizes.map((size) => size || '?').join('×')}`;
    throw new UserError(
      input
        ? `${where}: expected an input for images ${input.join('×')}, found ${listed}. Leave --input away, or correct it.`
        : `${where}: expected an input n×c×h×w or n×h×w×c, found ${listed}. Tell its size: --input 28x28x1.`,
    );
  }
  const count = known.reduce((product, size) => product * size, 1);
  if (!known.every(Number.isSafeInteger) || count > MOST_INPUT) {
    throw new UserError(
      `${where}: expected images of at most ${MOST_INPUT} numbers, found ${known.join('×')}. Check the file.`,
    );
  }
  const one = (value: number): Constant => ({ dims: [], values: Float32Array.of(value) });
  network.set(only.name, { form: 'pixels', sizes: known, mean: one(0), scale: one(1) });
}

/** How many images a mini-batch has; null if that is open. */
export function readBatchSize(inputs: readonly ValueInfoProto[]): number | null {
  return (inputs[0] && listSizes(inputs[0])[0]) || null;
}

/** With 0 for what is open. */
function listSizes({ type }: ValueInfoProto): number[] {
  const dims = type?.value.case === 'tensorType' ? (type.value.value.shape?.dim ?? []) : [];
  return dims.map(({ value }) => (value.case === 'dimValue' ? Number(value.value) : 0));
}

/** Of images, in the order in which the file has them as far as it says; null if they are none of its. Dimensions of 0 are open, as are none at all. */
function fitSizes(
  sizes: readonly number[],
  [height, width, channels]: readonly [number, number, number],
): number[] | null {
  const orders = [
    [channels, height, width],
    [height, width, channels],
  ];
  const fits = (order: readonly number[]) => sizes.every((size, i) => size === 0 || size === order[i]);
  return (sizes.length === 0 || sizes.length === 3 ? orders.find(fits) : null) ?? null;
}
