import type { PhiloxKey } from '../../core/rng.js';

/** A function of single elements: runs are over elements [first, first + count). Input and output may be the same array. */
export interface ActivationKernel {
  /** y from x; NaN where x is not finite, unless the function is not either. */
  bindForward(kernel: {
    readonly x: Float32Array;
    readonly y: Float32Array;
    /** A slope or the like; 0 for functions without one. */
    readonly coefficient: number;
    /** Where a function changes over to another form; 0, which is the default, for functions without such a place. */
    readonly threshold?: number;
  }): (first: number, count: number) => void;
  /** dx = dy·dy/dx, taken `from` x or y, as the function says; not finite where dy is not. */
  bindBackward(kernel: {
    readonly from: Float32Array;
    readonly dy: Float32Array;
    readonly dx: Float32Array;
    readonly coefficient: number;
    readonly threshold?: number;
  }): (first: number, count: number) => void;
}

/** Activations and dropout. Input and output may be the same array. */
export interface ActivationKernels {
  /** By name; what each computes stands in reference/activations.ts. */
  readonly activations: Readonly<Record<string, ActivationKernel>>;

  /**
   * Inverted dropout (Srivastava et al., JMLR 2014): y = x·keep / (1 − rate), keep being 1 with probability 1 − rate. The element e of the
   * image i is kept if word e mod 4 of Philox4x32-10 with key `key` and counter (e div 4, sampleIds[i], epoch, 0)
   * is at least rate·2³² (rounded down). What is dropped is NaN where x is not finite. Serves forward (x to y) and backward (dy to dx).
   */
  bindDropout(kernel: {
    readonly x: Float32Array;
    readonly y: Float32Array;
    readonly rate: number;
    readonly key: PhiloxKey;
    readonly sampleIds: Int32Array;
    readonly floatsPerImage: number;
  }): (epoch: number, firstImage: number, images: number) => void;

  // PReLU, over rows × channels.

  /** y = x where x > 0, else slope[c]·x. */
  bindPreluForward(kernel: {
    readonly channels: number;
    readonly x: Float32Array;
    readonly slope: Float32Array;
    readonly y: Float32Array;
  }): (firstRow: number, rows: number) => void;
  /** dx = dy where x > 0, else slope[c]·dy; dSlope[c] = sum of dy·x where x ≤ 0. Without `dx` only the latter. */
  bindPreluBackward(kernel: {
    readonly channels: number;
    readonly x: Float32Array;
    readonly dy: Float32Array;
    readonly slope: Float32Array;
    readonly dx: Float32Array | null;
    readonly dSlope: Float32Array;
  }): (firstRow: number, rows: number) => void;
}
