import type { KernelShape } from '../layers/kernel-shape.js';
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
 * The kernels of every layer that has one for all positions: convolutions and fully connected layers.
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
  for (const { name, parameters, state } of plan.steps) {
    for (const parameter of parameters) {
      const { size, kernel } = parameter;
      if (kernel) {
        const values = weights.subarray(at, at + size);
        layers.push({ name, ...readKernels(values, kernel), connected: findConnected(parameter, kernel) });
      }
      at += size;
    }
    for (const { size } of state) at += size;
  }
  return layers;
}

/** Of each filter and channel all weights are there, or none. */
function findConnected({ size, absent }: ParameterPlan, kernel: KernelShape): Float32Array | null {
  if (!absent) return null;
  const present = new Float32Array(size).fill(1);
  for (const index of absent) present[index] = 0;
  return readKernels(present, kernel).values.filter((_, i) => i % (kernel.height * kernel.width) === 0);
}

/** From groups×h×w×inputs×(filters of a group) to filters×inputs×h×w. */
function readKernels(
  values: Float32Array,
  { height, width, inputs, outputs, groups }: KernelShape,
): Omit<LayerKernels, 'name' | 'connected'> {
  const taps = height * width;
  const byFilter = Float32Array.from({ length: values.length }, (_, i) => {
    const [filter, input, tap] = [Math.floor(i / (taps * inputs)), Math.floor(i / taps) % inputs, i % taps];
    const group = Math.floor(filter / outputs);
    return values[((group * taps + tap) * inputs + input) * outputs + (filter % outputs)]!;
  });
  return { height, width, inputs, filters: groups * outputs, groups, values: byFilter };
}
