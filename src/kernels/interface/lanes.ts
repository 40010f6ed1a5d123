/** Bundles of 16 images side by side: sums, zeros, and the way from and to images one after another. A call works on one bundle. */
export interface LaneKernels {
  /** sums[c] = the sum of x[c·16 + lane] over all lanes. */
  bindSumChannelLanes(kernel: {
    readonly channels: number;
    readonly x: Float32Array;
    readonly sums: Float32Array;
  }): () => void;
  /** Sets the lanes from `images` on to zero: x[i·16 + lane] for some elements i. */
  bindClearLanes(kernel: {
    readonly x: Float32Array;
  }): (images: number, firstElement: number, elements: number) => void;
  /** Writes the first `images` lanes of one bundle as images one after another, n×h×w×c. */
  bindGatherLanes(kernel: {
    readonly lanes: Float32Array;
    readonly images: Float32Array;
    readonly floatsPerImage: number;
  }): (bundle: number, count: number) => void;
  /** The other way round; lanes from `images` on become zero. */
  bindScatterLanes(kernel: {
    readonly images: Float32Array;
    readonly lanes: Float32Array;
    readonly floatsPerImage: number;
  }): (bundle: number, count: number) => void;
}
