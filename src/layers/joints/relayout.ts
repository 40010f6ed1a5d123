import { sizeOf } from '../../core/shape.js';
import { countGroups, imagesOfGroup } from '../../kernels/lanes.js';
import { type JointKind, planTransform } from '../layer.js';
import type { BlockPass } from '../pass.js';

/** From images in lanes to images one after another, where the layout changes. */
export const relayout: JointKind = {
  kind: 'relayout',
  plan: ([input]) =>
    planTransform(input!, { inPlace: false, backwardReads: { input: false, output: false } }),
  bind(_config, { input, output, kernels, batch }) {
    const size = sizeOf(input.shape);
    const groups = countGroups(output.value.length / size);
    const overGroups = (run: (group: number, images: number) => void): BlockPass => ({
      over: 'blocks',
      waits: true,
      blocks: groups,
      run(first, count) {
        for (let group = first; group < Math.min(first + count, countGroups(batch.size)); group++) {
          run(group, imagesOfGroup(group, batch.size));
        }
      },
    });
    const gather = kernels.bindGatherLanes({
      lanes: input.value,
      images: output.value,
      floatsPerImage: size,
    });
    const scatter = kernels.bindScatterLanes({
      images: output.gradient,
      lanes: input.gradient,
      floatsPerImage: size,
    });
    return { prepare: [], forward: [overGroups(gather)], backward: [overGroups(scatter)] };
  },
};
