import { makeKey } from '../core/rng.js';
import type { Kernels } from '../kernels/kernels.js';
import { preferHugePages } from '../kernels/memory.js';
import {
  type Batch,
  type BlockPass,
  type BoundLayer,
  type BoundTensor,
  type Layout,
  type Pass,
  passUntil,
  Scratch,
  type SlicePass,
  type UnitPass,
} from '../layers/layer.js';
import { countUnits, sliceAt, unitAt } from '../layers/parts.js';
import { findKind } from '../layers/registry.js';
import { type ModelMemory, viewParameters, viewTensor } from './memory.js';
import type { NetworkPlan, StepPlan } from './plan.js';

/** A planned network tied to memory and kernels, in one thread. */
export interface BoundNetwork {
  readonly batch: Batch;
  readonly input: BoundTensor;
  readonly inputLayout: Layout;
  readonly output: BoundTensor;
  /** Before the first forward after parameters have changed. */
  readonly prepare: readonly BlockPass[];
  /** In the order of the layers. */
  readonly forward: readonly Pass[];
  /** From the last layer to the first. */
  readonly backward: readonly Pass[];
}

export interface BindOptions {
  readonly plan: NetworkPlan;
  readonly memory: ModelMemory;
  readonly activations: Float32Array;
  /** Of each image of the mini-batch. */
  readonly sampleIds: Int32Array;
  readonly batchSize: number;
  readonly slices: number;
  readonly seed: number;
  readonly training: boolean;
  readonly kernels: Kernels;
}

/** Ties every layer of a plan to its memory. */
export function bindNetwork(options: BindOptions): BoundNetwork {
  const { plan, memory, activations, batchSize, slices, training } = options;
  const batch: Batch = {
    size: 0,
    epoch: 0,
    step: 0,
    slices,
    bands: plan.bands,
    sampleIds: options.sampleIds,
  };
  const scratch = new Scratch();
  const tensors = plan.tensors.map((tensor) => viewTensor(activations, tensor, batchSize));
  const layers = plan.steps.map((step): BoundLayer => {
    const inputs = step.inputs.map((index) => tensors[index]!);
    const outputs = step.outputs.map((index) => tensors[index]!);
    const shared = Object.entries(step.shared).map(
      ([name, { offset, size }]) => [name, memory.shared.subarray(offset, offset + size)] as const,
    );
    const state = step.state.map(
      ({ name, offset, size }) => [name, memory.weights.subarray(offset, offset + size)] as const,
    );
    const bound = findKind(step.config.kind).bind(step.config, {
      layout: step.layout,
      inputs,
      outputs,
      input: inputs[0]!,
      output: outputs[0]!,
      parameters: viewParameters(memory, step),
      state: Object.fromEntries(state),
      shared: Object.fromEntries(shared),
      kernels: options.kernels,
      scratch,
      batch,
      training,
      needsInputGradient: plan.tensors[step.inputs[0]!]!.needsGradient,
      inputLearningEpochs: plan.tensors[step.inputs[0]!]!.learningEpochs,
      randomKey: makeKey(options.seed, 'dropout', step.layerIndex),
    });
    // Nothing is learned before the first parameters, so no gradient goes there; nor where all that learned is frozen.
    const { learningEpochs } = plan.tensors[step.outputs[0]!]!;
    const backward = labelPasses(step, 'input gradient', bound.backward);
    return {
      prepare: labelPasses(step, 'prepare', bound.prepare),
      forward: labelPasses(step, 'forward', bound.forward),
      backward: backward.flatMap((pass) => passUntil(learningEpochs, batch, pass)),
    };
  });
  scratch.allocate();
  preferHugePages(scratch.floats);
  return {
    batch,
    input: tensors[0]!,
    inputLayout: plan.tensors[0]!.layout,
    output: tensors.at(-1)!,
    prepare: layers.flatMap((layer) => layer.prepare),
    forward: layers.flatMap((layer) => layer.forward),
    backward: layers.toReversed().flatMap((layer) => layer.backward),
  };
}

/** Passes that know their layer, and have the name of their list if they have none of their own. */
function labelPasses<P extends Pass>(step: StepPlan, name: string, passes: readonly P[]): P[] {
  const layer = { name: step.name, multiplyAddsPerImage: step.layer.multiplyAddsPerImage };
  return passes.map((pass) => ({ name, ...pass, layer }));
}

/** Passes over the same tasks, which run one after another on each. */
export interface Strand {
  readonly over: Pass['over'];
  readonly passes: readonly Pass[];
}

/** Strands that need no barrier between them. */
export interface Phase {
  readonly strands: readonly Strand[];
}

/**
 * Groups passes into phases: a new one begins where a pass waits for others' work or the one before strays into it, and where tasks are
 * cut another way. Passes aside never begin one: those that wait are put off until one begins.
 */
export function groupIntoPhases(passes: readonly Pass[]): Phase[] {
  const phases: Pass[][] = [];
  let putOff: Pass[] = [];
  const begin = (pass: Pass[]): void => {
    phases.push([...putOff, ...pass]);
    putOff = [];
  };
  for (const pass of passes) {
    const phase = phases.at(-1) ?? [];
    const last = phase.findLast(({ aside }) => !aside);
    if (pass.aside && pass.waits) putOff.push(pass);
    else if (phases.length > 0 && joins(pass, last)) phase.push(pass);
    else begin([pass]);
  }
  if (putOff.length > 0) begin([]);
  return phases.map(makePhase);
}

/** Whether a pass needs no barrier behind the last one of a phase that is not aside, if there is one. */
function joins(pass: Pass, last: Pass | undefined): boolean {
  if (pass.waits || last?.strays) return false;
  return pass.aside === true || last === undefined || last.over === pass.over;
}

/** One phase of passes none of which waits for another. */
export function makePhase(passes: readonly Pass[]): Phase {
  const strands: { over: Pass['over']; passes: Pass[] }[] = [];
  for (const pass of passes) {
    const last = strands.at(-1);
    if (last?.over === pass.over) last.passes.push(pass);
    else strands.push({ over: pass.over, passes: [pass] });
  }
  return { strands };
}

/** One of the workers that share a run's tasks. */
export interface Share {
  readonly worker: number;
  readonly workers: number;
}

/**
 * Does a worker's share of a phase: a run of neighbouring tasks, the same in every phase, so that its slices stay in its core's
 * cache.
 */
export function runPhase({ strands }: Phase, batch: Batch, share: Share): void {
  for (const { passes } of strands) {
    for (const pass of passes) pass.begin?.(share.worker);
  }
  for (const strand of strands) runStrand(strand, batch, share);
}

function runStrand({ over, passes }: Strand, batch: Batch, share: Share): void {
  if (over === 'blocks') {
    for (const pass of passes as readonly BlockPass[]) {
      const [first, last] = shareOf(pass.blocks, share);
      if (last > first) pass.run(first, last - first);
    }
  } else if (over === 'slices') {
    const [first, last] = shareOf(batch.slices, share);
    for (let index = first; index < last; index++) {
      const slice = sliceAt(index, batch);
      for (const pass of passes as readonly SlicePass[]) pass.run(slice);
    }
  } else {
    const [first, last] = shareOf(countUnits(batch), share);
    for (let index = first; index < last; index++) {
      const unit = unitAt(index, batch);
      for (const pass of passes as readonly UnitPass[]) pass.run(unit);
    }
  }
}

/** A worker's tasks: [first, last). */
export function shareOf(tasks: number, { worker, workers }: Share): [first: number, last: number] {
  return [Math.floor((worker * tasks) / workers), Math.floor(((worker + 1) * tasks) / workers)];
}
