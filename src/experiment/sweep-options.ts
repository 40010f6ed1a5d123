import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import { checkDataset } from '../dataset/check-dataset.js';
import type { Dataset } from '../dataset/dataset.js';
import type { PluginSource } from '../plugins/load.js';
import { checkpointsSchema, expectFunction, expectPlugins, expectSignal } from '../run/check-options.js';
import type { ResolvedRunSpec } from '../run/spec.js';
import type { CheckpointOptions, EpochMetrics, RunContext, StepMetrics, TrainResult } from '../run/types.js';
import { RecordedRuns } from './open-store.js';
import type { RunRow } from './view-rows.js';

/** A run of a sweep, for its callbacks. */
export interface SweepRunInfo {
  readonly runId: number;
  /** Among the points that were missing when the sweep began, from 1. */
  readonly index: number;
  /** Of those. */
  readonly count: number;
  readonly label: string;
  readonly spec: ResolvedRunSpec;
}

export interface SweepContext extends RunContext {
  readonly run: SweepRunInfo;
}

/** What a program wants to know of its sweep, and to say. */
export interface SweepCallbackOptions {
  /** Ends runs in progress after their step, as `interrupted`, and the sweep with them. */
  readonly signal?: AbortSignal;
  /** As of `train`; `'stop'` ends the one run. */
  readonly onEpoch?: (metrics: EpochMetrics, context: SweepContext) => unknown;
  /** As of `train`; `'stop'` ends the one run. */
  readonly onStep?: (metrics: StepMetrics, context: SweepContext) => unknown;
  /** Told when a run of this process has ended and is recorded, with what it left behind unless it failed. */
  readonly onRun?: (row: RunRow, run: SweepRunInfo, result: TrainResult | null) => unknown;
}

/** How a sweep goes on in a program. */
export interface SweepGridOptions extends SweepCallbackOptions {
  /** Where runs are recorded: a file, which is made where it is missing, or a store that `openStore` has opened for writing. */
  readonly store: string | RecordedRuns;
  /** Threads of one run. Default: what `parallel` leaves of the cores. */
  readonly workers?: number;
  /** Runs side by side. Default: as many as fill the machine. */
  readonly parallel?: number;
  /** The data set of all points, if it is loaded already. */
  readonly dataset?: Dataset;
  readonly plugins?: PluginSource;
  /** How runs keep their states beside the database; false if they keep none. Default: after every epoch, and a model at the end. */
  readonly checkpoints?: Omit<CheckpointOptions, 'folder'> | false;
  /** Which recorded runs need not be run again. Default: those of any numerics version. */
  readonly numerics?: 'any' | 'current';
  /** Whether the end of points that other processes are at is waited for. Default: it is. */
  readonly wait?: boolean;
  /** Ends the sweep with its first failed run. */
  readonly failFast?: boolean;
  /** Trains also what cannot learn. Default: that is an error. */
  readonly force?: boolean;
  /** Told before training what of it cannot be meant. Default: a warning of the process. */
  readonly onWarning?: (message: string) => void;
}

/** Their shape; what is inside of some `checkSweepOptions` looks at. */
export const sweepOptionsSchema = z.strictObject({
  store: z.union([z.string().min(1), z.instanceof(RecordedRuns)], {
    error: 'expected a file, or what openStore has opened for writing',
  }),
  workers: z.int().min(1).optional(),
  parallel: z.int().min(1).optional(),
  dataset: z.unknown().optional(),
  plugins: expectPlugins(),
  checkpoints: z.union([z.literal(false), checkpointsSchema.omit({ folder: true })]).optional(),
  numerics: z.enum(['any', 'current']).optional(),
  wait: z.boolean().optional(),
  failFast: z.boolean().optional(),
  force: z.boolean().optional(),
  signal: expectSignal(),
  onWarning: expectFunction(),
  onEpoch: expectFunction(),
  onStep: expectFunction(),
  onRun: expectFunction(),
} satisfies Record<keyof SweepGridOptions, z.ZodType>);

/**
 * Checks the options of a sweep that a program asks for, its data with them.
 *
 * @throws UserError for an unknown option, one that is wrong, and a store that is for reading only
 */
export function parseSweepOptions(options: SweepGridOptions): SweepGridOptions {
  parseWith(sweepOptionsSchema, options, 'sweep: options');
  checkSweepOptions(options, 'sweep: options');
  return options;
}

/** @throws UserError for data that are none, and a store that is for reading only */
export function checkSweepOptions(
  { dataset, store }: Pick<SweepGridOptions, 'dataset' | 'store'>,
  where: string,
): void {
  if (dataset !== undefined) checkDataset(dataset);
  if (store instanceof RecordedRuns && store.readonly) {
    throw new UserError(
      `${where}: field 'store': expected a store that is open for writing, found ${store.file} for reading only. ` +
        'Open it with { readonly: false }.',
    );
  }
}
