import type { ParameterPlan } from '../layers/parameter.js';
import { LAYER_KINDS } from '../layers/registry.js';
import { planNetwork } from '../network/plan.js';
import type { NetworkSpec } from '../network/spec.js';

/** The kernels of a layer. */
export interface LayerKernels {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  /** Input channels that a filter sees. */
  readonly inputs: number;
  readonly filters: number;
  readonly groups: number;
  /** filters×inputs×height×width */
  readonly values: Float32Array;
  /** filters×inputs: 1 where a filter is connected to a channel, else 0; null where all are. */
  readonly connected: Float32Array | null;
}

/**
 * The kernels of every layer that has some: convolutions and fully connected layers.
 *
 * @param weights parameters and running statistics, as `train` gives them
 * @param kinds that the network's layers are of
 */
export function listKernels(
  network: NetworkSpec,
  weights: Float32Array,
  kinds = LAYER_KINDS,
): LayerKernels[] {
  const plan = planNetwork(network, { batchSize: 1, slices: 1, training: false, kinds });
  const layers: LayerKernels[] = [];
  let at = 0;
  for (const { name, layer, inputs, parameters, state } of plan.steps) {
    for (const parameter of [...parameters, ...state]) {
      const values = weights.subarray(at, at + parameter.size);
      at += parameter.size;
      if (parameter.name !== 'kernel' || !layer.window) continue;
      const [height, width] = layer.window.kernel;
      const filters = layer.output.channels;
      const size = { height, width, filters, inputs: parameter.size / (height * width * filters) };
      const groups = plan.tensors[inputs[0]!]!.shape.channels / size.inputs;
      const sort = (numbers: Float32Array) => sortByFilter(numbers, size, groups);
      const connected =
        'absent' in parameter
          ? sort(markPresent(parameter)).filter((_, i) => i % (height * width) === 0)
          : null;
      layers.push({ name, ...size, groups, values: sort(values), connected });
    }
  }
  return layers;
}

/** 1 where there is a weight, 0 where there is none: of each filter and channel all or none. */
function markPresent({ size, absent = [] }: Pick<ParameterPlan, 'size' | 'absent'>): Float32Array {
  const present = new Float32Array(size).fill(1);
  for (const index of absent) present[index] = 0;
  return present;
}

/** From groups×h×w×inputs×(filters of a group) to filters×inputs×h×w. */
function sortByFilter(
  values: Float32Array,
  { height, width, inputs, filters }: Pick<LayerKernels, 'height' | 'width' | 'inputs' | 'filters'>,
  groups: number,
): Float32Array {
  const columns = filters / groups;
  const taps = height * width;
  return Float32Array.from({ length: values.length }, (_, i) => {
    const [filter, input, tap] = [Math.floor(i / (taps * inputs)), Math.floor(i / taps) % inputs, i % taps];
    const group = Math.floor(filter / columns);
    return values[((group * taps + tap) * inputs + input) * columns + (filter % columns)]!;
  });
}
