import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { MODEL_FILE } from '../../checkpoint/run-files.js';
import { UserError } from '../../core/errors.js';
import { readAnswers } from '../../experiment/answers.js';
import { type RecordedClassErrors, readClassErrors } from '../../experiment/class-errors.js';
import { findSeeds } from '../../experiment/find-runs.js';
import { findRunFolder } from '../../experiment/run-folder.js';
import type { RunState } from '../../experiment/run-records.js';
import type { WholeRun } from '../../experiment/whole-run.js';
import { describeNetwork } from '../../network/describe.js';
import { tabulateEpochs } from '../../report/epoch-table.js';
import {
  type ConfusionCell,
  countCells,
  MATRIX_CLASSES,
  rankMistakes,
  SHOWN_MISTAKES,
} from '../../report/findings/confusion-cells.js';
import { formatInterval } from '../../report/findings/words.js';
import { describeTest } from '../../report/measures.js';
import { type NetworkTable, tabulateNetwork } from '../../report/network-table.js';
import { flattenFields } from '../../report/run-differences.js';
import { listRunFacts } from '../../report/run-facts.js';
import { computeWilsonInterval } from '../../report/statistics/proportion.js';
import { type ResolvedRunSpec, untrimSpec } from '../../run/spec.js';
import type { TestMetrics } from '../../run/types.js';
import type { Answer } from '../answer.js';
import { readRun, readRunId } from '../read-run.js';
import { listRunCommands, nameSpecFile, type RunCommand } from '../run-commands.js';
import { listSpecLines, type SpecLine } from '../spec-lines.js';

/** A name and its value, as text; null for what is not known. */
export type Fact = readonly [name: string, value: string | null];

/** One run whole. */
export interface RunAnswer {
  readonly run: number;
  readonly label: string;
  readonly sweep: string;
  readonly seed: number;
  readonly state: RunState;
  readonly reason: string | null;
  /** `test error 8.00%`; null before the first epoch's end. */
  readonly result: string | null;
  /** What the test images alone leave open of an error: `7.48 to 8.55`, in percent, with 95% confidence. */
  readonly interval: string | null;
  /** Finished runs that differ in nothing but the seed, itself included. */
  readonly seeds: readonly number[];
  readonly facts: readonly Fact[];
  readonly spec: readonly SpecLine[];
  readonly network: NetworkTable | null;
  /** In place of the table, why there is none. */
  readonly networkMissing: string | null;
  readonly environment: readonly Fact[];
  readonly epochs: { readonly titles: readonly string[]; readonly rows: readonly (readonly string[])[] };
  /** matrix[label][predicted] = test images; null of more classes than a page has room for, and where it is not known. */
  readonly confusion: readonly (readonly number[])[] | null;
  /** In its place: the most frequent mistakes, and how many there are. */
  readonly mistakes: { readonly shown: readonly ConfusionCell[]; readonly all: number };
  readonly classErrors: readonly RecordedClassErrors[];
  readonly commands: readonly RunCommand[];
  /** The name of the file that those commands take for the spec. */
  readonly specFile: string;
}

/** What the page of one run shows. */
export const RUN: Answer = {
  path: 'runs/:id',
  answer: ({ database, params }) => {
    const runId = readRunId(params.id);
    return database.read((db) => describeRun(db, database.file, runId));
  },
};

/** The spec of a run as a file that `train` takes. */
export const SPEC: Answer = {
  path: 'runs/:id/spec',
  answer: ({ database, params }) => {
    const runId = readRunId(params.id);
    const { spec } = database.read((db) => readRun(db, runId));
    return new Response(`${JSON.stringify(spec, null, 2)}\n`, {
      headers: {
        'content-type': 'application/json',
        'content-disposition': `attachment; filename="${nameSpecFile(runId)}"`,
      },
    });
  },
};

/** @throws HTTPException 404 if there is no such run */
export function describeRun(db: Database.Database, file: string, runId: number): RunAnswer {
  const run = readRun(db, runId);
  const spec = untrimSpec(run.spec);
  const cells = countCells({ confusion: run.confusion, answers: readAnswers(db, runId) });
  const mistakes = rankMistakes(cells);
  const hasMatrix = run.confusion.length > 0 && run.confusion.length <= MATRIX_CLASSES;
  return {
    run: runId,
    label: run.label,
    sweep: run.sweep,
    seed: spec.seed,
    state: run.state,
    reason: run.reason,
    result: tellResult(run),
    interval: tellInterval(cells, mistakes),
    seeds: findSeeds(db, runId),
    facts: listRunFacts(run).map(([name, value]) => [name, value === null ? null : String(value)]),
    spec: listSpecLines(run.spec),
    ...describeLayers(spec),
    environment: [...flattenFields(run.environment)],
    epochs: tabulateEpochs(run),
    confusion: hasMatrix ? run.confusion : null,
    mistakes: { shown: mistakes.slice(0, SHOWN_MISTAKES), all: mistakes.length },
    classErrors: readClassErrors(db, runId),
    commands: listRunCommands(run, file, existsSync(join(findRunFolder(file, runId), MODEL_FILE))),
    specFile: nameSpecFile(runId),
  };
}

function tellResult(run: WholeRun): string | null {
  const kept = run.epochs[(run.bestEpoch ?? run.epochs.length) - 1];
  if (kept === undefined) return null;
  const augmented = {
    testErrorPercent: run.augmentedTestErrorPercent,
    testRmse: run.augmentedTestRmse,
    testR2: run.augmentedTestR2,
  };
  const known = Object.entries({ ...kept, ...dropNulls(augmented) }).filter(([, value]) => value !== null);
  return describeTest(Object.fromEntries(known) as unknown as TestMetrics, run.classes);
}

function dropNulls(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function tellInterval(cells: readonly ConfusionCell[], mistakes: readonly ConfusionCell[]): string | null {
  const [images, errors] = [cells, mistakes].map((some) => some.reduce((sum, cell) => sum + cell.images, 0));
  if (!images) return null;
  const { low, high } = computeWilsonInterval(errors!, images);
  return formatInterval({ low: 100 * low, high: 100 * high });
}

/** A network of the user's own kinds of layer cannot be planned here, without the modules that have them. */
function describeLayers({
  network,
  batchSize,
  slices,
  shards,
  plugins,
}: ResolvedRunSpec): Pick<RunAnswer, 'network' | 'networkMissing'> {
  try {
    const described = describeNetwork(network, { batchSize, slices, shards: Math.min(shards, batchSize) });
    return { network: tabulateNetwork(described), networkMissing: null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const kinds = plugins.flatMap(({ provides }) => provides).join(', ');
    const networkMissing = kinds
      ? `The page does not load the user's own modules, and this network may have what they bring (${kinds}): describe --plugin shows its layers.`
      : error.message;
    return { network: null, networkMissing };
  }
}
