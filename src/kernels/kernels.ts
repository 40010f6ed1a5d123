import type { WindowGeometry } from './geometry.js';

/** Columns of one packed panel of a matrix; blocks of a product are counted in panels. */
export const PANEL_COLUMNS = 32;

/** `reducePartials` takes no more. */
export const MAX_PARTIALS = 1024;

/** How many panels a matrix with that many columns has. */
export function panelCount(columns: number): number {
  return Math.ceil(columns / PANEL_COLUMNS);
}

/** Floats to book for a packed matrix of `rows` × `columns`. */
export function packedFloats(rows: number, columns: number): number {
  return rows * panelCount(columns) * PANEL_COLUMNS;
}

/**
 * The arithmetic of every layer: one coarse call does one layer for some images of the mini-batch. There is one
 * implementation in plain TypeScript (the specification, the oracle and the fallback) and one native set for each
 * instruction set; a suite holds them against each other.
 *
 * Arrays hold whole tensors of the mini-batch, n×h×w×c, image after image; the arguments `first` and `count` of a method say
 * which images (or panels, rows, elements) it touches. Outputs are overwritten unless a method says that it accumulates. `scratch` is
 * private memory of the calling thread, at least `scratchFloats` of the geometry or channel count long; its contents mean
 * nothing before and after a call.
 *
 * The native sets throw a TypeError if an array has another type than declared or is too short for the sizes given.
 */
/** 255² times so many is below 2³¹. */
export const MAX_SUMMED_IMAGES = 33_000;

export interface Kernels {
  /** `reference`, `baseline`, `avx2`, `avx512` or `neon`. */
  readonly name: string;

  /** Floats of scratch that the convolution methods need for this geometry. */
  convolutionScratchFloats(g: WindowGeometry): number;
  /** Floats of scratch that `matmul` needs for a product over `k`. */
  matmulScratchFloats(k: number): number;
  /** Floats of scratch that the per-channel methods need. */
  channelScratchFloats(channels: number): number;
  /** Floats of scratch that the winograd methods need for this geometry. */
  winogradScratchFloats(g: WindowGeometry): number;

  // Products. The layout of a packed matrix is the implementation's own; it has `packedFloats(rows, columns)` floats.

  /** Packs panels of the matrix `b`, rows × columns, row by row. */
  pack(
    rows: number,
    columns: number,
    b: Float32Array,
    packed: Float32Array,
    firstPanel: number,
    panels: number,
  ): void;
  /** Packs panels of the transpose of `b` (rows × columns); the panels run over b's rows. */
  packTransposed(
    rows: number,
    columns: number,
    b: Float32Array,
    packed: Float32Array,
    firstPanel: number,
    panels: number,
  ): void;
  /**
   * C = A B + bias for the columns of some panels of B: `a` is m × k, `packed` comes from `pack` of a k × n matrix,
   * `c` is m × n, `bias` has n elements or is null.
   */
  matmul(
    m: number,
    n: number,
    k: number,
    a: Float32Array,
    packed: Float32Array,
    bias: Float32Array | null,
    c: Float32Array,
    scratch: Float32Array,
    firstPanel: number,
    panels: number,
  ): void;

  // Convolution. Of a geometry in groups, each group of channels has a matrix F of its own, H·W·cIn/groups × cOut/groups; the groups' lie one
  // after another, and so do their packed ones.

  /** Y = phi(X) F + bias (seed 004, equation 15.25). `packed` comes from `pack` of F, H·W·cIn × cOut. */
  convolutionForward(
    g: WindowGeometry,
    x: Float32Array,
    packed: Float32Array,
    bias: Float32Array | null,
    y: Float32Array,
    scratch: Float32Array,
    firstImage: number,
    images: number,
  ): void;
  /** dX = row2im(dY F^T) (equations 15.48, 15.49). `packed` comes from `packTransposed` of F. Overwrites dX of the images. */
  convolutionInputGradient(
    g: WindowGeometry,
    dy: Float32Array,
    packed: Float32Array,
    dx: Float32Array,
    scratch: Float32Array,
    firstImage: number,
    images: number,
  ): void;
  /**
   * Rows of dF = phi(X)^T dY (equation 15.38), summed over the images; with groups the rows run through all groups' matrices. Overwrites
   * those rows of dF.
   */
  convolutionKernelGradient(
    g: WindowGeometry,
    x: Float32Array,
    dy: Float32Array,
    df: Float32Array,
    scratch: Float32Array,
    firstImage: number,
    images: number,
    firstRow: number,
    rows: number,
  ): void;
  /** sums[c] = sum over rows of x[row, c], `x` being rows × channels: a bias's gradient. */
  sumRows(
    channels: number,
    x: Float32Array,
    sums: Float32Array,
    scratch: Float32Array,
    firstRow: number,
    rows: number,
  ): void;

  // Groups of 16 images side by side, groups×h×w×c×16 (see lanes.ts). A call works on one group unless it says so. In lanes that hold no
  // image, values mean nothing and gradients are zero. Of a group that holds at most 8 of the mini-batch's `images`, convolutions compute 8
  // lanes, and those behind become zero. F is H·W·cIn × cOut, not packed.

  /** Rows of Y = phi(X) F + bias of one group. */
  convolutionForwardLanes(
    g: WindowGeometry,
    x: Float32Array,
    f: Float32Array,
    bias: Float32Array | null,
    y: Float32Array,
    group: number,
    images: number,
    firstRow: number,
    rows: number,
  ): void;
  /** Rows of dX of one group: each pixel gathers from the outputs whose windows hold it. */
  convolutionInputGradientLanes(
    g: WindowGeometry,
    dy: Float32Array,
    f: Float32Array,
    dx: Float32Array,
    group: number,
    images: number,
    firstRow: number,
    rows: number,
  ): void;
  /** Rows of dF, summed over rows of the output of some groups, all lanes. Overwrites those rows of dF. */
  convolutionKernelGradientLanes(
    g: WindowGeometry,
    x: Float32Array,
    dy: Float32Array,
    df: Float32Array,
    firstGroup: number,
    groups: number,
    images: number,
    firstRow: number,
    rows: number,
    firstKernelRow: number,
    kernelRows: number,
  ): void;

  // The same by minimal filtering, F(2×2, 3×3) (Winograd 1980; Lavin and Gray, arXiv 1509.09308), for geometries of which canFilterMinimally
  // (winograd.ts) is true: a tile of 2×2 outputs costs 16 products a pair of channels in place of 36. The contents of `u`, a transformed
  // kernel of winogradKernelFloats, and of `du`, its gradient of winogradGradientFloats, are the implementation's own.

  /** Transforms the kernels of some input channels. */
  winogradKernel(
    g: WindowGeometry,
    f: Float32Array,
    u: Float32Array,
    firstInput: number,
    inputs: number,
  ): void;
  /** As convolutionForwardLanes. `u` comes from winogradKernel. Tiles begin at `firstRow`. */
  winogradForward(
    g: WindowGeometry,
    x: Float32Array,
    u: Float32Array,
    bias: Float32Array | null,
    y: Float32Array,
    scratch: Float32Array,
    group: number,
    images: number,
    firstRow: number,
    rows: number,
  ): void;
  /** As convolutionInputGradientLanes, likewise. */
  winogradInputGradient(
    g: WindowGeometry,
    dy: Float32Array,
    u: Float32Array,
    dx: Float32Array,
    scratch: Float32Array,
    group: number,
    images: number,
    firstRow: number,
    rows: number,
  ): void;
  /**
   * One panel of du, summed over one of some parts of the mini-batch: its tiles, counted through its groups, are cut into parts as even as can
   * be. Overwrites that panel of that part. Reads only lanes that hold one of the `images`.
   */
  winogradKernelProducts(
    g: WindowGeometry,
    x: Float32Array,
    dy: Float32Array,
    du: Float32Array,
    scratch: Float32Array,
    images: number,
    part: number,
    parts: number,
    panel: number,
  ): void;
  /** dF of the kernels of some input channels, from all panels of du, summed over its parts in order. */
  winogradKernelGradient(
    g: WindowGeometry,
    du: Float32Array,
    df: Float32Array,
    parts: number,
    firstInput: number,
    inputs: number,
  ): void;

  /** sums[c] = the sum of x[c·16 + lane] over all lanes. */
  sumChannelLanes(channels: number, x: Float32Array, sums: Float32Array): void;
  /** Sets the lanes from `images` on to zero: x[i·16 + lane] for some elements i. */
  clearLanes(x: Float32Array, images: number, firstElement: number, elements: number): void;
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

  // Pooling. `outputChannels` equals `inputChannels`. Padding never wins a maximum.

  /** Maximum over each window (15.51). */
  maxPoolingForward(
    g: WindowGeometry,
    x: Float32Array,
    y: Float32Array,
    firstImage: number,
    images: number,
  ): void;
  /**
   * Each dY goes to the first maximum of its window, in row order (15.59 with ties settled); overlapping windows add up.
   * The maximum is found again from `x` and `y`, so no mask is kept.
   */
  maxPoolingBackward(
    g: WindowGeometry,
    x: Float32Array,
    y: Float32Array,
    dy: Float32Array,
    dx: Float32Array,
    firstImage: number,
    images: number,
  ): void;
  /** Mean over each window (15.52): over its valid elements only, or over the whole window if `countPadding`. */
  averagePoolingForward(
    g: WindowGeometry,
    x: Float32Array,
    y: Float32Array,
    countPadding: boolean,
    firstImage: number,
    images: number,
  ): void;
  averagePoolingBackward(
    g: WindowGeometry,
    dy: Float32Array,
    dx: Float32Array,
    countPadding: boolean,
    firstImage: number,
    images: number,
  ): void;

  /**
   * y = scale[c]·down + bias[c] (seed 001, equation 3). `down` is the sum over a window's valid elements, divided by `divisor`, or by their
   * number if that is 0.
   */
  trainablePoolingForward(
    g: WindowGeometry,
    x: Float32Array,
    scale: Float32Array,
    bias: Float32Array,
    y: Float32Array,
    divisor: number,
    firstImage: number,
    images: number,
  ): void;
  /**
   * dBias[c] = sum of dy, dScale[c] = sum of dy·down, both over the images (seed 001, equations 19 and 20); each dy·scale[c] goes to all
   * elements of its window, divided as `down` is. `down` is found again from `x`. Without `dx` only the sums.
   */
  trainablePoolingBackward(
    g: WindowGeometry,
    x: Float32Array,
    dy: Float32Array,
    scale: Float32Array,
    dx: Float32Array | null,
    dScale: Float32Array,
    dBias: Float32Array,
    divisor: number,
    firstImage: number,
    images: number,
  ): void;

  // Batch normalisation, over rows × channels.

  /** mean[c], and squares[c] = sum over rows of (x − mean)², both of these rows alone. */
  channelMoments(
    channels: number,
    x: Float32Array,
    mean: Float32Array,
    squares: Float32Array,
    scratch: Float32Array,
    firstRow: number,
    rows: number,
  ): void;
  /** y = x·scale[c] + shift[c]. */
  scaleChannels(
    channels: number,
    x: Float32Array,
    scale: Float32Array,
    shift: Float32Array,
    y: Float32Array,
    scratch: Float32Array,
    firstRow: number,
    rows: number,
  ): void;
  /** sums[c] = sum of dy, products[c] = sum of dy·(x − mean[c]). */
  channelGradientSums(
    channels: number,
    x: Float32Array,
    dy: Float32Array,
    mean: Float32Array,
    sums: Float32Array,
    products: Float32Array,
    scratch: Float32Array,
    firstRow: number,
    rows: number,
  ): void;
  /** dx = dy·a[c] + x·b[c] + d[c]. */
  combineChannels(
    channels: number,
    x: Float32Array,
    dy: Float32Array,
    a: Float32Array,
    b: Float32Array,
    d: Float32Array,
    dx: Float32Array,
    scratch: Float32Array,
    firstRow: number,
    rows: number,
  ): void;

  // Elementwise. Input and output may be the same array.

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

  // PReLU, over rows × channels. Input and output may be the same array.

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

  // Where branches meet and part.

  /** sum = a + b, element by element; `sum` may be either of them. */
  addElements(a: Float32Array, b: Float32Array, sum: Float32Array, first: number, count: number): void;
  /**
   * Copies some columns of rows of one matrix into columns of the same rows of another: y[row, yFirst + i] = x[row, xFirst + i] for i below
   * `columns`, `x` being rows × xWidth and `y` rows × yWidth.
   */
  copyColumns(
    columns: number,
    x: Float32Array,
    xWidth: number,
    xFirst: number,
    y: Float32Array,
    yWidth: number,
    yFirst: number,
    firstRow: number,
    rows: number,
  ): void;

  // Losses. `logits` and `dLogits` are n × classes. For each image: its loss, the class with the greatest output (the first
  // of equals), and the rank of its label, which is how many classes stand before it (greater, or equal and earlier).
  // With `dLogits` the gradient is written too, times `scale`.

  /**
   * loss = −sum over c of t[c]·log p[c], p[c] = e^logit[c] / sum e^logit, shifted by the greatest logit so that nothing overflows. The
   * target t is 1 for the label and 0 elsewhere; with a `smoothing` ε of 0 to 1 it is (1 − ε) times that plus ε / classes (Szegedy
   * et al. 2016, as PyTorch writes it). dLogits = scale·(p − t).
   */
  softmaxCrossEntropy(
    classes: number,
    logits: Float32Array,
    labels: Uint8Array,
    smoothing: number,
    dLogits: Float32Array | null,
    scale: number,
    loss: Float32Array,
    predicted: Uint8Array,
    rank: Uint8Array,
    firstImage: number,
    images: number,
  ): void;
  /** loss = ½‖t − output‖² (15.6), t being the label's unit vector. */
  squaredError(
    classes: number,
    outputs: Float32Array,
    labels: Uint8Array,
    dOutputs: Float32Array | null,
    scale: number,
    loss: Float32Array,
    predicted: Uint8Array,
    rank: Uint8Array,
    firstImage: number,
    images: number,
  ): void;

  // Input and parameters.

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

  // First numbers of parameters, the same bits from every set. Element i is drawn by word i mod 4 of Philox4x32-10 with key `key` and
  // counter (i div 4, 0, 0, 0), which makes u = (word + ½) / 2³².

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
}
