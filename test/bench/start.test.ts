import { expect, it } from 'vitest';
import { listStartCases } from '../../src/bench/start-cases.js';
import { Workbench } from '../../src/bench/workbench.js';
import { availableKernelNames } from '../../src/kernels/select.js';

const [fastest] = availableKernelNames();

it.runIf(fastest !== 'reference')('a start takes some time, and no more than this test', async () => {
  const bench = new Workbench(fastest!, { rounds: 1, kernelSeconds: 0, networkSeconds: 0 });
  const start = performance.now();
  const [rate] = await listStartCases(1)
    .find(({ name }) => name === 'start/SK-1')!
    .measure(bench);
  const milliseconds = 1000 / rate!;
  expect(milliseconds).toBeGreaterThan(20);
  expect(milliseconds).toBeLessThan(performance.now() - start);
});
