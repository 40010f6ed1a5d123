/** Activations and dropout. Input and output may be the same array. */
export interface ActivationKernels {
  reluForward(x: Float32Array, y: Float32Array, first: number, count: number): void;
  /** dx = dy where y > 0, else 0. */
  reluBackward(y: Float32Array, dy: Float32Array, dx: Float32Array, first: number, count: number): void;
  /** y = 1 / (1 + e^(−x)). */
  sigmoidForward(x: Float32Array, y: Float32Array, first: number, count: number): void;
  /** dx = dy·y·(1 − y). */
  sigmoidBackward(y: Float32Array, dy: Float32Array, dx: Float32Array, first: number, count: number): void;
  tanhForward(x: Float32Array, y: Float32Array, first: number, count: number): void;
  /** dx = dy·(1 − y²). */
  tanhBackward(y: Float32Array, dy: Float32Array, dx: Float32Array, first: number, count: number): void;
  /** y = x where x > 0, else slope·x; the slope is not negative, so that y has x's sign. */
  leakyReluForward(x: Float32Array, y: Float32Array, slope: number, first: number, count: number): void;
  /** dx = dy where y > 0, else slope·dy. */
  leakyReluBackward(
    y: Float32Array,
    dy: Float32Array,
    dx: Float32Array,
    slope: number,
    first: number,
    count: number,
  ): void;
  /** y = x where x > 0, else alpha·(e^x − 1); alpha is not negative. */
  eluForward(x: Float32Array, y: Float32Array, alpha: number, first: number, count: number): void;
  /** dx = dy where y > 0, else dy·(y + alpha). */
  eluBackward(
    y: Float32Array,
    dy: Float32Array,
    dx: Float32Array,
    alpha: number,
    first: number,
    count: number,
  ): void;
  /** y = x·Φ(x), Φ being the standard normal distribution: the relative error is below 6e-7 for −12 ≤ x. */
  geluForward(x: Float32Array, y: Float32Array, first: number, count: number): void;
  /** dx = dy·(Φ(x) + x·φ(x)). Reads the input: two of them may have the same output. */
  geluBackward(x: Float32Array, dy: Float32Array, dx: Float32Array, first: number, count: number): void;
  /** y = ½x·(1 + tanh u), u = √(2/π)·(x + 0.044715·x³). */
  geluTanhForward(x: Float32Array, y: Float32Array, first: number, count: number): void;
  geluTanhBackward(x: Float32Array, dy: Float32Array, dx: Float32Array, first: number, count: number): void;
  /**
   * Inverted dropout (Srivastava et al., JMLR 2014): y = x·keep / (1 − rate), keep being 1 with probability 1 − rate. The element e of the
   * image i is kept if word e mod 4 of Philox4x32-10 with key `key` and counter (e div 4, sampleIds[i], epoch, 0)
   * is at least rate·2³² (rounded down). Serves forward (x to y) and backward (dy to dx).
   */
  dropout(
    x: Float32Array,
    y: Float32Array,
    rate: number,
    key: readonly [low: number, high: number],
    epoch: number,
    sampleIds: Int32Array,
    floatsPerImage: number,
    firstImage: number,
    images: number,
  ): void;

  // PReLU, over rows × channels.

  /** y = x where x > 0, else slope[c]·x. */
  preluForward(
    channels: number,
    x: Float32Array,
    slope: Float32Array,
    y: Float32Array,
    scratch: Float32Array,
    firstRow: number,
    rows: number,
  ): void;
  /** dx = dy where x > 0, else slope[c]·dy; dSlope[c] = sum of dy·x where x ≤ 0. Without `dx` only the latter. */
  preluBackward(
    channels: number,
    x: Float32Array,
    dy: Float32Array,
    slope: Float32Array,
    dx: Float32Array | null,
    dSlope: Float32Array,
    scratch: Float32Array,
    firstRow: number,
    rows: number,
  ): void;
}
