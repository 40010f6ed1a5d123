import { createHash } from 'node:crypto';
import { Memory } from '../core/memory.js';
import { identifyField, type ResolvedRunSpec } from '../run/spec.js';

/**
 * What makes two runs the same run: SHA-256, as hexadecimal, over the resolved spec (trimmed) and the data set's hash. Nothing of the
 * machine, the number of workers or the sweep goes in, since no result depends on them.
 */
export function computeIdentity(spec: ResolvedRunSpec, datasetSha256: string): string {
  return new Identifier().identify(spec, datasetSha256);
}

/** A text that is equal for two runs that differ in nothing but the seed. */
export function computeGroup(spec: ResolvedRunSpec, datasetSha256: string): string {
  return new Identifier().identifyGroup(spec, datasetSha256);
}

/** Networks whose texts are remembered. */
const MOST_NETWORKS = 1000;

/** A field of a spec as it stands in the canonical text. */
interface WrittenField {
  readonly key: string;
  value: unknown;
  /** Empty for what makes no run another one. */
  text: string;
}

/**
 * Gives runs their identities, one after another: of fields that have the very value that they had in the run before the text is taken from there,
 * and networks, which are most of a spec, are written once.
 */
export class Identifier {
  readonly #networks = new Memory<string>(MOST_NETWORKS);
  #keys: readonly string[] = [];
  /** Those of the run before, in the order of their keys. */
  #fields: readonly WrittenField[] = [];

  /** See computeIdentity. */
  identify(spec: ResolvedRunSpec, datasetSha256: string): string {
    return hashRun(this.#write(spec), datasetSha256);
  }

  /** See computeGroup. */
  identifyGroup(spec: ResolvedRunSpec, datasetSha256: string): string {
    return hashRun(
      this.#write(spec).filter(({ key }) => key !== 'seed'),
      datasetSha256,
    );
  }

  #write(spec: ResolvedRunSpec): readonly WrittenField[] {
    const values = spec as Readonly<Record<string, unknown>>;
    const keys = Object.keys(values);
    const isAlike = keys.length === this.#keys.length && keys.every((key, i) => key === this.#keys[i]);
    if (!isAlike) {
      this.#keys = keys;
      this.#fields = keys.toSorted().map((key) => ({ key, value: undefined, text: '' }));
    }
    for (const field of this.#fields) {
      const value = values[field.key];
      if (value === field.value) continue;
      field.value = value;
      field.text = this.#writeField(field.key, value);
    }
    return this.#fields;
  }

  #writeField(key: string, value: unknown): string {
    const kept = identifyField(key, value);
    if (kept === undefined) return '';
    const format = () => formatCanonicalJson(kept);
    return `${JSON.stringify(key)}:${key === 'network' ? this.#networks.recall(kept as object, '', format) : format()}`;
  }
}

/** Of the canonical JSON of a run's data and spec. */
function hashRun(fields: readonly WrittenField[], datasetSha256: string): string {
  const texts = fields.map(({ text }) => text).filter((text) => text !== '');
  return hashText(`{"dataset":${JSON.stringify(datasetSha256)},"spec":{${texts.join(',')}}}`);
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
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${value.map((item) => formatCanonicalJson(item ?? null)).join(',')}]`;
  }
  const object = value as Readonly<Record<string, unknown>>;
  const fields = Object.keys(object)
    .filter((key) => object[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${formatCanonicalJson(object[key])}`);
  return `{${fields.join(',')}}`;
}

function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
