import { nameCommand } from '../core/command-name.js';
import { describeValue } from '../core/describe-value.js';
import { UserError, unknownName } from '../core/errors.js';
import { isReservedKey, MAX_DEPTH } from '../core/plain-data.js';
import { MODEL_OPTION_NAMES } from '../models/options.js';
import { COMPOSITE_KINDS } from '../network/composite.js';
import { takeInputs } from '../network/inputs.js';
import { nameSiblings } from '../network/named-layers.js';
import { RUN_SPEC_KEYS } from '../run/spec.js';

/** Fields of a spec as they are written, unchecked. */
export type Fields = Readonly<Record<string, unknown>>;

const INDEX = /^-?\d+$/;
/** Of a name, in messages. */
const MAX_EXCERPT = 20;

/**
 * Reads where a field of a spec is: `seed`, `learningRate.rate`, `network.layers.conv1.filters`.
 *
 * @param where names the place where it is written, for messages
 * @throws UserError if the spec has no such field
 */
export function parsePath(text: string, where: string): readonly string[] {
  const path = text.split('.');
  if (path.includes(''))
    throw new UserError(`${where}: expected a key such as learningRate.rate, found '${text}'.`);
  if (path.length > MAX_DEPTH) {
    throw new UserError(
      `${where}: expected a key of at most ${MAX_DEPTH} names, found ${path.length}, from '${path[0]!.slice(0, MAX_EXCERPT)}' on. Correct it.`,
    );
  }
  const reserved = path.find(isReservedKey);
  if (reserved !== undefined) {
    throw new UserError(
      `${where}: expected names of fields, found '${reserved}' in '${text}'. Correct the key.`,
    );
  }
  if (!RUN_SPEC_KEYS.includes(path[0]!)) throw unknownName(where, 'field', path[0]!, RUN_SPEC_KEYS);
  return path;
}

/** Whether a field is another one, or inside it. */
export function isInside(path: readonly string[], other: readonly string[]): boolean {
  return other.every((part, i) => part === path[i]);
}

/**
 * Checks that a field which is an option of named networks is not set where the network is written out, and stays as it is.
 *
 * @throws UserError if it is
 */
export function checkTakesOption(spec: Fields, [key]: readonly string[], where: string): void {
  const isOption = MODEL_OPTION_NAMES.some((option) => option === key);
  if (!isOption || spec.network === undefined) return;
  throw new UserError(
    `${where}: expected '${key}' beside 'model', whose option it is, found a network that is written out. Change its layers, or name the model anew.`,
  );
}

/**
 * A spec with one field changed. Inside a list a key is an index, counted from the end if it is negative, or a layer's name as `describe`
 * tells it; objects on the way are made where they are missing. That an object has a field of that name, and the value, are left to
 * `resolveRunSpec`.
 *
 * @throws UserError if the path leads to nothing
 */
export function setField(spec: Fields, path: readonly string[], value: unknown, where: string): Fields {
  return change(spec, path, value, { where, before: [] }) as Fields;
}

/** How far a path has been followed. */
interface Place {
  readonly where: string;
  readonly before: readonly string[];
}

function change(target: unknown, path: readonly string[], value: unknown, place: Place): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const inside = { ...place, before: [...place.before, key] };
  const holder = open(target, key, place);
  if (Array.isArray(holder)) {
    const index = findItem(holder, key, place);
    return holder.with(index, change(holder[index], rest, value, inside));
  }
  const fields = holder as Fields;
  const isThere = Object.hasOwn(fields, key);
  const steps = isThere ? null : findInBranches(fields, key, place);
  if (steps !== null) return change(fields, [...steps, ...rest], value, place);
  return { ...fields, [key]: change(isThere ? fields[key] : undefined, rest, value, inside) };
}

/** The list or the fields in which a key stands: the value itself, what it is short for, or new fields where there is nothing. */
function open(target: unknown, key: string, { where, before }: Place): readonly unknown[] | Fields {
  if (typeof target === 'object' && target !== null) return target as readonly unknown[] | Fields;
  const at = before.join('.');
  if (at === 'network') throw explainMissingLayers(target, where);
  if (at === 'learningRate' && target == null) return { kind: 'constant' };
  if (at === 'learningRate' && typeof target === 'number') return { kind: 'constant', rate: target };
  if (at === 'optimizer' && typeof target === 'string') return { kind: target };
  if (target == null && !INDEX.test(key)) return {};
  const expected = INDEX.test(key) ? 'a list' : 'an object';
  throw new UserError(
    `${where}: expected ${expected} in '${at}', found ${describeValue(target)}. Give '${at}' whole.`,
  );
}

function explainMissingLayers(network: unknown, where: string): UserError {
  const found = typeof network === 'string' ? 'a pattern' : 'none';
  return new UserError(
    `${where}: expected a network that is written out layer by layer, found ${found}. ${nameCommand('describe')} with --spec ` +
      'writes a named network or a pattern out.',
  );
}

function findItem(items: readonly unknown[], key: string, { where, before }: Place): number {
  const at = before.join('.');
  if (items.length === 0) {
    throw new UserError(
      `${where}: expected something at ${key} in '${at}', found an empty list. Give '${at}' whole.`,
    );
  }
  const areLayers = items.every(isLayer);
  const names = areLayers ? nameSiblings(items as readonly { kind: string }[]) : [];
  if (INDEX.test(key)) {
    const index = Number(key) < 0 ? items.length + Number(key) : Number(key);
    if (names.includes(key) && names.indexOf(key) !== index) {
      throw new UserError(
        `${where}: expected a number or a layer's name in '${at}', found ${key}, which is both, of different layers. Rename the layer.`,
      );
    }
    if (index >= 0 && index < items.length) return index;
    const there = areLayers ? ` There are: ${names.join(', ')}.` : '';
    throw new UserError(
      `${where}: expected a number from 0 to ${items.length - 1}, or from -1 to -${items.length}, in ` +
        `'${at}', found ${key}.${there}`,
    );
  }
  if (names.includes(key)) return names.indexOf(key);
  if (areLayers) throw unknownName(where, 'layer', key, names);
  throw new UserError(`${where}: expected a number in '${at}', which is a list, found '${key}'.`);
}

/** The way from a composite to a branch or a layer that is called by the name it has outside: `residual3.convolution1`. */
function findInBranches(fields: Fields, key: string, { where, before }: Place): readonly string[] | null {
  if (!isLayer(fields)) return null;
  if (!Object.hasOwn(COMPOSITE_KINDS, fields.kind)) return null;
  const kind = COMPOSITE_KINDS[fields.kind]!;
  if (key === 'inputs' || kind.fields.includes(key)) return null;
  // Inside, layers stay as they are written.
  const { fields: own } = takeInputs(fields, fields.kind, `${where}: ${before.join('.')}`);
  const config = kind.parse(own, `${where}: ${before.join('.')}`, (layers) => layers as never);
  const ways = kind.branches(config).flatMap(({ prefix, path, layers }): [string, readonly string[]][] => {
    if (path === null) return [];
    if (prefix !== '') return [[prefix, path]];
    // Behind those that are written there may be others, which a field of the composite has made.
    const written = path.reduce((at, part) => at[part], config) as readonly unknown[];
    return nameSiblings(layers.slice(0, written.length)).map((name, i) => [name, [...path, String(i)]]);
  });
  const way = ways.find(([name]) => name === key);
  if (way !== undefined) return way[1];
  const names = [...ways.map(([name]) => name), ...kind.fields];
  throw unknownName(`${where}: ${before.join('.')}`, 'layer or field', key, [...new Set(names)]);
}

function isLayer(value: unknown): value is { readonly kind: string } {
  return typeof (value as { kind?: unknown } | null)?.kind === 'string';
}
