/** Groups of 16 images side by side: sums, zeros, and the way from and to images one after another. A call works on one group. */
export interface LaneKernels {
  /** sums[c] = the sum of x[c·16 + lane] over all lanes. */
  sumChannelLanes(channels: number, x: Float32Array, sums: Float32Array): void;
  /** Sets the lanes from `images` on to zero: x[i·16 + lane] for some elements i. */
  clearLanes(x: Float32Array, images: number, firstElement: number, elements: number): void;
  /** Writes the first `images` lanes of one group as images one after another, n×h×w×c. */
  gatherLanes(
    lanes: Float32Array,
    images: Float32Array,
    floatsPerImage: number,
    group: number,
    count: number,
  ): void;
  /** The other way round; lanes from `images` on become zero. */
  scatterLanes(
    images: Float32Array,
    lanes: Float32Array,
    floatsPerImage: number,
    group: number,
    count: number,
  ): void;
}
