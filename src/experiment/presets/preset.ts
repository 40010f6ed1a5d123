import type { RunSpec } from '../../run/spec.js';

/** A grid that comes with the program: the same structure as a grid file, checked by the compiler as well. */
export interface Preset {
  readonly name: string;
  readonly title: string;
  readonly base: RunSpec;
  readonly grid?: { readonly [Key in keyof RunSpec]?: readonly RunSpec[Key][] };
  readonly points?: readonly RunSpec[];
}

/** The points of a preset as whole specs, in the sweep's order: the grid's last field varies fastest. */
export function listPoints({ base, grid = {}, points = [{}] }: Preset): RunSpec[] {
  let specs: RunSpec[] = points.map((point) => ({ ...base, ...point }));
  for (const [key, values] of Object.entries(grid)) {
    specs = specs.flatMap((spec) => values.map((value) => ({ ...spec, [key]: value })));
  }
  return specs;
}
