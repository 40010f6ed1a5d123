import { type JointKind, planTransform } from '../layer.js';
import { overPartsBackward, widthOf } from '../parts.js';
import { bindSum } from './add.js';

/** A tensor for several readers: each has the same value and a gradient of its own. dx = ((dy1 + dy2) + dy3) + … */
export const fork: JointKind = {
  kind: 'fork',
  plan: ([input]) =>
    planTransform(input!, {
      inPlace: true,
      passesOn: 'value',
      backwardReads: { input: false, output: false },
    }),
  suitsLanes: () => true,
  bind(_config, site) {
    const { input, outputs, kernels, layout } = site;
    const sum = bindSum(
      kernels,
      outputs.map(({ gradient }) => gradient),
      input.gradient,
    );
    const width = widthOf(input.shape, layout);
    return {
      prepare: [],
      forward: [],
      backward: [overPartsBackward(site, ({ firstRow, rows }) => sum(firstRow * width, rows * width))],
    };
  },
};
