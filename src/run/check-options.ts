import { z } from 'zod';
import { parseWith } from '../core/parse.js';
import { checkDataset } from '../dataset/check-dataset.js';
import { WorkerPool } from '../parallel/pool.js';
import { KEPT_FILES, type TrainOptions } from './types.js';

export const checkpointsSchema = z.strictObject({
  folder: z.string().min(1),
  everySteps: z.int().min(1).optional(),
  everyMinutes: z.number().positive().optional(),
  restart: z.boolean().optional(),
  keep: z.enum(KEPT_FILES).optional(),
  untilEpoch: z.int().min(1).optional(),
});

/** A data set is checked by itself. */
const optionsSchema = z.strictObject({
  workers: z.number().optional(),
  pool: expectThat((value) => value instanceof WorkerPool, 'a WorkerPool'),
  dataset: z.unknown().optional(),
  plugins: expectPlugins(),
  force: z.boolean().optional(),
  checkpoints: checkpointsSchema.optional(),
  signal: expectSignal(),
  profile: z.boolean().optional(),
  onResume: expectFunction(),
  onWarning: expectFunction(),
  onProgress: expectFunction(),
  onEpoch: expectFunction(),
  onStep: expectFunction(),
} satisfies Record<keyof TrainOptions, z.ZodType>);

/**
 * Checks the options of a run that a program asks for, its data with them: nothing is dropped in silence.
 *
 * @throws UserError for an unknown option, or one that is wrong
 */
export function checkTrainOptions(options: TrainOptions): void {
  parseWith(optionsSchema, options, 'train: options');
  if (options.dataset !== undefined) checkDataset(options.dataset);
}

/** An option that may be left out. */
function expectThat(isRight: (value: unknown) => boolean, expected: string) {
  return z
    .unknown()
    .refine((value) => value === undefined || isRight(value), `expected ${expected}`)
    .optional();
}

/** A callback. */
export function expectFunction() {
  return expectThat((value) => typeof value === 'function', 'a function');
}

export function expectSignal() {
  return expectThat((value) => value instanceof AbortSignal, 'an AbortSignal');
}

export function expectPlugins() {
  return expectThat(isPluginSource, 'a list of files, or what loadPlugins has made of them');
}

function isPluginSource(value: unknown): boolean {
  if (Array.isArray(value))
    return value.every((address) => typeof address === 'string' || address instanceof URL);
  return typeof value === 'object' && value !== null && 'modules' in value;
}
