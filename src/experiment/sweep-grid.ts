import { z } from 'zod';
import { parseWith } from '../core/parse.js';
import { loadDataset } from '../dataset/load.js';
import { loadPlugins } from '../plugins/load.js';
import { NO_PLUGINS, type Plugins } from '../plugins/plugins.js';
import { listWarnings } from '../run/list-warnings.js';
import { nameData } from '../run/name-data.js';
import type { ResolvedRunSpec, RunSpec } from '../run/spec.js';
import { emitWarning } from '../run/warning.js';
import { expandGrid as expandPoints, parseGrid, walkGrid } from './grid.js';
import { LocalExecutor } from './local-executor.js';
import { type LoadDataset, planSweep, type SweepPoint } from './plan-sweep.js';
import { readRecordedRuns } from './run-records.js';
import { readRow, readRows } from './run-rows.js';
import { Store } from './store.js';
import { runSweep } from './sweep.js';
import { SweepCallbacks } from './sweep-callbacks.js';
import { parseSweepOptions, type SweepGridOptions } from './sweep-options.js';
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
  const { dataset, force = false, onWarning = emitWarning, ...choices } = parseSweepOptions(options);
  parseWith(z.looseObject({ name: z.string().min(1) }), grid, 'grid');
  const plugins = await loadPlugins(choices.plugins ?? []);
  const named = dataset ? { ...grid, base: nameData(grid.base ?? {}, dataset) } : grid;
  const asked = walkGrid(parseGrid(named, 'grid', grid.name), 'grid', [], plugins);
  const findDataset: LoadDataset = async (name) => {
    if (!dataset) return loadDataset(name);
    nameData({ dataset: name }, dataset);
    return dataset;
  };
  const points = await planSweep(asked, findDataset, plugins);
  for (const warning of listWarnings(points, force)) onWarning(warning);
  const store = Store.open(typeof choices.store === 'string' ? choices.store : choices.store.file);
  try {
    return await trainMissing(grid, points, choices, store);
  } finally {
    store.close();
  }
}

async function trainMissing(
  { name, title }: SweepGrid,
  points: readonly SweepPoint[],
  options: SweepGridOptions,
  store: Store,
): Promise<SweepResult> {
  const { workers, parallel, checkpoints = {}, numerics = 'any', wait = true, failFast = false } = options;
  store.recoverDead();
  const identities = points.map(({ identity }) => identity);
  const listMissing = () => {
    const done = readRecordedRuns(store.db, identities, numerics);
    return points.filter(({ identity }) => !done.has(identity));
  };
  const missing = listMissing();
  const callbacks = new SweepCallbacks(options, (runId) => readRow(store, runId));
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
  return { runs: readRows(store, identities), missing: listMissing().map(({ spec }) => spec) };
}
