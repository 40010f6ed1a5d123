import { activationSchema, planActivation } from './activation.js';
import type { LayerKind } from './layer.js';
import { overParts, widthOf } from './parts.js';

/** y = x: holds a place where a layer may stand. */
export const identity: LayerKind = {
  kind: 'identity',
  schema: activationSchema('identity'),
  plan: (_config, input) => planActivation(input),
  suitsLanes: () => true,
  bind(_config, { input, output, layout }) {
    const width = widthOf(output.shape, layout);
    const copy = (from: Float32Array, to: Float32Array) =>
      overParts(output.shape, layout, ({ firstRow, rows }) => {
        if (from !== to) to.set(from.subarray(firstRow * width, (firstRow + rows) * width), firstRow * width);
      });
    return {
      prepare: [],
      forward: [copy(input.value, output.value)],
      backward: [copy(output.gradient, input.gradient)],
    };
  },
};
