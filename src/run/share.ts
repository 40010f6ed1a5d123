import { randomUUID } from 'node:crypto';
import { countCores } from '../core/count-cores.js';
import type { LabelledImages } from '../dataset/dataset.js';
import { allocateArena } from '../kernels/memory.js';
import { referenceKernels } from '../kernels/reference/reference.js';
import type { LossResults } from '../layers/loss.js';
import { allocateModel } from '../network/memory.js';
import { type OwnShards, shareShards } from '../network/shards.js';
import { allocateRankJoin } from '../optim/rank-join.js';
import { listSegments } from '../optim/segments.js';
import { planOptimizer } from '../optim/update.js';
import { CONTROL_WORDS } from '../parallel/control.js';
import { planEvaluation, shareEvaluation } from '../parallel/evaluation.js';
import {
  type BatchArrays,
  type EvaluationSet,
  type RunMemory,
  type RunSettings,
  SHARD_TOTALS_LENGTH,
  type SharedImages,
  type SharedRun,
  TOTALS_LENGTH,
} from '../parallel/protocol.js';
import { allocatePulse } from '../parallel/pulse.js';
import { allocateBoard } from '../parallel/task-board.js';
import type { RankPlace } from '../parallel/transport.js';
import { limitSilence } from '../parallel/watchdog.js';
import type { RunData } from './data.js';
import type { FittedRun } from './fit.js';
import { deriveSettings } from './settings.js';

/** Makes a run ready to be shared among workers: allocates its memory, in which only the data's part is filled. */
export function shareRun(
  fitted: FittedRun,
  data: RunData,
  {
    workers,
    kernels,
    place = null,
  }: { readonly workers: number; readonly kernels: string; readonly place?: RankPlace | null },
): SharedRun {
  const settings = deriveSettings(fitted);
  const ownShards = shareShards(settings.shards, place);
  return {
    id: randomUUID(),
    workers,
    kernels,
    silenceLimitMs: limitSilence(
      fitted.plan,
      kernels === referenceKernels.name || fitted.plugins.modules.length > 0,
    ),
    settings,
    ownShards,
    place,
    memory: allocateMemory(settings, fitted, data, workers, { own: ownShards, place }),
  };
}

function allocateMemory(
  { network, restEpsilon, lookahead, averaging, optimizer, clipNorm, augmentation }: RunSettings,
  { plan, plugins }: FittedRun,
  { dataset, ...data }: RunData,
  workers: number,
  { own, place }: { readonly own: OwnShards; readonly place: RankPlace | null },
): RunMemory {
  const allocateFloats = (floats: number) => shareFloats(new Float32Array(floats));
  const room = own.count * plan.activationFloats;
  const evaluation = planEvaluation({ network, kinds: plugins.layers, workers, room });
  return {
    model: allocateModel(plan, planOptimizer(plan, optimizer, plugins.optimizers), own),
    previousWeights: restEpsilon === null ? null : allocateFloats(plan.weightFloats),
    slowWeights: lookahead && allocateFloats(plan.weightFloats),
    averageWeights: averaging && allocateFloats(plan.weightFloats),
    squares: clipNorm === null ? null : allocateFloats(listSegments(plan).length),
    activations: allocateArena(Math.max(room, evaluation.floats), 'activations'),
    control: new Int32Array(new SharedArrayBuffer(CONTROL_WORDS * 4)),
    board: allocateBoard(Math.min(workers, countCores())),
    pulse: allocatePulse(workers),
    rankJoin: own.count < plan.shards ? allocateRankJoin(plan.weightFloats, plan.shards / own.count) : null,
    totals: new Float64Array(new SharedArrayBuffer(TOTALS_LENGTH * 8)),
    shardTotals: new Float64Array(new SharedArrayBuffer(plan.shards * SHARD_TOTALS_LENGTH * 8)),
    train: shareImages(dataset.train),
    test: makeEvaluationSet(dataset.test, data.test, place),
    validation: data.validation.length > 0 ? makeEvaluationSet(dataset.train, data.validation, place) : null,
    mean: shareFloats(data.mean),
    scale: shareFloats(data.scale),
    classWeights: data.classWeights && shareFloats(data.classWeights),
    order: new Int32Array(new SharedArrayBuffer(data.train.length * 4)),
    batch: allocateBatch(own.count * plan.batchSize, augmentation.mixing !== undefined),
  };
}

function shareImages({ pixels, labels, targets }: LabelledImages): SharedImages {
  return { pixels, labels, targets: targets ?? null };
}

function makeEvaluationSet(
  images: LabelledImages,
  samples: Int32Array,
  place: RankPlace | null,
): EvaluationSet {
  const shared = new Int32Array(new SharedArrayBuffer(samples.byteLength));
  shared.set(samples);
  const { count, targets } = images;
  const room = (place?.ranks ?? 1) * shareEvaluation(samples.length, place).each;
  const { loss, predicted, rank } = allocateResults(room);
  const targetsEach = (targets?.length ?? 0) / count;
  const outputs = targets ? shareFloats(new Float32Array(room * targetsEach)) : null;
  const end = samples.length;
  return {
    images: shareImages(images),
    samples: shared,
    results: {
      loss: loss.subarray(0, end),
      predicted: predicted.subarray(0, end),
      rank: rank.subarray(0, end),
    },
    outputs: outputs?.subarray(0, end * targetsEach) ?? null,
    pieces: place ? [loss, predicted, rank, ...(outputs ? [outputs] : [])] : [],
  };
}

function allocateResults(images: number): LossResults {
  return {
    loss: new Float32Array(new SharedArrayBuffer(images * 4)),
    predicted: shareClasses(images),
    rank: shareClasses(images),
  };
}

function allocateBatch(images: number, mixes: boolean): BatchArrays {
  return {
    ...allocateResults(images),
    sampleIds: new Int32Array(new SharedArrayBuffer(images * 4)),
    labels: shareClasses(images),
    mix: mixes
      ? {
          labels: shareClasses(images),
          shares: new Float32Array(new SharedArrayBuffer(images * 4)),
        }
      : null,
  };
}

function shareClasses(images: number): Uint16Array {
  return new Uint16Array(new SharedArrayBuffer(images * 2));
}

function shareFloats(values: Float32Array): Float32Array {
  const shared = new Float32Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}
