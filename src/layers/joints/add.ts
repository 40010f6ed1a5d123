import type { Kernels } from '../../kernels/kernels.js';
import { type JointKind, planTransform } from '../layer.js';
import { overParts, widthOf } from '../parts.js';

/** y = ((x1 + x2) + x3) + …, inputs of one shape; each one's gradient is the output's. */
export const add: JointKind = {
  kind: 'add',
  plan: ([input]) =>
    planTransform(input!, {
      inPlace: true,
      passesOn: 'gradient',
      backwardReads: { input: false, output: false },
    }),
  suitsLanes: () => true,
  bind(_config, { inputs, output, kernels, layout }) {
    const values = inputs.map(({ value }) => value);
    const width = widthOf(output.shape, layout);
    return {
      prepare: [],
      forward: [
        overParts(output.shape, layout, ({ firstRow, rows }) =>
          addAll(kernels, values, output.value, firstRow * width, rows * width),
        ),
      ],
      backward: [],
    };
  },
};

/** The sum of two arrays or more, in their order; it may be written over the first or the second. */
export function addAll(
  kernels: Kernels,
  summands: readonly Float32Array[],
  sum: Float32Array,
  first: number,
  count: number,
): void {
  kernels.addElements(summands[0]!, summands[1]!, sum, first, count);
  for (let i = 2; i < summands.length; i++) kernels.addElements(sum, summands[i]!, sum, first, count);
}
