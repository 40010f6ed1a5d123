import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { parseWith } from '../core/parse.js';
import { formatShape, type Shape } from '../core/shape.js';
import { configurePointwise } from '../layers/convolution/pointwise.js';
import type { LayerConfig, LayerKind } from '../layers/layer.js';
import { parseLayerConfig } from '../layers/layer-config.js';
import { averagePooling } from '../layers/pooling/average-pooling.js';

/** Layers one after another inside a composite, all of which begin with its input; without layers, the identity. */
export interface Branch {
  /** In messages: `body`, `branch2`. */
  readonly title: string;
  /** Before the names of its layers; empty for none. */
  readonly prefix: string;
  /** Where its layers stand in the configuration: `['branches', '1']`; null if they do not. */
  readonly path: readonly string[] | null;
  readonly layers: readonly LayerConfig[];
}

/** How a layer of a spec joins what it names: the sum, or side by side along channels. */
export const JOINS = ['add', 'concat'] as const;

/** How several tensors become one: so, or, inside of composites, the first's channels times the second's numbers. */
export type Join = (typeof JOINS)[number] | 'gate';

/** A kind of layer that is made of layers. It exists in specs alone: a plan has the steps of its branches, forked before and joined behind. */
interface CompositeKind<Config extends LayerConfig> {
  /** The names of its fields, those that a configuration leaves out among them. */
  readonly fields: readonly string[];
  /**
   * Checks a configuration and fills in its defaults, inside the branches too.
   *
   * @param parseLayers does so for the layers of one branch, which the message names
   */
  parse(
    value: unknown,
    where: string,
    parseLayers: (values: readonly unknown[], where: string) => LayerConfig[],
  ): Config;
  branches(config: Config): readonly Branch[];
  join(config: Config): Join;
  /** See LayerKind. */
  readonly channelFields?: NonNullable<LayerKind<Config>['channelFields']>;
}

const layers = z.array(z.unknown());

export const residualSchema = z.strictObject({
  kind: z.literal('residual'),
  name: z.string().optional(),
  body: layers.min(1),
  /** Empty for the identity. */
  shortcut: layers.default([]),
  /** Probability with which an image skips the body in training, which then ends in a layer `stochastic-depth`. */
  dropPath: z.number().min(0).lt(1).default(0),
});

interface ResidualConfig extends LayerConfig {
  readonly body: readonly LayerConfig[];
  readonly shortcut: readonly LayerConfig[];
  /** Absent: 0. */
  readonly dropPath?: number;
}

/** y = body(x) + shortcut(x) (He et al., CVPR 2016). */
const residual: CompositeKind<ResidualConfig> = {
  fields: Object.keys(residualSchema.shape),
  parse(value, where, parseLayers) {
    const { dropPath, ...config } = parseWith(residualSchema, value, where);
    return {
      ...config,
      body: parseLayers(config.body, `${where} > body`),
      shortcut: parseLayers(config.shortcut, `${where} > shortcut`),
      // No drop is none: a spec that says so is the same run.
      ...(dropPath > 0 ? { dropPath } : {}),
    };
  },
  branches: ({ body, shortcut, dropPath }) => [
    { title: 'body', prefix: '', path: ['body'], layers: dropPath ? [...body, endBody(dropPath)] : body },
    { title: 'shortcut', prefix: 'shortcut', path: ['shortcut'], layers: shortcut },
  ],
  join: () => 'add',
};

const endBody = (rate: number): LayerConfig & { rate: number } => ({ kind: 'stochastic-depth', rate });

export const branchesSchema = z.strictObject({
  kind: z.literal('branches'),
  name: z.string().optional(),
  /** An empty one is the identity. */
  branches: z.array(layers).min(1),
  join: z.enum(['concat', 'add']),
});

interface BranchesConfig extends LayerConfig {
  readonly branches: readonly (readonly LayerConfig[])[];
  readonly join: Join;
}

/** Any number of branches; joined by `concat`, an Inception module (Szegedy et al., CVPR 2015). */
const branches: CompositeKind<BranchesConfig> = {
  fields: Object.keys(branchesSchema.shape),
  parse(value, where, parseLayers) {
    const config = parseWith(branchesSchema, value, where);
    const parsed = config.branches.map((branch, i) => parseLayers(branch, `${where} > ${titleOf(i)}`));
    return { ...config, branches: parsed };
  },
  branches: (config) =>
    config.branches.map((layers, i) => ({
      title: titleOf(i),
      prefix: titleOf(i),
      path: ['branches', String(i)],
      layers,
    })),
  join: ({ join }) => join,
};

const titleOf = (index: number) => `branch${index + 1}`;

export const squeezeExcitationSchema = z.strictObject({
  kind: z.literal('squeeze-excitation'),
  name: z.string().optional(),
  /** Of its input, and so of its output. */
  channels: z.int().min(1),
  /** How many times fewer numbers an image is squeezed into. */
  reduction: z.number().min(1).default(16),
  gate: z.enum(['sigmoid', 'hard-sigmoid']).default('sigmoid'),
});

type SqueezeExcitationConfig = z.output<typeof squeezeExcitationSchema>;

/**
 * Each channel of x times a gate of its own, which follows from the means of all: y = x·gate(W₂ relu(W₁ mean(x) + b₁) + b₂) (Hu et al., CVPR
 * 2018).
 */
const squeezeExcitation: CompositeKind<SqueezeExcitationConfig> = {
  fields: Object.keys(squeezeExcitationSchema.shape),
  channelFields: { output: 'channels' },
  parse: (value, where) => parseWith(squeezeExcitationSchema, value, where),
  branches: ({ channels, reduction, gate }) => [
    { title: 'input', prefix: 'input', path: null, layers: [] },
    {
      title: 'gate',
      prefix: '',
      path: null,
      layers: [
        parseLayerConfig(averagePooling, { kind: 'average-pooling', kernel: 'global' }, 'squeeze'),
        configurePointwise('squeeze', Math.max(1, Math.floor(channels / reduction))),
        { kind: 'relu' },
        configurePointwise('excite', channels),
        { kind: gate },
      ],
    },
  ],
  join: () => 'gate',
};

/** Every kind of composite by its name in a spec. */
// biome-ignore lint/suspicious/noExplicitAny: each kind has its own configuration, checked by its own schema
export const COMPOSITE_KINDS: Readonly<Record<string, CompositeKind<any>>> = {
  residual,
  branches,
  'squeeze-excitation': squeezeExcitation,
};

/** The kinds of some layers, composites and the layers inside of them included. */
export function listKinds(layers: readonly LayerConfig[]): Set<string> {
  const kinds = layers.flatMap((config) => {
    const composite = Object.hasOwn(COMPOSITE_KINDS, config.kind) ? COMPOSITE_KINDS[config.kind]! : null;
    const inside = composite?.branches(config).flatMap((branch) => [...listKinds(branch.layers)]) ?? [];
    return [config.kind, ...inside];
  });
  return new Set(kinds);
}

/**
 * Checks that what branches give can be joined.
 *
 * @throws UserError if it cannot
 */
export function checkJoin(
  join: Join,
  titles: readonly string[],
  shapes: readonly Shape[],
  where: string,
): void {
  const [first] = shapes;
  if (join === 'gate') {
    checkGate(shapes, where);
    return;
  }
  const odd = shapes.findIndex(
    ({ height, width, channels }) =>
      height !== first!.height || width !== first!.width || (join === 'add' && channels !== first!.channels),
  );
  if (odd < 0) return;
  const [expected, mend] =
    join === 'add'
      ? [
          'one shape',
          'Make their padding, strides and filters agree; a 1×1 convolution can adapt an identity.',
        ]
      : ['one height and width', 'Make their padding and strides agree.'];
  const found = [0, odd].map((i) => `${formatShape(shapes[i]!)} (${titles[i]!})`).join(' and ');
  throw new UserError(`${where}: expected ${expected} from all that is joined, found ${found}. ${mend}`);
}

/** As many gates as channels. */
function checkGate([input, gates]: readonly Shape[], where: string): void {
  if (input!.channels === gates!.channels) return;
  throw new UserError(
    `${where}: expected channels as many as the input's, ${formatShape(input!)}, found ${gates!.channels}. Correct the channels.`,
  );
}
