import { sizeOf } from '../core/shape.js';
import type { Dataset, LabelledImages } from '../dataset/dataset.js';
import type { WorkerPool } from '../parallel/pool.js';
import { NO_PLUGINS, type Plugins } from '../plugins/plugins.js';
import type { ResolvedRunSpec } from '../run/spec.js';
import { train } from '../train.js';
import type { Finding } from './finding.js';

const EXAMPLES = 50;
const BATCH_SIZE = 10;
const EPOCHS = 100;
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
 * training images, until it gets all of them right as it would in a test.
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
    const { epochs, state, leastError } = await learn(spec, data, rate, options);
    if (leastError === 0) {
      return {
        check: 'overfitting',
        passed: true,
        finding: `${handful.count} examples learned in ${epochs} epochs with learning rate ${rate}`,
      };
    }
    if (options.signal?.aborted) break;
    tried.push(`${rate}: ${state === 'diverged' ? 'diverges' : `${(100 - leastError).toFixed(0)}%`}`);
  }
  return {
    check: 'overfitting',
    passed: false,
    finding: `${handful.count} examples not learned in ${EPOCHS} epochs; accuracy by learning rate ${tried.join(', ')}`,
  };
}

async function learn(
  spec: ResolvedRunSpec,
  dataset: Dataset,
  rate: number,
  { pool, plugins = NO_PLUGINS, signal }: OverfitOptions,
): Promise<{ epochs: number; state: string; leastError: number }> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  let leastError = 100;
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
      onEpoch: ({ testErrorPercent }) => {
        leastError = Math.min(leastError, testErrorPercent!);
        if (testErrorPercent === 0) stop.abort();
      },
    },
  );
  signal?.removeEventListener('abort', abort);
  return { epochs: epochs.length, state, leastError };
}

function takeFirst({ count, pixels, labels }: LabelledImages, size: number): LabelledImages {
  const taken = Math.min(EXAMPLES, count);
  return { count: taken, pixels: pixels.subarray(0, taken * size), labels: labels.subarray(0, taken) };
}
