import type { Case } from './case.js';
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
): Case {
  return {
    name,
    threads: workers,
    unit: 'images',
    ...countCost(network, pass),
    ...(against ? { against } : {}),
    measure: (bench) =>
      measureNetwork(network, pass, { pool: bench.pool(workers), workers, effort: bench.effort }),
    peerJob: {
      kind: pass,
      network: network.network,
      batchSize: network.batchSize,
      ...HYPERPARAMETERS,
      threads: workers,
    },
    peerUnits: network.batchSize,
  };
}
