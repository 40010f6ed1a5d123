/** `reducePartials` takes no more. */
export const MAX_PARTIALS = 1024;

/** What becomes of parameters: their first values, their gradients' sums, their update. */
export interface ParameterKernels {
  // First values, the same bits from every set. Element i is drawn by word i mod 4 of Philox4x32-10 with key `key` and counter (i div 4,
  // 0, 0, 0), which makes u = (word + ½) / 2³².

  /** values[i] = deviation·z, z being the standard normal distribution's quantile at u, by AS 241 (see invertNormal in core/rng.ts). */
  drawNormal(
    values: Float32Array,
    deviation: number,
    key: readonly [low: number, high: number],
    first: number,
    count: number,
  ): void;
  /** values[i] = reach·(2u − 1). */
  drawUniform(
    values: Float32Array,
    reach: number,
    key: readonly [low: number, high: number],
    first: number,
    count: number,
  ): void;

  /**
   * out[first + i] = sum over p of partials[p·stride + first + i], in the order of a balanced binary tree: while more than one is left, the
   * second half (the shorter of an odd count) is added to the first, element by element.
   */
  reducePartials(
    partials: Float32Array,
    count: number,
    stride: number,
    out: Float32Array,
    first: number,
    elements: number,
  ): void;
  /**
   * SGD with momentum (Sutskever et al. 2013, as PyTorch and MatConvNet write it): g' = g + weightDecay·w; v = momentum·v + g';
   * w −= rate·(nesterov ? g' + momentum·v : v). Returns whether every new w is finite.
   */
  sgdUpdate(
    w: Float32Array,
    g: Float32Array,
    v: Float32Array,
    rate: number,
    momentum: number,
    weightDecay: number,
    nesterov: boolean,
    first: number,
    count: number,
  ): boolean;
  /** The greatest |w − previous| of some elements, those that are NaN left out. `previous` becomes `w`. */
  measureChange(w: Float32Array, previous: Float32Array, first: number, count: number): number;
  /** Moves slow weights towards others by a share of what is between them, slow += share·(w − slow), and sets those to them: w = slow. */
  averageWeights(w: Float32Array, slow: Float32Array, share: number, first: number, count: number): void;
}
