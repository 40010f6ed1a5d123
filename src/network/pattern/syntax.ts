import { TextError } from '../../core/errors.js';

/** A text and how to complain of a character of it. */
export interface Source {
  readonly text: string;
  /** Names the text in messages. */
  readonly where: string;
  /** @param offset of the character at fault */
  fail(offset: number, message: string): TextError;
}

/** One layer as it is written: `CONV(5,20,s2)`. */
export interface Word {
  readonly type: 'word';
  readonly name: string;
  readonly args: readonly Argument[];
  readonly offset: number;
}

export interface Argument {
  readonly text: string;
  readonly offset: number;
}

/** Parts in brackets, or the whole pattern. */
export interface Sequence {
  readonly type: 'sequence';
  readonly parts: readonly Part[];
}

export interface Part {
  readonly body: Word | Sequence;
  /** `*N`; 1 if nothing is written. */
  readonly times: number;
  /** `?` */
  readonly optional: boolean;
  readonly offset: number;
}

/** More repetitions than any network has layers. */
const MAX_TIMES = 1000;
/** Brackets in brackets; keeps the reader's recursion off the end of the stack. */
const MAX_DEPTH = 100;

const SPACE = /\s*/y;
const ARROW = /->|→/y;
/** A hyphen that begins an arrow is none of a name's. */
const NAME = /[A-Za-z][A-Za-z0-9]*(?:-(?!>)[A-Za-z0-9]+)*/y;
const ARGUMENT = /[^\s,()[\]]+/y;
const COUNT = /\d+/y;

export function makeSource(text: string, where: string): Source {
  return {
    text,
    where,
    fail: (offset, message) => new TextError(`${where}: character ${offset + 1}: ${message}`, text, offset),
  };
}

/**
 * Reads a pattern:
 *
 *     sequence = part { "->" part }
 *     part     = ( word | "[" sequence "]" ) [ "*" count | "?" ]
 *     word     = name [ "(" argument { "," argument } ")" ]
 *
 * White space may stand between any two of these.
 *
 * @throws TextError that points at the first character that does not fit
 */
export function parseSyntax(source: Source): Sequence {
  const reader = new Reader(source);
  const sequence = readSequence(reader);
  if (!reader.atEnd) throw reader.expected("'->', '*', '?' or the end");
  return sequence;
}

function readSequence(reader: Reader, depth = 0): Sequence {
  const parts = [readPart(reader, depth)];
  while (reader.take(ARROW) !== null) parts.push(readPart(reader, depth));
  return { type: 'sequence', parts };
}

function readPart(reader: Reader, depth: number): Part {
  const offset = reader.offset;
  if (depth > MAX_DEPTH) throw reader.expected(`at most ${MAX_DEPTH} brackets in brackets`);
  const body = reader.takeChar('[') ? readBracketed(reader, depth) : readWord(reader);
  if (reader.takeChar('?')) return { body, times: 1, optional: true, offset };
  return { body, times: reader.takeChar('*') ? readCount(reader) : 1, optional: false, offset };
}

function readBracketed(reader: Reader, depth: number): Sequence {
  const sequence = readSequence(reader, depth + 1);
  if (!reader.takeChar(']')) throw reader.expected("'->', '*', '?' or ']'");
  return sequence;
}

function readWord(reader: Reader): Word {
  const offset = reader.offset;
  const name = reader.take(NAME);
  if (name === null) throw reader.expected("a layer or '['");
  return { type: 'word', name, args: reader.takeChar('(') ? readArguments(reader) : [], offset };
}

function readArguments(reader: Reader): Argument[] {
  const args: Argument[] = [];
  do {
    const offset = reader.offset;
    const text = reader.take(ARGUMENT);
    if (text === null) throw reader.expected('a size or an option');
    args.push({ text, offset });
  } while (reader.takeChar(','));
  if (!reader.takeChar(')')) throw reader.expected("',' or ')'");
  return args;
}

function readCount(reader: Reader): number {
  const offset = reader.offset;
  const text = reader.take(COUNT);
  if (text === null) throw reader.expected('a whole number of repetitions');
  const count = Number(text);
  if (count <= MAX_TIMES) return count;
  throw reader.source.fail(offset, `expected at most ${MAX_TIMES} repetitions, found ${text}.`);
}

/** Takes a text apart from left to right; always stands on something other than white space, or at the end. */
class Reader {
  readonly source: Source;
  #offset = 0;

  constructor(source: Source) {
    this.source = source;
    this.#skipSpace();
  }

  get offset(): number {
    return this.#offset;
  }

  get atEnd(): boolean {
    return this.#offset === this.source.text.length;
  }

  /** What matches here, or null. */
  take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#offset;
    const match = pattern.exec(this.source.text);
    if (match === null) return null;
    this.#offset = pattern.lastIndex;
    this.#skipSpace();
    return match[0];
  }

  takeChar(char: string): boolean {
    if (this.source.text[this.#offset] !== char) return false;
    this.#offset++;
    this.#skipSpace();
    return true;
  }

  expected(what: string): TextError {
    const found = this.atEnd
      ? 'the end'
      : `'${String.fromCodePoint(this.source.text.codePointAt(this.#offset)!)}'`;
    return this.source.fail(this.#offset, `expected ${what}, found ${found}.`);
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#offset;
    SPACE.exec(this.source.text);
    this.#offset = SPACE.lastIndex;
  }
}
