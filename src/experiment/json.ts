import { UserError } from '../core/errors.js';

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/uy;
const ATOM = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const MAX_EXCERPT = 20;

/**
 * Parses JSON; an error tells line and column.
 *
 * @param where names the text in messages, for instance its file
 * @throws UserError if the text is not JSON
 */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // V8's own messages tell the place in some cases only, and differently from version to version.
    const offset = new Scanner(text).findError();
    const lines = text.slice(0, offset).split('\n');
    const excerpt = text
      .slice(offset)
      .split(/[\r\n]/, 1)[0]!
      .slice(0, MAX_EXCERPT);
    const found = offset >= text.length ? 'the end of the text' : JSON.stringify(excerpt);
    const place = `line ${lines.length}, column ${lines.at(-1)!.length + 1}`;
    throw new UserError(`${where}: ${place}: expected JSON, found ${found}.`);
  }
}

/** Reads JSON as far as it is JSON. */
class Scanner {
  private offset = 0;

  constructor(private readonly text: string) {}

  /** Where the text stops being JSON. */
  findError(): number {
    if (this.takeValue()) this.take(SPACE);
    return this.offset;
  }

  private takeValue(): boolean {
    this.take(SPACE);
    if (this.take(/\{/y)) return this.takeItems(/\}/y, () => this.takeMember());
    if (this.take(/\[/y)) return this.takeItems(/\]/y, () => this.takeValue());
    return this.take(STRING) || this.take(ATOM);
  }

  private takeMember(): boolean {
    this.take(SPACE);
    if (!this.take(STRING)) return false;
    this.take(SPACE);
    return this.take(/:/y) && this.takeValue();
  }

  private takeItems(end: RegExp, takeItem: () => boolean): boolean {
    this.take(SPACE);
    if (this.take(end)) return true;
    do {
      if (!takeItem()) return false;
      this.take(SPACE);
    } while (this.take(/,/y));
    return this.take(end);
  }

  private take(pattern: RegExp): boolean {
    pattern.lastIndex = this.offset;
    const found = pattern.exec(this.text);
    if (found === null) return false;
    this.offset += found[0].length;
    return true;
  }
}
