/** From the data set's bytes to a network's input. */
export interface AssemblyKernels {
  /**
   * x[i] = (pixel − mean[e])·scale[e] for each element e of the image sampleIds[i]; `mean` and `scale` have
   * floatsPerImage elements.
   */
  bindAssembleImages(kernel: {
    readonly pixels: Uint8Array;
    readonly sampleIds: Int32Array;
    readonly mean: Float32Array;
    readonly scale: Float32Array;
    readonly x: Float32Array;
    readonly floatsPerImage: number;
  }): (firstImage: number, images: number) => void;
  /** As `bindAssembleImages`, for some elements of one bundle's images; lanes from `images` on become zero. */
  bindAssembleLanes(kernel: {
    readonly pixels: Uint8Array;
    readonly sampleIds: Int32Array;
    readonly mean: Float32Array;
    readonly scale: Float32Array;
    readonly x: Float32Array;
    readonly floatsPerImage: number;
  }): (bundle: number, images: number, firstElement: number, elements: number) => void;
  /**
   * As `bindAssembleImages`, but each image is transformed before it is normalised: shifted by (dy, dx), so that row y shows row y + dy;
   * then mirrored; then a square is cut out and a rectangle erased, where x is 0. TRANSFORM in dataset/transform.ts tells where an image's words stand in
   * `transforms`. |dy| < height and |dx| < width. Beside the image lies its mirror image without the border repeated (`reflect`), or
   * pixels of 0.
   */
  bindAssembleAugmentedImages(kernel: {
    readonly pixels: Uint8Array;
    readonly sampleIds: Int32Array;
    readonly transforms: Int32Array;
    readonly mean: Float32Array;
    readonly scale: Float32Array;
    readonly x: Float32Array;
    readonly height: number;
    readonly width: number;
    readonly channels: number;
    readonly reflect: boolean;
  }): (firstImage: number, images: number) => void;
  /** The same for some rows of one bundle's images; lanes from `images` on become zero. */
  bindAssembleAugmentedLanes(kernel: {
    readonly pixels: Uint8Array;
    readonly sampleIds: Int32Array;
    readonly transforms: Int32Array;
    readonly mean: Float32Array;
    readonly scale: Float32Array;
    readonly x: Float32Array;
    readonly height: number;
    readonly width: number;
    readonly channels: number;
    readonly reflect: boolean;
  }): (bundle: number, images: number, firstRow: number, rows: number) => void;
  /**
   * sums[e] = the sum over the images sampleIds[i] of pixel e, squares[e] = that of its square, overwritten; of at most
   * MAX_SUMMED_IMAGES, so that both fit.
   */
  bindSumPixels(kernel: {
    readonly pixels: Uint8Array;
    readonly sampleIds: Int32Array;
    readonly sums: Int32Array;
    readonly squares: Int32Array;
    readonly floatsPerImage: number;
  }): (firstImage: number, images: number) => void;
}
