import { packedBytesOf } from '../core/class-numbers.js';
import { sizeOf } from '../core/shape.js';
import { countClasses } from '../network/plan.js';
import { planOptimizer } from '../optim/update.js';
import type { FittedRun } from './fit.js';
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

/** What the checkpoints of a run will take, from its plan alone. */
export function estimateCheckpoint({ spec, plan, dataset, plugins }: FittedRun): CheckpointSize {
  const { lookahead, averaging, minWeightChange, patience } = spec;
  const keepsBest = patience !== null;
  // Slow and averaged weights, those of the step or the epoch before, those of the best epoch: each as many as the weights.
  const copies =
    1 + [lookahead, averaging, minWeightChange, patience].filter((field) => field !== null).length;
  const { slots } = planOptimizer(plan, optimizerOf(spec), plugins.optimizers);
  const slotFloats = sumSizes(slots);
  // In memory there are gaps between them.
  const weightFloats = plan.steps.reduce(
    (sum, { parameters, state }) => sum + sumSizes(parameters) + sumSizes(state),
    0,
  );
  const predictedBytes = spec.testCount * packedBytesOf(countClasses(plan)) * (keepsBest ? 2 : 1);
  const stateBytes = FLOAT_BYTES * (copies * weightFloats + slotFloats) + predictedBytes;
  // Mean and scale of the input are beside the weights.
  const modelBytes = FLOAT_BYTES * (weightFloats + 2 * sizeOf(dataset.shape));
  const bestBytes = spec.validationCount > 0 ? modelBytes : 0;
  return { stateBytes, modelBytes, runningBytes: STATES_AT_A_TIME * stateBytes + bestBytes + modelBytes };
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
