import type { Kernels } from '../kernels/kernels.js';
import { countLearningEpochs } from '../layers/parameter.js';
import { countParts } from '../layers/parts.js';
import type { Batch, BlockPass } from '../layers/pass.js';
import type { ModelMemory, NetworkMemory } from '../network/memory.js';
import { makePhase, type Phase } from '../network/phases.js';
import type { NetworkPlan, PartialsPlan, PlannedParameter, Slot, StepPlan } from '../network/plan.js';
import type { UpdatedParameter } from './optimizers/optimizer.js';
import { cutParameters, listSegments } from './segments.js';

/** Sums the gradients that the parts of a mini-batch leave of one parameter: elements [first, first + count) of them. */
export type Reduction = ReturnType<Kernels['bindReducePartials']>;

/** @param sum the parameter's gradient over the whole mini-batch, overwritten */
export function bindReduction(
  kernels: Kernels,
  memory: Pick<ModelMemory, 'partials'>,
  { offset, stride }: PartialsPlan,
  sum: Float32Array,
): Reduction {
  return kernels.bindReducePartials({ partials: memory.partials.subarray(offset), stride, sum });
}

/** In which of a shard's phases each step of the plan has its gradients summed: in the first one behind all that the step does. */
export type ReductionPhases = ReadonlyMap<StepPlan, number>;

/**
 * Finds when the gradients of each step are there.
 *
 * @param phases of a shard; the one behind the last of them is the last that a step may have its gradients summed in
 */
export function findReductionPhases({ steps }: NetworkPlan, phases: readonly Phase[]): ReductionPhases {
  const last = new Map<string, number>();
  for (const [index, { strands }] of phases.entries()) {
    for (const { layer } of strands.flatMap(({ passes }) => passes)) if (layer) last.set(layer.name, index);
  }
  return new Map(steps.map((step) => [step, 1 + (last.get(step.name) ?? 0)]));
}

/**
 * Sums the gradients of some steps over one shard, each parameter's by itself, to be joined over all of them.
 *
 * @param memory of the shard
 */
export function planShardReduction(
  { kernels, batch }: { readonly kernels: Kernels; readonly batch: Batch },
  memory: NetworkMemory,
  steps: readonly StepPlan[],
): BlockPass {
  const segments = listSegments({ steps });
  const reductions = new Map(
    segments.map(({ parameter }) => {
      const reduce = bindParameterReduction({ kernels, batch }, memory, parameter);
      return [parameter, { reduce, learningEpochs: countLearningEpochs(parameter) }] as const;
    }),
  );
  return {
    name: 'shard reduction',
    over: 'blocks',
    waits: true,
    varies: true,
    blocks: segments.length,
    run(first, count) {
      for (let i = first; i < first + count; i++) {
        const { parameter, ...piece } = segments[i]!;
        const { reduce, learningEpochs } = reductions.get(parameter)!;
        if (batch.epoch < learningEpochs) reduce(piece.first, piece.count);
      }
    },
  };
}

/**
 * Phases of a shard, and in them the sums of its gradients, beside what is computed meanwhile.
 *
 * @param last what is done behind all phases, beside the last sums
 */
export function addShardReductions(
  phases: readonly Phase[],
  where: { readonly kernels: Kernels; readonly batch: Batch },
  memory: NetworkMemory,
  when: ReductionPhases,
  last: BlockPass,
): Phase[] {
  return [...phases, makePhase([last])].map(({ strands }, index) => {
    const steps = [...when].filter(([, phase]) => phase === index).map(([step]) => step);
    const reduction = planShardReduction(where, memory, steps);
    if (reduction.blocks === 0) return { strands };
    return { strands: [...strands, ...makePhase([reduction]).strands] };
  });
}

/** Sums one parameter's gradients over the parts of a mini-batch or shard; nothing if its layer has done so. */
export function bindParameterReduction(
  { kernels, batch }: { readonly kernels: Kernels; readonly batch: Batch },
  memory: Pick<NetworkMemory, 'partials' | 'gradient'>,
  { offset, size, partials }: PlannedParameter,
): (first: number, count: number) => void {
  if (!partials) return () => {};
  const reduce = bindReduction(kernels, memory, partials, memory.gradient.subarray(offset, offset + size));
  return (first, count) => reduce(countParts(partials.layout, batch), first, count);
}

/** Sums the gradients that all shards leave of one parameter, in their order. */
export function bindShardJoin(
  kernels: Kernels,
  { weightFloats, shards }: NetworkPlan,
  { shardGradients, gradient }: { readonly shardGradients: Float32Array; readonly gradient: Float32Array },
  { offset, size }: Slot,
): (first: number, count: number) => void {
  const reduce = kernels.bindReducePartials({
    partials: shardGradients.subarray(offset),
    stride: weightFloats,
    sum: gradient.subarray(offset, offset + size),
  });
  return (first, count) => reduce(shards, first, count);
}

/** Sums the gradients of all parameters that learn, for optimizers that do not do it in passing. */
export function planReduction(parameters: readonly UpdatedParameter[]): BlockPass {
  const segments = cutParameters(parameters);
  return {
    name: 'reduction',
    over: 'blocks',
    waits: true,
    blocks: segments.length,
    run(first, count) {
      for (let i = first; i < first + count; i++) {
        const { parameter, ...piece } = segments[i]!;
        if (parameter.learns()) parameter.reduce(piece.first, piece.count);
      }
    },
  };
}
