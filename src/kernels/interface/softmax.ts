/**
 * Softmax over the channels of each row and column: arrays are rows × channels × columnsPerChannel, with 1 column a channel where images lie one
 * after another, 16 where they lie in lanes.
 */
export interface SoftmaxKernels {
  /** y = e^x / Σ e^x, the sum running over channels; NaN in all channels where x is not finite in one. `y` may be `x`. */
  bindSoftmaxForward(kernel: {
    readonly channels: number;
    readonly columnsPerChannel: number;
    readonly x: Float32Array;
    readonly y: Float32Array;
  }): (firstRow: number, rows: number) => void;
  /** dx = y·(dy − Σ dy·y). `dx` may be `dy`. */
  bindSoftmaxBackward(kernel: {
    readonly channels: number;
    readonly columnsPerChannel: number;
    readonly y: Float32Array;
    readonly dy: Float32Array;
    readonly dx: Float32Array;
  }): (firstRow: number, rows: number) => void;
}
