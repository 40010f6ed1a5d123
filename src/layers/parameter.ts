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
  /**
   * Epochs over which its rate falls along a straight line from the run's highest, times its factor, to 0; then it is frozen. Absent: its
   * rate is the run's.
   */
  readonly fallEpochs?: number | undefined;
  /** Of a convolution's kernel alone: where its numbers stand. */
  readonly kernel?: KernelShape;
  /** Of such a kernel: it is as large as the layer's input, as that of a fully connected layer. Absent: it is not. */
  readonly coversInput?: boolean;
  /** `parts`: one partial gradient a part of the mini-batch, reduced later. `whole`: the layer itself sums over the mini-batch. */
  readonly gradient: 'parts' | 'whole';
}

/** Epochs for which a parameter learns: 0 with a learning rate of 0, infinite if it is never frozen. */
export function countLearningEpochs({
  learningRateFactor,
  epochs = Number.POSITIVE_INFINITY,
  fallEpochs = Number.POSITIVE_INFINITY,
}: Pick<ParameterPlan, 'learningRateFactor' | 'epochs' | 'fallEpochs'>): number {
  return learningRateFactor === 0 ? 0 : Math.min(epochs, fallEpochs);
}

/** How many numbers of some parameters training changes. */
export function countParameters(parameters: readonly ParameterPlan[]): number {
  return parameters
    .filter((parameter) => countLearningEpochs(parameter) > 0)
    .reduce((sum, { size, absent }) => sum + size - (absent?.length ?? 0), 0);
}
