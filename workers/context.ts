import { setImmediate } from 'node:timers/promises';
import { collectGarbage } from '../src/core/collect-garbage.js';
import type { Kernels } from '../src/kernels/kernels.js';
import { viewArena } from '../src/kernels/memory.js';
import { loadKernels } from '../src/kernels/select.js';
import type { ShardPlace } from '../src/layers/layer.js';
import { type BindLoss, LOSSES } from '../src/layers/loss.js';
import type { Batch } from '../src/layers/pass.js';
import { type BoundNetwork, bindNetwork } from '../src/network/bind.js';
import { type ModelMemory, type NetworkMemory, viewModel } from '../src/network/memory.js';
import { type NetworkPlan, planNetwork } from '../src/network/plan.js';
import { cutMiniBatch, listShards } from '../src/network/shards.js';
import { planOptimizer } from '../src/optim/update.js';
import { type BatchArrays, cutArrays, type SharedRun } from '../src/parallel/protocol.js';
import { loadTransport, type Transport } from '../src/parallel/transport.js';
import { loadPluginsAgain } from '../src/plugins/load.js';
import type { Plugins } from '../src/plugins/plugins.js';

/** What a thread makes of a run: plans, views, kernels. */
export interface RunContext {
  readonly kernels: Kernels;
  readonly plugins: Plugins;
  readonly plan: NetworkPlan;
  readonly memory: ModelMemory;
  readonly activations: Float32Array;
  /** At hand in training. */
  readonly batch: Batch;
  /** Of its shards those that this process computes; of a whole mini-batch the one network. */
  readonly shards: readonly ContextShard[];
  /** To the processes that compute the other shards; null if there are none. */
  readonly transport: Transport | null;
  /** Ties a loss of training to arrays, by its name. */
  readonly bindLoss: (kind: string) => BindLoss;
  /** Likewise one of test and validation: without class weights. */
  readonly bindPlainLoss: (kind: string) => BindLoss;
}

/** A shard of a run's mini-batches, or the whole of them. */
export interface ContextShard {
  readonly network: BoundNetwork;
  readonly memory: NetworkMemory;
  /** Of its images. */
  readonly arrays: BatchArrays;
  /** Null if it is the whole. */
  readonly place: ShardPlace | null;
  /** Of the mini-batch at hand, the image that it begins with. */
  first: number;
}

/** Of the runs that this thread works on, the ones used last. */
const contexts = new Map<string, RunContext>();
/** A thread takes part in one run at a time; a few stay, in case runs take turns on it. */
const MAX_CONTEXTS = 4;
/** How many runs this thread has let go. */
let lettings = 0;
/** Each collection takes as long as a tiny run. */
const LETTINGS_A_COLLECTION = 4;

/** The thread's context of a run, bound at its first task. */
export async function getContext(run: SharedRun): Promise<RunContext> {
  const context = contexts.get(run.id) ?? (await bindRun(run));
  contexts.delete(run.id);
  contexts.set(run.id, context);
  for (const id of contexts.keys()) {
    if (contexts.size <= MAX_CONTEXTS) break;
    contexts.delete(id);
    if (++lettings % LETTINGS_A_COLLECTION === 0) await freeMemory();
  }
  return context;
}

/**
 * Gives back what runs have had that this thread has let go. The engine would not: memory that threads share is no reason for it to collect, and what
 * bound kernels hold is only freed in a turn of the event loop, of which a thread that waits for its next task makes none.
 */
async function freeMemory(): Promise<void> {
  collectGarbage();
  await setImmediate();
}

async function bindRun(run: SharedRun): Promise<RunContext> {
  const { network: spec, seed, labelSmoothing, optimizer, shards: count } = run.settings;
  const kernels = loadKernels(run.kernels);
  const plugins = await loadPluginsAgain(run.settings.plugins);
  const plan = planNetwork(spec, cutMiniBatch(run.settings, plugins.layers));
  const needs = planOptimizer(plan, optimizer, plugins.optimizers);
  const memory = viewModel(run.memory.model, plan, needs, run.ownShards);
  const activations = viewArena(run.memory.activations);
  const { slices, bands } = plan;
  const whole: Batch = { size: 0, epoch: 0, step: 0, slices, bands, sampleIds: run.memory.batch.sampleIds };
  const shards = listShards(count, run.ownShards).map((place, i): ContextShard => {
    const arrays = cutArrays(run.memory.batch, i * plan.batchSize, (i + 1) * plan.batchSize);
    const network = bindNetwork({
      plan,
      memory: memory.shards[i]!,
      activations: activations.subarray(i * plan.activationFloats, (i + 1) * plan.activationFloats),
      sampleIds: arrays.sampleIds,
      seed,
      kernels,
      ...(place && { shard: { place, whole } }),
    });
    return { network, memory: memory.shards[i]!, arrays, place, first: 0 };
  });
  const bindLossWith = (classWeights: Float32Array | null) => (kind: string) =>
    LOSSES[kind]!.bind(kernels, labelSmoothing, classWeights);
  return {
    kernels,
    plugins,
    plan,
    memory,
    activations,
    transport: run.place && (await loadTransport(run.place)),
    batch: shards[0]!.network.batch.whole ?? shards[0]!.network.batch,
    shards,
    bindLoss: bindLossWith(run.memory.classWeights),
    bindPlainLoss: bindLossWith(null),
  };
}
