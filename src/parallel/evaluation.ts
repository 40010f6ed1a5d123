import { ArenaLayout } from '../core/arena.js';
import type { LayerKinds } from '../layers/layer.js';
import { type NetworkPlan, planNetwork } from '../network/plan.js';
import type { NetworkSpec } from '../network/spec.js';
import type { RankPlace } from './transport.js';

/** Images that a worker evaluates at a time. An image's results do not depend on its neighbours, so workers need not wait for each other. */
export const EVALUATION_IMAGES = 64;

/** The images [first, end) of a set that a process evaluates, and how many each of the ranks has room for: a whole number of what a worker evaluates at a time. */
export function shareEvaluation(
  images: number,
  place: Pick<RankPlace, 'rank' | 'ranks'> | null,
): { readonly first: number; readonly end: number; readonly each: number } {
  if (place === null) return { first: 0, end: images, each: images };
  const each = Math.ceil(images / EVALUATION_IMAGES / place.ranks) * EVALUATION_IMAGES;
  const first = Math.min(images, place.rank * each);
  return { first, end: Math.min(images, first + each), each };
}

/** How a run's network is evaluated by some workers. */
export interface EvaluationPlan {
  readonly plan: NetworkPlan;
  /** Where the layers' shared memory begins, and each worker's activations. */
  readonly shared: number;
  readonly activations: readonly number[];
  /** Of all of it. */
  readonly floats: number;
}

/** Plans evaluation in the memory of training's activations, which need not outlive a step. */
export function planEvaluation(network: NetworkSpec, workers: number, kinds: LayerKinds): EvaluationPlan {
  const plan = planNetwork(network, {
    batchSize: EVALUATION_IMAGES,
    slices: 1,
    training: false,
    fuses: true,
    kinds,
  });
  const layout = new ArenaLayout();
  const shared = layout.book(plan.sharedFloats);
  const activations = Array.from({ length: workers }, () => layout.book(plan.activationFloats));
  return { plan, shared, activations, floats: layout.floats };
}
