import type { LabelledImages } from '../dataset/dataset.js';
import { allocateArena } from '../kernels/memory.js';
import type { LossResults } from '../layers/loss.js';
import { allocateModel } from '../network/memory.js';
import type { NetworkPlan } from '../network/plan.js';
import { listSegments } from '../optim/segments.js';
import { measureTraining } from '../optim/training-length.js';
import { planOptimizer } from '../optim/update.js';
import { CONTROL_WORDS } from '../parallel/control.js';
import { planEvaluation } from '../parallel/evaluation.js';
import {
  type BatchArrays,
  type EvaluationSet,
  type RunDescription,
  TOTALS_LENGTH,
} from '../parallel/protocol.js';
import type { RunData } from './data.js';
import { optimizerOf } from './optimizer-fields.js';
import type { ResolvedRunSpec } from './spec.js';

let lastId = 0;

/** Allocates a run's shared memory and describes it for the workers. */
export function describeRun(
  spec: ResolvedRunSpec,
  plan: NetworkPlan,
  data: RunData,
  { workers, kernels }: { workers: number; kernels: string },
): RunDescription {
  const { dataset } = data;
  const batchSize = Math.min(spec.batchSize, data.train.length);
  const optimizer = optimizerOf(spec);
  return {
    id: ++lastId,
    workers,
    kernels,
    network: spec.network,
    batchSize,
    slices: spec.slices,
    seed: spec.seed,
    length: measureTraining(data.train.length, spec),
    maxIterations: spec.maxIterations ?? Number.POSITIVE_INFINITY,
    atRest:
      spec.minWeightChange?.per === 'iteration'
        ? {
            epsilon: spec.minWeightChange.epsilon,
            previous: shareFloats(new Float32Array(plan.weightFloats)),
          }
        : null,
    lookahead: spec.lookahead && {
      ...spec.lookahead,
      slow: shareFloats(new Float32Array(plan.weightFloats)),
    },
    averaging: spec.averaging && {
      ...spec.averaging,
      average: shareFloats(new Float32Array(plan.weightFloats)),
    },
    labelSmoothing: spec.labelSmoothing,
    optimizer,
    clipping:
      spec.clipNorm === null
        ? null
        : { norm: spec.clipNorm, squares: shareFloats(new Float32Array(listSegments(plan).length)) },
    schedule: spec.learningRate,
    model: allocateModel(plan, planOptimizer(plan, optimizer)),
    activations: allocateArena(
      Math.max(plan.activationFloats, planEvaluation(spec.network, workers).floats),
      'activations',
    ),
    control: new Int32Array(new SharedArrayBuffer(CONTROL_WORDS * 4)),
    totals: new Float64Array(new SharedArrayBuffer(TOTALS_LENGTH * 8)),
    train: { pixels: dataset.train.pixels, labels: dataset.train.labels },
    test: makeEvaluationSet(dataset.test, data.test),
    validation: data.validation.length > 0 ? makeEvaluationSet(dataset.train, data.validation) : null,
    mean: shareFloats(data.mean),
    scale: shareFloats(data.scale),
    augmentation: spec.augmentation,
    order: new Int32Array(new SharedArrayBuffer(data.train.length * 4)),
    batch: allocateBatch(batchSize),
  };
}

function makeEvaluationSet({ pixels, labels }: LabelledImages, samples: Int32Array): EvaluationSet {
  const shared = new Int32Array(new SharedArrayBuffer(samples.byteLength));
  shared.set(samples);
  return { images: { pixels, labels }, samples: shared, results: allocateResults(samples.length) };
}

function allocateResults(images: number): LossResults {
  return {
    loss: new Float32Array(new SharedArrayBuffer(images * 4)),
    predicted: new Uint8Array(new SharedArrayBuffer(images)),
    rank: new Uint8Array(new SharedArrayBuffer(images)),
  };
}

function allocateBatch(images: number): BatchArrays {
  return {
    ...allocateResults(images),
    sampleIds: new Int32Array(new SharedArrayBuffer(images * 4)),
    labels: new Uint8Array(new SharedArrayBuffer(images)),
  };
}

function shareFloats(values: Float32Array): Float32Array {
  const shared = new Float32Array(new SharedArrayBuffer(values.byteLength));
  shared.set(values);
  return shared;
}
