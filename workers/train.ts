import { type BlockPass, overSlices } from '../src/layers/pass.js';
import { groupIntoPhases, makePhase, type Phase, runPhase } from '../src/network/phases.js';
import { planAveraging } from '../src/optim/averaging.js';
import { planLookahead } from '../src/optim/lookahead.js';
import { learningRateAt } from '../src/optim/schedule.js';
import { countStepsOf } from '../src/optim/training-length.js';
import { planUpdate } from '../src/optim/update.js';
import { watchWeights } from '../src/optim/weight-change.js';
import { CONTROL, STOP } from '../src/parallel/control.js';
import { type RunDescription, TOTALS, type TrainTask } from '../src/parallel/protocol.js';
import { StepTimer } from '../src/parallel/step-timer.js';
import { bindAugmentation, planAssembly } from './assembly.js';
import { computeLoss, getContext, type RunContext } from './context.js';

/** Where the epoch's current mini-batch begins in the order, and its learning rate. */
interface StepState {
  first: number;
  learningRate: number;
}

/** Trains one epoch with this worker's share of every phase. */
export default function train({ run, worker, epoch, times }: TrainTask): void {
  const context = getContext(run);
  const { batch } = context.network;
  const share = { worker, workers: run.workers };
  const state: StepState = { first: 0, learningRate: 0 };
  const images = run.order.length;
  const { stepsPerEpoch } = run.length;
  const planned = planStep(run, context, state);
  const timer = times && new StepTimer(planned, context.barrier, times, run.length.steps);
  const phases = timer?.phases ?? planned;
  const barrier = timer ?? context.barrier;
  batch.epoch = epoch;
  const steps = Math.min(countStepsOf(epoch, run.length), run.maxIterations - epoch * stepsPerEpoch);
  for (let step = 0; step < steps; step++) {
    state.first = step * run.batchSize;
    batch.size = Math.min(run.batchSize, images - state.first);
    batch.step = epoch * stepsPerEpoch + step;
    state.learningRate = learningRateAt(run.schedule, batch.step, run.length);
    timer?.beginStep(batch);
    for (const phase of phases) {
      runPhase(phase, batch, share);
      barrier.wait();
    }
    // All workers find the same, and nobody can change it before all are through the next step's first barrier.
    if (run.atRest && Atomics.load(run.control, CONTROL.moved) <= batch.step) {
      Atomics.or(run.control, CONTROL.stop, STOP.atRest);
    }
    if (Atomics.load(run.control, CONTROL.stop) !== 0) return;
  }
}

/** One training step: parameters packed, images assembled, forward, loss, backward, update. */
export function planStep(run: RunDescription, context: RunContext, state: StepState): Phase[] {
  const { network, kernels, plan, memory } = context;
  const { batch, output } = network;

  const source = { ...run.train, sampleAt: (i: number) => run.order[state.first + i]! };
  const assemble = planAssembly(run, context, source, run.batch.labels, bindAugmentation(run, network));
  // Without any parameter that learns there is no gradient.
  const lossGradient = output.gradient.length > 0 ? output.gradient : null;
  const loss = overSlices(
    ({ first, count }) => computeLoss(context, run.batch.labels, lossGradient, run.batch, first, count),
    { name: 'loss' },
  );
  const update = planUpdate({ plan, memory, kernels, batch }, run, {
    learningRate: () => state.learningRate,
    reportNonFinite: () => Atomics.or(run.control, CONTROL.stop, STOP.parameterNotFinite),
  });
  const lookahead = run.lookahead
    ? planLookahead({ plan, memory, kernels, batch }, run.lookahead, {
        steps: run.length.steps,
        lastStep: Math.min(run.length.steps, run.maxIterations),
      })
    : [];
  const averaging = run.averaging ? planAveraging({ plan, memory, kernels, batch }, run.averaging) : [];
  const watch =
    run.atRest &&
    watchWeights(context, run.atRest.previous, run.atRest.epsilon, () =>
      Atomics.store(run.control, CONTROL.moved, batch.step + 1),
    );
  // Beside the update, since all losses are there by then and it needs no barrier of its own.
  const tally: BlockPass = {
    name: 'totals',
    over: 'blocks',
    waits: false,
    blocks: 1,
    run: () => addToTotals(run, batch.size),
  };

  return [
    // The parameters are there, and so are the images.
    makePhase([...network.prepare, assemble]),
    ...groupIntoPhases([...network.forward, loss, ...network.backward]),
    ...groupIntoPhases([...update, ...lookahead, ...averaging, ...(watch ? [watch] : []), tally]),
  ];
}

/** Adds the mini-batch's losses and errors, image by image, to the epoch's; asks all to stop if the run is to end. */
function addToTotals(run: RunDescription, images: number): void {
  const { totals, batch, control } = run;
  let loss = 0;
  let errors = 0;
  for (let i = 0; i < images; i++) {
    loss += batch.loss[i]!;
    if (batch.rank[i]! > 0) errors++;
  }
  totals[TOTALS.loss] = totals[TOTALS.loss]! + loss;
  totals[TOTALS.errors] = totals[TOTALS.errors]! + errors;
  totals[TOTALS.images] = totals[TOTALS.images]! + images;
  Atomics.add(control, CONTROL.step, 1);
  if (!Number.isFinite(loss)) Atomics.or(control, CONTROL.stop, STOP.lossNotFinite);
  if (Atomics.load(control, CONTROL.abort) !== 0) Atomics.or(control, CONTROL.stop, STOP.aborted);
}
