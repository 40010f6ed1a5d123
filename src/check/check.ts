import { z } from 'zod';
import { countCores } from '../core/count-cores.js';
import { UserError } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import { formatShape } from '../core/shape.js';
import { checkDataset } from '../dataset/check-dataset.js';
import type { Dataset } from '../dataset/dataset.js';
import { loadDataset } from '../dataset/load.js';
import { chooseKernelName, loadKernels } from '../kernels/select.js';
import { WorkerPool } from '../parallel/pool.js';
import { loadPlugins, type PluginSource } from '../plugins/load.js';
import type { Plugins } from '../plugins/plugins.js';
import { expectFunction, expectPlugins } from '../run/check-options.js';
import { type NetworkSubject, resolveSubject } from '../run/network-subject.js';
import type { ResolvedRunSpec } from '../run/spec.js';
import { type ChosenData, chooseData } from './choose-data.js';
import type { Finding } from './finding.js';
import { checkFirstLoss } from './first-loss.js';
import { checkGradients } from './gradients.js';
import { checkOverfitting } from './overfit.js';

/** What the checks of a network need. */
export interface CheckJob {
  readonly spec: ResolvedRunSpec;
  readonly data: ChosenData;
  readonly plugins: Plugins;
  readonly pool: WorkerPool;
  /** Told what is being tried. */
  readonly say: (line: string) => void;
}

const CHECKS = {
  'first-loss': ({ spec, data, plugins }: CheckJob) =>
    checkFirstLoss(spec, data.dataset, loadKernels(chooseKernelName()), plugins),
  gradients: ({ spec: { network, labelSmoothing }, plugins }: CheckJob) =>
    checkGradients(network, {
      labelSmoothing,
      kernels: loadKernels(chooseKernelName()),
      kinds: plugins.layers,
    }),
  overfitting: ({ spec, data, plugins, pool, say }: CheckJob) =>
    checkOverfitting(spec, data.dataset, { pool, plugins, say }),
} as const satisfies Record<string, (job: CheckJob) => Finding | Promise<Finding>>;

export type CheckName = keyof typeof CHECKS;
export const CHECK_NAMES = Object.keys(CHECKS) as readonly CheckName[];

/** Does some checks, one after another. */
export async function runChecks(names: readonly CheckName[], job: CheckJob): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of names) findings.push(await CHECKS[name](job));
  return findings;
}

export interface CheckOptions {
  /** Default: all of them. */
  readonly only?: readonly CheckName[];
  /** Threads. Default: one for each core. */
  readonly workers?: number;
  /** The data set, if it is loaded already. */
  readonly dataset?: Dataset;
  readonly plugins?: PluginSource;
  /** Told what is being tried, line by line. */
  readonly onLine?: (line: string) => void;
}

const optionsSchema = z.strictObject({
  only: z.array(z.enum(CHECK_NAMES)).min(1).optional(),
  workers: z.number().optional(),
  dataset: z.unknown().optional(),
  plugins: expectPlugins(),
  onLine: expectFunction(),
} satisfies Record<keyof CheckOptions, z.ZodType>);

export interface CheckResult {
  /** Whether all checks are. */
  readonly passed: boolean;
  readonly findings: readonly Finding[];
  /** Why the network was checked on images of noise; null if it was on those of the data set. */
  readonly noise: string | null;
}

/**
 * Checks a network as CS231n's assignment does: its first loss, its gradients against numerical ones, and whether it learns 50 examples by heart.
 *
 * @throws UserError for an unknown network, a wrong spec or option, a data set that the network does not take
 */
export async function check(subject: NetworkSubject, options: CheckOptions = {}): Promise<CheckResult> {
  parseWith(optionsSchema, options, 'check: options');
  const { only = CHECK_NAMES, workers = countCores(), dataset, onLine: say = () => {} } = options;
  if (dataset !== undefined) checkDataset(dataset);
  const plugins = await loadPlugins(options.plugins ?? []);
  const spec = resolveSubject(subject, 'check', plugins, dataset);
  const data = await chooseData(spec, async (name) => dataset ?? loadDataset(name), plugins.layers);
  if (dataset !== undefined && data.reason !== null) {
    throw new UserError(
      `check: expected a data set that ${spec.model} takes (${formatShape(spec.network.input)}), but ${data.reason}. Change one of them.`,
    );
  }
  const pool = WorkerPool.create(workers);
  try {
    const findings = await runChecks(only, { spec, data, plugins, pool, say });
    return { passed: findings.every(({ passed }) => passed), findings, noise: data.reason };
  } finally {
    await pool.close();
  }
}
