import { expect, it } from 'vitest';
import { leaveImages } from '../../src/experiment/leave-images.js';
import { planSweep, type SweepPoint } from '../../src/experiment/plan-sweep.js';
import { ProcessExecutor } from '../../src/experiment/process-executor.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import { train } from '../../src/train.js';
import { isFreed } from '../helpers/garbage.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const NETWORK = 'INPUT(28x28x1) -> FC(10)';

/** In a frame of its own, so that nothing else refers to the data. */
async function plan(): Promise<{ points: SweepPoint[]; pixels: WeakRef<Uint8Array>; sha256: string }> {
  const dataset = makeTinyDataset({ train: 40, test: 20 });
  const specs = [0, 1].map((seed) => resolveRunSpec({ network: NETWORK, seed, dataset: dataset.name }));
  const points = await planSweep(
    specs.map((spec) => ({ spec, where: 'test' })),
    async () => dataset,
  );
  return {
    points: leaveImages(points),
    pixels: new WeakRef(dataset.train.pixels),
    sha256: dataset.sha256,
  };
}

it('points that are trained by other processes leave their images free, and tell all else', async () => {
  const { points, pixels, sha256 } = await plan();
  const [first, second] = points as [SweepPoint, SweepPoint];
  expect([first.dataset.train.count, first.dataset.test.count, first.dataset.sha256]).toEqual([
    40,
    20,
    sha256,
  ]);
  expect(first.dataset.classNames).toHaveLength(10);
  expect(second.dataset).toBe(first.dataset);
  expect([...first.dataset.test.labels]).toEqual([...makeTinyDataset({ train: 40, test: 20 }).test.labels]);
  expect(() => first.dataset.train.pixels).toThrow('not in this process');
  await expect(train(first.spec, { dataset: first.dataset })).rejects.toThrow('not in this process');
  expect(await isFreed(pixels, () => new ProcessExecutor({ workers: 1, parallel: 1 }, 1))).toBe(true);
});
