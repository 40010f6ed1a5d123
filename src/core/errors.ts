import { shorten } from './describe-value.js';
import { offerNames } from './names.js';

/**
 * A mistake that the user can mend: bad option, bad spec, bad file. The command line prints its message as one line
 * and exits with 2; everything else that is thrown is a bug of ours and keeps its stack trace.
 */
export class UserError extends Error {
  override readonly name = 'UserError';

  /** @param message may have names and texts of files in it: what would break the line, or command the terminal, is written out */
  constructor(message: string, options?: ErrorOptions) {
    super(makeLine(message), options);
  }
}

/** More is no line to read; a list of a thousand names is one that ends in dots. */
const MAX_LINE = 4000;
/** Of the end of a longer one, which says how to mend it. */
const LINE_END = 200;
/** Control characters, and those that turn a line's direction. */
const UNPRINTABLE = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

function makeLine(message: string): string {
  const cut =
    message.length > MAX_LINE
      ? `${message.slice(0, MAX_LINE - LINE_END)} … ${message.slice(-LINE_END)}`
      : message;
  return cut
    .replace(/\s*\n\s*/g, ' ')
    .replace(UNPRINTABLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Columns of a text that an error shows around the mistake. */
const EXCERPT_COLUMNS = 100;

/**
 * A mistake at one character of a text. The first line of the message says it, the second shows the text (of a longer one, the part
 * around the mistake), the third points at the character.
 */
export class TextError extends UserError {
  /** @param offset of the character, from 0; the text's length for its end */
  constructor(message: string, text: string, offset: number) {
    super(message);
    this.message += `\n${pointAt(text, offset)}`;
  }
}

function pointAt(text: string, offset: number): string {
  const from = Math.max(0, Math.min(offset - EXCERPT_COLUMNS / 2, text.length - EXCERPT_COLUMNS));
  const shown = text
    .slice(from, from + EXCERPT_COLUMNS)
    .replace(/\s/g, ' ')
    .replace(UNPRINTABLE, ' ');
  const [before, after] = [from > 0 ? '… ' : '', from + EXCERPT_COLUMNS < text.length ? ' …' : ''];
  return `  ${before}${shown}${after}\n${' '.repeat(2 + before.length + offset - from)}^`;
}

/** The error for a name that does not exist: lists the valid ones, the nearest first, and offers one if it may be meant. */
export function unknownName(area: string, what: string, found: string, valid: readonly string[]): UserError {
  return new UserError(`${area}: unknown ${what} '${shorten(found)}'. ${offerNames(found, valid)}`);
}
