import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { addFields } from '../core/add-fields.js';
import { UserError } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import { checkPlainData } from '../core/plain-data.js';
import type { OpenName, Written } from '../core/written.js';
import { augmentationSchema, checkAugmentation } from '../dataset/augmentation.js';
import { type DatasetName, DEFAULT_DATASET } from '../dataset/registry.js';
import { checkTestTimeAugmentation, testTimeAugmentationSchema } from '../dataset/test-time-augmentation.js';
import { LOSSES } from '../layers/loss.js';
import { leaveOutLaterOptions, MODEL_OPTIONS } from '../models/options.js';
import { findModel, type ModelName } from '../models/registry.js';
import type { NetworkSpec, WrittenNetwork } from '../network/spec.js';
import { averagingSchema } from '../optim/averaging.js';
import { lookaheadSchema } from '../optim/lookahead.js';
import type { OptimizerSpec } from '../optim/optimizers/registry.js';
import { sgdFields } from '../optim/optimizers/sgd.js';
import { scheduleSchema } from '../optim/schedule.js';
import { checkPlugins, NO_PLUGINS, type Plugins, recordPlugins, takeUsed } from '../plugins/plugins.js';
import { AlikeParser } from './alike-parser.js';
import { classWeightsSchema } from './class-weights.js';
import { type Init, initSchema, rememberInits, resolveInit } from './init.js';
import { type OptimizerFields, penaltyOf, rememberOptimizers, resolveOptimizer } from './optimizer-fields.js';
import { rememberNetworks, resolveNetwork } from './resolve-network.js';
import { stoppingSchema } from './stopping-schema.js';

/** Slices that a mini-batch is cut into: divides evenly among 1, 2, 3, 4, 6 and 12 workers. */
export const DEFAULT_SLICES = 12;
const MAX_SLICES = 256;
const MAX_SHARDS = 64;

const runSpecSchema = z.strictObject({
  /** A named network. Give this or `network`. */
  model: z.string().optional(),
  /** Options of the model. Which ones it takes, and their defaults, are its own. */
  ...z.object(MODEL_OPTIONS).partial().shape,
  /** A network layer by layer; its `name` stands where a model's would. */
  network: z.unknown().optional(),
  /** A file with weights that layers of the same names begin with; null for none. */
  init: initSchema.nullable().default(null),
  /** Names of layers that do not learn, or patterns of them: short for learning rates of 0 in the network. */
  freeze: z.array(z.string().min(1)).min(1).optional(),
  /** Modules of the user's own that the network or the optimizer needs. Whoever resolves a spec fills that in. */
  plugins: z
    .array(
      z.strictObject({
        provides: z.array(z.string()).readonly(),
        sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in 64 small hexadecimal digits'),
      }),
    )
    .readonly()
    .default([]),

  dataset: z.string().default(DEFAULT_DATASET),
  /** Number of the first training example, counted from 1 as the exercise does. */
  trainFirst: z.int().min(1).default(1),
  /** Training examples from there on; null for all. */
  trainCount: z.int().min(1).nullable().default(null),
  /** As many training examples of each class. */
  balanced: z.boolean().default(false),
  /** Of the training examples, so many are kept for validation; 0 for none. */
  validationCount: z.int().min(0).default(0),
  /** The same as a fraction of them. */
  validationFraction: z.number().min(0).lt(1).default(0),
  /** `end`: the last ones; `random`: any ones, by the seed. */
  validationFrom: z.enum(['end', 'random']).default('end'),
  testFirst: z.int().min(1).default(1),
  testCount: z.int().min(1).nullable().default(null),
  /**
   * `mean-image`: pixels 0..255 less the training subset's mean image. `per-channel`: less the subset's channel mean, divided by its channel
   * deviation. `none`: pixels as they are.
   *
   * A model is named together with its initialisers and has `mean-image`, as in the exercise. A network of the user's own has
   * `per-channel`: He's and Glorot's initialisation keep the size of the numbers that come in, and pixels up to 255 are too large to learn from.
   */
  normalization: z.enum(['mean-image', 'per-channel', 'none']).optional(),

  augmentation: augmentationSchema.prefault({}),
  /** Of the test images, in the test at the end of training. */
  testTimeAugmentation: testTimeAugmentationSchema.default('none'),

  /** Of initial weights, shuffling, augmentation, dropout and a random validation split. */
  seed: z.int().min(0).default(0),
  /** May have a fraction, and then ends within an epoch. */
  epochs: z.number().positive().max(100_000).default(20),
  ...stoppingSchema.shape,
  batchSize: z.int().min(1).default(100),
  /** Leaves out an epoch's last mini-batch unless it is whole. */
  dropLast: z.boolean().default(false),
  learningRate: scheduleSchema.prefault(0.001),
  /** A name, or one with its options; see optim/optimizers. Absent: sgd. */
  optimizer: z.unknown().optional(),
  /** Options of sgd, in short. */
  momentum: sgdFields.momentum.optional(),
  nesterov: sgdFields.nesterov.optional(),
  weightDecay: sgdFields.weightDecay.optional(),
  /** All gradients together have at most this norm; null for any. */
  clipNorm: z.number().positive().nullable().default(null),
  /** An average of the weights that they are set back to every so many steps. */
  lookahead: lookaheadSchema.nullable().default(null),
  /** An average of the weights that is evaluated and kept in their place. */
  averaging: averagingSchema.nullable().default(null),
  /** The label's share of the loss's target that goes to all classes alike. */
  labelSmoothing: z.number().min(0).max(1).default(0),
  /** What an image of each class counts in the training loss; null for 1. */
  classWeights: classWeightsSchema.nullable().default(null),
  /**
   * Adds ½·λ·‖w‖², λ the parameter's weight decay, over all parameters to the losses that are reported. Training does not change: the decay
   * is in the update. Not with optimizers whose decay is no such term.
   */
  reportRegularization: z.boolean().default(false),
  /** Fixed parts of a mini-batch, whose gradients are summed in a fixed order: part of the result, unlike the number of workers. */
  slices: z.int().min(1).max(MAX_SLICES).default(DEFAULT_SLICES),
  /**
   * Sub-batches of a mini-batch, each of them cut and summed as if it were whole, and joined in their order: part of the result, unlike the number of
   * machines that compute them.
   */
  shards: z.int().min(1).max(MAX_SHARDS).default(1),
});

/** What a user writes: everything but the network has a default. */
export interface RunSpec
  extends Written<Omit<z.input<typeof runSpecSchema>, 'model' | 'network' | 'dataset' | 'optimizer'>> {
  /** A named network. Give this or `network`. */
  readonly model?: OpenName<ModelName> | undefined;
  /** A network layer by layer, or a pattern; its `name` stands where a model's would. */
  readonly network?: WrittenNetwork | string | undefined;
  /** One that the program knows, or the name of the data that a training is given. Absent: mnist. */
  readonly dataset?: OpenName<DatasetName> | undefined;
  /** A name, or one with its options. Absent: sgd. */
  readonly optimizer?: OptimizerSpec | undefined;
}

/** A spec with every default filled in and its network written out. Plain JSON; its hash (with the data's) is a run's identity. */
export type ResolvedRunSpec = Omit<
  z.output<typeof runSpecSchema>,
  'network' | 'model' | 'normalization' | 'init' | 'freeze' | keyof OptimizerFields
> &
  OptimizerFields & {
    readonly init: Init | null;
    readonly model: string;
    readonly network: NetworkSpec;
    readonly normalization: 'mean-image' | 'per-channel' | 'none';
  };

/** The keys that a spec may have, for messages and for `--set`. */
export const RUN_SPEC_KEYS: readonly string[] = Object.keys(runSpecSchema.shape);

/** Fields that came after the first databases; their defaults mean what a run without them did. */
const LATER_KEYS: ReadonlySet<string> = new Set([
  'plugins',
  'balanced',
  'validationCount',
  'validationFraction',
  'validationFrom',
  'maxIterations',
  'minWeightChange',
  'patience',
  'labelSmoothing',
  'classWeights',
  'reportRegularization',
  'augmentation',
  'dropLast',
  'lookahead',
  'clipNorm',
  'averaging',
  'testTimeAugmentation',
  'init',
  'shards',
]);
const DEFAULTS: Readonly<Record<string, unknown>> = runSpecSchema.parse({});

/**
 * A spec as it is recorded and identified: without later fields that have their defaults, so that a run keeps its identity when the program
 * learns new options. `resolveRunSpec` fills them in again.
 */
export function trimSpec(spec: ResolvedRunSpec): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(spec).filter(([key, value]) => !isLaterDefault(key, value)));
}

function isLaterDefault(key: string, value: unknown): boolean {
  return LATER_KEYS.has(key) && isDeepStrictEqual(value, DEFAULTS[key]);
}

/** What of a spec makes its run: all that is recorded, but for where the file lies that it begins with. */
export function identifySpec(spec: ResolvedRunSpec): Readonly<Record<string, unknown>> {
  const fields = Object.entries(spec).map(([key, value]) => [key, identifyField(key, value)] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined));
}

/** The same of one of its fields; undefined for nothing. */
export function identifyField(key: string, value: unknown): unknown {
  if (isLaterDefault(key, value)) return undefined;
  return key === 'init' ? { sha256: (value as Init).sha256 } : value;
}

const LATER_DEFAULTS = Object.fromEntries(Object.entries(DEFAULTS).filter(([key]) => LATER_KEYS.has(key)));

/** The whole of a recorded spec, as it was before `trimSpec`, for whoever only looks at it: nothing is checked, no plugin needed. */
export function untrimSpec(recorded: Readonly<Record<string, unknown>>): ResolvedRunSpec {
  return { ...LATER_DEFAULTS, ...recorded } as ResolvedRunSpec;
}

/**
 * Checks a spec and fills in its defaults.
 *
 * @param where names the spec in messages, for instance a file
 * @param plugins that are at hand; those that the network or the optimizer needs become part of the spec
 * @throws UserError for what is no plain data (a getter, a cycle, NaN), for an unknown or mistyped field, an unknown model or layer kind, impossible sizes, options that exclude each other, a plugin
 *   that the spec has been resolved with and that is not at hand
 */
export function resolveRunSpec(
  spec: unknown,
  where = 'spec',
  plugins: Plugins = NO_PLUGINS,
): ResolvedRunSpec {
  checkPlainData(spec, where);
  return resolve(spec, { where, plugins, ...STEPS });
}

/**
 * What resolves specs one after another that are plain data and alike, such as the points of a sweep, each as `resolveRunSpec` does: what some of
 * them have in common is looked at once, and is one object in all of them.
 */
export function makeResolver(plugins: Plugins): (spec: unknown, where: string) => ResolvedRunSpec {
  const parser = new AlikeParser(runSpecSchema);
  const steps: Steps = {
    parse: (spec, where) => parser.parse(spec, where),
    findNetwork: rememberNetworks(),
    findOptimizer: rememberOptimizers(),
    findInit: rememberInits(),
  };
  return (spec, where) => resolve(spec, { where, plugins, ...steps });
}

/** What specs may have in common. */
interface Steps {
  readonly parse: (spec: unknown, where: string) => z.output<typeof runSpecSchema>;
  readonly findNetwork: typeof resolveNetwork;
  readonly findOptimizer: typeof resolveOptimizer;
  readonly findInit: typeof resolveInit;
}

const STEPS: Steps = {
  parse: (spec, where) => parseWith(runSpecSchema, spec, where),
  findNetwork: resolveNetwork,
  findOptimizer: resolveOptimizer,
  findInit: resolveInit,
};

interface ResolveContext extends Steps {
  readonly where: string;
  readonly plugins: Plugins;
}

function resolve(spec: unknown, context: ResolveContext): ResolvedRunSpec {
  const { where, plugins, parse, findNetwork, findOptimizer, findInit } = context;
  const { model, network, normalization, optimizer, momentum, nesterov, weightDecay, init, freeze, ...rest } =
    parse(spec, where);
  checkPlugins(rest.plugins, plugins, where);
  const built = findNetwork({ model, network, freeze, ...rest }, where, plugins);
  const optimizerFields = findOptimizer(
    { optimizer, momentum, nesterov, weightDecay },
    where,
    plugins.optimizers,
  );
  const fields = leaveOutLaterOptions(addFields(rest, built.options), findModel(built.network.name));
  const resolved = addFields(addFields(fields, optimizerFields), {
    model: built.network.name,
    network: built.network,
    init: init === null ? null : findInit(init, where),
    plugins: recordPlugins(takeUsed(plugins, { ...optimizerFields, network: built.network })),
    normalization: normalization ?? (network === undefined ? 'mean-image' : 'per-channel'),
  });
  checkOptions(resolved, where, plugins);
  return resolved;
}

/**
 * The spec of a recorded run, for whoever reads about it. Its plugins need not be at hand: its network is then as it was recorded.
 *
 * @throws UserError if it is no spec
 */
export function readRecordedSpec(recorded: unknown, where: string): ResolvedRunSpec {
  const spec = parseWith(runSpecSchema, recorded, where);
  return spec.plugins.length === 0 ? resolveRunSpec(recorded, where) : (spec as ResolvedRunSpec);
}

/** What the fields' own types cannot tell. */
function checkOptions(spec: ResolvedRunSpec, where: string, { optimizers }: Plugins): void {
  const {
    augmentation,
    labelSmoothing,
    network,
    patience,
    testTimeAugmentation,
    validationCount,
    validationFraction,
  } = spec;
  checkAugmentation(augmentation, network.input, where);
  checkTestTimeAugmentation(testTimeAugmentation, network.input, where);
  if (patience !== null && validationCount === 0 && validationFraction === 0) {
    throw new UserError(
      `${where}: patience: expected validation images, found none. Give validationCount or validationFraction.`,
    );
  }
  if (validationCount > 0 && validationFraction > 0) {
    throw new UserError(
      `${where}: expected 'validationCount' or 'validationFraction', found both (${validationCount} and ` +
        `${validationFraction}). Give one.`,
    );
  }
  if (spec.shards > spec.batchSize) {
    throw new UserError(
      `${where}: shards: expected at most the ${spec.batchSize} images of a mini-batch, found ${spec.shards}. Take fewer, or a larger batchSize.`,
    );
  }
  const losses = [network.loss, ...(network.heads ?? []).flatMap(({ loss }) => loss ?? [])];
  const rough = losses.find((loss) => !LOSSES[loss]!.smooths);
  if (labelSmoothing > 0 && rough !== undefined) {
    throw new UserError(
      `${where}: labelSmoothing: expected 0 with the loss ${rough}, found ${labelSmoothing}. ` +
        'Leave it out, or take the loss softmax-cross-entropy.',
    );
  }
  if (spec.reportRegularization && penaltyOf(spec, optimizers) === null) {
    throw new UserError(
      `${where}: reportRegularization: expected an optimizer whose weight decay is a term of the loss, found ` +
        `${spec.optimizer?.kind}. Leave it out, or take sgd or adam.`,
    );
  }
}
