import { describeValue } from './describe-value.js';
import { UserError } from './errors.js';
import { formatPath } from './field-path.js';

/** Objects and lists inside each other: far more than a network of composites has, and far less than would fill the stack. */
export const MAX_DEPTH = 100;

/** Names that every object has a meaning for already, and through which all objects of a program could be changed. */
const RESERVED_KEYS: readonly PropertyKey[] = ['__proto__', 'constructor', 'prototype'];

export function isReservedKey(key: PropertyKey): boolean {
  return RESERVED_KEYS.includes(key);
}

/**
 * Checks that a value of a program's is what JSON could say of it, so that it is the same whenever it is read: plain objects and lists without
 * holes, getters or cycles, texts, numbers that are finite and not −0, booleans and null. A field may be undefined, which is as good as none.
 *
 * @param where names it in messages
 * @throws UserError for the first place that is not
 */
export function checkPlainData(value: unknown, where: string): void {
  if (value !== undefined) checkValue(value, { where, path: [], around: [] });
}

/** Where a value is, and the objects and lists that it is in. */
interface Place {
  readonly where: string;
  readonly path: readonly PropertyKey[];
  readonly around: readonly object[];
}

function checkValue(value: unknown, place: Place): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number') checkNumber(value, place);
  else if (typeof value !== 'object') throw explain(place, 'plain data', describeValue(value));
  else checkHolder(value, place);
}

function checkNumber(value: number, place: Place): void {
  if (!Number.isFinite(value)) throw explain(place, 'a finite number', String(value));
  if (Object.is(value, -0)) throw explain(place, '0', '-0');
}

function checkHolder(holder: object, place: Place): void {
  const { where, path, around } = place;
  if (around.includes(holder)) throw explain(place, 'plain data', 'a cycle: it is inside itself');
  if (path.length >= MAX_DEPTH) {
    throw explain({ ...place, path: [] }, `at most ${MAX_DEPTH} objects and lists inside each other`, 'more');
  }
  const isList = Array.isArray(holder);
  const prototype: unknown = Object.getPrototypeOf(holder);
  if (prototype !== (isList ? Array.prototype : Object.prototype) && (isList || prototype !== null)) {
    throw explain(place, 'a plain object or a list', describeValue(holder));
  }
  const keys = Reflect.ownKeys(holder).filter((key) => !(isList && key === 'length'));
  if (isList && keys.length !== holder.length) {
    throw explain(
      place,
      'a list without holes and fields',
      `${keys.length} entries in ${holder.length} places`,
    );
  }
  for (const key of keys) {
    const inside = { where, path: [...path, isList ? Number(key) : key], around: [...around, holder] };
    if (typeof key === 'symbol' || isReservedKey(key)) {
      throw explain(place, 'fields of plain data', `one called '${String(key)}'`);
    }
    const field = Object.getOwnPropertyDescriptor(holder, key)!;
    if (!('value' in field) || !field.enumerable)
      throw explain(inside, 'a plain value', 'a getter or a hidden field');
    if (field.value !== undefined || isList) checkValue(field.value, inside);
  }
}

function explain({ where, path }: Place, expected: string, found: string): UserError {
  const field = path.length > 0 ? `field '${formatPath(path)}': ` : '';
  return new UserError(`${where}: ${field}expected ${expected}, found ${found}.`);
}
