import { invertNormal, type PhiloxKey, philox } from '../../core/rng.js';
import type { ParameterKernels } from '../interface/parameters.js';

export const bindDrawNormal: ParameterKernels['bindDrawNormal'] =
  ({ values, deviation, key }) =>
  (first, count) =>
    fillFromWords(values, key, first, count, (u) => invertNormal(u) * deviation);

export const bindDrawUniform: ParameterKernels['bindDrawUniform'] =
  ({ values, reach, key }) =>
  (first, count) =>
    fillFromWords(values, key, first, count, (u) => (2 * u - 1) * reach);

function fillFromWords(
  values: Float32Array,
  key: PhiloxKey,
  first: number,
  count: number,
  map: (u: number) => number,
): void {
  const block = new Uint32Array(4);
  for (let i = first; i < first + count; i++) {
    if (i % 4 === 0 || i === first) philox(key, i >>> 2, 0, 0, 0, block);
    values[i] = map((block[i % 4]! + 0.5) / 2 ** 32);
  }
}
