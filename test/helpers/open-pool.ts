import { afterAll } from 'vitest';
import { WorkerPool } from '../../src/parallel/pool.js';

/** Threads for the trainings of a file of tests, so that each of them loads the program once and not for every training. To be called at its top. */
export function openPool(threads: number): WorkerPool {
  const pool = WorkerPool.create(threads);
  afterAll(() => pool.close());
  return pool;
}
