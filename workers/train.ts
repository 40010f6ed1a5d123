import { areFinite } from '../src/core/finite.js';
import { type BlockPass, overSlices } from '../src/layers/pass.js';
import { bindLosses } from '../src/network/losses.js';
import { groupIntoPhases, makePhase, type Phase } from '../src/network/phases.js';
import { TaskLists } from '../src/network/task-list.js';
import { planAveraging } from '../src/optim/averaging.js';
import { planLookahead } from '../src/optim/lookahead.js';
import { learningRateAt, planFall } from '../src/optim/schedule.js';
import { planUpdate } from '../src/optim/update.js';
import { watchWeights } from '../src/optim/weight-change.js';
import { CONTROL, STOP } from '../src/parallel/control.js';
import { type RunMemory, type SharedRun, TOTALS, type TrainTask } from '../src/parallel/protocol.js';
import { Pulse } from '../src/parallel/pulse.js';
import { StepTimer } from '../src/parallel/step-timer.js';
import { countOwners, TaskBoard } from '../src/parallel/task-board.js';
import { planAssembly } from './assembly.js';
import { getContext, type RunContext } from './context.js';
import { showAugmented } from './images.js';
import { bindMixer } from './mixing.js';
import { StepWork } from './step-work.js';

/** Where the epoch's current mini-batch begins in the order, and its learning rate. */
interface StepState {
  first: number;
  learningRate: number;
}

/** The step of a run's worker, bound in this thread. */
interface BoundStep {
  readonly work: StepWork;
  readonly board: TaskBoard;
  readonly timer: StepTimer | null;
}

/** By worker: a thread need not be the same one each time. They last from stretch to stretch, with what was noted. */
const boundSteps = new WeakMap<RunContext, BoundStep[]>();

/** Trains a stretch of steps together with the run's other workers. */
export default async function train({ run, worker, stretch, times }: TrainTask): Promise<void> {
  const context = await getContext(run);
  const { work, board, timer } = getStep(run, worker, context, times);
  work.begin(stretch);
  timer?.begin();
  board.share(work);
  timer?.end();
}

function getStep(run: SharedRun, worker: number, context: RunContext, times: Float64Array | null): BoundStep {
  const own = boundSteps.get(context) ?? [];
  boundSteps.set(context, own);
  own[worker] ??= bindStep(run, worker, context, times);
  return own[worker];
}

function bindStep(
  run: SharedRun,
  worker: number,
  context: RunContext,
  times: Float64Array | null,
): BoundStep {
  const { batchSize, length, restEpsilon, schedule } = run.settings;
  const { control, order } = run.memory;
  const { kernels, network } = context;
  const { batch } = network;
  const state: StepState = { first: 0, learningRate: 0 };
  const planned = planStep(run, context, state);
  const timer = times && new StepTimer(planned, times, length.steps);
  const pulse = new Pulse(run.memory.pulse, worker, 'train', kernels);
  const phases = (timer?.phases ?? planned).map((phase) => pulse.watchPhase(phase));
  const work = new StepWork({
    lists: new TaskLists(phases, { batch, owners: countOwners(run.memory.board), kernels }),
    batch,
    pulse,
    timer,
    phases: phases.length,
    beginStep(epoch, step) {
      state.first = step * batchSize;
      batch.size = Math.min(batchSize, order.length - state.first);
      batch.epoch = epoch;
      batch.step = epoch * length.stepsPerEpoch + step;
      state.learningRate = learningRateAt(schedule, batch.step, length);
    },
    stopsBehind(epoch, step) {
      const done = epoch * length.stepsPerEpoch + step;
      if (restEpsilon !== null && Atomics.load(control, CONTROL.moved) <= done) {
        Atomics.or(control, CONTROL.stop, STOP.atRest);
      }
      return Atomics.load(control, CONTROL.stop) !== 0;
    },
  });
  return { work, board: new TaskBoard(run.memory.board, worker), timer };
}

/** One training step: parameters packed, images assembled, forward, loss, backward, update. */
export function planStep(run: SharedRun, context: RunContext, state: StepState): Phase[] {
  const { settings, memory: shared } = run;
  const { network, kernels, plan, memory, plugins } = context;
  const { batch } = network;

  const source = { ...shared.train, sampleAt: (i: number) => shared.order[state.first + i]! };
  const { labels } = shared.batch;
  const images = showAugmented(settings, network, source.pixels);
  const mixer = bindMixer(settings, shared, context, source, images, shared.batch.mix);
  const assemble = planAssembly(shared, context, source, labels, images, mixer);
  const { mix, loss: losses, predicted, rank } = shared.batch;
  const targets = shared.train.targets && { values: shared.train.targets, sampleIds: batch.sampleIds };
  const arrays = { labels, mix, targets, loss: losses, predicted, rank };
  const computeLoss = bindLosses(network, context.bindLoss, arrays, { gradients: true });
  // Heads' losses are added up in JavaScript.
  const varies = network.losses.length > 1;
  const loss = overSlices(({ first, count }) => computeLoss(first, count), { name: 'loss', varies });
  const { optimizer, clipNorm } = settings;
  const fall = planFall(settings.schedule, settings.length);
  const clipping = clipNorm === null ? null : { norm: clipNorm, squares: shared.squares! };
  const update = planUpdate(
    { plan, memory, kernels, batch },
    { optimizer, kinds: plugins.optimizers, clipping },
    {
      learningRate: (fallEpochs) =>
        fallEpochs === undefined ? state.learningRate : fall(batch.step, fallEpochs),
      reportNonFinite: () => Atomics.or(shared.control, CONTROL.stop, STOP.parameterNotFinite),
    },
  );
  const lookahead = settings.lookahead
    ? planLookahead(
        { plan, memory, kernels, batch },
        { ...settings.lookahead, slow: shared.slowWeights! },
        {
          steps: settings.length.steps,
          lastStep: Math.min(settings.length.steps, settings.maxIterations),
        },
      )
    : [];
  const averaging = settings.averaging
    ? planAveraging(
        { plan, memory, kernels, batch },
        { ...settings.averaging, average: shared.averageWeights! },
      )
    : [];
  const watch =
    settings.restEpsilon === null
      ? []
      : [
          watchWeights(context, shared.previousWeights!, settings.restEpsilon, () =>
            Atomics.store(shared.control, CONTROL.moved, batch.step + 1),
          ),
        ];
  const statistics = plan.steps.flatMap(({ state: places }) =>
    places.map(({ offset, size }) => memory.weights.subarray(offset, offset + size)),
  );
  // Beside the update, since all losses are there by then and it needs no barrier of its own.
  const tally: BlockPass = {
    name: 'totals',
    over: 'blocks',
    waits: false,
    varies: true,
    blocks: 1,
    run: () => {
      addToTotals(shared, batch.size);
      if (!statistics.every(areFinite)) Atomics.or(shared.control, CONTROL.stop, STOP.statisticNotFinite);
    },
  };

  return [
    // The parameters are there, and so are the images.
    makePhase([...network.prepare, assemble]),
    ...groupIntoPhases([...network.forward, loss, ...network.backward]),
    ...groupIntoPhases([...update, ...lookahead, ...averaging, ...watch, tally]),
  ];
}

/** Adds the mini-batch's losses and errors, image by image, to the epoch's; asks all to stop if the run is to end. */
function addToTotals({ totals, batch, control }: RunMemory, images: number): void {
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
  if (Atomics.load(control, CONTROL.pause) !== 0) Atomics.or(control, CONTROL.stop, STOP.paused);
}
