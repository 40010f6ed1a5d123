import type { Kernels } from '../kernels/kernels.js';
import { countLearningEpochs } from '../layers/parameter.js';
import { countParts } from '../layers/parts.js';
import type { Batch, BlockPass } from '../layers/pass.js';
import type { ModelMemory, NetworkMemory, RankGradients } from '../network/memory.js';
import type { NetworkPlan, PartialsPlan, PlannedParameter, Slot } from '../network/plan.js';
import type { Exchange } from '../network/shards.js';
import type { UpdatedParameter } from './optimizers/optimizer.js';
import { cutParameters, listSegments } from './segments.js';

/** As much as a segment of the update. */
const FLOATS_PER_BLOCK = 2048;

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

/**
 * Sums the gradients of one shard, each parameter's by itself, to be joined over all of them.
 *
 * @param memory of the shard
 */
export function planShardReduction(
  { plan, kernels, batch }: { readonly plan: NetworkPlan; readonly kernels: Kernels; readonly batch: Batch },
  memory: NetworkMemory,
): BlockPass {
  const segments = listSegments(plan);
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

/** What brings this rank what the others compute (see Transport); each returns when all is there. */
export interface RankExchange {
  readonly gather: Exchange;
  scatter(own: readonly Float32Array[], all: Float32Array): void;
}

/** Passes behind the shards' reductions that join the gradients of all ranks' shards, in the shards' order. */
export function planRankJoin(
  kernels: Kernels,
  shards: number,
  { own, received, joined, joinedPiece }: RankGradients,
  exchange: RankExchange,
): BlockPass[] {
  const stride = joinedPiece.length;
  const reduce = kernels.bindReducePartials({ partials: received, stride, sum: joinedPiece });
  const alone = { over: 'blocks', waits: true, varies: true, blocks: 1 } as const;
  return [
    { ...alone, name: 'exchange', run: () => exchange.scatter(own, received) },
    {
      name: 'rank reduction',
      over: 'blocks',
      waits: true,
      blocks: Math.ceil(stride / FLOATS_PER_BLOCK),
      run(firstBlock, blocks) {
        const first = firstBlock * FLOATS_PER_BLOCK;
        reduce(shards, first, Math.min(stride, first + blocks * FLOATS_PER_BLOCK) - first);
      },
    },
    { ...alone, name: 'exchange', run: () => exchange.gather([joined]) },
  ];
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
