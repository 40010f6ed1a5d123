import { z } from 'zod';
import { type PhiloxKey, RandomStream } from '../core/rng.js';

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
): void {
  switch (initializer.kind) {
    case 'zero':
      values.fill(0);
      return;
    case 'constant':
      values.fill(initializer.value);
      return;
    case 'gaussian':
      fillRandom(values, initializer.std, 'normal', key);
      return;
    case 'uniform':
      fillRandom(values, initializer.limit / Math.sqrt(3), 'uniform', key);
      return;
    case 'he':
      fillRandom(values, Math.sqrt(2 / fan.fanIn), initializer.distribution, key);
      return;
    case 'glorot':
      fillRandom(values, Math.sqrt(2 / (fan.fanIn + fan.fanOut)), initializer.distribution, key);
      return;
  }
}

/** Random numbers of mean 0 and the given deviation; uniform ones reach out to √3 deviations. */
function fillRandom(
  values: Float32Array,
  deviation: number,
  shape: 'normal' | 'uniform',
  key: PhiloxKey,
): void {
  const stream = new RandomStream(key);
  const reach = deviation * Math.sqrt(3);
  for (let i = 0; i < values.length; i++) {
    values[i] = shape === 'normal' ? stream.nextNormal() * deviation : (2 * stream.nextUniform() - 1) * reach;
  }
}
