import { existsSync } from 'node:fs';
import { UserError } from '../../core/errors.js';
import { openDatabaseReadOnly } from '../../experiment/database.js';
import { withoutImages } from '../../experiment/leave-images.js';
import type { SweepPoint } from '../../experiment/plan-sweep.js';
import { Store } from '../../experiment/store.js';
import { runSweep, type SweepObserver } from '../../experiment/sweep.js';
import { loadPlugins } from '../../plugins/load.js';
import { formatNumberOf } from '../../report/findings/words.js';
import { listWarnings } from '../../run/list-warnings.js';
import { formatSettings } from '../../search/format-settings.js';
import { warnOfTest } from '../../search/objective.js';
import { SearchFeed } from '../../search/search-feed.js';
import { readSearchFile, type SearchFile } from '../../search/search-file.js';
import { Study } from '../../search/study.js';
import { TrialHost } from '../../search/trial-host.js';
import { openOwnData, overrideData, withOwnData } from '../data-options.js';
import type { Engine } from '../engine.js';
import { EXIT_CODES } from '../exit.js';
import { findInterruptionCode, withInterruption } from '../interruption.js';
import { type SearchProgress, showSearchProgress } from '../progress/search-bars.js';
import { formatHeldLine, formatRecordedLine } from '../progress/text.js';
import { type Streams, widthOf } from '../streams.js';
import type { SweepCommand } from './options.js';
import { formatSpace, formatTrial, formatTrialAsJson, formatTrials, summarizeTrials } from './search-text.js';
import { announce, noteBest, tellStanding } from './tell-search.js';

const MS_PER_MINUTE = 60_000;

interface SearchJob {
  readonly command: SweepCommand;
  readonly file: SearchFile;
  readonly streams: Streams;
  readonly engine: Engine;
}

/**
 * `sweep <search.json>`: runs what is missing of a search, trial by trial, and prints what it has come to.
 *
 * @returns the exit code: 0 if all trials that were asked for are decided, or the time is over and no run has failed
 * @throws UserError for a wrong search, and an unusable database
 */
export async function runSearchCommand(
  command: SweepCommand,
  streams: Streams,
  engine: Engine,
): Promise<number> {
  const what = command.what!;
  refuseGridOptions(command);
  const file = applyOptions(readSearchFile(what), command);
  const job = { command, file, streams, engine };
  const warning = warnOfTest(file.search.objectives);
  if (warning !== null) streams.err.write(`warning: ${warning}\n`);
  if (command.dryRun) return showSearch(job);
  if (file.search.pruner !== null && command.checkpoints === null) {
    throw new UserError(
      `${what}: search.pruner: expected checkpoints, from which trials go on, found --no-checkpoints. Leave one of them out.`,
    );
  }
  if (file.search.pruner !== null && command.checkpoints?.restart) {
    throw new UserError(
      `--restart: expected a search without a pruner, whose trials go on from what was saved of them, found ${file.search.pruner.kind} in ${what}. Leave it out.`,
    );
  }
  const store = Store.open(command.db);
  try {
    store.recoverDead();
    return await recordSearch(job, store);
  } finally {
    store.close();
  }
}

function refuseGridOptions(command: SweepCommand): void {
  const { choices, profile, what, wait, remote, queue, ignoreHash } = command;
  const [option] = [
    ...choices.map(({ text }) => text),
    ...(profile ? ['--profile'] : []),
    ...(ignoreHash ? ['--ignore-hash'] : []),
    // What another process is at, later trials may be chosen from.
    ...(wait ? [] : ['--no-wait']),
    ...(remote === null ? [] : [`--${remote.kind}`]),
    ...(queue === null ? [] : ['--queue']),
  ];
  if (option === undefined) return;
  throw new UserError(`${option}: expected it with a grid, found the search ${what}. Leave it out.`);
}

function applyOptions(file: SearchFile, { trials, name }: SweepCommand): SearchFile {
  const { source, ...rest } = file;
  const named = name === undefined ? file : { ...rest, name };
  if (trials === undefined) return named;
  return { ...named, search: { ...file.search, trials }, written: { ...file.written, trials } };
}

async function makeHost(
  { command, file, streams, engine }: SearchJob,
  db: Store['db'] | null,
): Promise<TrialHost> {
  const plugins = await loadPlugins(command.plugins);
  const own = await openOwnData(command.data, streams);
  const load = withOwnData(own, engine.loadDataset);
  const told = new Set<string>();
  return new TrialHost({
    file,
    where: command.what!,
    overrides: overrideData(command.overrides, own),
    plugins,
    // An executor reads them itself.
    loadDataset: async (dataset) => withoutImages(await load(dataset)),
    db,
    numerics: command.numerics,
    check: (points) => {
      for (const warning of listWarnings(points, command.force)) {
        if (!told.has(warning)) streams.err.write(`warning: ${warning}\n`);
        told.add(warning);
      }
    },
  });
}

/** `--dry-run`: the space, and as many trials as follow from what is recorded. */
async function showSearch(job: SearchJob): Promise<number> {
  const { command, file, streams } = job;
  const db = existsSync(command.db) ? openDatabaseReadOnly(command.db) : null;
  try {
    const host = await makeHost(job, db);
    const study = new Study(file.search, host);
    await study.advance();
    if (command.json) {
      for (const trial of study.trials) streams.out.write(`${formatTrialAsJson(trial, file)}\n`);
    } else {
      const { search } = file;
      streams.out.write(
        `${formatSpace(search)}\n${formatTrials(study.trials, search, widthOf(streams.out))}\n`,
      );
      for (const line of tellStanding(study, file, host)) streams.out.write(`${line}\n`);
    }
  } finally {
    db?.close();
  }
  return EXIT_CODES.done;
}

async function recordSearch(job: SearchJob, store: Store): Promise<number> {
  const { command, file, streams, engine } = job;
  const { search } = file;
  const host = await makeHost(job, store.db);
  let progress: SearchProgress | null = null;
  const feed = new SearchFeed({
    file,
    host,
    store,
    observer: {
      trialDecided: (trial) => {
        if (command.json) streams.out.write(`${formatTrialAsJson(trial, file)}\n`);
        progress?.say(`${formatTrial(trial, search)}${noteBest(trial, feed.study.trials)}`);
      },
    },
  });
  await feed.update();
  const executor = engine.createExecutor(command, feed.study.lanes * search.seeds);
  for (const line of announce(file, feed.study, command, executor)) streams.err.write(`${line}\n`);
  const shown = showSearchProgress(streams.err, describeProgress(job, feed, executor.parallel));
  progress = shown;
  const { say, close } = shown;
  const limit = startLimit(command, feed, say);
  let hasFailed = false;
  const code = await withInterruption(
    async (signal) => {
      try {
        const ends = await runSweep({
          store,
          name: file.name,
          title: file.title ?? null,
          ...(file.source === undefined ? {} : { source: file.source }),
          grows: true,
          points: [],
          missing: [],
          feed,
          executor,
          checkpoints: command.checkpoints,
          numerics: command.numerics,
          failFast: command.failFast,
          signal,
          observer: observe(file, shown),
        });
        hasFailed = ends.has('failed');
      } finally {
        clearTimeout(limit);
        close();
        await executor.close?.();
      }
      await feed.finish();
      return findInterruptionCode(signal);
    },
    {
      first: () => say('Interrupted: runs in progress end after their step. Once more to end at once.'),
      last: (reason) => {
        close();
        store.releaseAll(reason);
      },
    },
  );
  if (!command.json) {
    streams.out.write(`${formatTrials(feed.study.trials, search, widthOf(streams.out))}\n`);
    for (const line of tellStanding(feed.study, file, host)) streams.out.write(`${line}\n`);
  }
  if (code !== null) return code;
  const isDone = feed.study.isOver || (feed.isClosed && !hasFailed);
  return isDone ? EXIT_CODES.done : EXIT_CODES.failed;
}

/** A wall clock's limit says no more than how far a search comes. */
function startLimit(
  { minutes }: SweepCommand,
  feed: SearchFeed,
  say: (line: string) => void,
): NodeJS.Timeout | undefined {
  if (minutes === undefined) return undefined;
  return setTimeout(() => {
    feed.close();
    say(
      `the ${formatNumberOf(minutes, 'minute')} are over: runs in progress come to their end. How far a search comes in a time is not repeatable; its trials are, and the same command goes on.`,
    );
  }, minutes * MS_PER_MINUTE);
}

function describeProgress({ file }: SearchJob, { count, study }: SearchFeed, parallel: number) {
  const { search } = file;
  const { epochs, validationCount } = study.trials[0]!.plan.runs[0]!.spec;
  return {
    parallel,
    count,
    epochs,
    validates: validationCount > 0,
    describe: ({ position }: SweepPoint) =>
      formatSettings(search.space.describe(study.trials[position - 1]!.chosen)),
    summarize: () => summarizeTrials(study.trials, search),
  };
}

function observe({ search }: SearchFile, progress: SearchProgress): SweepObserver {
  const { say } = progress;
  const name = (point: SweepPoint) =>
    `trial ${point.position}${search.seeds > 1 ? ` seed ${point.spec.seed}` : ''}`;
  return {
    ...progress,
    printed: (_run, line) => say(line),
    resumed: (run, resumption) => {
      progress.resumed?.(run, resumption);
      for (const line of resumption.rejected) say(`${name(run.point)}: ${line}`);
    },
    pointHeld: (point, by) => say(formatHeldLine(name(point), by)),
    pointRecorded: (point, by) => say(formatRecordedLine(name(point), by)),
    runEnded: (run, end, error) => {
      progress.runEnded?.(run, end, error);
      const { point, runId } = run;
      if (!('result' in end)) say(`${name(point)}: run ${runId} ${end.state}: ${end.reason}`);
      // What is no user's mistake is a bug, and the stack tells where.
      if (error instanceof Error && !(error instanceof UserError)) say(error.stack ?? error.message);
    },
  };
}
