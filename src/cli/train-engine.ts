import { loadDataset } from '../dataset/load.js';
import { WorkerPool } from '../parallel/pool.js';
import { train } from '../train.js';
import type { Engine } from './engine.js';

/** The engine that trains for real. */
export function createTrainEngine(): Engine {
  return {
    loadDataset: (name) => loadDataset(name),
    runOne: train,
    createPool: (threads) => WorkerPool.create(threads),
  };
}
