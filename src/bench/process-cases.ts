import { mnist } from '../dataset/mnist.js';
import type { CostCase } from './case.js';
import { describeWork } from './network-case.js';
import { CLASSES, HYPERPARAMETERS } from './network-rate.js';
import { type BenchNetwork, listNetworks } from './networks.js';
import { measureOwnCost, type OwnCostTask } from './own-cost.js';

/** Networks that are measured, and where their start takes its data from: null for images of noise. */
const DATASETS: Readonly<Record<string, string | null>> = {
  BASE: mnist.name,
  'SK-1': mnist.name,
  'VGG-16': null,
};

/** Steps after which a process's memory grows no more: PyTorch's allocator has seen all sizes in the second. */
const STEPS = 4;

/** What a process of its own takes: memory, and time until the end of its first step. */
export function listProcessCases(cores: number): CostCase[] {
  const networks = listNetworks().filter(({ name }) => Object.hasOwn(DATASETS, name));
  return [
    ...networks.map((network) => makeMemoryCase(network, cores)),
    ...networks.map((network) => makeStartCase(network, DATASETS[network.name]!, cores)),
  ];
}

/** `memory/VGG-16`: the peak of a process that trains some steps on noise. */
function makeMemoryCase(network: BenchNetwork, workers: number): CostCase {
  const task = { ...trainOnNoise(network, STEPS), workers, onlyFirstStep: false };
  return {
    name: `memory/${network.name}`,
    threads: workers,
    unit: 'megabytes',
    measure: async () => [(await measureOwnCost(task)).peakMegabytes],
    counterpart: {
      job: { kind: 'memory', ...describeWork(network), steps: STEPS, threads: workers },
      toFigure: (megabytes) => megabytes,
    },
  };
}

/** `start/SK-1`: from a process's start to the end of its first training step, with the data set read on the way. */
function makeStartCase(network: BenchNetwork, dataset: string | null, workers: number): CostCase {
  const data =
    dataset === null ? trainOnNoise(network, 1) : { spec: describeSpec(network, dataset), noise: null };
  const task = { ...data, workers, onlyFirstStep: true };
  return {
    name: `start/${network.name}`,
    threads: workers,
    unit: 'milliseconds',
    async measure({ effort }) {
      const times: number[] = [];
      for (let round = 0; round < effort.rounds; round++) {
        times.push((await measureOwnCost(task)).milliseconds);
      }
      return times;
    },
    counterpart: {
      job: { kind: 'start', ...describeWork(network), threads: workers },
      toFigure: (seconds) => 1000 * seconds,
    },
  };
}

function trainOnNoise(network: BenchNetwork, steps: number): Pick<OwnCostTask, 'spec' | 'noise'> {
  const counts = { train: steps * network.batchSize, test: 1 };
  return { spec: describeSpec(network), noise: [network.network.input, CLASSES, counts] };
}

/** @param dataset absent for images that are given */
function describeSpec({ network, batchSize }: BenchNetwork, dataset?: string): OwnCostTask['spec'] {
  return { network, ...(dataset && { dataset }), batchSize, epochs: 1, ...HYPERPARAMETERS };
}
