import type { Kernels } from '../../src/kernels/kernels.js';
import { allocateArena, viewArena } from '../../src/kernels/memory.js';
import { countParts } from '../../src/layers/parts.js';
import { overSlices, type Pass } from '../../src/layers/pass.js';
import type { InputImages } from '../../src/layers/whitening.js';
import { bindNetwork } from '../../src/network/bind.js';
import { allocateModel, initializeModel, viewModel } from '../../src/network/memory.js';
import { NO_OPTIMIZER } from '../../src/network/optimizer-memory.js';
import { groupIntoPhases, makePhase, runPhase } from '../../src/network/phases.js';
import { planNetwork } from '../../src/network/plan.js';
import { parseNetwork } from '../../src/network/spec.js';
import { type Task, TaskLists } from '../../src/network/task-list.js';
import type { OptimizerKinds, OptimizerOptions } from '../../src/optim/optimizers/optimizer.js';
import { bindReduction } from '../../src/optim/reduction.js';
import { planOptimizer } from '../../src/optim/update.js';

export interface SmallNetworkOptions {
  readonly input: readonly [height: number, width: number, channels: number];
  readonly layers: readonly unknown[];
  readonly heads?: readonly unknown[];
  readonly images: number;
  readonly kernels: Kernels;
  readonly slices?: number;
  readonly training?: boolean;
  readonly seed?: number;
  /** Absent: none. */
  readonly optimizer?: OptimizerOptions;
  /** Among which that is. Absent: the built-in ones. */
  readonly optimizers?: OptimizerKinds;
  /** For initialisers that read images. */
  readonly inputs?: InputImages;
}

/** A network bound in this thread, to be run pass by pass: what layer tests look at. */
export function makeSmallNetwork(options: SmallNetworkOptions) {
  const { images, kernels, slices = 3, training = true, seed = 0 } = options;
  const { input, layers, heads = [] } = options;
  const spec = parseNetwork({ input, layers, heads });
  const plan = planNetwork(spec, { batchSize: images, slices, training });
  const needs = options.optimizer ? planOptimizer(plan, options.optimizer, options.optimizers) : NO_OPTIMIZER;
  const memory = viewModel(allocateModel(plan, needs), plan, needs);
  initializeModel(memory, plan, seed, kernels, options.inputs ?? null);
  const activations = viewArena(allocateArena(plan.activationFloats, 'activations'));
  const sampleIds = Int32Array.from({ length: images }, (_, i) => 100 + i);
  const network = bindNetwork({
    plan,
    memory,
    activations,
    sampleIds,
    seed,
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

  /** The phases of a step with half the sum of squares as each of its losses. */
  const listPhases = () => {
    const { losses, prepare, forward, backward } = network;
    const loss = overSlices(({ first, count }) => {
      for (const { output, weight } of losses) {
        const floats = output.value.length / images;
        for (let i = first * floats; i < (first + count) * floats; i++) {
          output.gradient[i] = weight * output.value[i]!;
        }
      }
    });
    return [makePhase(prepare), ...groupIntoPhases([...forward, loss, ...backward])];
  };

  /** A step: every phase by all workers, one after another in that order. */
  const step = (order: readonly number[]) => {
    const phases = listPhases();
    for (const phase of phases) {
      for (const worker of order) runPhase(phase, network.batch, { worker, workers: order.length });
    }
    return phases.length;
  };

  /**
   * A step as tasks for so many workers, a phase's one after another.
   *
   * @param arrange gives the order of a phase's tasks
   */
  const bindTasks = (workers: number, arrange: (tasks: readonly Task[]) => readonly Task[]) => {
    const lists = new TaskLists(listPhases(), { batch: network.batch, owners: workers, kernels });
    return () => {
      for (const { begin, tasks } of lists.current) {
        begin();
        for (const run of arrange(tasks)) run();
      }
    };
  };

  return {
    step,
    bindTasks,
    plan,
    memory,
    activations,
    network,
    parameters: plan.steps.flatMap((step) => step.parameters),
    forward: (workers = 1) => run([...network.prepare, ...network.forward], workers),
    backward: (workers = 1) => {
      run(network.backward, workers);
      for (const { offset, size, partials } of plan.steps.flatMap((step) => step.parameters)) {
        if (!partials) continue;
        const whole = memory.gradient.subarray(offset, offset + size);
        const parts = countParts(partials.layout, network.batch);
        bindReduction(kernels, memory, partials, whole)(parts, 0, size);
      }
    },
  };
}

export { randomNumbers, spacedNumbers } from '../../src/check/probe-numbers.js';
