import { sortByDistance } from '../../core/errors.js';
import type { Argument, Source, Word } from './syntax.js';

/** A layer as a spec has it, not yet checked. */
export interface LayerDraft {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** A field of a layer and the numbers that it takes: one, or several with x between them. */
interface Field {
  readonly name: string;
  readonly lengths: readonly number[];
  /** Whole numbers from here up; absent for any number. */
  readonly least?: number;
}

interface WordMeaning {
  readonly usage: string;
  readonly draft: LayerDraft;
  /** Fields told by their place, and how many of them must be there. */
  readonly places: readonly Field[];
  readonly required: number;
  /** Fields told by a letter before their numbers. */
  readonly letters?: Readonly<Record<string, Field>>;
  /** What a lone name changes. */
  readonly names?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const KERNEL: Field = { name: 'kernel', lengths: [1, 2], least: 1 };
const STRIDE: Field = { name: 'stride', lengths: [1, 2], least: 1 };
const PADDING: Field = { name: 'padding', lengths: [1, 2, 4], least: 0 };
const GROUPS: Field = { name: 'groups', lengths: [1], least: 1 };
const SAME = { padding: 'same' };

const layer = (usage: string, kind: string): WordMeaning => ({
  usage,
  draft: { kind },
  places: [],
  required: 0,
});

const ACTIVATIONS: Readonly<Record<string, WordMeaning>> = {
  RELU: layer('RELU', 'relu'),
  'LEAKY-RELU': {
    ...layer('LEAKY-RELU or LEAKY-RELU(slope)', 'leaky-relu'),
    places: [{ name: 'slope', lengths: [1] }],
  },
  PRELU: layer('PRELU', 'prelu'),
  ELU: { ...layer('ELU or ELU(alpha)', 'elu'), places: [{ name: 'alpha', lengths: [1] }] },
  GELU: layer('GELU', 'gelu'),
  SIGMOID: layer('SIGMOID', 'sigmoid'),
  TANH: layer('TANH', 'tanh'),
  IDENTITY: layer('IDENTITY', 'identity'),
};

const MEANINGS: Readonly<Record<string, WordMeaning>> = {
  CONV: {
    usage:
      'CONV(kernel,filters), with s for the stride, p for padding or same: CONV(3,20), CONV(5x3,20,s2,p1)',
    draft: { kind: 'convolution' },
    places: [KERNEL, { name: 'filters', lengths: [1], least: 1 }],
    required: 2,
    letters: { s: STRIDE, p: PADDING, g: GROUPS },
    names: { same: SAME },
  },
  POOL: {
    usage:
      'POOL(kernel) or POOL(global), with s for the stride, p for padding or same, mean or trainable: POOL(2), POOL(3,s2,mean)',
    draft: { kind: 'max-pooling' },
    places: [KERNEL],
    required: 1,
    letters: { s: STRIDE, p: PADDING },
    names: {
      same: SAME,
      global: { kernel: 'global' },
      max: { kind: 'max-pooling' },
      mean: { kind: 'average-pooling' },
      trainable: { kind: 'trainable-pooling' },
    },
  },
  FC: {
    ...layer('FC(units): FC(10)', 'fully-connected'),
    places: [{ name: 'units', lengths: [1], least: 1 }],
    required: 1,
  },
  BN: layer('BN', 'batch-normalization'),
  DROPOUT: { ...layer('DROPOUT or DROPOUT(rate)', 'dropout'), places: [{ name: 'rate', lengths: [1] }] },
  ...ACTIVATIONS,
};

const INPUT: WordMeaning = {
  ...layer('INPUT(height x width x channels): INPUT(28x28x1)', 'input'),
  places: [{ name: 'shape', lengths: [3], least: 1 }],
  required: 1,
};

const ARGUMENT = /^([a-z]*)((?:\d+\.?\d*|\.\d+)(?:[x×](?:\d+\.?\d*|\.\d+))*)?$/i;

export function isActivation(word: Word): boolean {
  return Object.hasOwn(ACTIVATIONS, word.name.toUpperCase());
}

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

/**
 * The layer that a word stands for.
 *
 * @throws TextError for an unknown word, and for arguments that it does not take
 */
export function readLayer(word: Word, source: Source): LayerDraft {
  const name = word.name.toUpperCase();
  if (!Object.hasOwn(MEANINGS, name)) {
    if (isInput(word)) throw source.fail(word.offset, 'expected INPUT at the beginning only, found it here.');
    const sorted = sortByDistance(name, Object.keys(MEANINGS));
    throw source.fail(
      word.offset,
      `unknown layer '${word.name}'. Did you mean '${sorted[0]}'? Valid: ${sorted.join(', ')}.`,
    );
  }
  const meaning = MEANINGS[name]!;
  return { ...meaning.draft, ...readFields(word, meaning, source) };
}

function readFields(word: Word, meaning: WordMeaning, source: Source): Readonly<Record<string, unknown>> {
  const { usage, places, required } = meaning;
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

function readNumbers(text: string, field: Field, argument: Argument, source: Source): number | number[] {
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
