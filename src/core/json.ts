import { UserError } from './errors.js';
import { isReservedKey, MAX_DEPTH } from './plain-data.js';

const SPACE = /[ \t\n\r]*/y;
/** Within a text: what stands for itself, from the space on, and what a backslash begins. */
const PLAIN = /[ !#-[\]-\uffff]+/y;
const ESCAPED = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;
const WORD = /true|false|null/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Of one text. More than any spec, grid or checkpoint has; they take some 100 bytes each in memory, however few in the file. */
const MAX_VALUES = 2 ** 18;
const MAX_EXCERPT = 20;
/** Characters of a key or a number in a message. */
const MAX_TOKEN = 100;

/** What is wrong with a text that should be JSON. */
export interface JsonFault {
  /** Of the character, from 0; the text's length for its end. */
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
  /** Whether it is JSON, but says what nobody can mean. */
  readonly isJson: boolean;
}

/**
 * Parses JSON that says what it means: every key once and none of those that objects have a meaning for, numbers that are kept as they are
 * written (whole ones to the last digit), at most 100 objects and lists inside each other, and at most 262,144 values. An error tells line and
 * column.
 *
 * @param where names the text in messages, for instance its file
 * @throws UserError if the text is not JSON, or not such
 */
export function parseJson(text: string, where: string): unknown {
  const fault = findJsonFault(text);
  if (fault === null) return JSON.parse(text);
  const isAll = fault.isJson && fault.offset === 0;
  const place = isAll ? '' : `${nameLine(text, fault.offset)}: `;
  throw new UserError(`${where}: ${place}expected ${fault.expected}, found ${fault.found}.`);
}

/** `line 3, column 5` */
function nameLine(text: string, offset: number): string {
  let [line, begin] = [1, 0];
  for (let next = text.indexOf('\n'); next >= 0 && next < offset; next = text.indexOf('\n', begin)) {
    begin = next + 1;
    line++;
  }
  return `line ${line}, column ${offset - begin + 1}`;
}

/** The first fault of a text, as `parseJson` tells it; null if it has none. */
export function findJsonFault(text: string): JsonFault | null {
  return new Scanner(text).findFault();
}

/**
 * Reads JSON as far as there is nothing wrong with it. V8 tells the place of a mistake in some cases only, and takes the last of two equal keys.
 */
class Scanner {
  private offset = 0;
  private depth = 0;
  private values = 0;
  /** What is wrong with JSON. */
  private fault: JsonFault | null = null;

  constructor(private readonly text: string) {}

  findFault(): JsonFault | null {
    const { text } = this;
    if (this.takeValue()) {
      this.take(SPACE);
      if (this.offset === text.length) return null;
    }
    if (this.fault !== null) return this.fault;
    const [line] = text.slice(this.offset, this.offset + MAX_EXCERPT).split(/[\r\n]/, 1);
    const found = this.offset >= text.length ? 'the end of the text' : JSON.stringify(line);
    return { offset: this.offset, expected: 'JSON', found, isJson: false };
  }

  private takeValue(): boolean {
    this.take(SPACE);
    if (this.values++ === MAX_VALUES) return this.refuse(`at most ${MAX_VALUES} values`, 'more');
    if (this.text[this.offset] === '{') {
      const keys = new Set<string>();
      return this.takeItems(/\}/y, () => this.takeMember(keys));
    }
    if (this.text[this.offset] === '[') return this.takeItems(/\]/y, () => this.takeValue());
    return this.takeText() !== null || this.take(WORD) !== null || this.takeNumber();
  }

  /** From the bracket that opens to the one that closes. */
  private takeItems(end: RegExp, takeItem: () => boolean): boolean {
    if (this.depth === MAX_DEPTH) {
      return this.refuse(`at most ${MAX_DEPTH} objects and lists inside each other`, 'more');
    }
    this.depth++;
    this.offset++;
    this.take(SPACE);
    let isOver = this.take(end) !== null;
    while (!isOver) {
      if (!takeItem()) return false;
      this.take(SPACE);
      isOver = this.take(end) !== null;
      if (!isOver && this.take(/,/y) === null) return false;
    }
    this.depth--;
    return true;
  }

  private takeMember(keys: Set<string>): boolean {
    this.take(SPACE);
    const begin = this.offset;
    const token = this.takeText();
    if (token === null) return false;
    const key = JSON.parse(token) as string;
    if (isReservedKey(key)) return this.refuse('a name that objects have no meaning for', `'${key}'`, begin);
    if (keys.has(key)) return this.refuse('each key once', `'${key.slice(0, MAX_TOKEN)}' twice`, begin);
    keys.add(key);
    this.take(SPACE);
    return this.take(/:/y) !== null && this.takeValue();
  }

  /** In pieces: one pattern for a text of millions of characters would fill the stack. */
  private takeText(): string | null {
    const begin = this.offset;
    if (this.take(/"/y) === null) return null;
    while (this.take(PLAIN) !== null || this.take(ESCAPED) !== null);
    if (this.take(/"/y) !== null) return this.text.slice(begin, this.offset);
    this.offset = begin;
    return null;
  }

  private takeNumber(): boolean {
    const begin = this.offset;
    const token = this.take(NUMBER);
    if (token === null) return false;
    const expected = explainLostNumber(token);
    return expected === null || this.refuse(expected, token.slice(0, MAX_TOKEN), begin);
  }

  /** The token at the offset, which moves behind it; null if there is none. */
  private take(pattern: RegExp): string | null {
    pattern.lastIndex = this.offset;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.offset += found[0].length;
    return found[0];
  }

  private refuse(expected: string, found: string, offset = this.offset): false {
    this.fault = { offset, expected, found, isJson: true };
    return false;
  }
}

/** What a number should have been that a double does not keep as it is written; null for others. Digits behind the point may be rounded. */
function explainLostNumber(token: string): string | null {
  const value = Number(token);
  if (!Number.isFinite(value)) return `a number up to ${Number.MAX_VALUE}`;
  if (value === 0 && /^[^eE]*[1-9]/.test(token)) return `0, or a number from ${Number.MIN_VALUE} up`;
  if (Object.is(value, -0)) return '0';
  const [digits] = /^-?\d+(?=(?:\.0*)?$)/.exec(token) ?? [];
  if (digits === undefined || BigInt(digits) === BigInt(value)) return null;
  return `a whole number that is kept to the last digit (those up to ${Number.MAX_SAFE_INTEGER} are)`;
}
