import { describe, expect, it } from 'vitest';
import { BUNDLE_IMAGES } from '../../../src/kernels/constants.js';
import { overBundles } from '../../../src/layers/convolution/bundle-cut.js';
import type { LayerSite } from '../../../src/layers/layer.js';
import type { BlockPass } from '../../../src/layers/pass.js';

const BUNDLES = 8;
const CHANNELS = 512;
const MANY_WEIGHTS = 2 ** 21;

/** A pass, and what its calls have made: how often each channel of each bundle. */
function bind(tiles: number, { size = BUNDLES * BUNDLE_IMAGES, training = true } = {}) {
  const shape = { height: 4, width: 4, channels: CHANNELS };
  const made = new Uint8Array(BUNDLES * CHANNELS);
  let calls = 0;
  const values = new Float32Array(BUNDLES * BUNDLE_IMAGES * 16 * CHANNELS);
  const site = { batch: { size }, training } as LayerSite;
  const pass = overBundles(
    site,
    { values, shape, tiles, weights: MANY_WEIGHTS },
    (first, bundles, _images, row, rows, channel, channels) => {
      expect([row, rows]).toEqual([0, 4]);
      calls++;
      for (let bundle = first; bundle < first + bundles; bundle++) {
        for (let c = channel; c < channel + channels; c++) made[bundle * CHANNELS + c]!++;
      }
    },
  ) as BlockPass;
  return { pass, made, countCalls: () => calls };
}

describe('a pass over bundles of a wide layer', () => {
  it.each([1, 2, 3, 4])('with %i tiles a bundle makes all once, however its blocks are cut', (tiles) => {
    for (const piece of [1, 2, 3, 5, 100]) {
      const { pass, made } = bind(tiles);
      for (let first = 0; first < pass.blocks; first += piece) {
        pass.run(first, Math.min(piece, pass.blocks - first));
      }
      expect(made.every((times) => times === 1)).toBe(true);
    }
  });

  it('reads the inputs once for blocks that are run together, and leaves out bundles without images', () => {
    const { pass, made, countCalls } = bind(1, { size: 2 * BUNDLE_IMAGES + 1 });
    pass.run(0, pass.blocks);
    expect(countCalls()).toBe(1);
    expect(pass.sharesWork).toBe(true);
    expect(made.reduce((sum, times) => sum + times)).toBe(3 * CHANNELS);
  });

  it('is cut for several workers in training alone', () => {
    expect(bind(1).pass.blocks).toBe(8);
    expect(bind(1, { training: false }).pass.blocks).toBe(1);
    expect(bind(4, { training: false }).pass.blocks).toBe(4);
  });
});
