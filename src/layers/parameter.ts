import type { Initializer, KernelInitializer } from './initializer.js';
import type { KernelShape } from './kernel-shape.js';

export interface ParameterPlan {
  readonly name: string;
  readonly size: number;
  /** For whoever reads it from a file, rows before columns. Absent: a vector of `size` numbers. */
  readonly shape?: readonly number[];
  /** Elements that are no parameters but stay zero, with a gradient of zero: weights that a connection table leaves out. */
  readonly absent?: readonly number[];
  readonly initializer: Initializer | KernelInitializer;
  /** Numbers that one output depends on, and outputs that one input goes to: for He's and Glorot's initialisation. */
  readonly fanIn: number;
  readonly fanOut: number;
  /** Factors on the run's learning rate and weight decay. */
  readonly learningRateFactor: number;
  readonly weightDecayFactor: number;
  /** Epochs for which it is trained, before it is frozen. Absent: all. */
  readonly epochs?: number | undefined;
  /** Of a convolution's kernel alone: where its numbers stand. */
  readonly kernel?: KernelShape;
  /** `parts`: one partial gradient a part of the mini-batch, reduced later. `whole`: the layer itself sums over the mini-batch. */
  readonly gradient: 'parts' | 'whole';
}

/** Epochs for which a parameter learns: 0 with a learning rate of 0, infinite if it is never frozen. */
  /** Of such a kernel: it is as large as the layer's input, as that of a fully connected layer. Absent: it is not. */
  readonly coversInput?: boolean;
export function countLearningEpochs({
  learningRateFactor,
  epochs = Number.POSITIVE_INFINITY,
}: Pick<ParameterPlan, 'learningRateFactor' | 'epochs'>): number {
  return learningRateFactor === 0 ? 0 : epochs;
}

/** How many numbers of some parameters training changes. */
export function countParameters(parameters: readonly ParameterPlan[]): number {
  return parameters
    .filter((parameter) => countLearningEpochs(parameter) > 0)
    .reduce((sum, { size, absent }) => sum + size - (absent?.length ?? 0), 0);
}
