import type { WholeRun } from '../experiment/whole-run.js';
import { type ResolvedRunSpec, untrimSpec } from '../run/spec.js';
import { NOTHING } from './format-values.js';
import { listNetworkFacts } from './network-differences.js';
import { tellsTopFive } from './top-five.js';

/** What two runs are compared by, in this order. */
export const COMPARED_SECTIONS = ['spec', 'network', 'data', 'environment', 'results'] as const;

/** A fact in which two runs differ. */
export interface RunDifference {
  readonly section: (typeof COMPARED_SECTIONS)[number];
  /** `learningRate.rate`, `conv1 filters`, `versions.convoy` */
  readonly field: string;
  /** As text; a dash where a run has none. */
  readonly values: readonly [string, string];
}

/** All facts in which two runs differ, defaults of their specs included. */
export function findRunDifferences(a: WholeRun, b: WholeRun): RunDifference[] {
  const [factsOfA, factsOfB] = [listFacts(a), listFacts(b)];
  return COMPARED_SECTIONS.flatMap((section) => {
    const fields = new Set([...factsOfA[section].keys(), ...factsOfB[section].keys()]);
    return [...fields]
      .map((field) => {
        const values = [factsOfA, factsOfB].map((facts) => facts[section].get(field) ?? NOTHING);
        return { section, field, values: values as [string, string] };
      })
      .filter(({ values }) => values[0] !== values[1]);
  });
}

type Facts = Readonly<Record<RunDifference['section'], ReadonlyMap<string, string>>>;

function listFacts(run: WholeRun): Facts {
  const { network, ...spec } = untrimSpec(run.spec) as ResolvedRunSpec;
  return {
    spec: flatten(spec),
    network: listNetworkFacts(network),
    data: new Map([['sha256', run.datasetSha256]]),
    environment: flatten({ ...run.environment, workers: run.workers, numerics: run.numerics }),
    results: flatten(listResults(run)),
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
    'augmented test error %': run.augmentedTestErrorPercent,
    seconds,
    'images/s': imagesPerSecond,
  };
}

/** The fields inside as paths; a list stays whole. */
function flatten(fields: object, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(fields).flatMap(([key, value]): [string, string][] => {
      const path = prefix + key;
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        return [...flatten(value, `${path}.`)];
      return value === null || value === undefined
        ? []
        : [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
    }),
  );
}
