import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Objective } from '../../src/check/objective.js';
import { drawGenericWeights } from '../../src/check/weights.js';
import { RandomStream } from '../../src/core/rng.js';
import { sizeOf } from '../../src/core/shape.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { chooseKernelName, loadKernels } from '../../src/kernels/select.js';
import { LAYER_KINDS } from '../../src/layers/registry.js';
import type { PlannedParameter } from '../../src/network/plan.js';
import { countOf } from '../helpers/soak.js';
import { type DrawnNetwork, drawNetwork } from './draw-network.js';
import { type Answer, findTorchPython, TorchProcess } from './torch-process.js';

/** Of the reference in 64 bits: some functions are polynomials for 32. */
const REFERENCE_LIMIT = 2e-6;
/** Of the kernels in 32 bits: rounding, and here and there a kink that it has turned. */
const KERNELS_LIMIT = 0.02;
/** A parameter whose derivatives are all near zero is measured by the network's greatest, times this. */
const SMALL = 1e-3;

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
    const { network, images, labelSmoothing } = drawn;
    const batch = drawBatch(drawn, number);
    const options = { network, labelSmoothing, kinds: LAYER_KINDS };
    const reference = new Objective({ ...options, kernels: referenceKernels, double: true }, batch);
    const weights = Float64Array.from(Float32Array.from(drawGenericWeights(reference.plan)));
    const answer = await torch.ask({
      network,
      images,
      labelSmoothing,
      inputs: batch.inputs,
      labels: [...batch.labels],
      parameters: Object.fromEntries(
        reference.parameters.map(({ label, shape, offset, size }) => [
          label,
          { shape: shape ?? [size], values: weights.slice(offset, offset + size) },
        ]),
      ),
    });
    const text = JSON.stringify(drawn);
    expect(compare(reference, weights, answer), text).toBeLessThan(REFERENCE_LIMIT);
    expect(
      compare(new Objective({ ...options, kernels, double: false }, batch), weights, answer),
      text,
    ).toBeLessThan(KERNELS_LIMIT);
  });
});

/** The greatest error of loss and gradients, relative to the greatest derivative of each parameter. */
function compare(objective: Objective, weights: Float64Array, { loss, gradients }: Answer): number {
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
    return expected.reduce(
      (most, slope, i) => Math.max(most, Math.abs(gradient[offset + i]! - slope) / scale),
      0,
    );
  });
  return Math.max(Math.abs(found - loss) / Math.max(1, Math.abs(loss)), ...errors);
}

function drawBatch({ network, images, classes }: DrawnNetwork, number: number) {
  const stream = new RandomStream([number, 14]);
  return {
    images,
    inputs: Float64Array.from({ length: images * sizeOf(network.input) }, () =>
      Math.fround(stream.nextNormal()),
    ),
    labels: Uint16Array.from({ length: images }, () => stream.nextBelow(classes)),
  };
}
