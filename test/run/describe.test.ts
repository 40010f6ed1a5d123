import { expect, it, describe as suite } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { describeNetwork } from '../../src/network/describe.js';
import { parseNetwork } from '../../src/network/spec.js';
import { describe } from '../../src/run/describe.js';

const PATTERN = 'INPUT(28x28x1) -> CONV(5,4) -> RELU -> FC(10)';

suite('describe', () => {
  it('tells the same of a spec, a network, and a pattern', () => {
    const told = describe(PATTERN);
    expect(describe({ network: PATTERN })).toEqual(told);
    expect(describe(parseNetwork(PATTERN))).toEqual(told);
    expect(told.parameters).toBe(describeNetwork(parseNetwork(PATTERN)).parameters);
    expect(describe('SK').layers.length).toBe(describe({ model: 'SK' }).layers.length);
  });

  it('counts what the optimizer keeps, and the images of a mini-batch', () => {
    const total = (optimizer: 'sgd' | 'adam', batchSize?: number) =>
      describe({ network: PATTERN, optimizer }, batchSize === undefined ? {} : { batchSize }).trainingMemory
        .total;
    expect(total('adam')).toBeGreaterThan(total('sgd'));
    expect(total('sgd', 200)).toBeGreaterThan(total('sgd'));
    expect(total('sgd', 100)).toBe(total('sgd'));
  });

  it.each<[unknown, unknown, string]>([
    ['XK', {}, 'describe: network'],
    [null, {}, 'describe: expected'],
    [{ model: 'SK', seeds: 1 }, {}, "describe: unknown field 'seeds'"],
    ['SK', { batch: 3 }, "describe: options: unknown field 'batch'"],
    ['SK', { batchSize: 0 }, "field 'batchSize': expected"],
    ['SK', { plugins: ['layer.mjs'] }, "field 'plugins': expected"],
  ])('refuses what is wrong: %j, %j', (subject, options, message) => {
    expect(() => describe(subject as string, options as object)).toThrow(UserError);
    expect(() => describe(subject as string, options as object)).toThrow(message);
  });
});
