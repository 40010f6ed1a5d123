import { z } from 'zod';
import type { PhiloxKey } from '../core/rng.js';
import type { Kernels } from '../kernels/kernels.js';
import type { KernelShape } from './kernel-shape.js';
import { type InputImages, whitenPatches } from './whitening.js';

const distribution = z.enum(['normal', 'uniform']);

/** Of any parameter. */
const kinds = [
  /** Normal with mean 0. */
  z.strictObject({ kind: z.literal('gaussian'), std: z.number().positive() }),
  /** Variance 2 / fanIn (He et al., ICCV 2015). */
  z.strictObject({ kind: z.literal('he'), distribution: distribution.default('normal') }),
  /** Variance 2 / (fanIn + fanOut) (Glorot and Bengio, AISTATS 2010). */
  z.strictObject({ kind: z.literal('glorot'), distribution: distribution.default('uniform') }),
  /** Between −1/√fanIn and 1/√fanIn: how PyTorch's convolutions and linear layers begin, their biases too. */
  z.strictObject({ kind: z.literal('pytorch') }),
  /** Between −limit and limit. */
  z.strictObject({ kind: z.literal('uniform'), limit: z.number().positive() }),
  z.strictObject({ kind: z.literal('zero') }),
  z.strictObject({ kind: z.literal('constant'), value: z.number() }),
] as const;

/** A plain name is short for the kind with its defaults. */
const unabbreviate = (value: unknown) => (typeof value === 'string' ? { kind: value } : value);

/** How a parameter starts. */
export const initializerSchema = z.preprocess(unabbreviate, z.discriminatedUnion('kind', kinds));

/** How a convolution's kernel starts. */
export const kernelInitializerSchema = z.preprocess(
  unabbreviate,
  z.discriminatedUnion('kind', [
    ...kinds,
    /** The identity in the first filters, see placeIdentity; the `rest` by another initialiser. */
    z.strictObject({ kind: z.literal('dirac'), rest: initializerSchema.prefault('he') }),
    /** From the data: see whitenPatches. */
    z.strictObject({
      kind: z.literal('whitening'),
      /** Training images, the first ones; of fewer all. */
      images: z.int().min(1).default(5000),
      /** Added to the eigenvalues. */
      epsilon: z.number().positive().default(5e-4),
    }),
  ]),
);

export type Initializer = z.output<typeof initializerSchema>;
export type KernelInitializer = z.output<typeof kernelInitializerSchema>;

/** What first numbers depend on. */
interface Source {
  readonly key: PhiloxKey;
  readonly kernels: Kernels;
  /** Null where there are none. */
  readonly images: InputImages | null;
}

/**
 * Fills `values` with a parameter's first numbers, a pure function of the source.
 *
 * @throws Error if the initialiser needs a kernel's shape, or images, and there are none
 */
export function initialize(
  values: Float32Array,
  initializer: Initializer | KernelInitializer,
  sizes: { readonly fanIn: number; readonly fanOut: number; readonly kernel?: KernelShape },
  source: Source,
): void {
  const { key, kernels, images } = source;
  /** Mean 0 and the given deviation; uniform numbers reach out to √3 deviations. */
  const fillRandom = (deviation: number, shape: 'normal' | 'uniform') => {
    const draw =
      shape === 'normal'
        ? kernels.bindDrawNormal({ values, deviation, key })
        : kernels.bindDrawUniform({ values, reach: deviation * Math.sqrt(3), key });
    draw(0, values.length);
  };
  switch (initializer.kind) {
    case 'zero':
      values.fill(0);
      return;
    case 'constant':
      values.fill(initializer.value);
      return;
    case 'gaussian':
      fillRandom(initializer.std, 'normal');
      return;
    case 'uniform':
      fillRandom(initializer.limit / Math.sqrt(3), 'uniform');
      return;
    case 'he':
      fillRandom(Math.sqrt(2 / sizes.fanIn), initializer.distribution);
      return;
    case 'glorot':
      fillRandom(Math.sqrt(2 / (sizes.fanIn + sizes.fanOut)), initializer.distribution);
      return;
    case 'pytorch':
      fillRandom(1 / Math.sqrt(3 * sizes.fanIn), 'uniform');
      return;
    case 'dirac':
      initialize(values, initializer.rest, sizes, source);
      placeIdentity(values, sizes.kernel!);
      return;
    case 'whitening':
      if (images === null) throw new Error('whitening: expected images to make the kernel from, found none');
      whitenPatches(values, sizes.kernel!, images, initializer);
      return;
  }
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
