import { offerNames } from '../../core/names.js';
import type { LayerKind, LayerKinds } from '../../layers/layer.js';
import type { PatternField, PatternWord } from '../../layers/pattern-word.js';
import type { Argument, Source, Word } from './syntax.js';

/** A layer as a spec has it, not yet checked. */
export interface LayerDraft {
  readonly kind: string;
  readonly [field: string]: unknown;
}

const INPUT: PatternWord = {
  word: 'INPUT',
  usage: 'INPUT(height x width x channels): INPUT(28x28x1)',
  places: [{ name: 'shape', lengths: [3], least: 1 }],
  required: 1,
};

const ARGUMENT = /^([a-z]*)((?:\d+\.?\d*|\.\d+)(?:[x×](?:\d+\.?\d*|\.\d+))*)?$/i;

export function isInput(word: Word): boolean {
  return word.name.toUpperCase() === 'INPUT';
}

/** The sizes of `INPUT(28x28x1)`. */
export function readInput(
  word: Word,
  source: Source,
): readonly [height: number, width: number, channels: number] {
  const { shape } = readFields(word, INPUT, source);
  return shape as [number, number, number];
}

/** What a word stands for, and how it is written. */
interface Meaning {
  readonly kind: LayerKind;
  readonly pattern: PatternWord;
}

/** The words for some kinds of layer. */
export class Vocabulary {
  readonly #meanings: ReadonlyMap<string, Meaning>;

  constructor(kinds: LayerKinds) {
    const meanings = new Map<string, Meaning>();
    for (const kind of Object.values(kinds)) {
      const { pattern } = kind;
      if (pattern && 'word' in pattern) meanings.set(pattern.word, { kind, pattern });
    }
    for (const { kind: name, pattern } of Object.values(kinds)) {
      if (!pattern || !('variantOf' in pattern)) continue;
      const meaning = meanings.get(pattern.variantOf);
      // The plugin that has the word is not at hand where a network is written out.
      if (meaning === undefined) continue;
      const { kind, pattern: word } = meaning;
      const names = { ...word.names, [pattern.name]: { kind: name } };
      meanings.set(word.word, { kind, pattern: { ...word, names } });
    }
    this.#meanings = meanings;
  }

  isActivation(word: Word): boolean {
    return this.#meanings.get(word.name.toUpperCase())?.kind.role === 'activation';
  }

  /**
   * The layer that a word stands for.
   *
   * @throws TextError for an unknown word, and for arguments that it does not take
   */
  readLayer(word: Word, source: Source): LayerDraft {
    const name = word.name.toUpperCase();
    const meaning = this.#meanings.get(name);
    if (meaning !== undefined) {
      return { kind: meaning.kind.kind, ...readFields(word, meaning.pattern, source) };
    }
    if (isInput(word)) throw source.fail(word.offset, 'expected INPUT at the beginning only, found it here.');
    throw source.fail(
      word.offset,
      `unknown layer '${word.name}'. ${offerNames(name, [...this.#meanings.keys()])}`,
    );
  }
}

function readFields(word: Word, meaning: PatternWord, source: Source): Readonly<Record<string, unknown>> {
  const { usage = meaning.word, places = [], required = 0 } = meaning;
  const fields: Record<string, unknown> = {};
  let placed = 0;
  for (const argument of word.args) {
    const { text, offset } = argument;
    const [, letter, numbers] = ARGUMENT.exec(text) ?? [];
    let told: Readonly<Record<string, unknown>> | undefined;
    if (numbers === undefined) told = lookUp(meaning.names, text);
    else {
      const field = letter === '' ? places[placed++] : lookUp(meaning.letters, letter!);
      if (field !== undefined) told = { [field.name]: readNumbers(numbers, field, argument, source) };
    }
    if (told === undefined) throw source.fail(offset, `expected ${usage}; found '${text}'.`);
    const again = Object.keys(told).find((name) => name in fields);
    if (again !== undefined) throw source.fail(offset, `expected one ${again}; found '${text}' as well.`);
    Object.assign(fields, told);
  }
  const missing = places.slice(0, required).find(({ name }) => !(name in fields));
  if (missing) throw source.fail(word.offset, `expected ${usage}; found no ${missing.name}.`);
  return fields;
}

function readNumbers(
  text: string,
  field: PatternField,
  argument: Argument,
  source: Source,
): number | number[] {
  const { name, lengths, least } = field;
  const numbers = text.split(/[x×]/i).map(Number);
  const fits = least === undefined || numbers.every((number) => Number.isInteger(number) && number >= least);
  if (fits && lengths.includes(numbers.length)) return numbers.length === 1 ? numbers[0]! : numbers;
  const what = least === undefined ? '' : ` (whole, from ${least} up)`;
  const many = lengths.join(' or ');
  const joined = many === '1' ? '' : ' with x between them';
  throw source.fail(
    argument.offset,
    `expected ${many} number${many === '1' ? '' : 's'}${what}${joined} as ${name}; found '${argument.text}'.`,
  );
}

function lookUp<T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  const key = name.toLowerCase();
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}
