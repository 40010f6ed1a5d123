import type { Shape } from '../core/shape.js';

/** Images with one label each, in shared memory, so that every worker reads the one copy. */
export interface LabelledImages {
  readonly count: number;
  /** n×h×w×c, 0..255, over a SharedArrayBuffer. */
  readonly pixels: Uint8Array;
  /** n class indices, over a SharedArrayBuffer. */
  readonly labels: Uint16Array;
}

/** A data set as training reads it. */
export interface Dataset {
  readonly name: string;
  /** Of one image. */
  readonly shape: Shape;
  readonly classNames: readonly string[];
  readonly train: LabelledImages;
  readonly test: LabelledImages;
  /** SHA-256 over shape, pixels and labels of both halves, as hexadecimal: part of a run's identity. May be computed when it is first read. */
  readonly sha256: string;
}
