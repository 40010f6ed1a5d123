/** What optimizers do beyond SGD. Every set gives the same bits but for the reference, which rounds less. */
export interface OptimizerKernels {
  /**
   * A step of Adam: w ← keep·w; g' = g + penalty·w, with w as it was; mean += meanShare·(g' − mean); variance += varianceShare·(g'² − variance);
   * greatest = max(greatest, variance); w −= rate·mean / (rootScale·√variance + epsilon), with the greatest variance if there is one. Returns
   * whether every new w is finite, and every square behind the root.
   */
  bindAdamUpdate(kernel: {
    readonly w: Float32Array;
    readonly g: Float32Array;
    readonly mean: Float32Array;
    readonly variance: Float32Array;
    readonly greatest: Float32Array | null;
    readonly penalty: number;
    readonly meanShare: number;
    readonly varianceShare: number;
    readonly epsilon: number;
  }): (keep: number, rate: number, rootScale: number, first: number, count: number) => boolean;

  /** Nesterov's momentum without a step: v = momentum·v + g; u = g + momentum·v. `u` may be `g`. */
  bindNesterovDirection(kernel: {
    readonly g: Float32Array;
    readonly v: Float32Array;
    readonly u: Float32Array;
    readonly momentum: number;
  }): (first: number, count: number) => void;

  /** w = keep·w − rate·u. Returns whether every new w is finite. */
  bindMoveWeights(kernel: {
    readonly w: Float32Array;
    readonly u: Float32Array;
  }): (keep: number, rate: number, first: number, count: number) => boolean;

  /** average += share·(w − average); with a share of 1 exactly average = w. */
  bindFollowWeights(kernel: {
    readonly w: Float32Array;
    readonly average: Float32Array;
  }): (share: number, first: number, count: number) => void;

  /** y = factor·x. `y` may be `x`. */
  bindScaleElements(kernel: {
    readonly x: Float32Array;
    readonly y: Float32Array;
  }): (factor: number, first: number, count: number) => void;

  /**
   * sums[index] = Σ x², summed in float64: element i of the run goes to chain i mod 16, then the upper half of the chains is added to the lower until
   * one is left. The same bits from every set, the reference with them.
   */
  bindSumSquares(kernel: {
    readonly x: Float32Array;
    readonly sums: Float32Array;
  }): (index: number, first: number, count: number) => void;

  /**
   * Rows of a transpose: y[column·yWidth + row] = x[row·xWidth + column] for all `rows` and columns [first, first + count). `x` is rows × xWidth,
   * and rows of `y` are yWidth long, at least `rows`.
   */
  bindTranspose(kernel: {
    readonly rows: number;
    readonly x: Float32Array;
    readonly xWidth: number;
    readonly y: Float32Array;
    readonly yWidth: number;
  }): (first: number, count: number) => void;
}
