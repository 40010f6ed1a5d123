import { z } from 'zod';
import { parseWith } from '../core/parse.js';
import { describeNetwork, type NetworkDescription } from '../network/describe.js';
import { planOptimizer } from '../optim/update.js';
import { NO_PLUGINS, type Plugins } from '../plugins/plugins.js';
import { type NetworkSubject, resolveSubject } from './network-subject.js';
import { optimizerOf } from './optimizer-fields.js';
import type { ResolvedRunSpec } from './spec.js';

export interface DescribeOptions {
  /** Images of a mini-batch. Default: the spec's. */
  readonly batchSize?: number;
  /** That the network or its optimizer may need: what `loadPlugins` gives. */
  readonly plugins?: Plugins;
}

/** More than any memory holds. */
const MAX_BATCH = 1_000_000;

const optionsSchema = z.strictObject({
  batchSize: z.int().min(1).max(MAX_BATCH).optional(),
  plugins: z.looseObject({ modules: z.array(z.unknown()) }).optional(),
});

/**
 * A network layer by layer: shapes, receptive fields, parameters, multiply-adds, and the memory that it takes in training with the spec's
 * optimizer; sizes in bytes.
 *
 * @throws UserError for an unknown network or a wrong spec or option
 */
export function describe(subject: NetworkSubject, options: DescribeOptions = {}): NetworkDescription {
  parseWith(optionsSchema, options, 'describe: options');
  const { plugins = NO_PLUGINS, batchSize } = options;
  return describeSpec(resolveSubject(subject, 'describe', plugins), plugins, batchSize);
}

/** The same of a spec that has been resolved with these plugins. */
export function describeSpec(
  spec: ResolvedRunSpec,
  plugins: Plugins,
  batchSize: number = spec.batchSize,
): NetworkDescription {
  return describeNetwork(spec.network, {
    batchSize,
    slices: spec.slices,
    shards: Math.min(spec.shards, batchSize),
    kinds: plugins.layers,
    needsOf: (plan) => planOptimizer(plan, optimizerOf(spec), plugins.optimizers),
  });
}
