import type { Case, RateCase } from './case.js';
import { countCost, type Pass } from './network-cost.js';
import { HYPERPARAMETERS, measureNetwork } from './network-rate.js';
import type { BenchNetwork } from './networks.js';

/** A network's training step or evaluation on so many workers. */
export function makeNetworkCase(
  name: string,
  network: BenchNetwork,
  pass: Pass,
  workers: number,
  against?: Case['against'],
): RateCase {
  return {
    name,
    threads: workers,
    unit: 'images',
    ...countCost(network, pass),
    ...(against ? { against } : {}),
    measure: (bench) =>
      measureNetwork(network, pass, { pool: bench.pool(workers), workers, effort: bench.effort }),
    counterpart: {
      job: { kind: pass, ...describeWork(network), threads: workers },
      toFigure: (seconds) => network.batchSize / seconds,
    },
  };
}

/** A network as a peer is told of it. */
export function describeWork({ network, batchSize }: BenchNetwork) {
  return { network, batchSize, ...HYPERPARAMETERS };
}
