import type { PhiloxKey } from '../../core/rng.js';

/** What becomes of parameters: their first values, their gradients' sums, their update. Runs are over elements [first, first + count). */
export interface ParameterKernels {
  // First values, the same bits from every set. Element i is drawn by word i mod 4 of Philox4x32-10 with key `key` and counter (i div 4,
  // 0, 0, 0), which makes u = (word + ½) / 2³².

  /** values[i] = deviation·z, z being the standard normal distribution's quantile at u, by AS 241 (see invertNormal in core/rng.ts). */
  bindDrawNormal(kernel: {
    readonly values: Float32Array;
    readonly deviation: number;
    readonly key: PhiloxKey;
  }): (first: number, count: number) => void;
  /** values[i] = reach·(2u − 1). */
  bindDrawUniform(kernel: {
    readonly values: Float32Array;
    readonly reach: number;
    readonly key: PhiloxKey;
  }): (first: number, count: number) => void;

  /**
   * sum[i] = sum over p below `parts`, at most MAX_PARTIALS, of partials[p·stride + i], in the order of a balanced binary tree: while more than one is
   * left, the second half (the shorter of an odd count) is added to the first, element by element.
   */
  bindReducePartials(kernel: {
    readonly partials: Float32Array;
    readonly stride: number;
    readonly sum: Float32Array;
  }): (parts: number, first: number, count: number) => void;
  /**
   * SGD with momentum (Sutskever et al. 2013, as PyTorch and MatConvNet write it): g' = g + weightDecay·w; v = momentum·v + g';
   * w −= rate·(nesterov ? g' + momentum·v : v). Returns whether every new w is finite.
   */
  bindSgdUpdate(kernel: {
    readonly w: Float32Array;
    readonly g: Float32Array;
    readonly v: Float32Array;
    readonly momentum: number;
    readonly weightDecay: number;
    readonly nesterov: boolean;
  }): (rate: number, first: number, count: number) => boolean;
  /** The greatest |w − previous| of some elements, those that are NaN left out. `previous` becomes `w`. */
  bindMeasureChange(kernel: {
    readonly w: Float32Array;
    readonly previous: Float32Array;
  }): (first: number, count: number) => number;
  /** Moves slow weights towards others by a share of what is between them, slow += share·(w − slow), and sets those to them: w = slow. */
  bindAverageWeights(kernel: {
    readonly w: Float32Array;
    readonly slow: Float32Array;
  }): (share: number, first: number, count: number) => void;
}
