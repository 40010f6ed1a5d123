/** A mistake in a filter: where, and how to mend it. */
export class FilterError extends Error {
  override readonly name = 'FilterError';

  /** @param place of the first character that is wrong, from 0 */
  constructor(
    message: string,
    readonly place: number,
  ) {
    super(message);
  }
}

export const OPERATORS = ['<=', '>=', '!=', ':', '=', '<', '>'] as const;
export type Operator = (typeof OPERATORS)[number];

/** A word of a filter: `SK`, `"no name"`, `width>0.5`, `-seed:0..3,7`. */
export interface FilterTerm {
  readonly isNegated: boolean;
  /** The column as it is written; null for a word that any of them may have. */
  readonly name: string | null;
  readonly operator: Operator;
  /** What is asked for, each alone enough. */
  readonly values: readonly FilterValue[];
  /** Of its first character. */
  readonly place: number;
}

export interface FilterValue {
  readonly text: string;
  /** Written in quotes, and so no range. */
  readonly isQuoted: boolean;
  readonly place: number;
}

/**
 * Reads the words of a filter, which all have to hold.
 *
 * @throws FilterError for a quote without its end, or an operator without a name or a value
 */
export function readTerms(text: string): FilterTerm[] {
  return new TermReader(text).readAll();
}

class TermReader {
  #place = 0;

  constructor(private readonly text: string) {}

  readAll(): FilterTerm[] {
    const terms: FilterTerm[] = [];
    for (;;) {
      this.#skip(/\s*/y);
      if (this.#place === this.text.length) return terms;
      terms.push(this.#readTerm());
    }
  }

  #readTerm(): FilterTerm {
    const place = this.#place;
    const isNegated = this.#skip(/[-!](?=[^\s=])/y) !== '';
    const first = this.#readValue(/[^\s"':=<>!,]*/y);
    const operator = first.isQuoted ? undefined : this.#readOperator(first.text !== '');
    if (operator === undefined) {
      // A lone word while one types, until another follows.
      if (
        !first.isQuoted &&
        /^not$/i.test(first.text) &&
        /\s+\S/y.test(this.text.slice(this.#place)) &&
        !isNegated
      ) {
        throw new FilterError(
          `expected -, found '${first.text}'. Write -state:failed, or "${first.text}" for the word itself.`,
          place,
        );
      }
      // A word may have any characters but spaces.
      const rest = first.isQuoted ? '' : this.#skip(/[^\s"]*/y);
      const value = { ...first, text: first.text + rest };
      return { isNegated, name: null, operator: ':', values: [value], place };
    }
    if (first.text === '') {
      throw new FilterError(
        `expected the name of a column before ${operator}, found none. Write width${operator}...`,
        first.place,
      );
    }
    return { isNegated, name: first.text, operator, values: this.#readValues(first.text, operator), place };
  }

  /** @param mayBeApart whether there may be spaces around it, as behind a name: `width > 0.5` */
  #readOperator(mayBeApart: boolean): Operator | undefined {
    const begin = this.#place;
    if (mayBeApart) this.#skip(/\s*/y);
    const operator = OPERATORS.find((candidate) => this.text.startsWith(candidate, this.#place));
    this.#place = operator === undefined ? begin : this.#place + operator.length;
    if (operator !== undefined && mayBeApart) this.#skip(/\s*(?=\S)/y);
    return operator;
  }

  #readValues(name: string, operator: Operator): FilterValue[] {
    const values: FilterValue[] = [];
    do {
      const value = this.#readValue(/[^\s",]*/y);
      if (value.text === '' && !value.isQuoted) {
        const example = operator === ':' ? `${name}:none for runs without one` : `${name}${operator}0.5`;
        throw new FilterError(
          `expected a value after ${name}${operator}, found none. Write ${example}.`,
          value.place,
        );
      }
      values.push(value);
    } while (this.#skip(/,/y) !== '');
    return values;
  }

  #readValue(pattern: RegExp): FilterValue {
    const place = this.#place;
    if (this.text[place] !== '"') return { text: this.#skip(pattern), isQuoted: false, place };
    const end = this.text.indexOf('"', place + 1);
    if (end < 0)
      throw new FilterError(`expected " at the end of ${this.text.slice(place)}, found none. Add it.`, place);
    this.#place = end + 1;
    return { text: this.text.slice(place + 1, end), isQuoted: true, place };
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#place;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.#place += found.length;
    return found;
  }
}
