import { describe, expect, it } from 'vitest';
import { measureOwnCost, type OwnCostTask } from '../../src/bench/own-cost.js';
import { measureOwnEpochs } from '../../src/bench/own-epochs.js';

const SHAPE = { height: 4, width: 4, channels: 1 };
const task: OwnCostTask = {
  spec: {
    network: { input: [4, 4, 1], layers: [{ kind: 'fully-connected', units: 3 }] },
    batchSize: 10,
    epochs: 1,
  },
  workers: 1,
  noise: [SHAPE, 3, { train: 20, test: 1 }],
  onlyFirstStep: false,
};

describe('a process of its own', () => {
  it.each([true, false])(
    'tells its time and its memory; of its first step only: %s',
    async (onlyFirstStep) => {
      const start = performance.now();
      const { milliseconds, peakMegabytes } = await measureOwnCost({ ...task, onlyFirstStep });
      expect(milliseconds).toBeGreaterThan(20);
      expect(milliseconds).toBeLessThan(performance.now() - start);
      // Node.js itself takes some tens; a terabyte would be a wrong unit.
      expect(peakMegabytes).toBeGreaterThan(10);
      expect(peakMegabytes).toBeLessThan(1e6);
    },
  );

  it('gives the rate of each epoch, until there are enough', async () => {
    const spec = { ...task.spec, epochs: 1000 };
    const rates = await measureOwnEpochs({ ...task, spec, seconds: 0, leastEpochs: 3 });
    expect(rates).toHaveLength(3);
    expect(Math.min(...rates)).toBeGreaterThan(1);
  });

  it('that fails says why', async () => {
    const failing = measureOwnCost({ ...task, spec: { ...task.spec, epochs: -1 } });
    await expect(failing).rejects.toThrow(/^A process that trains failed:\n.*epochs/s);
  });
});
