import type { Kernels } from '../kernels/kernels.js';
import { groupIntoPhases, type Share } from '../network/phases.js';
import { TaskLists } from '../network/task-list.js';
import { planUpdate } from '../optim/update.js';
import { ListedWork } from '../parallel/listed-work.js';
import { announceRound, TaskBoard } from '../parallel/task-board.js';
import { bindShared, SGD, type SharedNetwork } from './shared-network.js';
import { planWorkerSums, type SummingOrder, sharePartials } from './summing-order.js';

/**
 * A thread's share of a training step, again and again with the same images and the same gradient of the output: all passes of the layers, and
 * the optimiser, which moves nothing.
 */
export interface StepJob {
  readonly kind: 'step';
  readonly network: SharedNetwork;
  readonly order: SummingOrder;
  readonly share: Share;
  /** Where the threads take their tasks from. */
  readonly board: Int32Array;
}

/** @param meet waits for the other threads */
export function bindStep(
  { network, order, share, board: words }: StepJob,
  kernels: Kernels,
  meet: () => void,
): () => void {
  const { worker, workers } = share;
  const isFixed = order === 'fixed';
  const { plan, memory, bound } = bindShared(network, kernels, (whole) =>
    isFixed ? whole : sharePartials(whole, worker),
  );
  const { batch } = bound;
  const sums = isFixed ? { plan, batch } : planWorkerSums(network, batch, workers);
  const update = planUpdate(
    { ...sums, memory, kernels },
    { optimizer: SGD, clipping: null },
    { learningRate: () => 0, reportNonFinite() {} },
  );
  const phases = [
    ...groupIntoPhases([...bound.prepare, ...bound.forward, ...bound.backward]),
    ...groupIntoPhases(update),
  ];
  const lists = new TaskLists(phases, { batch, owners: workers, kernels });
  const board = new TaskBoard(words, worker);
  return () => {
    if (worker === 0) announceRound(words);
    meet();
    board.share(new ListedWork(lists.current));
    meet();
  };
}
