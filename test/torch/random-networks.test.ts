import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Objective } from '../../src/check/objective.js';
import { drawGenericWeights } from '../../src/check/weights.js';
import { makeKey, philox } from '../../src/core/rng.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { chooseKernelName, loadKernels } from '../../src/kernels/select.js';
import type { LayerConfig } from '../../src/layers/layer.js';
import { LAYER_KINDS } from '../../src/layers/registry.js';
import type { NetworkPlan, PlannedParameter, StepPlan } from '../../src/network/plan.js';
import { countOf } from '../helpers/soak.js';
import { drawBatch } from './draw-batch.js';
import { drawNetwork } from './draw-network.js';
import { type Answer, findTorchPython, TorchProcess } from './torch-process.js';

/** Of the reference in 64 bits: some functions are polynomials for 32. */
const REFERENCE_LIMIT = 2e-6;
/** Of the kernels in 32 bits: rounding, and here and there a kink that it has turned. */
const KERNELS_LIMIT = 0.02;
/** A parameter whose derivatives are all near zero is measured by the network's greatest, times this. */
const SMALL = 0.1;

const NETWORKS = countOf({ share: 100, whole: 2000 });

const python = findTorchPython();
if (python === null) {
  process.stdout.write('no Python that finds torch: random networks are not held against PyTorch\n');
}

describe.runIf(python !== null)(`${NETWORKS} random networks have PyTorch's loss and gradients`, () => {
  let torch: TorchProcess;
  beforeAll(() => {
    torch = new TorchProcess(python!);
  });
  afterAll(() => torch.end());

  const kernels = loadKernels(chooseKernelName());
  const numbers = Array.from({ length: NETWORKS }, (_, number) => number);
  it.each(numbers)('network %d', async (number) => {
    const drawn = drawNetwork(number);
    const { network } = drawn;
    const { batch, loss } = drawBatch(drawn, number);
    const options = { network, ...loss, kinds: LAYER_KINDS };
    const reference = new Objective({ ...options, kernels: referenceKernels, double: true }, batch);
    const weights = Float64Array.from(Float32Array.from(drawGenericWeights(reference.plan)));
    const answer = await torch.ask({
      network,
      batch,
      loss,
      drops: listDrops(reference.plan),
      parameters: Object.fromEntries(
        reference.parameters.map(({ label, shape, offset, size }) => [
          label,
          { shape: shape ?? [size], values: weights.slice(offset, offset + size) },
        ]),
      ),
    });
    const native = new Objective({ ...options, kernels, double: false }, batch);
    for (const [objective, limit] of [
      [reference, REFERENCE_LIMIT],
      [native, KERNELS_LIMIT],
    ] as const) {
      const { error, label } = compare(objective, weights, answer);
      expect(error, `${label} of ${JSON.stringify(drawn)}`).toBeLessThan(limit);
    }
  });
});

interface Worst {
  readonly error: number;
  readonly label: string;
}

/** The greatest error of loss and gradients, relative to the greatest derivative of each parameter. */
function compare(objective: Objective, weights: Float64Array, { loss, gradients }: Answer): Worst {
  objective.weights.set(weights);
  const found = objective.computeLoss();
  const gradient = objective.computeGradient();
  const greatestOf = ({ label }: PlannedParameter) =>
    gradients[label]!.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
  const greatest = Math.max(...objective.parameters.map(greatestOf));
  const errors = objective.parameters.map((parameter) => {
    const { label, offset, size } = parameter;
    const scale = Math.max(greatestOf(parameter), SMALL * greatest, Number.MIN_VALUE);
    const expected = gradients[label]!;
    expect(expected.length).toBe(size);
    const error = expected.reduce(
      (most, slope, i) => Math.max(most, Math.abs(gradient[offset + i]! - slope) / scale),
      0,
    );
    return { error, label };
  });
  const ofLoss = { error: Math.abs(found - loss) / Math.max(1, Math.abs(loss)), label: 'loss' };
  // NaN is no agreement.
  return errors.reduce(
    (worst, one) => (one.error <= worst.error || Number.isNaN(worst.error) ? worst : one),
    ofLoss,
  );
}

/** The factor of each image in each layer of stochastic depth, by the same random numbers. */
function listDrops({ steps, batchSize }: NetworkPlan): Record<string, number[]> {
  const words = new Uint32Array(4);
  const ofStep = ({ config, layerIndex }: StepPlan) => {
    const { rate } = config as LayerConfig & { readonly rate: number };
    return Array.from({ length: batchSize }, (_, image) => {
      philox(makeKey(0, 'dropout', layerIndex), 0, image, 0, 0, words);
      return words[0]! < rate * 2 ** 32 ? 0 : 1 / (1 - rate);
    });
  };
  const dropping = steps.filter(({ config }) => config.kind === 'stochastic-depth');
  return Object.fromEntries(dropping.map((step) => [step.name, ofStep(step)]));
}
