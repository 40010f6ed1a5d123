import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { makeSyntheticDataset } from '../../src/dataset/synthetic.js';
import { train } from '../../src/train.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { IS_SOAK, reportFigure } from '../helpers/soak.js';

const SPEC = { model: 'vgg16-cifar', batchSize: 128, epochs: 3 };
const WORKERS = 2;

interface Cost {
  readonly cpuSeconds: number;
  readonly epochSeconds: readonly number[];
  readonly weightsSha256: string;
}

// Only in the soak: it says nothing on a machine with other work to do.
it.runIf(IS_SOAK)('saving takes at most 2% of the time of epochs of more than 5 s', async () => {
  const dataset = makeSyntheticDataset({ height: 32, width: 32, channels: 3 }, 10, {
    train: 3840,
    test: 128,
  });
  const measure = async (saves: boolean): Promise<Cost> => {
    const before = process.cpuUsage();
    const folder = makeFolder();
    const { epochs, weightsSha256 } = await train(SPEC, {
      dataset,
      workers: WORKERS,
      ...(saves && { checkpoints: { folder } }),
    });
    const { user, system } = process.cpuUsage(before);
    rmSync(folder, { recursive: true });
    return {
      cpuSeconds: (user + system) / 1e6,
      epochSeconds: epochs.map(({ seconds }) => seconds),
      weightsSha256,
    };
  };

  // The first training of a process compiles; and memory that is touched for the first time, the system's for files too, may cost a virtual
  // machine more than all that is done with it.
  await measure(true);
  // In turns that a slow drift of the machine's speed does not favour.
  const [plain, saving] = [[] as Cost[], [] as Cost[]];
  for (const saves of [false, true, true, false]) (saves ? saving : plain).push(await measure(saves));

  const sum = (costs: readonly Cost[]) => costs.reduce((total, { cpuSeconds }) => total + cpuSeconds, 0);
  const share = sum(saving) / sum(plain) - 1;
  const epochs = [...plain, ...saving].flatMap(({ epochSeconds }) => epochSeconds);
  expect(Math.min(...epochs)).toBeGreaterThan(5);
  expect(new Set([...plain, ...saving].map(({ weightsSha256 }) => weightsSha256)).size).toBe(1);
  expect(share).toBeLessThan(0.02);
  reportFigure(
    2,
    `saving VGG-16 after each epoch of ${Math.min(...epochs).toFixed(1)} s took ${(100 * share).toFixed(1)}% more of the processor's time`,
  );
});
