/** From the data set's bytes to a network's input. */
export interface AssemblyKernels {
  /**
   * x[i] = (pixel − mean[e])·scale[e] for each element e of the image sampleIds[i]; `mean` and `scale` have
   * floatsPerImage elements.
   */
  assembleImages(
    pixels: Uint8Array,
    sampleIds: Int32Array,
    mean: Float32Array,
    scale: Float32Array,
    x: Float32Array,
    floatsPerImage: number,
    firstImage: number,
    images: number,
  ): void;
  /** As `assembleImages`, for some elements of one group's images; lanes from `images` on become zero. */
  assembleLanes(
    pixels: Uint8Array,
    sampleIds: Int32Array,
    mean: Float32Array,
    scale: Float32Array,
    x: Float32Array,
    floatsPerImage: number,
    group: number,
    images: number,
    firstElement: number,
    elements: number,
  ): void;
  /**
   * As `assembleImages`, but each image is transformed before it is normalised: shifted by (dy, dx), so that row y shows row y + dy;
   * then mirrored; then a square is cut out, where x is 0. TRANSFORM in dataset/transform.ts tells where an image's words stand in
   * `transforms`. |dy| < height and |dx| < width. Beside the image lies its mirror image without the border repeated (`reflect`), or
   * pixels of 0.
   */
  assembleAugmentedImages(
    pixels: Uint8Array,
    sampleIds: Int32Array,
    transforms: Int32Array,
    mean: Float32Array,
    scale: Float32Array,
    x: Float32Array,
    height: number,
    width: number,
    channels: number,
    reflect: boolean,
    firstImage: number,
    images: number,
  ): void;
  /** The same for some rows of one group's images; lanes from `images` on become zero. */
  assembleAugmentedLanes(
    pixels: Uint8Array,
    sampleIds: Int32Array,
    transforms: Int32Array,
    mean: Float32Array,
    scale: Float32Array,
    x: Float32Array,
    height: number,
    width: number,
    channels: number,
    reflect: boolean,
    group: number,
    images: number,
    firstRow: number,
    rows: number,
  ): void;
  /**
   * sums[e] = the sum over the images sampleIds[i] of pixel e, squares[e] = that of its square, overwritten; of at most
   * MAX_SUMMED_IMAGES, so that both fit.
   */
  sumPixels(
    pixels: Uint8Array,
    sampleIds: Int32Array,
    sums: Int32Array,
    squares: Int32Array,
    floatsPerImage: number,
    firstImage: number,
    images: number,
  ): void;
}
