import { z } from 'zod';
import { parseWith } from '../core/parse.js';
import { loadDataset } from '../dataset/load.js';
import { LocalExecutor } from '../experiment/local-executor.js';
import type { LoadDataset, SweepPoint } from '../experiment/plan-sweep.js';
import { readRow, readRows } from '../experiment/run-rows.js';
import { Store } from '../experiment/store.js';
import { runSweep } from '../experiment/sweep.js';
import { SweepCallbacks } from '../experiment/sweep-callbacks.js';
import type { GridFields } from '../experiment/sweep-grid.js';
import { loadPlugins } from '../plugins/load.js';
import { listWarnings } from '../run/list-warnings.js';
import { nameData } from '../run/name-data.js';
import { emitWarning } from '../run/warning.js';
import { warnOfTest } from './objective.js';
import { SearchFeed } from './search-feed.js';
import { parseSearch, type SearchFile } from './search-file.js';
import { checkCheckpoints, parseSearchOptions, type SearchOptions } from './search-options.js';
import { describeTrial, type SearchTrial } from './search-trial.js';
import { judgeTrials } from './standing.js';
import type { Trial } from './trial.js';
import { TrialHost } from './trial-host.js';
import type { WrittenSearch } from './written-search.js';

/** A search: what a search file has, see docs/search.md. */
export interface SearchSpec {
  /** Under which it is recorded. */
  readonly name: string;
  readonly title?: string;
  /** What all trials have. */
  readonly base?: GridFields;
  readonly search: WrittenSearch;
}

/** What a search has come to. */
export interface SearchResult {
  /** In the order in which they were chosen. */
  readonly trials: readonly SearchTrial[];
  /** The best complete trial, in the first objective; null before one is complete that has not diverged. */
  readonly best: SearchTrial | null;
  /** The complete trials that no other one is better than, the best first; with one objective that is the best one alone. */
  readonly front: readonly SearchTrial[];
  /** By how much the best trial is better than the next one, with half the 95% interval of that; null as `Standing` has it. */
  readonly lead: {
    readonly next: SearchTrial;
    readonly margin: number;
    readonly uncertainty: number | null;
  } | null;
  /** Whether all trials that were asked for are decided. False after the signal, and if a run failed: the same search goes on from there. */
  readonly isOver: boolean;
}

/**
 * Searches in this process, and records it as the command `sweep` does: the trials follow from the search and its seed, whatever the number of runs
 * side by side and of interruptions, and runs that are recorded are not trained again.
 *
 * @throws UserError for a wrong search or option, for a trial that cannot be run, and if the database cannot be written; whatever a callback throws, when
 * all runs have ended
 */
export async function search(spec: SearchSpec, options: SearchOptions): Promise<SearchResult> {
  const { dataset, force = false, onWarning = emitWarning, ...choices } = parseSearchOptions(options);
  parseWith(z.looseObject({ name: z.string().min(1) }), spec, 'search');
  const named = dataset ? { ...spec, base: nameData(spec.base ?? {}, dataset) } : spec;
  const file = parseSearch(named, 'search', spec.name);
  checkCheckpoints(choices, file.search);
  const plugins = await loadPlugins(choices.plugins ?? []);
  const findDataset: LoadDataset = async (name) => {
    if (!dataset) return loadDataset(name);
    nameData({ dataset: name }, dataset);
    return dataset;
  };
  const told = new Set<string>();
  const warn = (warning: string | null) => {
    if (warning === null || told.has(warning)) return;
    told.add(warning);
    onWarning(warning);
  };
  warn(warnOfTest(file.search.objectives));
  const store = Store.open(typeof choices.store === 'string' ? choices.store : choices.store.file);
  try {
    store.recoverDead();
    const host = new TrialHost({
      file,
      where: 'search',
      overrides: [],
      plugins,
      loadDataset: findDataset,
      db: store.db,
      numerics: choices.numerics ?? 'any',
      check: (points) => listWarnings(points, force).forEach(warn),
    });
    return await trainTrials({ file, host, store }, choices);
  } finally {
    store.close();
  }
}

interface SearchJob {
  readonly file: SearchFile;
  readonly host: TrialHost;
  readonly store: Store;
}

async function trainTrials(job: SearchJob, options: SearchOptions): Promise<SearchResult> {
  const { file, store } = job;
  const { workers, parallel, checkpoints = {}, numerics = 'any', failFast = false, onTrial } = options;
  const callbacks = new SweepCallbacks(options, (runId) => readRow(store, runId));
  const feed = new SearchFeed({
    ...job,
    observer: {
      trialDecided: (trial) =>
        callbacks.tell(() =>
          onTrial?.(describeTrial(trial, file.search, (identity) => readRows(store, [identity])[0])),
        ),
    },
  });
  await feed.update();
  const lanes = feed.study.lanes * file.search.seeds;
  const executor = new LocalExecutor({ workers, parallel }, lanes, (point) => callbacks.of(point));
  try {
    await runSweep({
      store,
      name: file.name,
      title: file.title ?? null,
      grows: true,
      points: [],
      missing: [],
      feed,
      executor,
      checkpoints: checkpoints === false ? null : checkpoints,
      numerics,
      failFast,
      signal: callbacks.signal,
      observer: callbacks,
    });
  } finally {
    await executor.close();
  }
  await feed.finish();
  await callbacks.settle();
  return tellResult(feed, job);
}

function tellResult({ study }: SearchFeed, { file, host, store }: SearchJob): SearchResult {
  const { front, lead } = judgeTrials(study.trials, file.search, host);
  const identities = study.trials.flatMap(({ plan }) => plan.runs.map(({ identity }) => identity));
  const rows = new Map(readRows(store, identities).map((row) => [row.identity, row]));
  const trials = study.trials.map((trial) =>
    describeTrial(trial, file.search, (identity) => rows.get(identity)),
  );
  const find = ({ number }: Trial<SweepPoint>) => trials[number - 1]!;
  return {
    trials,
    best: front[0] ? find(front[0]) : null,
    front: front.map(find),
    lead: lead && { next: find(lead.next), margin: lead.margin, uncertainty: lead.uncertainty },
    isOver: study.isOver,
  };
}
