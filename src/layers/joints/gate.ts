import { type JointKind, planTransform } from '../layer.js';
import { rowsOf, widthOf } from '../parts.js';
import type { Pass } from '../pass.js';

/**
 * y = x·g: every channel of the first input, n×h×w×c, times its number of the second, n×1×1×c; dx = dy·g, dg = Σ x·dy over the positions
 * of an image.
 */
export const gate: JointKind = {
  kind: 'gate',
  plan: ([input]) => planTransform(input!, { inPlace: false, backwardReads: { input: true, output: false } }),
  suitsLanes: () => true,
  bind(_config, { inputs, output, kernels, layout }) {
    const [x, factor] = [inputs[0]!, inputs[1]!];
    const { height, width: columns } = x.shape;
    const positions = height * columns;
    const size = { positions, width: widthOf(x.shape, layout) };
    /** Over rows of maps, that is of images or of bundles in lanes; `holdsGate` of the task that the gates' own row belongs to. */
    const overMaps = (
      run: (firstMap: number, maps: number, firstRow: number, rows: number, holdsGate: boolean) => void,
    ): Pass =>
      layout === 'images'
        ? { over: 'slices', waits: false, run: ({ first, count }) => run(first, count, 0, positions, true) }
        : {
            over: 'units',
            // Gates and their gradients are of whole bundles, to whose rows other units come.
            waits: true,
            run(unit) {
              const { first, count } = rowsOf(unit, height);
              run(unit.bundle, 1, first * columns, count * columns, rowsOf(unit, 1).count > 0);
            },
          };
    const multiply = kernels.bindMultiplyByGate({ ...size, x: x.value, gate: factor.value, y: output.value });
    const forward = overMaps((firstMap, maps, firstRow, rows) => multiply(firstMap, maps, firstRow, rows));
    const [dx, dGate] = [x.gradient, factor.gradient];
    const multiplyBack =
      dx.length > 0
        ? kernels.bindMultiplyByGate({ ...size, x: output.gradient, gate: factor.value, y: dx })
        : null;
    const sum =
      dGate.length > 0 ? kernels.bindGateGradient({ ...size, x: x.value, dy: output.gradient, dGate }) : null;
    const backward = overMaps((firstMap, maps, firstRow, rows, holdsGate) => {
      multiplyBack?.(firstMap, maps, firstRow, rows);
      if (holdsGate) sum?.(firstMap, maps);
    });
    return { prepare: [], forward: [forward], backward: [backward] };
  },
};
