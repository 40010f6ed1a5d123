import type { RunSpec } from '../../run/spec.js';

/** A grid that comes with the program: the same structure as a grid file, checked by the compiler as well. */
export interface Preset {
  readonly name: string;
  readonly title: string;
  readonly base: RunSpec;
  readonly grid?: { readonly [Key in keyof RunSpec]?: readonly RunSpec[Key][] };
  readonly points?: readonly RunSpec[];
}
