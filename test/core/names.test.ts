import { describe, expect, it } from 'vitest';
import { offerNames } from '../../src/core/names.js';
import { SYNONYMS } from '../../src/core/synonyms.js';
import { convolutionSchema } from '../../src/layers/convolution/convolution.js';
import { LAYER_KINDS } from '../../src/layers/registry.js';
import { RUN_SPEC_KEYS } from '../../src/run/spec.js';

const kinds = Object.keys(LAYER_KINDS);
const fields = Object.keys(convolutionSchema.in.shape);

describe('a name that does not exist', () => {
  it.each([
    ['conv2d', kinds, 'convolution'],
    ['Conv2d', kinds, 'convolution'],
    ['Linear', kinds, 'fully-connected'],
    ['dense', kinds, 'fully-connected'],
    ['MaxPool2d', kinds, 'max-pooling'],
    ['batch_norm', kinds, 'batch-normalization'],
    ['swish', kinds, 'silu'],
    ['rleu', kinds, 'relu'],
    ['LeakyReLU', kinds, 'leaky-relu'],
    ['conv', kinds, 'convolution'],
    ['out_channels', fields, 'filters'],
    ['kernel_size', fields, 'kernel'],
    ['strides', fields, 'stride'],
    ['batch_size', RUN_SPEC_KEYS, 'batchSize'],
    ['lr', RUN_SPEC_KEYS, 'learningRate'],
    ['weight_decay', RUN_SPEC_KEYS, 'weightDecay'],
    ['sede', RUN_SPEC_KEYS, 'seed'],
  ])('is offered what is meant by it: %s', (found, valid, meant) => {
    const offered = offerNames(found, valid);
    expect(offered.startsWith(`Did you mean '${meant}'? Valid: ${meant}, `)).toBe(true);
    for (const name of valid) expect(offered).toContain(name);
  });

  it.each([
    ['flatten', kinds],
    ['x', ['a', 'b']],
    ['y'.repeat(1_000_000), kinds],
    ['constructor', kinds],
  ])('is offered nothing that it is not like: %.20s', (found, valid) => {
    expect(offerNames(found, valid)).toMatch(/^Valid: /);
  });

  it('is not offered a name that there is no more', () => {
    const ours = [...SYNONYMS.keys()].filter((name) => /^[a-z]/.test(name));
    const places = [
      kinds,
      fields,
      RUN_SPEC_KEYS,
      ['residual', 'branches', 'softmax-cross-entropy', 'squared-l2', 'rate', 'units', 'get'],
    ];
    expect(ours.filter((name) => !places.some((valid) => valid.includes(name)))).toEqual([]);
  });
});
