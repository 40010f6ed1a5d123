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
    const sum = bindSum(
      kernels,
      inputs.map(({ value }) => value),
      output.value,
    );
    const width = widthOf(output.shape, layout);
    return {
      prepare: [],
      forward: [overParts(output.shape, layout, ({ firstRow, rows }) => sum(firstRow * width, rows * width))],
      backward: [],
    };
  },
};

/** The sum of two arrays or more, in their order, over elements [first, first + count); it may be written over the first or the second. */
export function bindSum(
  kernels: Kernels,
  [one, ...others]: readonly Float32Array[],
  sum: Float32Array,
): (first: number, count: number) => void {
  const additions = others.map((b, i) => kernels.bindAddElements({ a: i === 0 ? one! : sum, b, sum }));
  return (first, count) => {
    for (const add of additions) add(first, count);
  };
}
