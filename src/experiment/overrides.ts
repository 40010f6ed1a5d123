import { UserError, unknownName } from '../core/errors.js';
import { MODEL_OPTION_NAMES } from '../models/options.js';
import { SHORT_FIELDS } from '../run/optimizer-fields.js';
import { RUN_SPEC_KEYS } from '../run/spec.js';

/** One `--set`: a field of the spec, perhaps inside another one, and its value. */
export interface Override {
  /** As it is written on the command line, for messages: `--set seed=3`. */
  readonly text: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/** What a field takes the place of. */
const REPLACED: Readonly<Record<string, readonly string[]>> = {
  network: ['model', ...MODEL_OPTION_NAMES],
  model: ['network'],
  optimizer: SHORT_FIELDS,
};

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads `key=value`; the key may lead inside an object (`learningRate.rate`), the value is JSON or else a string.
 *
 * @throws UserError if there is no `=` or the spec has no such field
 */
export function parseOverride(text: string): Override {
  const split = text.indexOf('=');
  if (split < 1)
    throw new UserError(`--set: expected key=value, found '${text}'. For instance: --set seed=3.`);
  const path = text.slice(0, split).split('.');
  if (path.includes(''))
    throw new UserError(`--set: expected a key such as learningRate.rate, found '${path.join('.')}'.`);
  if (!RUN_SPEC_KEYS.includes(path[0]!)) throw unknownName('--set', 'field', path[0]!, RUN_SPEC_KEYS);
  return { text: `--set ${text}`, path, value: parseValue(text.slice(split + 1)) };
}

/**
 * The spec with the field changed; objects on the way are made where they are missing. A network given whole takes the place of a model
 * and its options; a model takes the place of a network; an optimizer given whole takes the place of SGD's short form. Nothing is checked.
 */
export function applyOverride(spec: Fields, { path, value }: Override): Fields {
  const replaced = path.length > 1 ? [] : (REPLACED[path[0]!] ?? []);
  const kept = Object.entries(spec).filter(([key]) => !replaced.includes(key));
  return change(Object.fromEntries(kept), path, value) as Fields;
}

function change(target: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(target)) {
    const copy: unknown[] = [...target];
    copy[Number(key)] = change(copy[Number(key)], rest, value);
    return copy;
  }
  const fields = expandShortForm(target);
  return { ...fields, [key]: change(fields[key], rest, value) };
}

/** Where fields are asked for, a plain number is a constant learning rate in short, and a plain name a kind with its defaults. */
function expandShortForm(target: unknown): Fields {
  if (typeof target === 'number') return { kind: 'constant', rate: target };
  if (typeof target === 'string' && /^[\w-]+$/.test(target)) return { kind: target };
  return typeof target === 'object' && target !== null ? (target as Fields) : {};
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
