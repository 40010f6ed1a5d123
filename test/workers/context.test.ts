import { expect, it } from 'vitest';
import { openPool } from '../helpers/open-pool.js';
import { runOn } from '../helpers/tiny-training.js';

const pool = openPool(1);
/** That are kept, in case they go on. */
const FIRST = 4;
/** More than the engine takes to free. */
const MORE = 40;

it('takes no more memory for many runs than for some', async () => {
  const train = runOn(pool);
  /** That threads share: of the runs in all of them. */
  const before = process.memoryUsage().arrayBuffers;
  const trainSome = async (runs: number) => {
    for (let run = 0; run < runs; run++)
      await train({ model: 'SK', width: 0.1, trainCount: 10, testCount: 10, epochs: 1 }, { workers: 1 });
    return process.memoryUsage().arrayBuffers - before;
  };
  const first = await trainSome(FIRST);
  const all = await trainSome(MORE);
  expect(all).toBeLessThan((0.6 * first * (FIRST + MORE)) / FIRST);
});
