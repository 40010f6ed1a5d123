import { UserError } from '../core/errors.js';
import { MODEL_OPTION_NAMES } from '../models/options.js';
import { SHORT_FIELDS } from '../run/optimizer-fields.js';
import { type Fields, parsePath, setField } from './spec-path.js';

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

/**
 * Reads `key=value`; the key may lead inside objects and lists (`learningRate.rate`, `network.layers.conv1.filters`), the value is JSON or
 * else a string.
 *
 * @throws UserError if there is no `=` or the spec has no such field
 */
export function parseOverride(text: string): Override {
  const split = text.indexOf('=');
  if (split < 1)
    throw new UserError(`--set: expected key=value, found '${text}'. For instance: --set seed=3.`);
  const path = parsePath(text.slice(0, split), '--set');
  return { text: `--set ${text}`, path, value: parseValue(text.slice(split + 1)) };
}

/**
 * The spec with the field changed, as `setField` does it. A network given whole takes the place of a model and its options; a model takes the
 * place of a network; an optimizer given whole takes the place of SGD's short form.
 *
 * @throws UserError if the path leads to nothing in this spec
 */
export function applyOverride(spec: Fields, { text, path, value }: Override): Fields {
  const replaced = path.length > 1 ? [] : (REPLACED[path[0]!] ?? []);
  const kept = Object.entries(spec).filter(([key]) => !replaced.includes(key));
  return setField(Object.fromEntries(kept), path, value, text);
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
