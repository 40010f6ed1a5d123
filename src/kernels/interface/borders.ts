/** Images of one size, and how many rows and columns lie around each. */
export interface BorderFrame {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
  /**
   * What the border shows: BORDER_CONSTANT a number, BORDER_REFLECT the image mirrored at its outermost row or column, which is not
   * repeated (the border is smaller than the image), BORDER_REPLICATE that row or column.
   */
  readonly fill: number;
}

/**
 * A border around images, n×h×w×c, as PyTorch's `pad`. Rows count through all images, of the padded ones or of those inside. In bundles of
 * images in lanes a pixel has 16 times the channels.
 */
export interface BorderKernels {
  /** Rows of y, the padded images. */
  bindFillBorder(
    kernel: BorderFrame & {
      readonly x: Float32Array;
      /** With BORDER_CONSTANT. */
      readonly value: number;
      readonly y: Float32Array;
    },
  ): (firstRow: number, rows: number) => void;
  /** Rows of dx, the images: each element is the sum of dy over all places that show it, in row order. */
  bindFoldBorder(
    kernel: BorderFrame & {
      readonly dy: Float32Array;
      readonly dx: Float32Array;
    },
  ): (firstRow: number, rows: number) => void;
}
