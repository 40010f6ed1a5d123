import { ArenaLayout } from '../core/arena.js';
import { sizeOf } from '../core/shape.js';
import { BUNDLE_IMAGES } from '../kernels/constants.js';
import type { LayerKinds } from '../layers/layer.js';
import { type NetworkPlan, planNetwork } from '../network/plan.js';
import type { NetworkSpec } from '../network/spec.js';
import type { RankPlace } from './transport.js';

/** Images that a worker evaluates at a time, at most. An image's results do not depend on its neighbours, so workers need not wait for each other. */
export const MOST_EVALUATION_IMAGES = 128;
/** Floats of a map of all images at hand that stays in the caches until the next layer reads it. */
const MOST_FLOATS_OF_MAP = 0.55e6;
/** Weights that are worth reading once for many images, however large their maps. */
const MANY_WEIGHTS = 2 ** 18;
/** Floats that evaluation may take beyond what training needs: 256 MB. */
const LEAST_ROOM = 2 ** 26;

/** The images [first, end) of a set that a process evaluates, and how many each of the ranks has room for: a whole number of bundles. */
export function shareEvaluation(
  images: number,
  place: Pick<RankPlace, 'rank' | 'ranks'> | null,
): { readonly first: number; readonly end: number; readonly each: number } {
  if (place === null) return { first: 0, end: images, each: images };
  const each = Math.ceil(images / BUNDLE_IMAGES / place.ranks) * BUNDLE_IMAGES;
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

export interface EvaluationOptions {
  readonly network: NetworkSpec;
  readonly kinds: LayerKinds;
  readonly workers: number;
  /** Floats of training's activations, which need not outlive a step and make room for evaluation's; or of the larger of both. */
  readonly room: number;
}

/** Plans evaluation of as many images at a time as are fastest, or as there is room for: no bit depends on how many. */
export function planEvaluation({ network, kinds, workers, room }: EvaluationOptions): EvaluationPlan {
  const planFor = (images: number): EvaluationPlan => {
    const options = { batchSize: images, slices: 1, training: false, fuses: true, kinds };
    const plan = planNetwork(network, options);
    const layout = new ArenaLayout();
    const shared = layout.book(plan.sharedFloats);
    const activations = Array.from({ length: workers }, () => layout.book(plan.activationFloats));
    return { plan, shared, activations, floats: layout.floats };
  };
  const least = planFor(BUNDLE_IMAGES);
  for (let bundles = chooseBundles(least.plan); bundles > 1; bundles = Math.floor(bundles / 2)) {
    const evaluation = planFor(bundles * BUNDLE_IMAGES);
    if (evaluation.floats <= Math.max(room, LEAST_ROOM)) return evaluation;
  }
  return least;
}

function chooseBundles({ steps, tensors }: NetworkPlan): number {
  const most = MOST_EVALUATION_IMAGES / BUNDLE_IMAGES;
  const kernels = steps.flatMap(({ parameters }) =>
    parameters.filter(({ kernel, coversInput }) => kernel && !coversInput),
  );
  if (kernels.some(({ size }) => size >= MANY_WEIGHTS)) return most;
  const largest = Math.max(...tensors.map(({ shape }) => sizeOf(shape)));
  return Math.max(1, Math.min(most, Math.floor(MOST_FLOATS_OF_MAP / (largest * BUNDLE_IMAGES))));
}
