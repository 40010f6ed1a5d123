import type { z } from 'zod';
import type { Metric } from './objective.js';
import type { prunerSchema } from './pruners/pruner.js';
import type { samplerSchema } from './samplers/registry.js';

/** The `search` of a search file, as it is written: docs/search.md has every field. */
export interface WrittenSearch {
  /** Default: `tpe`. */
  readonly sampler?: z.input<typeof samplerSchema>;
  /** By the path of a field a fixed value, or what it is chosen from: `{ log: [1e-4, 1] }`. */
  readonly space: { readonly [path: string]: unknown };
  /** How many; one limit is needed, but for the sampler `grid`. */
  readonly trials?: number;
  /** Training images of all trials. */
  readonly images?: number;
  /** Of the choices. Default: 0. */
  readonly seed?: number;
  /** Trial k is chosen from the results of trials 1 to k − lag. Default: 4. */
  readonly lag?: number;
  /** Runs of each trial, whose mean counts. Default: 1. */
  readonly seeds?: number;
  /** Default: `validation_error_percent`. */
  readonly objective?: Metric | readonly Metric[];
  /** Conditions that a trial must meet: `'parameters <= 100000'`. */
  readonly constraints?: readonly string[];
  readonly pruner?: z.input<typeof prunerSchema> | null;
}
