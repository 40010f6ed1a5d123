import { sizeOf } from '../core/shape.js';
import type { Dataset, LabelledImages } from '../dataset/dataset.js';
import type { WorkerPool } from '../parallel/pool.js';
import { NO_PLUGINS, type Plugins } from '../plugins/plugins.js';
import type { ResolvedRunSpec } from '../run/spec.js';
import type { EpochMetrics } from '../run/types.js';
import { train } from '../train.js';
import type { Finding } from './finding.js';

const EXAMPLES = 50;
const BATCH_SIZE = 10;
const EPOCHS = 100;
/** Of targets that are numbers: what is left of their variance is then no more than noise of a tenth of their deviation. */
const LEARNED_R2 = 0.99;
/** Tried one after another. What a rate must be depends on weights and inputs, and the check is not about it. */
const RATES = [0.01, 0.001, 0.1, 0.0001] as const;

export interface OverfitOptions {
  readonly pool: WorkerPool;
  readonly plugins?: Plugins;
  /** Says what is being tried. */
  readonly say?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Checks that a network can learn a handful by heart (CS231n's assignment), classes that is: its own weights and activations, by SGD without weight decay, on the first 50
 * training images, until it gets all of them right as it would in a test; in a regression, until R² is 0.99.
 */
export async function checkOverfitting(
  spec: ResolvedRunSpec,
  dataset: Dataset,
  options: OverfitOptions,
): Promise<Finding> {
  const handful = takeFirst(dataset.train, sizeOf(dataset.shape));
  const data: Dataset = { ...dataset, train: handful, test: handful };
  const tried: string[] = [];
  for (const rate of RATES) {
    options.say?.(`overfitting ${handful.count} examples with learning rate ${rate}`);
    const { epochs, state, best } = await learn(spec, data, rate, options);
    if (best.isEnough) {
      return {
        check: 'overfitting',
        passed: true,
        finding: `${handful.count} examples learned in ${epochs} epochs with learning rate ${rate}`,
      };
    }
    if (options.signal?.aborted) break;
    tried.push(`${rate}: ${state === 'diverged' ? 'diverges' : best.text}`);
  }
  return {
    check: 'overfitting',
    passed: false,
    finding: `${handful.count} examples not learned in ${EPOCHS} epochs; ${dataset.targetNames ? 'R²' : 'accuracy'} by learning rate ${tried.join(', ')}`,
  };
}

async function learn(
  spec: ResolvedRunSpec,
  dataset: Dataset,
  rate: number,
  { pool, plugins = NO_PLUGINS, signal }: OverfitOptions,
): Promise<{ epochs: number; state: string; best: Learned }> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  let best = judge({ testErrorPercent: dataset.targetNames ? null : 100, testR2: Number.NEGATIVE_INFINITY });
  const { optimizer: _, ...fields } = spec;
  const { epochs, state } = await train(
    {
      ...fields,
      dataset: dataset.name,
      trainFirst: 1,
      trainCount: null,
      balanced: false,
      validationCount: 0,
      validationFraction: 0,
      testFirst: 1,
      testCount: null,
      epochs: EPOCHS,
      maxIterations: null,
      minWeightChange: null,
      patience: null,
      batchSize: BATCH_SIZE,
      shards: 1,
      augmentation: {},
      learningRate: rate,
      weightDecay: 0,
      clipNorm: null,
      lookahead: null,
      averaging: null,
      reportRegularization: false,
    },
    {
      dataset,
      plugins,
      pool,
      signal: stop.signal,
      onEpoch: (metrics) => {
        const learned = judge(metrics);
        if (learned.share > best.share) best = learned;
        if (learned.isEnough) stop.abort();
      },
    },
  );
  signal?.removeEventListener('abort', abort);
  return { epochs: epochs.length, state, best };
}

/** What of the examples a network has learned. */
interface Learned {
  /** Of the classes, or of the targets' variance; 1 for all. */
  readonly share: number;
  readonly isEnough: boolean;
  readonly text: string;
}

function judge({ testErrorPercent, testR2 }: Pick<EpochMetrics, 'testErrorPercent' | 'testR2'>): Learned {
  if (testErrorPercent === null) {
    return { share: testR2!, isEnough: testR2! >= LEARNED_R2, text: testR2!.toFixed(2) };
  }
  const accuracy = 100 - testErrorPercent;
  return { share: accuracy / 100, isEnough: testErrorPercent === 0, text: `${accuracy.toFixed(0)}%` };
}

function takeFirst({ count, pixels, labels, targets }: LabelledImages, size: number): LabelledImages {
  const taken = Math.min(EXAMPLES, count);
  return {
    count: taken,
    pixels: pixels.subarray(0, taken * size),
    labels: labels.subarray(0, taken),
    ...(targets && { targets: targets.subarray(0, (taken * targets.length) / count) }),
  };
}
