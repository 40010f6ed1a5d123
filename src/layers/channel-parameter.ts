import type { Shape } from '../core/shape.js';
import { BUNDLE_IMAGES } from '../kernels/constants.js';
import { allocateLike } from '../kernels/memory.js';
import type { LayerSite, Layout, SharedPlan } from './layer.js';
import { widthOf } from './parts.js';
import type { BlockPass } from './pass.js';

/**
 * A parameter with one number a channel, as kernels over rows × channels see it: with images in lanes a row has each channel 16 times, so
 * the number is repeated, and its gradient's sums are folded over the lanes.
 */
export interface ChannelParameter {
  /** As wide as a row. */
  readonly value: Float32Array;
  readonly prepare: readonly BlockPass[];
  /** Where a kernel leaves each part's sums, as wide as a row: in lanes one place for all. `fold` makes the part's gradient of them. */
  readonly sums: readonly Float32Array[];
  fold(part: number): void;
}

/** What such a parameter shares between workers, under its own name. */
export function shareChannelParameter(
  name: string,
  shape: Shape,
  layout: Layout,
): Readonly<Record<string, SharedPlan>> {
  return layout === 'lanes' ? { [name]: { floats: widthOf(shape, layout) } } : {};
}

/** Ties a parameter, planned with `shareChannelParameter` and with one gradient a part, to its memory. */
export function bindChannelParameter(site: LayerSite, name: string): ChannelParameter {
  const { value } = site.parameters[name]!;
  const gradient = site.training ? site.parameters[name]!.gradient : [];
  if (site.layout === 'images') {
    return { value, prepare: [], sums: gradient, fold() {} };
  }
  const repeated = site.shared[name]!;
  const sums = allocateLike(repeated, repeated.length);
  const repeat: BlockPass = {
    over: 'blocks',
    waits: false,
    blocks: 1,
    run() {
      for (let i = 0; i < repeated.length; i++) repeated[i] = value[Math.floor(i / BUNDLE_IMAGES)]!;
    },
  };
  const foldParts = gradient.map((to) =>
    site.kernels.bindSumChannelLanes({ channels: value.length, x: sums, sums: to }),
  );
  return {
    value: repeated,
    prepare: [repeat],
    sums: gradient.map(() => sums),
    fold: (part) => foldParts[part]!(),
  };
}
