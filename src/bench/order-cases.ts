import { loadKernels } from '../kernels/select.js';
import { allocateBoard } from '../parallel/task-board.js';
import type { Case, RateCase } from './case.js';
import { countCost, isSlow } from './network-cost.js';
import { type BenchNetwork, listNetworks } from './networks.js';
import { type SharedNetwork, shareNetwork } from './shared-network.js';
import type { StepJob } from './step-job.js';
import type { SummingOrder } from './summing-order.js';
import type { Workbench } from './workbench.js';

/** What it costs to sum gradients in a fixed order: training steps on one thread and on all cores, in turn with steps that do not. */
export function listOrderCases(cores: number): Case[] {
  return listNetworks().flatMap((network) =>
    [...new Set([1, cores])].map((threads) => makeOrderCase(network, threads)),
  );
}

/** The difference is smaller than what else a machine does: many short turns. */
const TURNS = 20;
const ROUNDS_PER_TURN = 2;

function makeOrderCase(network: BenchNetwork, threads: number): RateCase {
  let shared: SharedNetwork | undefined;
  const measure = async (order: SummingOrder, bench: Workbench) => {
    shared ??= shareNetwork(network.network, network.batchSize, loadKernels(bench.kernels));
    return measureSteps(shared, order, threads, bench);
  };
  return {
    name: `fixed-order/${network.name}`,
    threads,
    unit: 'images',
    ...countCost(network, 'step'),
    slow: isSlow(network),
    measure: (bench) => measure('fixed', bench),
    counterpart: { name: 'any order', turns: TURNS, measure: (bench) => measure('any', bench) },
  };
}

async function measureSteps(
  network: SharedNetwork,
  order: SummingOrder,
  threads: number,
  bench: Workbench,
): Promise<readonly number[]> {
  const board = allocateBoard(threads);
  const jobs = Array.from({ length: threads }, (_, worker): StepJob => {
    return { kind: 'step', network, order, share: { worker, workers: threads }, board };
  });
  const effort = { ...bench.effort, rounds: ROUNDS_PER_TURN, kernelSeconds: bench.effort.networkSeconds };
  const secondsPerStep = await bench.crew(threads).time(jobs, effort);
  return secondsPerStep.map((seconds) => network.batchSize / seconds);
}
