import { describe, expect, it } from 'vitest';
import { warnOfLoneValues } from '../../src/run/lone-values.js';
import { type RunSpec, resolveRunSpec } from '../../src/run/spec.js';

const AFTER_FULLY_CONNECTED = 'INPUT(28x28x1) -> FC(20) -> BN -> RELU -> FC(20) -> BN -> FC(10)';
const ON_MAPS = 'INPUT(28x28x1) -> CONV(5,4) -> BN -> RELU -> FC(10)';

const warn = (network: string, images: number, options: RunSpec) =>
  warnOfLoneValues(resolveRunSpec({ network, ...options }), images);

describe('a warning that there is one value to normalise by', () => {
  it('names the layers, and how to mend it', () => {
    expect(warn(AFTER_FULLY_CONNECTED, 100, { batchSize: 1 })).toBe(
      `${AFTER_FULLY_CONNECTED}: batch-normalization1, batch-normalization2: expected at least two values a channel to normalise by on ` +
        '1×1 maps, found mini-batches of one image, for which the output is the same whatever comes in and nothing before it learns. ' +
        'Give a mini-batch two images or more (batchSize=2).',
    );
  });

  it('tells of a last mini-batch too', () => {
    expect(warn(AFTER_FULLY_CONNECTED, 101, { batchSize: 50 })).toContain(
      'found a last mini-batch of one image in every epoch (101 images by 50)',
    );
  });

  it.each<[string, string, number, RunSpec]>([
    ['the map is larger', ON_MAPS, 100, { batchSize: 1 }],
    ['there are two images', AFTER_FULLY_CONNECTED, 100, { batchSize: 2 }],
    ['two are left over', AFTER_FULLY_CONNECTED, 102, { batchSize: 50 }],
    ['the last one is left out', AFTER_FULLY_CONNECTED, 101, { batchSize: 50, dropLast: true }],
    ['the last one is not reached', AFTER_FULLY_CONNECTED, 101, { batchSize: 50, epochs: 0.5 }],
    ['the run ends before it', AFTER_FULLY_CONNECTED, 101, { batchSize: 50, maxIterations: 2 }],
    ['there is one mini-batch', AFTER_FULLY_CONNECTED, 20, { batchSize: 50 }],
  ])('does not come where %s', (_, network, images, options) => {
    expect(warn(network, images, options)).toBeNull();
  });

  it('comes where the only image is all there is', () => {
    expect(warn(AFTER_FULLY_CONNECTED, 1, {})).toContain('found mini-batches of one image');
  });
});
