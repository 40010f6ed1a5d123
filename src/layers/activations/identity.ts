import type { LayerKindOf } from '../layer.js';
import { overParts, overPartsBackward, type Part, widthOf } from '../parts.js';
import { activationSchema, activationWord, planActivation } from './activation.js';

const schema = activationSchema('identity');

/** y = x: holds a place where a layer may stand. */
export const identity: LayerKindOf<typeof schema> = {
  kind: 'identity',
  schema,
  role: 'activation',
  summary: 'x',
  pattern: activationWord('identity'),
  plan: (_config, input) => planActivation(input, 'output'),
  suitsLanes: () => true,
  bind(_config, site) {
    const { input, output, layout } = site;
    const width = widthOf(output.shape, layout);
    const isInPlace = (of: 'value' | 'gradient') => input[of].byteOffset === output[of].byteOffset;
    const copy =
      (from: Float32Array, to: Float32Array) =>
      ({ firstRow, rows }: Part) =>
        to.set(from.subarray(firstRow * width, (firstRow + rows) * width), firstRow * width);
    return {
      prepare: [],
      forward: isInPlace('value') ? [] : [overParts(output.shape, layout, copy(input.value, output.value))],
      backward: isInPlace('gradient') ? [] : [overPartsBackward(site, copy(output.gradient, input.gradient))],
    };
  },
};
