import type { z } from 'zod';
import type { OptionsCheck } from '../../core/options-check.js';
import type { Kernels } from '../../kernels/kernels.js';
import type { Batch, BlockPass } from '../../layers/pass.js';
import type { PlannedParameter } from '../../network/plan.js';

/** Options of an optimizer, as a spec has them: plain JSON with every default filled in. */
export interface OptimizerOptions {
  readonly kind: string;
}

/**
 * A kind of optimizer, whole: what its options may be, what it keeps of a parameter, how it moves parameters by their gradients. To add a
 * kind: one file, one line in registry.ts, one test file.
 *
 * @typeParam Written what a user may write for it: see OptimizerSpec
 */
export interface OptimizerKind<Options extends OptimizerOptions = OptimizerOptions, Written = unknown> {
  readonly kind: string;
  /** Checks options and fills in their defaults: see parseOptimizer. What it gives it also takes. */
  readonly schema: z.ZodType<Options, Written> | OptionsCheck<Options>;
  /** Names and sizes, in floats, of what it keeps of a parameter from step to step: zeros at first. */
  slots(parameter: PlannedParameter, options: Options): Readonly<Record<string, number>>;
  /** Floats that all workers share within a step, see UpdateSite.work, for some parameters or fewer of them. Absent: none. */
  countWorkFloats?(parameters: readonly PlannedParameter[], options: Options): number;
  /** True if its passes sum the parts' gradients themselves where the site asks for it, which spares a pass over the gradients. */
  readonly reduces?: true;
  /**
   * The passes of one step, behind those that make the gradients; asked for once for the parameters of each rate (see ParameterPlan.fallEpochs). If
   * the site `reduces`, the first of them waits. Their tasks may write only what belongs to them, and the last pass works on the site's segments or
   * strays: behind it weights are averaged segment by segment.
   */
  plan(site: UpdateSite, options: Options): BlockPass[];
  /**
   * The λ of the term ½λ‖w‖² whose gradient it adds to the loss's. Absent: its weight decay, if it has any, is not the gradient of a term that
   * could be reported beside the loss.
   */
  penaltyOf?(options: Options): number;
}

/** A kind whose options its schema tells. */
export type OptimizerKindOf<Schema extends z.ZodType<OptimizerOptions>> = OptimizerKind<
  z.output<Schema>,
  z.input<Schema>
>;

/** Kinds of optimizer by their names in a spec. */
// biome-ignore lint/suspicious/noExplicitAny: each kind has its own options, checked by its own schema
export type OptimizerKinds = Readonly<Record<string, OptimizerKind<any>>>;

/** Where an optimizer works, in one thread. */
export interface UpdateSite {
  readonly kernels: Kernels;
  readonly batch: Batch;
  /** Those that go by one rate, in the plan's order; frozen ones too. */
  readonly parameters: readonly UpdatedParameter[];
  /** True if the parts' gradients have still to be summed: see UpdatedParameter.reduce. */
  readonly reduces: boolean;
  /** What countWorkFloats asked for; what it holds need not outlive a step. */
  readonly work: Float32Array;
  /** Of the step at hand; a parameter has its factor on top. */
  learningRate(): number;
  /** To be called when a weight is no longer finite, perhaps many times. */
  reportNonFinite(): void;
}

/** A parameter with its memory; the arrays are as long as the parameter. */
export interface UpdatedParameter {
  readonly plan: PlannedParameter;
  readonly weights: Float32Array;
  /** Over the whole mini-batch. An optimizer may write over it. */
  readonly gradient: Float32Array;
  readonly slots: Readonly<Record<string, Float32Array>>;
  /** False once it is frozen: then nobody makes its gradient, and it stays as it is. */
  learns(): boolean;
  /** Sums the parts' gradients of elements [first, first + count), in a fixed tree. Does nothing where the layer itself sums over the mini-batch. */
  reduce(first: number, count: number): void;
}
