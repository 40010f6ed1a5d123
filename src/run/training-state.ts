import type { PackedClasses } from '../core/class-numbers.js';
import { UserError } from '../core/errors.js';
import { areFinite } from '../core/finite.js';
import type { ModelMemory } from '../network/memory.js';
import type { NetworkPlan } from '../network/plan.js';
import type { Tensor } from '../safetensors/format.js';
import type { BestMark } from './best-epoch.js';
import type { EpochMetrics } from './types.js';

/** Numbers of a run by the name that they have in a file. */
export interface NamedNumbers extends Tensor {
  readonly name: string;
}

/** Where a run stands between two steps: plain JSON. */
export interface Standing {
  /** That the run is in, from 0; of a run that is over, the one behind its last. */
  readonly epoch: number;
  /** Of that epoch, so many are done. If all are, its evaluation is what comes next. */
  readonly step: number;
  /** Over those steps, see TOTALS. */
  readonly totals: readonly number[];
  /** See CONTROL.moved. */
  readonly moved: number;
  /** Wall time that the epoch's training and the whole run have taken so far. */
  readonly epochSeconds: number;
  readonly seconds: number;
  /** Of the epochs that are completed. */
  readonly epochs: readonly EpochMetrics[];
  readonly best: BestMark | null;
  /** Whether the last completed epoch was the run's last, and why it was if it ended before its time. */
  readonly over: boolean;
  readonly reason: string | null;
}

/** All that a run's future depends on beside its spec and data. */
export interface TrainingState {
  readonly standing: Standing;
  readonly numbers: readonly NamedNumbers[];
}

/** The arrays that make up a run's state. Null for what the spec has no use for. */
export interface StateArrays {
  readonly memory: Pick<ModelMemory, 'weights' | 'slots'>;
  /** In the places of the weights, as all up to `best`: see RunMemory. */
  readonly slow: Float32Array | null;
  readonly average: Float32Array | null;
  readonly previous: Float32Array | null;
  /** See StopRules. */
  readonly weightsBefore: Float32Array | null;
  /** See BestEpoch. */
  readonly best: Float32Array | null;
  /** Of the last completed epoch's test, and of the best one's. */
  readonly predicted: PackedClasses;
  readonly bestPredicted: PackedClasses | null;
}

/**
 * Views of a run's state, each under a name that tells what it is of: `conv1.kernel` is a parameter or a running statistic, as in a model;
 * `optimizer.velocity:conv1.kernel` what the optimizer keeps of it.
 *
 * @throws UserError if a layer is called so that two views have one name
 */
export function viewState(plan: Pick<NetworkPlan, 'steps'>, arrays: StateArrays): NamedNumbers[] {
  const places = plan.steps.flatMap(({ name: layer, parameters, state }) => [
    ...parameters.map(({ label, offset, size, shape = [size] }) => ({ label, offset, size, shape })),
    ...state.map(({ name, offset, size }) => ({ label: `${layer}.${name}`, offset, size, shape: [size] })),
  ]);
  const overWeights = (kind: string, weights: Float32Array | null): NamedNumbers[] =>
    weights === null
      ? []
      : places.map(({ label, offset, size, shape }) => ({
          name: `${kind}${label}`,
          shape,
          values: weights.subarray(offset, offset + size),
        }));
  const overImages = (name: string, values: PackedClasses | null): NamedNumbers[] =>
    values === null ? [] : [{ name, shape: [values.length], values }];
  const { memory, slow, average, previous, weightsBefore, best, predicted, bestPredicted } = arrays;
  const views = [
    ...overWeights('', memory.weights),
    ...memory.slots.map(({ name, parameter, size, values }) => ({
      name: `optimizer.${name}:${parameter}`,
      shape: [size],
      values,
    })),
    ...overWeights('lookahead:', slow),
    ...overWeights('average:', average),
    ...overWeights('before-step:', previous),
    ...overWeights('before-epoch:', weightsBefore),
    ...overWeights('best:', best),
    ...overImages('predicted', predicted),
    ...overImages('best:predicted', bestPredicted),
  ];
  const names = new Set<string>();
  for (const { name } of views) {
    if (names.has(name)) {
      throw new UserError(`checkpoint: expected one tensor '${name}', found two. Rename the layer.`);
    }
    names.add(name);
  }
  return views;
}

/**
 * A copy that later steps do not touch.
 *
 * @param into an older copy that nobody needs any more, overwritten: memory that has been touched before takes a fifth of the time. Null for new memory
 */
export function copyNumbers(
  views: readonly NamedNumbers[],
  into: readonly NamedNumbers[] | null = null,
): readonly NamedNumbers[] {
  if (into === null) return views.map((view) => ({ ...view, values: view.values.slice() }));
  for (const [i, { values }] of into.entries()) values.set(views[i]!.values);
  return into;
}

/** Puts numbers back where they were copied from. */
export function restoreNumbers(views: readonly NamedNumbers[], numbers: readonly NamedNumbers[]): void {
  const byName = new Map(numbers.map(({ name, values }) => [name, values]));
  for (const { name, values } of views) values.set(byName.get(name)!);
}

/** The first of some numbers that are not all finite; null if all are. */
export function findNotFinite(numbers: readonly NamedNumbers[]): NamedNumbers | null {
  return numbers.find(({ values }) => values instanceof Float32Array && !areFinite(values)) ?? null;
}
