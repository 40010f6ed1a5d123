import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { parseNetwork } from '../../src/network/spec.js';

const parse = (layer: object) => () => parseNetwork({ input: [8, 8, 2], layers: [layer] });
const convolution = { kind: 'convolution', kernel: 3, filters: 2, padding: 1 };

describe('a number that single precision does not hold', () => {
  it.each<[string, object]>([
    ['paddingValue', { ...convolution, paddingMode: 'constant', paddingValue: 1e39 }],
    ['factor', { kind: 'multiply', factor: -1e39 }],
    ['beta', { kind: 'softplus', beta: 1e-46 }],
    ['threshold', { kind: 'softplus', threshold: 1e39 }],
    ['slope', { kind: 'leaky-relu', slope: 1e39 }],
    ['alpha', { kind: 'elu', alpha: 1e39 }],
    ['k', { kind: 'local-response-normalization', k: 1e39 }],
    ['alpha', { kind: 'local-response-normalization', alpha: 1e39 }],
    ['epsilon', { kind: 'batch-normalization', epsilon: 1e39 }],
    ['epsilon', { kind: 'layer-normalization', epsilon: 1e39 }],
    ['initializer.std', { ...convolution, initializer: { kind: 'gaussian', std: 1e-39 } }],
    ['initializer.limit', { ...convolution, initializer: { kind: 'uniform', limit: 1e39 } }],
    ['biasInitializer.value', { ...convolution, biasInitializer: { kind: 'constant', value: 1e39 } }],
  ])('is refused as %s', (field, layer) => {
    expect(parse(layer)).toThrow(UserError);
    expect(parse(layer)).toThrow(`field '${field}': expected number to be`);
  });

  it('leaves the greatest that it holds', () => {
    expect(parse({ kind: 'multiply', factor: 3.4028234663852886e38 })).not.toThrow();
    expect(parse({ kind: 'multiply', factor: 3.40282347e38 })).toThrow(UserError);
  });
});

describe('a window that no input could have', () => {
  it.each<[string, object]>([
    ['stride[0]', { ...convolution, stride: 1e8 }],
    ['dilation[1]', { ...convolution, dilation: [1, 65537] }],
    ['kernel[0]', { kind: 'max-pooling', kernel: 1e8, stride: 1, ceil: true }],
    ['stride[0]', { kind: 'max-pooling', kernel: 2, stride: 3e9, ceil: true }],
  ])('is refused: %s', (field, layer) => {
    expect(parse(layer)).toThrow(UserError);
    expect(parse(layer)).toThrow(`field '${field}': expected number to be <=65536, found`);
  });
});
