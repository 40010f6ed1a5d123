import { areFinite } from '../src/core/finite.js';
import { type BlockPass, overSlices } from '../src/layers/pass.js';
import { bindLosses } from '../src/network/losses.js';
import { groupIntoPhases, makePhase, type Phase } from '../src/network/phases.js';
import { enterShard, mergeShards, type ShardPhases } from '../src/network/shards.js';
import { TaskLists } from '../src/network/task-list.js';
import { planAveraging } from '../src/optim/averaging.js';
import { planLookahead } from '../src/optim/lookahead.js';
import { RankJoin } from '../src/optim/rank-join.js';
import { addShardReductions, findReductionPhases, type ReductionPhases } from '../src/optim/reduction.js';
import { learningRateAt, planFall } from '../src/optim/schedule.js';
import { planUpdate } from '../src/optim/update.js';
import { watchWeights } from '../src/optim/weight-change.js';
import { CONTROL, STOP } from '../src/parallel/control.js';
import {
  type RunMemory,
  SHARD_TOTALS,
  SHARD_TOTALS_LENGTH,
  type SharedRun,
  TOTALS,
  type TrainTask,
} from '../src/parallel/protocol.js';
import { Pulse } from '../src/parallel/pulse.js';
import { StepTimer } from '../src/parallel/step-timer.js';
import { countOwners, rangeOf, TaskBoard } from '../src/parallel/task-board.js';
import { planAssembly } from './assembly.js';
import { type ContextShard, getContext, type RunContext } from './context.js';
import { bindExchange } from './exchange.js';
import { showAugmented } from './images.js';
import { bindMixer } from './mixing.js';
import { StepWork } from './step-work.js';

/** What changes from step to step beside the mini-batch. */
interface StepState {
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
  const { kernels, batch } = context;
  const state: StepState = { learningRate: 0 };
  const pulse = new Pulse(run.memory.pulse, worker, 'train', kernels);
  const planned = planStep(run, context, state, () => pulse.keepAlive());
  const timer = times && new StepTimer(planned, times, length.steps);
  const phases = (timer?.phases ?? planned).map((phase) => pulse.watchPhase(phase));
  const work = new StepWork({
    lists: new TaskLists(phases, {
      batch,
      owners: countOwners(run.memory.board),
      kernels,
      range: rangeOf(run.memory.board, worker),
    }),
    batch,
    pulse,
    timer,
    phases: phases.length,
    beginStep(epoch, step) {
      const first = step * batchSize;
      batch.size = Math.min(batchSize, order.length - first);
      batch.epoch = epoch;
      batch.step = epoch * length.stepsPerEpoch + step;
      enterShards(context, first);
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

/**
 * Makes the shards of the mini-batch at hand ready.
 *
 * @param first of its images, in the epoch's order
 */
export function enterShards({ shards }: RunContext, first: number): void {
  for (const shard of shards) {
    const { place, network } = shard;
    shard.first = first + (place ? enterShard(network.batch, place).first : 0);
  }
}

/**
 * One training step: parameters packed, images assembled, forward, loss, backward of each shard; the update of what they come to.
 *
 * @param keepAlive is called while other processes are waited for
 */
export function planStep(
  run: SharedRun,
  context: RunContext,
  state: StepState,
  keepAlive = () => {},
): Phase[] {
  const { shards, transport, plan, kernels, memory } = context;
  const ofShards = shards.map((shard) => planShard(run, context, shard));
  const rest = planWholeStep(run, context, state);
  if (!transport) return [...mergeShards(ofShards, null), ...rest];
  const exchange = bindExchange(transport, run.memory.control, run.silenceLimitMs, keepAlive);
  const join = new RankJoin({
    kernels,
    shards: plan.shards,
    gradients: memory.rankGradients!,
    memory: run.memory.rankJoin!,
    exchange,
  });
  const beside = join.planBeside(ofShards[0]!.reductions!);
  return [...mergeShards(ofShards, exchange.gather, beside), ...join.planRest(), ...rest];
}

/** The phases of a shard, and when its gradients are summed; null if the update does that. */
interface PlannedShard extends ShardPhases {
  readonly reductions: ReductionPhases | null;
}

/** What is done for each shard of the mini-batch, up to the gradients of its own. */
function planShard(run: SharedRun, context: RunContext, shard: ContextShard): PlannedShard {
  const { settings, memory: shared } = run;
  const { kernels, plan } = context;
  const { network, arrays, place } = shard;
  const { batch } = network;
  const { labels, mix, loss: losses, predicted, rank } = arrays;

  const source = { ...shared.train, sampleAt: (i: number) => shared.order[shard.first + i]! };
  const images = showAugmented(settings, network, source.pixels);
  const bound = { kernels, network };
  const mixer = bindMixer(settings, shared, bound, source, images, mix);
  const assemble = planAssembly(shared, bound, source, labels, images, mixer);
  const targets = shared.train.targets && { values: shared.train.targets, sampleIds: batch.sampleIds };
  const lossArrays = { labels, mix, targets, loss: losses, predicted, rank };
  const computeLoss = bindLosses(network, context.bindLoss, lossArrays, { gradients: true });
  // Heads' losses are added up in JavaScript.
  const varies = network.losses.length > 1;
  const loss = overSlices(({ first, count }) => computeLoss(first, count), { name: 'loss', varies });
  const phases = [
    // The parameters are there, and so are the images.
    makePhase([...network.prepare, assemble]),
    ...groupIntoPhases([...network.forward, loss, ...network.backward]),
  ];
  if (!place) return { batch, place, phases, reductions: null };
  const tally: BlockPass = {
    name: 'shard totals',
    over: 'blocks',
    waits: true,
    varies: true,
    blocks: 1,
    gathers: [shared.shardTotals],
    run: () => sumShard(shared, shard, place.index),
  };
  const reductions = findReductionPhases(plan, phases);
  const where = { kernels, batch };
  return {
    batch,
    place,
    phases: addShardReductions(phases, where, shard.memory, reductions, tally),
    reductions,
  };
}

/** What is done once for the whole mini-batch. */
function planWholeStep(run: SharedRun, context: RunContext, state: StepState): Phase[] {
  const { settings, memory: shared } = run;
  const { kernels, plan, memory, plugins, batch, shards } = context;
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
  const [only] = shards;
  // Beside the update, since all losses are there by then and it needs no barrier of its own.
  const tally: BlockPass = {
    name: 'totals',
    over: 'blocks',
    waits: false,
    varies: true,
    blocks: 1,
    run: () => {
      if (!only!.place) sumShard(shared, only!, 0);
      addToTotals(shared, batch.size);
      if (!statistics.every(areFinite)) Atomics.or(shared.control, CONTROL.stop, STOP.statisticNotFinite);
    },
  };
  return groupIntoPhases([...update, ...lookahead, ...averaging, ...watch, tally]);
}

/** Adds up a shard's losses and errors, image by image; beside them, whether somebody has asked this process to stop. */
function sumShard(
  { shardTotals, control }: RunMemory,
  { arrays, network }: Pick<ContextShard, 'arrays' | 'network'>,
  index: number,
): void {
  let loss = 0;
  let errors = 0;
  for (let i = 0; i < network.batch.size; i++) {
    loss += arrays.loss[i]!;
    if (arrays.rank[i]! > 0) errors++;
  }
  const at = index * SHARD_TOTALS_LENGTH;
  shardTotals[at + SHARD_TOTALS.loss] = loss;
  shardTotals[at + SHARD_TOTALS.errors] = errors;
  shardTotals[at + SHARD_TOTALS.stop] =
    (Atomics.load(control, CONTROL.abort) === 0 && Atomics.load(control, CONTROL.asked) === 0
      ? 0
      : STOP.aborted) | (Atomics.load(control, CONTROL.pause) === 0 ? 0 : STOP.paused);
}

/** Adds the mini-batch's losses and errors, shard by shard, to the epoch's; asks all to stop if the run is to end. */
function addToTotals({ totals, shardTotals, control }: RunMemory, images: number): void {
  let loss = 0;
  let errors = 0;
  let stop = 0;
  for (let at = 0; at < shardTotals.length; at += SHARD_TOTALS_LENGTH) {
    loss += shardTotals[at + SHARD_TOTALS.loss]!;
    errors += shardTotals[at + SHARD_TOTALS.errors]!;
    stop |= shardTotals[at + SHARD_TOTALS.stop]!;
  }
  totals[TOTALS.loss] = totals[TOTALS.loss]! + loss;
  totals[TOTALS.errors] = totals[TOTALS.errors]! + errors;
  totals[TOTALS.images] = totals[TOTALS.images]! + images;
  Atomics.add(control, CONTROL.step, 1);
  if (!Number.isFinite(loss)) stop |= STOP.lossNotFinite;
  Atomics.or(control, CONTROL.stop, stop);
}
