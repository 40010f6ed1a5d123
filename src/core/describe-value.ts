/** Characters of a value in a message. */
const MAX_CHARACTERS = 100;

/** A value that was found in the place of another, for a message: JSON where it is such, cut where it is long. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'bigint') return `${shorten(String(value))}n`;
  if (typeof value === 'symbol' || typeof value === 'function') return `a ${typeof value}`;
  const made = nameOfClass(value);
  return made === null ? shorten(toJson(value)) : `${/^[AEIOU]/.test(made) ? 'an' : 'a'} ${made}`;
}

/** Null for what JSON can say: texts, booleans, null, lists and plain objects. */
function nameOfClass(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return null;
  const { name } = (prototype as { constructor?: { name?: unknown } }).constructor ?? {};
  return typeof name === 'string' && name !== '' ? shorten(name) : 'object of a class';
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // A cycle, a BigInt, a getter that throws.
    return Array.isArray(value) ? 'a list' : 'an object';
  }
}

/** A text as a message has it: cut where it is long. */
export function shorten(text: string): string {
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text;
}
