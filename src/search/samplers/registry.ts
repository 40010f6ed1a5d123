import { z } from 'zod';
import { GridSampler } from './grid.js';
import { RandomSampler } from './random.js';
import type { Sampler, SamplerContext } from './sampler.js';
import { SobolSampler } from './sobol/sobol.js';
import { TpeSampler } from './tpe/tpe.js';

const tpeSchema = z.strictObject({
  kind: z.literal('tpe'),
  multivariate: z.boolean().default(true),
  startupTrials: z.int().min(1).default(10),
  candidates: z.int().min(1).max(10_000).default(24),
});

const optionsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('grid') }),
  z.strictObject({ kind: z.literal('random') }),
  z.strictObject({ kind: z.literal('sobol') }),
  tpeSchema,
]);

/** A sampler with all of its options. */
export type SamplerSpec = z.output<typeof optionsSchema>;

/** A name is short for the sampler with its defaults. */
export const samplerSchema = z.union([z.enum(['grid', 'random', 'sobol', 'tpe']), optionsSchema]);

/** Fills in the options of a sampler that is only named. */
export function readSampler(written: z.output<typeof samplerSchema>): SamplerSpec {
  return typeof written === 'string' ? optionsSchema.parse({ kind: written }) : written;
}

/** @throws UserError if the sampler cannot choose from that space */
export function makeSampler(spec: SamplerSpec, context: SamplerContext): Sampler {
  if (spec.kind === 'grid') return new GridSampler(context);
  if (spec.kind === 'random') return new RandomSampler(context);
  if (spec.kind === 'sobol') return new SobolSampler(context);
  return new TpeSampler(context, spec);
}
