import { sizeOf } from '../../core/shape.js';
import { countBundles, imagesOfBundle } from '../../kernels/lanes.js';
import { type JointKind, planTransform } from '../layer.js';
import type { BlockPass } from '../pass.js';

/** From images in lanes to images one after another, where the layout changes. */
export const relayout: JointKind = {
  kind: 'relayout',
  plan: ([input]) =>
    planTransform(input!, { inPlace: false, backwardReads: { input: false, output: false } }),
  bind(_config, { input, output, kernels, batch }) {
    const size = sizeOf(input.shape);
    const bundles = countBundles(output.value.length / size);
    const overBundles = (run: (bundle: number, images: number) => void): BlockPass => ({
      over: 'blocks',
      waits: true,
      blocks: bundles,
      run(first, count) {
        for (let bundle = first; bundle < Math.min(first + count, countBundles(batch.size)); bundle++) {
          run(bundle, imagesOfBundle(bundle, batch.size));
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
    return { prepare: [], forward: [overBundles(gather)], backward: [overBundles(scatter)] };
  },
};
