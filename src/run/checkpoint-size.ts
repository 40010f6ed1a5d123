import { packedBytesOf } from '../core/class-numbers.js';
import { Memory } from '../core/memory.js';
import { sizeOf } from '../core/shape.js';
import { countClasses, type NetworkPlan, type PlannedParameter } from '../network/plan.js';
import { listParameters, planSlots } from '../optim/update.js';
import { planRun, type UnplannedRun } from './fit.js';
import { optimizerOf } from './optimizer-fields.js';

/** States of a run that lie there at a time: the last two, and the one that is being written. */
const STATES_AT_A_TIME = 3;
/** Of a finished run, with its states. */
const STATES_KEPT = 2;
const FLOAT_BYTES = 4;

/** How much of a disk a run takes: all but the headers of its files, some kilobytes each, and some hundred bytes an epoch in its states. */
export interface CheckpointSize {
  /** Of one state that it could go on from. */
  readonly stateBytes: number;
  /** Of the network by itself, at most. */
  readonly modelBytes: number;
  /** Of all that lies there at a time while it runs. */
  readonly runningBytes: number;
}

/** What a network's plan says of what is saved of it. */
interface NetworkSize {
  readonly parameters: readonly PlannedParameter[];
  /** In memory there are gaps between them. */
  readonly weightFloats: number;
  readonly classes: number;
}

/** Networks, and what optimizers keep of them, that are remembered. */
const MOST_SIZES = 1000;

/** What the checkpoints of runs will take, one run after another, from their plans alone. Runs of one network need one plan. */
export class CheckpointEstimator {
  readonly #networks = new Memory<NetworkSize>(MOST_SIZES);
  readonly #slots = new Memory<number>(MOST_SIZES);

  estimate(run: UnplannedRun): CheckpointSize {
    const { spec, dataset } = run;
    const { lookahead, averaging, minWeightChange, patience } = spec;
    const keepsBest = patience !== null;
    // Slow and averaged weights, those of the step or the epoch before, those of the best epoch: each as many as the weights.
    const copies =
      1 + [lookahead, averaging, minWeightChange, patience].filter((field) => field !== null).length;
    const size = this.#networks.recall(spec.network, '', () => measureNetwork(planRun(run).plan));
    const { weightFloats, classes } = size;
    const answers = dataset.targetNames ? 0 : spec.testCount;
    const predictedBytes = answers * packedBytesOf(classes) * (keepsBest ? 2 : 1);
    const stateBytes = FLOAT_BYTES * (copies * weightFloats + this.#countSlots(size, run)) + predictedBytes;
    // Mean and scale of the input are beside the weights.
    const modelBytes = FLOAT_BYTES * (weightFloats + 2 * sizeOf(dataset.shape));
    const bestBytes = spec.validationCount > 0 ? modelBytes : 0;
    return { stateBytes, modelBytes, runningBytes: STATES_AT_A_TIME * stateBytes + bestBytes + modelBytes };
  }

  #countSlots({ parameters }: NetworkSize, { spec, plugins }: UnplannedRun): number {
    const optimizer = optimizerOf(spec);
    return this.#slots.recall(parameters, JSON.stringify(optimizer), () =>
      sumSizes(planSlots(parameters, optimizer, plugins.optimizers).slots),
    );
  }
}

function measureNetwork(plan: NetworkPlan): NetworkSize {
  const parameters = listParameters(plan);
  const weightFloats = sumSizes(parameters) + sumSizes(plan.steps.flatMap(({ state }) => state));
  return { parameters, weightFloats, classes: countClasses(plan) };
}

function sumSizes(arrays: readonly { readonly size: number }[]): number {
  return arrays.reduce((sum, { size }) => sum + size, 0);
}

/** Of that, what stays when the run has come to its end. */
export function countKeptBytes(
  { stateBytes, modelBytes }: CheckpointSize,
  keep: 'nothing' | 'model' | 'state',
): number {
  if (keep === 'nothing') return 0;
  return modelBytes + (keep === 'state' ? STATES_KEPT * stateBytes : 0);
}
