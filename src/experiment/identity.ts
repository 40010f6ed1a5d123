import { createHash } from 'node:crypto';
import { identifySpec, type ResolvedRunSpec } from '../run/spec.js';

/**
 * What makes two runs the same run: SHA-256, as hexadecimal, over the resolved spec (trimmed) and the data set's hash. Nothing of the
 * machine, the number of workers or the sweep goes in, since no result depends on them.
 */
export function computeIdentity(spec: ResolvedRunSpec, datasetSha256: string): string {
  return hashText(formatCanonicalJson({ dataset: datasetSha256, spec: identifySpec(spec) }));
}

/** A text that is equal for two runs that differ in nothing but the seed. */
export function computeGroup(spec: ResolvedRunSpec, datasetSha256: string): string {
  const { seed: _seed, ...rest } = identifySpec(spec);
  return hashText(formatCanonicalJson({ dataset: datasetSha256, spec: rest }));
}

/**
 * JSON without white space and with the keys of every object sorted by code unit (RFC 8785's form): one text for one value.
 * Fields that are undefined are left out, as in JSON.stringify.
 *
 * @throws Error for NaN and infinities, which JSON would silently turn into null
 */
export function formatCanonicalJson(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new Error(`canonical JSON: expected a finite number, found ${value}.`);
  }
  if (Array.isArray(value)) return `[${value.map((item) => formatCanonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${formatCanonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}

function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
