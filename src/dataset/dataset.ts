import type { Shape } from '../core/shape.js';

/** Images with what is to be told of each, in shared memory, so that every worker reads the one copy. */
export interface LabelledImages {
  readonly count: number;
  /** n×h×w×c, 0..255, over a SharedArrayBuffer. */
  readonly pixels: Uint8Array;
  /** n class indices, over a SharedArrayBuffer; none in a data set of targets. */
  readonly labels: Uint16Array;
  /** n×d numbers, over a SharedArrayBuffer; in a data set of targets alone. */
  readonly targets?: Float32Array;
}

/** Where a data set of the user's own lies, and how it is read, as plain data: another process reads the same from it. */
export interface DatasetSource {
  /** Absolute. */
  readonly path: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A data set as training reads it: of classes, or of targets, which are numbers (a regression). */
export interface Dataset {
  readonly name: string;
  /** Of one image. */
  readonly shape: Shape;
  /** Empty in a data set of targets. */
  readonly classNames: readonly string[];
  /** What the d targets of an image are called; in a data set of targets alone. */
  readonly targetNames?: readonly string[];
  readonly train: LabelledImages;
  readonly test: LabelledImages;
  /** SHA-256 over shape, pixels and labels or targets of both halves, as hexadecimal: part of a run's identity. May be computed when it is first read. */
  readonly sha256: string;
  /** Of a data set that was read from a place of the user's own. */
  readonly source?: DatasetSource;
}
