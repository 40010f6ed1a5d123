import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { checkLoneValues } from '../../src/run/lone-values.js';
import { type RunSpec, resolveRunSpec } from '../../src/run/spec.js';

const AFTER_FULLY_CONNECTED = 'INPUT(28x28x1) -> FC(20) -> BN -> RELU -> FC(20) -> BN -> FC(10)';
const ON_MAPS = 'INPUT(28x28x1) -> CONV(5,4) -> BN -> RELU -> FC(10)';

const look = (network: string, images: number, options: RunSpec, force: boolean) =>
  checkLoneValues(resolveRunSpec({ network, ...options }), images, { force });
const warn = (network: string, images: number, options: RunSpec) => look(network, images, options, true);

const NOTHING_LEARNS =
  `${AFTER_FULLY_CONNECTED}: batch-normalization1, batch-normalization2: expected at least two values a channel to normalise by on ` +
  '1×1 maps, found mini-batches of one image, for which the output is the same whatever comes in and nothing before it learns. ' +
  'Give a mini-batch two images or more (batchSize=2)';

describe('one value to normalise by in every mini-batch', () => {
  it.each<[number, RunSpec]>([
    [100, { batchSize: 1 }],
    // The only image is all there is.
    [1, {}],
  ])('is refused, for %i images with %j, naming the layers and how to mend it', (images, options) => {
    const attempt = () => look(AFTER_FULLY_CONNECTED, images, options, false);
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(
      `${NOTHING_LEARNS}, or train it all the same with --force ('force' in a program).`,
    );
  });

  it('is warned of if it is forced', () => {
    expect(warn(AFTER_FULLY_CONNECTED, 100, { batchSize: 1 })).toBe(`${NOTHING_LEARNS}.`);
  });
});

describe('a warning that there is one value to normalise by', () => {
  it('tells of a last mini-batch, which is no error', () => {
    expect(look(AFTER_FULLY_CONNECTED, 101, { batchSize: 50 }, false)).toContain(
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
    expect(look(network, images, options, false)).toBeNull();
  });
});
