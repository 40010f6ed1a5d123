import { z } from 'zod';
import type { PhiloxKey } from '../core/rng.js';
import type { Kernels } from '../kernels/kernels.js';

const distribution = z.enum(['normal', 'uniform']);

/** How a parameter starts. A plain name is short for the kind with its defaults. */
export const initializerSchema = z.preprocess(
  (value) => (typeof value === 'string' ? { kind: value } : value),
  z.discriminatedUnion('kind', [
    /** Normal with mean 0. */
    z.strictObject({ kind: z.literal('gaussian'), std: z.number().positive() }),
    /** Variance 2 / fanIn (He et al., ICCV 2015). */
    z.strictObject({ kind: z.literal('he'), distribution: distribution.default('normal') }),
    /** Variance 2 / (fanIn + fanOut) (Glorot and Bengio, AISTATS 2010). */
    z.strictObject({ kind: z.literal('glorot'), distribution: distribution.default('uniform') }),
    /** Between −limit and limit. */
    z.strictObject({ kind: z.literal('uniform'), limit: z.number().positive() }),
    z.strictObject({ kind: z.literal('zero') }),
    z.strictObject({ kind: z.literal('constant'), value: z.number() }),
  ]),
);

export type Initializer = z.output<typeof initializerSchema>;

/** Fills `values` with a parameter's first numbers, a pure function of the key. */
export function initialize(
  values: Float32Array,
  initializer: Initializer,
  fan: { readonly fanIn: number; readonly fanOut: number },
  key: PhiloxKey,
  kernels: Kernels,
): void {
  /** Mean 0 and the given deviation; uniform numbers reach out to √3 deviations. */
  const fillRandom = (deviation: number, shape: 'normal' | 'uniform') => {
    if (shape === 'normal') kernels.drawNormal(values, deviation, key, 0, values.length);
    else kernels.drawUniform(values, deviation * Math.sqrt(3), key, 0, values.length);
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
      fillRandom(Math.sqrt(2 / fan.fanIn), initializer.distribution);
      return;
    case 'glorot':
      fillRandom(Math.sqrt(2 / (fan.fanIn + fan.fanOut)), initializer.distribution);
      return;
  }
}
