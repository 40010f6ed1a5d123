import { allocateArena, viewArena } from '../../src/core/arena.js';
import { RandomStream } from '../../src/core/rng.js';
import type { Kernels } from '../../src/kernels/kernels.js';
import type { Pass } from '../../src/layers/layer.js';
import { allocateModel, initializeModel, viewModel } from '../../src/network/memory.js';
import { planNetwork } from '../../src/network/plan.js';
import { bindNetwork, groupIntoPhases, runPhase } from '../../src/network/run.js';
import { parseNetwork } from '../../src/network/spec.js';

export interface SmallNetworkOptions {
  readonly input: readonly [height: number, width: number, channels: number];
  readonly layers: readonly unknown[];
  readonly images: number;
  readonly kernels: Kernels;
  readonly slices?: number;
  readonly training?: boolean;
  readonly seed?: number;
}

/** A network bound in this thread, to be run pass by pass: what layer tests look at. */
export function makeSmallNetwork(options: SmallNetworkOptions) {
  const { images, kernels, slices = 3, training = true, seed = 0 } = options;
  const spec = parseNetwork({ input: options.input, layers: options.layers });
  const plan = planNetwork(spec, { batchSize: images, slices, training });
  const memory = viewModel(allocateModel(plan, slices), plan, slices);
  initializeModel(memory, plan, seed);
  const activations = viewArena(allocateArena(plan.activationFloats, 'activations'), null);
  const sampleIds = Int32Array.from({ length: images }, (_, i) => 100 + i);
  const network = bindNetwork({
    plan,
    memory,
    activations,
    sampleIds,
    batchSize: images,
    slices,
    seed,
    training,
    kernels,
  });
  network.batch.size = images;

  /** Runs passes as so many workers would: phase by phase, one worker after another. */
  const run = (passes: readonly Pass[], workers = 1) => {
    for (const phase of groupIntoPhases(passes)) {
      for (let worker = workers - 1; worker >= 0; worker--)
        runPhase(phase, network.batch, { worker, workers });
    }
  };

  return {
    plan,
    memory,
    network,
    parameters: plan.steps.flatMap((step) => step.parameters),
    forward: (workers = 1) => run([...network.prepare, ...network.forward], workers),
    backward: (workers = 1) => {
      run(network.backward, workers);
      for (const { offset, size, partialOffset } of plan.steps.flatMap((step) => step.parameters)) {
        if (partialOffset < 0) continue;
        const partials = memory.partials.subarray(partialOffset);
        const whole = memory.gradient.subarray(offset, offset + size);
        kernels.reducePartials(partials, slices, plan.partialFloats, whole, 0, size);
      }
    },
  };
}

/** Numbers between −1 and 1, all of them at least `1 / count` apart and away from 0: no ties and no kinks for a gradient check. */
export function spacedNumbers(count: number, seed: number): Float32Array {
  const stream = new RandomStream([seed, 77]);
  const values = Float32Array.from({ length: count }, (_, i) => (2 * i + 1 - count) / count);
  for (let i = count - 1; i > 0; i--) {
    const j = stream.nextBelow(i + 1);
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
  return values;
}

export function randomNumbers(count: number, seed: number): Float32Array {
  const stream = new RandomStream([seed, 78]);
  return Float32Array.from({ length: count }, () => stream.nextNormal());
}
