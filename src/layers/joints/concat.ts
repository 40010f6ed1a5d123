import { type JointKind, planTransform } from '../layer.js';
import { overParts, overPartsBackward, type Part, widthOf } from '../parts.js';

/** The inputs side by side along channels, in their order: n×h×w×c1, n×h×w×c2, … to n×h×w×(c1 + c2 + …). */
export const concat: JointKind = {
  kind: 'concat',
  plan(inputs) {
    const channels = inputs.reduce((sum, shape) => sum + shape.channels, 0);
    return planTransform(
      { ...inputs[0]!, channels },
      { inPlace: false, backwardReads: { input: false, output: false } },
    );
  },
  suitsLanes: () => true,
  bind(_config, site) {
    const { inputs, output, kernels, layout } = site;
    const width = widthOf(output.shape, layout);
    let end = 0;
    const columns = inputs.map((tensor) => {
      const own = widthOf(tensor.shape, layout);
      end += own;
      return { tensor, own, at: end - own };
    });
    const learning = columns.filter(({ tensor }) => tensor.gradient.length > 0);
    const joins = columns.map(({ tensor, own, at }) =>
      kernels.bindCopyColumns({
        columns: own,
        x: tensor.value,
        xWidth: own,
        xFirst: 0,
        y: output.value,
        yWidth: width,
        yFirst: at,
      }),
    );
    const partings = learning.map(({ tensor, own, at }) =>
      kernels.bindCopyColumns({
        columns: own,
        x: output.gradient,
        xWidth: width,
        xFirst: at,
        y: tensor.gradient,
        yWidth: own,
        yFirst: 0,
      }),
    );
    const join = ({ firstRow, rows }: Part) => {
      for (const copy of joins) copy(firstRow, rows);
    };
    const part = ({ firstRow, rows }: Part) => {
      for (const copy of partings) copy(firstRow, rows);
    };
    return {
      prepare: [],
      forward: [overParts(output.shape, layout, join)],
      backward: [overPartsBackward(site, part)],
    };
  },
};
