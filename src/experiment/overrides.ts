import { UserError } from '../core/errors.js';
import { parseJson } from '../core/json.js';
import { MODEL_OPTION_NAMES } from '../models/options.js';
import { SHORT_FIELDS } from '../run/optimizer-fields.js';
import { checkTakesOption, type Fields, isInside, parsePath, setField } from './spec-path.js';

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
 * Reads `key=value`; the key may lead inside objects and lists (`learningRate.rate`, `network.layers.conv1.filters`), the value is JSON, a number
 * as people write it (`.001`), or else a word.
 *
 * @throws UserError if there is no `=`, the spec has no such field, or the value is JSON that says what nobody can mean
 */
export function parseOverride(text: string): Override {
  const split = text.indexOf('=');
  if (split < 1)
    throw new UserError(`--set: expected key=value, found '${text}'. For instance: --set seed=3.`);
  const key = text.slice(0, split);
  const path = parsePath(key, '--set');
  if (path[0] === 'plugins') {
    throw new UserError(`--set ${key}: expected another field: this one is filled in. Give --plugin a file.`);
  }
  return { text: `--set ${text}`, path, value: parseValue(text.slice(split + 1), `--set ${key}`) };
}

/**
 * Some overrides and one more behind them.
 *
 * @throws UserError if nothing would be left of one of them
 */
export function addOverride(overrides: readonly Override[], added: Override): readonly Override[] {
  const { path, text } = added;
  const replaced = path.length > 1 ? [] : (REPLACED[path[0]!] ?? []);
  const lost = overrides.find(
    (earlier) =>
      isInside(earlier.path, path) || replaced.includes(earlier.path[0]!) || isRateAlone(earlier, path),
  );
  if (lost === undefined) return [...overrides, added];
  throw new UserError(`${text}: expected each field once, found ${lost.text} before it. Leave one out.`);
}

/** Whether an override says nothing but a field of that path: a learning rate that is a number is short for one with that rate. */
function isRateAlone({ path: whole, value }: Override, path: readonly string[]): boolean {
  return (
    typeof value === 'number' && whole.join('.') === 'learningRate' && path.join('.') === 'learningRate.rate'
  );
}

/**
 * The spec with the field changed, as `setField` does it. A network given whole takes the place of a model and its options; a model takes the
 * place of a network; an optimizer given whole takes the place of SGD's short form.
 *
 * @throws UserError if the path leads to nothing in this spec, or the field would change nothing in it
 */
export function applyOverride(spec: Fields, { text, path, value }: Override): Fields {
  checkTakesOption(spec, path, text);
  const replaced = path.length > 1 ? [] : (REPLACED[path[0]!] ?? []);
  const kept = Object.entries(spec).filter(([key]) => !replaced.includes(key));
  return setField(Object.fromEntries(kept), path, value, text);
}

/**
 * The value of an override as it is written.
 *
 * @throws UserError for JSON that parseJson refuses
 */
export function parseValue(text: string, where: string): unknown {
  const json = writeAsJson(text) ?? text;
  return isJson(json) ? parseJson(json, where) : text;
}

/** A number in a form that JSON does not know: `.001`, `1.`, `+3`, `007`; null for anything else. */
function writeAsJson(text: string): string | null {
  const [, sign, whole, fraction = '', exponent = ''] =
    /^([+-]?)(\d*)(?:\.(\d*))?(e[+-]?\d+)?$/i.exec(text) ?? [];
  if (sign === undefined || whole === undefined || whole + fraction === '') return null;
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  return `${sign.replace('+', '')}${digits}${fraction && `.${fraction}`}${exponent}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
