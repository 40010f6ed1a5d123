import { describe, expect, it } from 'vitest';
import { keyOf } from '../../src/bench/case.js';
import { countCost } from '../../src/bench/network-cost.js';
import { listNetworks } from '../../src/bench/networks.js';
import { SUITES } from '../../src/bench/suites.js';
import { parseNetwork } from '../../src/network/spec.js';

const CORES = 2;
const suites = Object.entries(SUITES).map(([name, { listCases }]) => [name, listCases(CORES)] as const);

describe.each(suites)('the cases of %s', (_name, cases) => {
  it('are distinct, and stand after those that they are set against', () => {
    const keys = cases.map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
    cases.forEach(({ against }, i) => {
      if (against) expect(keys.slice(0, i)).toContain(keyOf(against));
    });
  });
});

it('names what the documents name', () => {
  const names = suites.flatMap(([, cases]) => cases.map(({ name }) => name));
  expect(names).toEqual(
    expect.arrayContaining([
      'gemm/512x512x512',
      'conv-forward/64x32x32',
      'conv-kernel-gradient/512x4x4',
      'conv-input-gradient/5x5x20x50-12x12',
      'conv-forward/3x3x32-28x28-depthwise',
      'conv-forward+kernel-gradient/3x3x4x10-12x12',
      'step/SK-1',
      'eval/VGG-16',
      'epoch/SK-0.2',
      'two-runs/SK-0.2',
      'workers/SK-0.2',
      'scaling/batch/1024',
      'memory/VGG-16',
      'start/VGG-16',
      'fixed-order/SK-0.2',
    ]),
  );
});

it('an epoch is told by its rate, as a share of the steady one', () => {
  const { aspects = [] } = SUITES.epochs.listCases(CORES)[0]!;
  const rates = [20, 20, 20, 20, 20, 60, 60, 60, 50, 70];
  const pickOf = (name: string) => aspects.find((one) => one.name === `epoch/SK-0.2/${name}`)!.pick(rates);
  expect([pickOf('steady'), pickOf('1'), pickOf('10')]).toEqual([[60], [20], [70]]);
  // Images by time: not the mean of the rates, which is 40.
  const [whole] = aspects.find(({ name }) => name === 'epoch/SK-0.2/whole')!.pick([20, 60]);
  expect(whole).toBeCloseTo(30, 9);
  for (const { name, against } of aspects.slice(1))
    expect([name, against?.name]).toEqual([name, aspects[0]!.name]);
});

describe('what an image costs', () => {
  const vgg = listNetworks().find(({ name }) => name === 'VGG-16')!;

  it('is counted by the definition of the layers', () => {
    const multiplyAdds = 313_201_664;
    expect(countCost(vgg, 'evaluation').flops).toBe(2 * multiplyAdds);
    // The first layer has no input gradient.
    expect(countCost(vgg, 'step').flops).toBe(2 * (3 * multiplyAdds - 32 * 32 * 64 * 27));
  });

  it('adds up over branches', () => {
    const convolution = { kind: 'convolution', kernel: 3, padding: 1, filters: 4 };
    const network = parseNetwork({
      input: [8, 8, 4],
      layers: [
        { kind: 'residual', body: [convolution, { kind: 'relu' }, convolution] },
        { kind: 'branches', branches: [[], [convolution]], join: 'concat' },
      ],
    });
    const multiplyAdds = 8 * 8 * 4 * 36;
    const branched = { name: 'branched', network, batchSize: 10 };
    expect(countCost(branched, 'evaluation').flops).toBe(2 * 3 * multiplyAdds);
    expect(countCost(branched, 'step').flops).toBe(2 * (3 * 3 - 1) * multiplyAdds);
  });
});
