import { z } from 'zod';
import { finish, type Pieces } from '../core/pieces.js';
import type { PhiloxKey } from '../core/rng.js';
import type { NameOf } from '../core/written.js';
import type { Kernels } from '../kernels/kernels.js';
import type { KernelShape } from './kernel-shape.js';
import { positiveSingle, singleNumber } from './single-number.js';
import { type InputImages, whitenPatches } from './whitening.js';

/** What first numbers depend on. */
interface Source {
  readonly key: PhiloxKey;
  readonly kernels: Kernels;
  /** Null where there are none. */
  readonly images: InputImages | null;
}

/** Of the parameter. */
interface Sizes {
  readonly fanIn: number;
  readonly fanOut: number;
  readonly kernel?: KernelShape;
}

/** A way to begin, whole: its configuration and what it makes. */
interface InitializerKind<Schema extends z.ZodType> {
  readonly schema: Schema;
  fill(values: Float32Array, config: z.output<Schema>, sizes: Sizes, source: Source): void;
}

/** One that makes its numbers from the training images, which takes its time. */
interface ImageReaderKind<Schema extends z.ZodType> {
  readonly schema: Schema;
  fillInPieces(values: Float32Array, config: z.output<Schema>, sizes: Sizes, source: Source): Pieces;
}

/** A kind whose configuration the schema tells. */
function define<Schema extends z.ZodType>(kind: InitializerKind<Schema>): InitializerKind<Schema> {
  return kind;
}

function defineImageReader<Schema extends z.ZodType>(kind: ImageReaderKind<Schema>): ImageReaderKind<Schema> {
  return kind;
}

/** Mean 0 and the given deviation; uniform numbers reach out to √3 deviations. */
function fillRandom(
  values: Float32Array,
  deviation: number,
  shape: 'normal' | 'uniform',
  { kernels, key }: Source,
): void {
  const draw =
    shape === 'normal'
      ? kernels.bindDrawNormal({ values, deviation, key })
      : kernels.bindDrawUniform({ values, reach: deviation * Math.sqrt(3), key });
  draw(0, values.length);
}

const distribution = z.enum(['normal', 'uniform']);

/** Normal with mean 0. */
const gaussian = define({
  schema: z.strictObject({ kind: z.literal('gaussian'), std: positiveSingle }),
  fill: (values, { std }, _sizes, source) => fillRandom(values, std, 'normal', source),
});

/** Variance 2 / fanIn (He et al., ICCV 2015). */
const he = define({
  schema: z.strictObject({ kind: z.literal('he'), distribution: distribution.default('normal') }),
  fill: (values, config, { fanIn }, source) =>
    fillRandom(values, Math.sqrt(2 / fanIn), config.distribution, source),
});

/** Variance 2 / (fanIn + fanOut) (Glorot and Bengio, AISTATS 2010). */
const glorot = define({
  schema: z.strictObject({ kind: z.literal('glorot'), distribution: distribution.default('uniform') }),
  fill: (values, config, { fanIn, fanOut }, source) =>
    fillRandom(values, Math.sqrt(2 / (fanIn + fanOut)), config.distribution, source),
});

/** Between −1/√fanIn and 1/√fanIn: how PyTorch's convolutions and linear layers begin, their biases too. */
const pytorch = define({
  schema: z.strictObject({ kind: z.literal('pytorch') }),
  fill: (values, _config, { fanIn }, source) =>
    fillRandom(values, 1 / Math.sqrt(3 * fanIn), 'uniform', source),
});

/** Between −limit and limit. */
const uniform = define({
  schema: z.strictObject({ kind: z.literal('uniform'), limit: positiveSingle }),
  fill: (values, { limit }, _sizes, source) => fillRandom(values, limit / Math.sqrt(3), 'uniform', source),
});

const zero = define({
  schema: z.strictObject({ kind: z.literal('zero') }),
  fill: (values) => values.fill(0),
});

const constant = define({
  schema: z.strictObject({ kind: z.literal('constant'), value: singleNumber }),
  fill: (values, { value }) => values.fill(value),
});

/** A plain name is short for the kind with its defaults. */
const unabbreviate = <Options extends { kind: string }>(value: Options | NameOf<Options>): unknown =>
  typeof value === 'string' ? { kind: value } : value;

/** Of any parameter. */
const schemas = [
  gaussian.schema,
  he.schema,
  glorot.schema,
  pytorch.schema,
  uniform.schema,
  zero.schema,
  constant.schema,
] as const;

const anySchema = z.discriminatedUnion('kind', schemas);

/** How a parameter starts. */
export const initializerSchema = z.preprocess(unabbreviate<z.input<typeof anySchema>>, anySchema);

export type Initializer = z.output<typeof initializerSchema>;

/** The identity in the first filters, see placeIdentity; the `rest` by another initialiser. */
const dirac = define({
  schema: z.strictObject({ kind: z.literal('dirac'), rest: initializerSchema.prefault('he') }),
  fill(values, { rest }, sizes, source) {
    finish(initialize(values, rest, sizes, source));
    placeIdentity(values, sizes.kernel!);
  },
});

/** From the data: see whitenPatches. */
const whitening = defineImageReader({
  schema: z.strictObject({
    kind: z.literal('whitening'),
    /** Training images, the first ones; of fewer all. */
    images: z.int().min(1).default(5000),
    /** Added to the eigenvalues. */
    epsilon: positiveSingle.default(5e-4),
  }),
  *fillInPieces(values, config, { kernel }, { images }) {
    if (images === null) throw new Error('whitening: expected images to make the kernel from, found none');
    yield* whitenPatches(values, kernel!, images, config);
  },
});

const kernelSchema = z.discriminatedUnion('kind', [...schemas, dirac.schema, whitening.schema]);

/** How a convolution's kernel starts. */
export const kernelInitializerSchema = z.preprocess(unabbreviate<z.input<typeof kernelSchema>>, kernelSchema);

export type KernelInitializer = z.output<typeof kernelInitializerSchema>;

// biome-ignore lint/suspicious/noExplicitAny: each kind has its own configuration, checked by its own schema
const INITIALIZERS: Readonly<Record<KernelInitializer['kind'], InitializerKind<any> | ImageReaderKind<any>>> =
  {
    gaussian,
    he,
    glorot,
    pytorch,
    uniform,
    zero,
    constant,
    dirac,
    whitening,
  };

/** Whether an initialiser makes its numbers from the training images: then it is for the layer that reads those. */
export function readsImages({ kind }: Initializer | KernelInitializer): boolean {
  return 'fillInPieces' in INITIALIZERS[kind];
}

/**
 * Fills `values` with a parameter's first numbers, a pure function of the source.
 *
 * @throws Error if the initialiser needs a kernel's shape, or images, and there are none
 */
export function* initialize(
  values: Float32Array,
  initializer: Initializer | KernelInitializer,
  sizes: Sizes,
  source: Source,
): Pieces {
  const kind = INITIALIZERS[initializer.kind];
  if ('fillInPieces' in kind) yield* kind.fillInPieces(values, initializer, sizes, source);
  else kind.fill(values, initializer, sizes, source);
}

/**
 * Makes the first filters of each group hand on one input channel each: 1 at the middle tap (⌊height/2⌋, ⌊width/2⌋) of their own channel,
 * 0 elsewhere (PyTorch's dirac_). As many as there are input channels; filters behind them stay.
 */
function placeIdentity(values: Float32Array, { height, width, inputs, outputs, groups }: KernelShape): void {
  const rows = height * width * inputs;
  const middle = (Math.floor(height / 2) * width + Math.floor(width / 2)) * inputs;
  for (let group = 0; group < groups; group++) {
    const matrix = values.subarray(group * rows * outputs, (group + 1) * rows * outputs);
    for (let channel = 0; channel < Math.min(inputs, outputs); channel++) {
      for (let row = 0; row < rows; row++) matrix[row * outputs + channel] = row === middle + channel ? 1 : 0;
    }
  }
}
