import { buildModel } from '../models/registry.js';
import type { NetworkSpec } from '../network/spec.js';

/** A network that is benchmarked, with the mini-batch that goes with it. */
export interface BenchNetwork {
  readonly name: string;
  readonly network: NetworkSpec;
  readonly batchSize: number;
}

const MNIST_BATCH = 100;
const VGG_BATCH = 128;

/** SK-s of exercise 15.6. */
export function makeSk(width: number, batchSize = MNIST_BATCH): BenchNetwork {
  return makeModel('SK', `SK-${width}`, width, batchSize);
}

/** The networks of exercise 15.6, and VGG-16. */
export function listNetworks(): BenchNetwork[] {
  return [
    ...[0.2, 0.5, 1, 2].map((width) => makeSk(width)),
    makeModel('BASE', 'BASE', 1, MNIST_BATCH),
    makeModel('BN', 'BN', 1, MNIST_BATCH),
    makeModel('vgg16-cifar', 'VGG-16', 1, VGG_BATCH),
  ];
}

function makeModel(model: string, name: string, width: number, batchSize: number): BenchNetwork {
  return { name, network: buildModel(model, { width }, 'bench').network, batchSize };
}
