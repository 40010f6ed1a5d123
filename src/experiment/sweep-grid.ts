import { z } from 'zod';
import { parseWith } from '../core/parse.js';
import { checkDataset } from '../dataset/check-dataset.js';
import type { Dataset } from '../dataset/dataset.js';
import { loadDataset } from '../dataset/load.js';
import { loadPlugins, type PluginSource } from '../plugins/load.js';
import { NO_PLUGINS, type Plugins } from '../plugins/plugins.js';
import { checkpointsSchema, expectFunction, expectPlugins, expectSignal } from '../run/check-options.js';
import { listWarnings } from '../run/list-warnings.js';
import type { ResolvedRunSpec, RunSpec } from '../run/spec.js';
import type { CheckpointOptions } from '../run/types.js';
import { emitWarning } from '../run/warning.js';
import { expandGrid as expandPoints, parseGrid } from './grid.js';
import { LocalExecutor } from './local-executor.js';
import { openStore, RecordedRuns } from './open-store.js';
import { planSweep, type SweepPoint } from './plan-sweep.js';
import { NUMERICS_CHOICES, type NumericsChoice, readRecordedRuns, SPEAKER_LAST } from './run-records.js';
import { runSweep } from './sweep.js';
import { type SweepCallbackOptions, SweepCallbacks } from './sweep-callbacks.js';
import type { RunRow } from './view-rows.js';

/** Fields of a spec, and of what is inside of them by a path: `'learningRate.rate'`. */
export type GridFields = RunSpec & { readonly [path: `${string}.${string}`]: unknown };

/** Every combination of `grid` over each of `points`, merged over `base`: see docs/sweeps.md. */
export interface SweepGrid {
  /** Under which it is recorded. */
  readonly name: string;
  readonly title?: string;
  readonly base?: GridFields;
  /** Values to combine; the last key varies fastest. */
  readonly grid?: { readonly [Field in keyof RunSpec]?: readonly RunSpec[Field][] } & {
    readonly [path: `${string}.${string}`]: readonly unknown[];
  };
  readonly points?: readonly GridFields[];
}

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
  readonly numerics?: NumericsChoice;
  /** Whether the end of points that other processes are at is waited for. Default: it is. */
  readonly wait?: boolean;
  /** Ends the sweep with its first failed run. */
  readonly failFast?: boolean;
  /** Trains also what cannot learn. Default: that is an error. */
  readonly force?: boolean;
  /** Told before training what of it cannot be meant. Default: a warning of the process. */
  readonly onWarning?: (message: string) => void;
}

const optionsSchema = z.strictObject({
  store: z.union([z.string().min(1), z.instanceof(RecordedRuns)], {
    error: 'expected a file, or what openStore has opened for writing',
  }),
  workers: z.int().min(1).optional(),
  parallel: z.int().min(1).optional(),
  dataset: z.unknown().optional(),
  plugins: expectPlugins(),
  checkpoints: z.union([z.literal(false), checkpointsSchema.omit({ folder: true })]).optional(),
  numerics: z.enum(NUMERICS_CHOICES).optional(),
  wait: z.boolean().optional(),
  failFast: z.boolean().optional(),
  force: z.boolean().optional(),
  signal: expectSignal(),
  onWarning: expectFunction(),
  onEpoch: expectFunction(),
  onStep: expectFunction(),
  onRun: expectFunction(),
} satisfies Record<keyof SweepGridOptions, z.ZodType>);

/** What a sweep has come to. */
export interface SweepResult {
  /** The run of each point that has one, in the grid's order, whatever its state and whoever has run it. */
  readonly runs: readonly RunRow[];
  /** Points that are not recorded: their runs failed, were interrupted or stopped, or are other processes'. Empty: all is done. */
  readonly missing: readonly ResolvedRunSpec[];
}

/**
 * All points of a grid, each checked and with its defaults filled in.
 *
 * @param plugins that they may need: what `loadPlugins` gives
 * @throws UserError for an unknown or mistyped field, with its place
 */
export function expandGrid(
  grid: Omit<SweepGrid, 'name'> & { readonly name?: string },
  plugins: Plugins = NO_PLUGINS,
): ResolvedRunSpec[] {
  return expandPoints(parseGrid(grid, 'grid', 'grid'), 'grid', [], plugins).map(({ spec }) => spec);
}

/**
 * Trains the points of a grid that a database does not hold, in this process, and records each as the command `sweep` does: any number of
 * processes may run one sweep together, and what was interrupted goes on from its checkpoint. A run that fails is recorded as failed, and the
 * others go on.
 *
 * @throws UserError for a wrong grid or option, and if the database cannot be written; whatever a callback throws, when all runs have ended
 */
export async function sweep(grid: SweepGrid, options: SweepGridOptions): Promise<SweepResult> {
  const {
    force = false,
    onWarning = emitWarning,
    ...asked
  } = parseWith(optionsSchema, options, 'sweep: options') as SweepGridOptions;
  const { dataset } = asked;
  if (dataset !== undefined) checkDataset(dataset);
  parseWith(z.looseObject({ name: z.string().min(1) }), grid, 'grid');
  const plugins = await loadPlugins(asked.plugins ?? []);
  const parsed = parseGrid(grid, 'grid', grid.name);
  const points = await planSweep(
    expandPoints(parsed, 'grid', [], plugins),
    async (name) => dataset ?? (await loadDataset(name)),
    plugins,
  );
  for (const warning of listWarnings(points, force)) onWarning(warning);
  if (asked.store instanceof RecordedRuns) return trainMissing(grid, points, asked, asked.store);
  const store = openStore(asked.store, { readonly: false });
  try {
    return await trainMissing(grid, points, asked, store);
  } finally {
    store.close();
  }
}

async function trainMissing(
  { name, title }: SweepGrid,
  points: readonly SweepPoint[],
  options: SweepGridOptions,
  recorded: RecordedRuns,
): Promise<SweepResult> {
  const { workers, parallel, checkpoints = {}, numerics = 'any', wait = true, failFast = false } = options;
  const store = recorded.writer;
  store.recoverDead();
  const identities = points.map(({ identity }) => identity);
  const listMissing = () => {
    const done = readRecordedRuns(store.db, identities, numerics);
    return points.filter(({ identity }) => !done.has(identity));
  };
  const missing = listMissing();
  const callbacks = new SweepCallbacks(options, (runId) => recorded.rows('all_runs', { run_id: runId })[0]!);
  const executor = new LocalExecutor({ workers, parallel }, missing.length, (point) => callbacks.of(point));
  try {
    await runSweep({
      store,
      name,
      title: title ?? null,
      points,
      missing,
      executor,
      checkpoints: checkpoints === false ? null : checkpoints,
      numerics,
      wait,
      failFast,
      signal: callbacks.signal,
      observer: callbacks,
    });
  } finally {
    await executor.close();
  }
  await callbacks.settle();
  return { runs: readRuns(recorded, identities), missing: listMissing().map(({ spec }) => spec) };
}

/** The run that speaks for each identity, in their order. */
function readRuns(recorded: RecordedRuns, identities: readonly string[]): RunRow[] {
  const query = `SELECT * FROM all_runs WHERE identity IN (SELECT value FROM json_each(?)) ${SPEAKER_LAST}`;
  const rows = recorded.query<RunRow>(query, JSON.stringify(identities));
  const speakers = new Map(rows.map((row) => [row.identity, row]));
  return identities.flatMap((identity) => speakers.get(identity) ?? []);
}
