import { describe, expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../../src/kernels/select.js';
import { groupIntoPhases, runPhase } from '../../../src/network/phases.js';
import {
  completeElementwise,
  type ElementwiseOptimizer,
  type MovedPiece,
} from '../../../src/optim/optimizers/elementwise.js';
import type { OptimizerOptions } from '../../../src/optim/optimizers/optimizer.js';
import { OPTIMIZER_KINDS, parseOptimizer } from '../../../src/optim/optimizers/registry.js';
import { planUpdate } from '../../../src/optim/update.js';
import { makeSmallNetwork, randomNumbers } from '../../helpers/small-network.js';

const kernels = loadKernels(availableKernelNames()[0]!);
const STEPS = 3;

/** Adam with its penalty, as whoever reads docs/plugins.md would write it. */
const plainAdam: ElementwiseOptimizer = {
  kind: 'plain-adam',
  schema: ({ weightDecay = 0.1 }) => ({ weightDecay }),
  slots: ['mean', 'square'],
  move({ weights, gradient, slots: { mean, square }, rate, decayFactor, step }, { weightDecay }) {
    for (let i = 0; i < weights.length; i++) {
      const g = gradient[i]! + weightDecay * decayFactor * weights[i]!;
      mean![i] = 0.9 * mean![i]! + 0.1 * g;
      square![i] = 0.999 * square![i]! + 0.001 * g * g;
      const root = Math.sqrt(square![i]! / (1 - 0.999 ** step)) + 1e-8;
      weights[i]! -= ((rate / (1 - 0.9 ** step)) * mean![i]!) / root;
    }
  },
};

/** Writes over all that it is given. */
const spoiler = (value: number, seen: MovedPiece[] = []): ElementwiseOptimizer => ({
  kind: 'spoiler',
  schema: () => ({}),
  slots: ['seen'],
  move(piece) {
    seen.push({ ...piece });
    for (const floats of [piece.weights, piece.gradient, piece.slots.seen!]) floats.fill(value);
  },
});

interface Trial {
  readonly kind?: ElementwiseOptimizer;
  readonly options?: OptimizerOptions;
  readonly workers?: number;
  readonly clipNorm?: number;
}

/** STEPS steps of a network with factors, a table of connections, what is frozen, and parameters of several segments. */
function move({ kind, options, workers = 1, clipNorm }: Trial) {
  const optimizers = kind ? { ...OPTIMIZER_KINDS, [kind.kind]: completeElementwise(kind) } : OPTIMIZER_KINDS;
  const optimizer = parseOptimizer(options ?? kind!.kind, 'test', optimizers);
  const small = makeSmallNetwork({
    input: [6, 5, 2],
    layers: [
      { kind: 'convolution', name: 'table', kernel: 3, filters: 70, connections: Array(70).fill([1]) },
      { kind: 'batch-normalization', name: 'norm' },
      {
        kind: 'convolution',
        name: 'wide',
        kernel: 2,
        filters: 30,
        kernelLearningRate: 0.5,
        biasWeightDecay: 0,
      },
      { kind: 'fully-connected', name: 'late', units: 5, kernelEpochs: 1, biasLearningRate: 0 },
    ],
    images: 4,
    kernels,
    optimizer,
    optimizers,
  });
  const { memory, plan, network, parameters } = small;
  const start = memory.weights.slice();
  const clipping = clipNorm === undefined ? null : { norm: clipNorm, squares: new Float32Array(1000) };
  let nonFinite = 0;
  const passes = planUpdate(
    { plan, memory, kernels, batch: network.batch },
    { optimizer, kinds: optimizers, clipping },
    { learningRate: () => 0.1 / (network.batch.step + 1), reportNonFinite: () => nonFinite++ },
  );
  const phases = groupIntoPhases(passes);
  for (let step = 0; step < STEPS; step++) {
    Object.assign(network.batch, { step, epoch: step });
    memory.gradient.set(randomNumbers(memory.gradient.length, 10 + step));
    memory.partials.set(randomNumbers(memory.partials.length, 20 + step));
    // A layer leaves no gradient where there is no weight.
    for (const { absent = [], offset, partials } of parameters) {
      for (const index of absent) {
        memory.gradient[offset + index] = 0;
        for (let part = 0; partials && part < partials.parts; part++)
          memory.partials[partials.offset + part * partials.stride + index] = 0;
      }
    }
    for (const phase of phases) {
      for (let worker = workers - 1; worker >= 0; worker--)
        runPhase(phase, network.batch, { worker, workers });
    }
  }
  return { ...small, start, nonFinite };
}

describe('an optimizer that moves element by element', () => {
  it('has the gradient, factors and steps of the built-in ones', () => {
    for (const clipNorm of [undefined, 0.5]) {
      const clip = clipNorm === undefined ? {} : { clipNorm };
      const { memory } = move({ kind: plainAdam, ...clip });
      const builtIn = move({ options: parseOptimizer({ kind: 'adam', weightDecay: 0.1 }, 'test'), ...clip });
      expect(memory.weights.length).toBe(builtIn.memory.weights.length);
      memory.weights.forEach((weight, i) => {
        expect(Math.abs(weight - builtIn.memory.weights[i]!), `weight ${i}`).toBeLessThan(1e-5);
      });
    }
  });

  it('has the same bits on any number of workers', () => {
    const one = move({ kind: plainAdam });
    for (const workers of [2, 3, 8]) {
      const { memory } = move({ kind: plainAdam, workers });
      expect(memory.weights).toEqual(one.memory.weights);
      expect(memory.slots).toEqual(one.memory.slots);
    }
  });

  it('gets pieces that are equally long and cover what learns, once a step', () => {
    const seen: MovedPiece[] = [];
    const { parameters } = move({ kind: spoiler(1, seen) });
    for (const { weights, gradient, slots } of seen) {
      expect([gradient.length, slots.seen!.length]).toEqual([weights.length, weights.length]);
    }
    const floatsIn = (step: number) =>
      seen.filter((piece) => piece.step === step).reduce((sum, { weights }) => sum + weights.length, 0);
    const sizeOfAll = (...without: readonly string[]) =>
      parameters.reduce((sum, { label, size }) => sum + (without.includes(label) ? 0 : size), 0);
    expect([1, 2, 3].map(floatsIn)).toEqual([
      sizeOfAll('late.bias'),
      sizeOfAll('late.bias', 'late.kernel'),
      sizeOfAll('late.bias', 'late.kernel'),
    ]);
    expect(Math.max(...seen.map(({ weights }) => weights.length))).toBeLessThan(
      Math.max(...parameters.map(({ size }) => size)),
    );
  });

  it('leaves weights that a connection table leaves out at zero, and what is frozen as it was', () => {
    const { memory, parameters, start } = move({ kind: spoiler(1) });
    for (const { label, absent = [], offset, size } of parameters) {
      const values = memory.weights.subarray(offset, offset + size);
      if (label === 'late.bias') expect(values).toEqual(start.subarray(offset, offset + size));
      else
        expect(values, label).toEqual(
          new Float32Array(size).fill(1).map((one, i) => (absent.includes(i) ? 0 : one)),
        );
      if (label === 'table.kernel') expect(absent).toHaveLength(size / 2);
    }
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('reports a weight that is %s', (value) => {
    expect(move({ kind: spoiler(value) }).nonFinite).toBeGreaterThan(0);
    expect(move({ kind: spoiler(3e38) }).nonFinite).toBe(0);
  });
});
