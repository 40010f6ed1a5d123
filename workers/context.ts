import type { Kernels } from '../src/kernels/kernels.js';
import { viewArena } from '../src/kernels/memory.js';
import { loadKernels } from '../src/kernels/select.js';
import { type BindLoss, LOSSES } from '../src/layers/loss.js';
import { type BoundNetwork, bindNetwork } from '../src/network/bind.js';
import { type ModelMemory, viewModel } from '../src/network/memory.js';
import { type NetworkPlan, planNetwork } from '../src/network/plan.js';
import { planOptimizer } from '../src/optim/update.js';
import type { SharedRun } from '../src/parallel/protocol.js';
import { loadPluginsAgain } from '../src/plugins/load.js';
import type { Plugins } from '../src/plugins/plugins.js';

/** What a thread makes of a run: plans, views, kernels. */
export interface RunContext {
  readonly kernels: Kernels;
  readonly plugins: Plugins;
  readonly plan: NetworkPlan;
  readonly memory: ModelMemory;
  readonly activations: Float32Array;
  readonly network: BoundNetwork;
  /** Ties a loss of training to arrays, by its name. */
  readonly bindLoss: (kind: string) => BindLoss;
  /** Likewise one of test and validation: without class weights. */
  readonly bindPlainLoss: (kind: string) => BindLoss;
}

/** Of the runs that this thread works on, the ones used last. */
const contexts = new Map<string, RunContext>();
/** A thread takes part in one run at a time; a few stay, in case runs take turns on it. */
const MAX_CONTEXTS = 4;

/** The thread's context of a run, bound at its first task. */
export async function getContext(run: SharedRun): Promise<RunContext> {
  const context = contexts.get(run.id) ?? (await bindRun(run));
  contexts.delete(run.id);
  contexts.set(run.id, context);
  for (const id of contexts.keys()) {
    if (contexts.size <= MAX_CONTEXTS) break;
    contexts.delete(id);
  }
  return context;
}

async function bindRun(run: SharedRun): Promise<RunContext> {
  const { network: spec, batchSize, slices, seed, labelSmoothing } = run.settings;
  const kernels = loadKernels(run.kernels);
  const plugins = await loadPluginsAgain(run.settings.plugins);
  const plan = planNetwork(spec, { batchSize, slices, training: true, kinds: plugins.layers });
  const memory = viewModel(
    run.memory.model,
    plan,
    planOptimizer(plan, run.settings.optimizer, plugins.optimizers),
  );
  const activations = viewArena(run.memory.activations);
  const network = bindNetwork({
    plan,
    memory,
    activations,
    sampleIds: run.memory.batch.sampleIds,
    seed,
    kernels,
  });
  const bindLossWith = (classWeights: Float32Array | null) => (kind: string) =>
    LOSSES[kind]!.bind(kernels, labelSmoothing, classWeights);
  return {
    kernels,
    plugins,
    plan,
    memory,
    activations,
    network,
    bindLoss: bindLossWith(run.memory.classWeights),
    bindPlainLoss: bindLossWith(null),
  };
}
