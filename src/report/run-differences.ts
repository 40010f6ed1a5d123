import type { WholeRun } from '../experiment/whole-run.js';
import { type ResolvedRunSpec, untrimSpec } from '../run/spec.js';
import { NOTHING } from './format-values.js';
import { listNetworkFacts } from './network-differences.js';
import { tellsTopFive } from './top-five.js';

/** What runs are compared by, in this order. */
export const COMPARED_SECTIONS = ['spec', 'network', 'data', 'environment', 'results'] as const;

/** A fact in which runs differ. */
export interface RunDifference {
  readonly section: (typeof COMPARED_SECTIONS)[number];
  /** `learningRate.rate`, `conv1 filters`, `versions.convoy` */
  readonly field: string;
  /** Of each run, as text; a dash where it has none. */
  readonly values: readonly string[];
}

/** All facts in which runs differ, defaults of their specs included. */
export function findRunDifferences(runs: readonly WholeRun[]): RunDifference[] {
  const told = runs.map(listFacts);
  return COMPARED_SECTIONS.flatMap((section) => {
    const fields = new Set(told.flatMap((facts) => [...facts[section].keys()]));
    return [...fields]
      .map((field) => ({ section, field, values: told.map((facts) => facts[section].get(field) ?? NOTHING) }))
      .filter(({ values }) => values.some((value) => value !== values[0]));
  });
}

type Facts = Readonly<Record<RunDifference['section'], ReadonlyMap<string, string>>>;

function listFacts(run: WholeRun): Facts {
  const { network, ...spec } = untrimSpec(run.spec) as ResolvedRunSpec;
  return {
    spec: flattenFields(spec),
    network: listNetworkFacts(network),
    data: new Map([['sha256', run.datasetSha256]]),
    environment: flattenFields({ ...run.environment, workers: run.workers, numerics: run.numerics }),
    results: flattenFields(listResults(run)),
  };
}

function listResults(run: WholeRun): object {
  const { state, reason, parameters, weightsSha256, seconds, imagesPerSecond, bestEpoch, epochs } = run;
  const kept = epochs[(bestEpoch ?? epochs.length) - 1] ?? {};
  return {
    state,
    reason,
    'completed epochs': epochs.length,
    'best epoch': bestEpoch,
    parameters,
    'weights sha256': weightsSha256,
    'train loss': kept.trainLoss,
    'validation error %': kept.validationErrorPercent,
    'test loss': kept.testLoss,
    'test error %': kept.testErrorPercent,
    ...(tellsTopFive(run.classes) ? { 'top-5 %': kept.testTop5ErrorPercent } : {}),
    'test RMSE': kept.testRmse,
    'test R²': kept.testR2,
    'augmented test error %': run.augmentedTestErrorPercent,
    'augmented test RMSE': run.augmentedTestRmse,
    'augmented test R²': run.augmentedTestR2,
    seconds,
    'images/s': imagesPerSecond,
  };
}

/** The fields inside as paths, their values as text; a list stays whole, and what is null is left out. */
export function flattenFields(fields: object, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(fields).flatMap(([key, value]): [string, string][] => {
      const path = prefix + key;
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        return [...flattenFields(value, `${path}.`)];
      return value === null || value === undefined
        ? []
        : [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
    }),
  );
}
