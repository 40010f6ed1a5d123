import { describe, expect, it } from 'vitest';
import { check } from '../../src/check/check.js';
import { UserError } from '../../src/core/errors.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const NETWORK = 'INPUT(28x28x1) -> CONV(5,4,s2) -> RELU -> FC(10)';

describe('the checks of a network in a program', () => {
  it('give what they find, on the data at hand', async () => {
    const lines: string[] = [];
    const { passed, findings, noise } = await check(NETWORK, {
      dataset: makeTinyDataset(),
      workers: 1,
      onLine: (line) => lines.push(line),
    });
    expect(findings.map((finding) => [finding.check, finding.passed])).toEqual([
      ['first loss', true],
      ['gradients', true],
      ['overfitting', true],
    ]);
    expect({ passed, noise }).toEqual({ passed: true, noise: null });
    expect(lines.length).toBeGreaterThan(0);
  });

  it('say why they are on noise', async () => {
    const options = { only: ['first-loss'], workers: 1 } as const;
    const { noise } = await check('INPUT(9x9x1) -> FC(10)', options);
    expect(noise).toContain('has images of 28×28×1');
    const refused = check('INPUT(9x9x1) -> FC(10)', { ...options, dataset: makeTinyDataset() });
    await expect(refused).rejects.toThrow('check: expected a data set that');
    const other = check({ model: 'SK', dataset: 'cifar10' }, { ...options, dataset: makeTinyDataset() });
    await expect(other).rejects.toThrow('expected tiny, the data set that is given, found cifar10.');
  });

  it.each<[unknown, unknown, string]>([
    ['XK', {}, 'check: network'],
    [NETWORK, { only: ['loss'] }, "field 'only[0]': expected"],
    [NETWORK, { only: [] }, "field 'only': expected"],
    [NETWORK, { worker: 1 }, "unknown field 'worker'. Did you mean 'workers'?"],
    [NETWORK, { workers: 0 }, 'workers: expected a whole number'],
  ])('refuse what is wrong: %j, %j', async (subject, options, message) => {
    const refused = check(subject as string, options as object);
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(message);
  });
});
