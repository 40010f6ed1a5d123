import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { collectGarbage } from '../../src/core/collect-garbage.js';
import { openPool } from '../helpers/open-pool.js';
import { runOn } from '../helpers/tiny-training.js';

const pool = openPool(1);
/** That are kept, in case they go on. */
const FIRST = 4;
/** More than the engine takes to free. */
const MORE = 40;

it('takes no more memory for many runs than for some', async () => {
  const train = runOn(pool);
  /** Of memory that threads share, what the pool's has not let go: this thread keeps none of it. */
  const measure = async () => {
    collectGarbage();
    await setImmediate();
    return process.memoryUsage().arrayBuffers;
  };
  const before = await measure();
  const trainSome = async (runs: number) => {
    for (let run = 0; run < runs; run++)
      await train({ model: 'SK', width: 0.1, trainCount: 10, testCount: 10, epochs: 1 }, { workers: 1 });
    return (await measure()) - before;
  };
  const first = await trainSome(FIRST);
  const all = await trainSome(MORE);
  expect(all).toBeLessThan((0.6 * first * (FIRST + MORE)) / FIRST);
});
