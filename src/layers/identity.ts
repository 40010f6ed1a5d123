import { sizeOf } from '../core/shape.js';
import { activationSchema, planActivation } from './activation.js';
import { type LayerKind, overSlices } from './layer.js';

/** y = x: holds a place where a layer may stand. */
export const identity: LayerKind = {
  kind: 'identity',
  schema: activationSchema('identity'),
  plan: (_config, input) => planActivation(input),
  bind(_config, { input, output }) {
    const size = sizeOf(output.shape);
    const copy = (from: Float32Array, to: Float32Array) =>
      overSlices(({ first, count }) => {
        if (from !== to) to.set(from.subarray(first * size, (first + count) * size), first * size);
      });
    return {
      prepare: [],
      forward: [copy(input.value, output.value)],
      backward: [copy(output.gradient, input.gradient)],
    };
  },
};
