import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { WorkerPool } from '../../src/parallel/pool.js';
import type { TrainOptions } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const dataset = makeTinyDataset({ train: 100, test: 20 });
const LONG = 1000;

describe('runs that share a pool of 2 threads', () => {
  const pool = WorkerPool.create(2);
  afterAll(() => pool.close());
  const run = (options: TrainOptions = {}, epochs = 1) =>
    train({ model: 'SK', width: 0.2, batchSize: 50, epochs }, { dataset, pool, ...options });

  it.each([
    [2, 2, 2],
    [1, 2, 1, 2, 1],
    [2, 1, 1, 1, 2],
  ])('all come to their end, with %i, %i, %i ... workers, and to the same weights', async (...workers) => {
    const results = await Promise.all(workers.map((count) => run({ workers: count }, 2)));
    const hashes = new Set(results.map(({ state, weightsSha256 }) => `${state} ${weightsSha256}`));
    expect([...hashes]).toEqual([expect.stringMatching(/^done [0-9a-f]{64}$/)]);
  });

  it('take turns whole, in the order of asking', async () => {
    const order: string[] = [];
    const note = (name: string, epochs: number) =>
      run({ workers: 2, onEpoch: ({ epoch }) => order.push(`${name}${epoch}`) }, epochs);
    await Promise.all([note('a', 2), note('b', 1), note('c', 2)]);
    expect(order).toEqual(['a1', 'a2', 'b1', 'c1', 'c2']);
  });

  it('take all threads where nothing is said', async () => {
    const { profile } = await run({ profile: true });
    expect(profile!.workers).toBe(2);
  });

  it('get the threads of one that fails', async () => {
    const broken = {
      ...dataset,
      train: { ...dataset.train, labels: new Uint16Array(dataset.train.count).fill(200) },
    };
    const [first, failed, last] = await Promise.allSettled([
      run({ workers: 2 }),
      run({ workers: 2, dataset: broken }),
      run({ workers: 2 }),
    ]);
    expect([first.status, failed.status, last.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('get the threads of one that is refused while it makes ready', async () => {
    const throwing = {
      ...dataset,
      get train(): never {
        throw new Error('no images');
      },
    };
    await expect(run({ workers: 2, dataset: throwing })).rejects.toThrow('no images');
    expect((await run({ workers: 2 })).state).toBe('done');
  });

  it('end at once when they are interrupted while they wait', async () => {
    const [long, waiting] = [new AbortController(), new AbortController()];
    const first = run({ workers: 2, signal: long.signal }, LONG);
    const second = run({ workers: 2, signal: waiting.signal, profile: true });
    const third = run({ workers: 1, onEpoch: () => {} });
    waiting.abort();
    expect(await second).toMatchObject({
      state: 'interrupted',
      reason: 'interrupted in epoch 1, after step 0',
      epochs: [],
    });
    long.abort();
    expect((await first).state).toBe('interrupted');
    expect((await third).state).toBe('done');
  });

  it.each([3, 0, 1.5])('refuse %d workers', async (workers) => {
    const attempt = run({ workers });
    await expect(attempt).rejects.toThrow(UserError);
    await expect(attempt).rejects.toThrow(`workers: expected a whole number from 1 to 2, found ${workers}.`);
  });
});

describe('a pool that is closed', () => {
  it('ends its runs, at work or waiting, as interrupted', async () => {
    const pool = WorkerPool.create(2);
    let closing: Promise<void> | undefined;
    const close = () => {
      closing = pool.close();
    };
    const options = { dataset, pool, workers: 2, onEpoch: close };
    const spec = { model: 'SK', width: 0.2, epochs: LONG };
    const [working, waiting] = await Promise.all([train(spec, options), train(spec, options)]);
    await closing;
    expect(working.state).toBe('interrupted');
    expect(working.epochs.length).toBeGreaterThan(0);
    expect(waiting).toMatchObject({ state: 'interrupted', epochs: [] });
  });

  it('takes no more runs, and can be closed again', async () => {
    const pool = WorkerPool.create(1);
    await Promise.all([pool.close(), pool.close()]);
    const attempt = train({ model: 'SK', width: 0.2, epochs: 1 }, { dataset, pool });
    await expect(attempt).rejects.toThrow(UserError);
    await expect(attempt).rejects.toThrow('pool: expected an open one, found it closed');
    await pool.close();
  });
});
