import type { z } from 'zod';
import { areFinite } from '../../core/finite.js';
import type { OptionsCheck } from '../../core/options-check.js';
import { planSegmentUpdate } from '../segment-update.js';
import { cutParameters, type Segment } from '../segments.js';
import type { OptimizerKind, OptimizerOptions, UpdatedParameter } from './optimizer.js';

/**
 * A kind of optimizer that moves every element by what it knows of that element alone, written as one loop: the short form of an
 * OptimizerKind for kinds of the user's own. What is the same for all of them is done around the loop: reduction, freezing, weights that a
 * connection table leaves out, watching for numbers that are not finite.
 */
// biome-ignore lint/suspicious/noExplicitAny: a module in JavaScript has no type for its options
export interface ElementwiseOptimizer<Options extends OptimizerOptions = any> {
  readonly kind: string;
  /** Checks options and fills in their defaults: see parseOptimizer. What it gives it also takes. */
  readonly schema: z.ZodType<Options> | OptionsCheck<Options>;
  /** Names of what it keeps of each element from step to step: zeros at first. */
  readonly slots: readonly string[];
  /** See OptimizerKind. */
  penaltyOf?(options: Options): number;
  /**
   * Moves the weights of a piece by one step, and its slots. Called for every piece of what learns, by any worker and in any order: it reads
   * and writes nothing else. Each element has its own result, wherever parameters are cut.
   */
  move(piece: MovedPiece, options: Options): void;
}

/** A piece of a parameter; the arrays are equally long. Valid for the call. */
export interface MovedPiece {
  readonly weights: Float32Array;
  /** Over the whole mini-batch, clipped if the run clips. May be written over. */
  readonly gradient: Float32Array;
  readonly slots: Readonly<Record<string, Float32Array>>;
  /** The learning rate of the step with the parameter's factor. */
  readonly rate: number;
  /** The parameter's factor on weight decay. */
  readonly decayFactor: number;
  /** From 1, as the t of Adam's equations. */
  readonly step: number;
}

/** A piece as the pass keeps it: nothing is allocated in a step. */
interface BoundPiece extends Segment<UpdatedParameter> {
  readonly moved: { -readonly [Key in keyof MovedPiece]: MovedPiece[Key] };
  /** Places within the piece of what is no weight. */
  readonly absent: readonly number[];
}

/** The whole kind. Its one pass goes over the segments of the built-in ones, and sums the parts' gradients in passing. */
export function completeElementwise<Options extends OptimizerOptions>({
  slots,
  move,
  ...kind
}: ElementwiseOptimizer<Options>): OptimizerKind<Options> {
  return {
    ...kind,
    slots: ({ size }) => Object.fromEntries(slots.map((name) => [name, size])),
    reduces: true,
    plan(site, options) {
      const pieces = cutParameters(site.parameters).map(({ parameter, first, count }) =>
        bindPiece(parameter, first, count),
      );
      return [
        planSegmentUpdate(site, pieces, {
          move({ moved, absent }, rate) {
            moved.rate = rate;
            moved.step = site.batch.step + 1;
            move(moved, options);
            for (const place of absent) moved.weights[place] = 0;
            return areFinite(moved.weights);
          },
        }),
      ];
    },
  };
}

function bindPiece(parameter: UpdatedParameter, first: number, count: number): BoundPiece {
  const cut = (floats: Float32Array) => floats.subarray(first, first + count);
  const { plan, weights, gradient, slots } = parameter;
  const absent = (plan.absent ?? []).filter((index) => index >= first && index < first + count);
  return {
    parameter,
    first,
    count,
    moved: {
      weights: cut(weights),
      gradient: cut(gradient),
      slots: Object.fromEntries(Object.entries(slots).map(([name, floats]) => [name, cut(floats)])),
      rate: 0,
      decayFactor: plan.weightDecayFactor,
      step: 0,
    },
    absent: absent.map((index) => index - first),
  };
}
