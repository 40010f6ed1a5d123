import type Database from 'better-sqlite3';
import { findSeeds } from '../../experiment/find-runs.js';
import type { WholeRun } from '../../experiment/whole-run.js';
import {
  describeDifference,
  findDiscordance,
  haveSameImages,
  measureSeedMargin,
  type NamedRun,
} from '../../report/findings/compare.js';
import { discussBest } from '../../report/findings/compare-many.js';
import { listWrong, RunReader } from '../../report/findings/reported-run.js';
import { capitalize, formatInterval, formatP } from '../../report/findings/words.js';
import { formatRmse } from '../../report/measures.js';
import { findRunDifferences, type RunDifference } from '../../report/run-differences.js';
import { correctByHolm } from '../../report/statistics/holm.js';
import { testMcNemar } from '../../report/statistics/mcnemar.js';
import { type Answer, readRunIds } from '../answer.js';
import { type ComparedMeasure, listMeasures } from '../compared-measures.js';
import { MOST_COMPARED } from '../most-compared.js';
import { readRun } from '../read-run.js';

/** A run of those that are compared. */
export interface ComparedRun {
  readonly run: number;
  readonly label: string;
  readonly seed: number;
  readonly sweep: string;
  readonly state: string;
  /** In percent, with its 95% interval; null for a run that is not done, and for a regression. */
  readonly error: {
    readonly percent: number;
    readonly interval: string;
    readonly wrong: number;
    readonly images: number;
  } | null;
}

/** Two runs on the same test images. */
export interface ComparedPair {
  readonly first: number;
  readonly second: number;
  readonly bothRight: number;
  readonly bothWrong: number;
  /** Images that only the first gets wrong, and only the second. */
  readonly onlyFirst: number;
  readonly onlySecond: number;
  /** Of McNemar's mid-p test, raised by Holm's method for the number of pairs: `p = 0.031`. */
  readonly p: string;
}

/** A test image that some of the runs get right and others wrong. */
export interface DisputedImage {
  /** Its number in the data set, from 1. */
  readonly example: number;
  readonly label: number;
  /** What each tested run takes it for, in their order. */
  readonly predicted: readonly number[];
}

/** What the page of several runs shows. */
export interface CompareAnswer {
  /** In the order in which they were asked for. */
  readonly runs: readonly ComparedRun[];
  /** What they have come to, each in the order of the runs. */
  readonly measures: readonly ComparedMeasure[];
  readonly differences: readonly RunDifference[];
  /** Paragraphs that say what the differences are worth, or why that cannot be told. */
  readonly verdict: readonly string[];
  /** Runs whose answers to the same test images are recorded. */
  readonly tested: readonly number[];
  readonly pairs: readonly ComparedPair[];
  /** The first ones. */
  readonly disputed: readonly DisputedImage[];
  readonly disputedImages: number;
}

/** Of each, a picture may be asked for. */
const MOST_IMAGES = 2000;
const NOUN = 'images';

/** `compare?runs=1,2` */
export const COMPARE: Answer = {
  path: 'compare',
  answer: ({ database, query }) => {
    const runIds = readRunIds(query, MOST_COMPARED);
    return database.read((db) => compareRuns(db, runIds));
  },
};

/** @throws HTTPException 404 if there is no such run */
export function compareRuns(db: Database.Database, runIds: readonly number[]): CompareAnswer {
  const runs = runIds.map((runId) => readRun(db, runId));
  const done = nameRuns(db, runs);
  const classes = done.filter(({ run }) => run.fit === null && run.images > 0);
  const first = classes.find(({ run }) => run.answers !== null);
  const tested = first ? classes.filter(({ run }) => haveSameImages(first.run, run)) : [];
  const disputed = listDisputed(tested);
  return {
    runs: runs.map((run) => ({
      run: run.runId,
      label: run.label,
      seed: Number(run.spec.seed),
      sweep: run.sweep,
      state: run.state,
      error: tellError(classes.find((named) => named.run.runId === run.runId)),
    })),
    measures: listMeasures(runs),
    differences: findRunDifferences(runs),
    verdict: judgeDone(done),
    tested: tested.map(({ run }) => run.runId),
    pairs: comparePairs(tested),
    disputed: disputed.slice(0, MOST_IMAGES),
    disputedImages: disputed.length,
  };
}

/** The runs that are done, each with its like over seeds. */
function nameRuns(db: Database.Database, runs: readonly WholeRun[]): NamedRun[] {
  const reader = new RunReader(db);
  const done = runs.filter(({ state }) => state === 'done');
  return done.map(({ runId }) => {
    const seeds = findSeeds(db, runId);
    // Two of one setting are told apart by nothing but the seed: its mean says nothing of them.
    const isAlone = !done.some((other) => other.runId !== runId && seeds.includes(other.runId));
    return {
      name: `run ${runId}`,
      run: reader.read(runId),
      seeds: (isAlone ? seeds : [runId]).map((id) => reader.read(id)),
    };
  });
}

function tellError(named: NamedRun | undefined): ComparedRun['error'] {
  if (named === undefined) return null;
  const { errorPercent, interval, errors, images } = named.run;
  return { percent: errorPercent, interval: formatInterval(interval), wrong: errors, images };
}

/** One verdict for runs that answer one question: how well does this do on these data? */
function judgeDone(done: readonly NamedRun[]): string[] {
  if (done.length === 0) return ['None of these runs is finished, so nothing is tested.'];
  if (done.length === 1)
    return [`Only ${done[0]!.name} is finished, so there is nothing to test it against.`];
  const datasets = new Map(done.map(({ run }) => [run.datasetSha256, run.spec.dataset]));
  if (datasets.size > 1) {
    const names = [...new Set(datasets.values())].join(', ');
    return [`These runs are not of the same data (${names}), so none of them is better than another.`];
  }
  const regressions = done.filter(({ run }) => run.fit !== null);
  if (regressions.length === done.length) return [tellRegressions(regressions)];
  if (regressions.length > 0) {
    return [
      'These runs are not of the same task: some tell classes, others a number. Nothing compares these.',
    ];
  }
  const counted = done.filter(({ run }) => run.images > 0);
  if (counted.length > 1) return judge(counted);
  return ['How many test images these runs get wrong is not recorded, so nothing is tested.'];
}

function tellRegressions(done: readonly NamedRun[]): string {
  const [best, second] = [...done].sort((a, b) => a.run.fit!.rmse - b.run.fit!.rmse) as [NamedRun, NamedRun];
  return (
    `${capitalize(best.name)} has the least test RMSE, ${formatRmse(best.run.fit!.rmse)}, before ${second.name} with ${formatRmse(second.run.fit!.rmse)}. ` +
    'Of a regression no single answers are recorded: what that is worth is told by several seeds of each, which the grid tests.'
  );
}

function judge(named: readonly NamedRun[]): string[] {
  const [first, second] = named;
  if (first === undefined || second === undefined) return [];
  const margin = named.map(({ seeds }) => measureSeedMargin(seeds)).find((found) => found !== null) ?? null;
  if (named.length === 2) return [capitalize(describeDifference(first, second, margin, NOUN))];
  return discussBest(named, margin, NOUN).flatMap((block) =>
    block.kind === 'paragraph' ? [capitalize(block.text)] : [],
  );
}

function comparePairs(tested: readonly NamedRun[]): ComparedPair[] {
  const pairs = tested.flatMap((first, i) => tested.slice(i + 1).map((second) => [first, second] as const));
  const splits = pairs.map(([first, second]) => findDiscordance(first.run, second.run)!);
  const p = correctByHolm(splits.map(testMcNemar));
  return pairs.map(([{ run: first }, { run: second }], i) => {
    const { onlyFirst, onlySecond } = splits[i]!;
    const bothWrong = first.errors - onlyFirst;
    return {
      first: first.runId,
      second: second.runId,
      bothRight: first.images - bothWrong - onlyFirst - onlySecond,
      bothWrong,
      onlyFirst,
      onlySecond,
      p: formatP(p[i]!),
    };
  });
}

function listDisputed(tested: readonly NamedRun[]): DisputedImage[] {
  if (tested.length < 2) return [];
  const wrong = tested.map(({ run }) => listWrong(run)!);
  const { labels, firstExample } = tested[0]!.run.answers!;
  return [...labels.keys()]
    .filter((place) => wrong.some((row) => row[place] !== wrong[0]![place]))
    .map((place) => ({
      example: firstExample + place,
      label: labels[place]!,
      predicted: tested.map(({ run }) => run.answers!.predicted[place]!),
    }));
}
