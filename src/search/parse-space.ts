import { describeValue } from '../core/describe-value.js';
import { UserError, unknownName } from '../core/errors.js';
import type { Choice, Domain } from './domain.js';
import { type Condition, checkChooses, Space, type Template } from './space.js';

/** The words that say what a field is chosen from. */
const DOMAIN_WORDS = ['choice', 'values', 'uniform', 'log', 'int'] as const;
type DomainWord = (typeof DOMAIN_WORDS)[number];

/** Options of a choice, and numbers of `values`. */
const MAX_OPTIONS = 1000;

interface Place {
  readonly where: string;
  readonly name: string;
  readonly condition: Condition | null;
}

/**
 * Reads what a search chooses from: by the path of a field a fixed value, or what it is chosen from. Options of a choice may hold such themselves.
 *
 * @param where names it in messages: `search.json: search.space`
 * @throws UserError for a domain that is empty or is none, and if there is nothing to choose
 */
export function parseSpace(written: Readonly<Record<string, unknown>>, where: string): Space {
  const fields = Object.entries(written).map(
    ([path, value]) => [path, readTemplate(value, { where, name: path, condition: null })] as const,
  );
  const space = new Space(new Map(fields));
  checkChooses(space, where);
  return space;
}

function readTemplate(value: unknown, place: Place): Template {
  if (typeof value !== 'object' || value === null) return { kind: 'fixed', value };
  if (Array.isArray(value)) {
    return {
      kind: 'list',
      items: value.map((item, i) => readTemplate(item, { ...place, name: `${place.name}.${i}` })),
    };
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const word = DOMAIN_WORDS.find((name) => Object.hasOwn(fields, name));
  if (word !== undefined) return readParameter(fields, word, place);
  const read = Object.entries(fields).map(
    ([key, field]) => [key, readTemplate(field, { ...place, name: `${place.name}.${key}` })] as const,
  );
  return { kind: 'fields', fields: Object.fromEntries(read) };
}

function readParameter(fields: Readonly<Record<string, unknown>>, word: DomainWord, place: Place): Template {
  const { name, condition } = place;
  const isLogOfInt = word === 'log' && Object.hasOwn(fields, 'int');
  const kind = isLogOfInt ? 'int' : word;
  checkKeys(fields, kind, place);
  const domain = readDomain(fields, kind, place);
  const parameter = { name, domain, condition };
  if (domain.kind !== 'choice') return { kind: 'parameter', parameter, options: [] };
  const options = (fields.choice as readonly unknown[]).map((option, i) =>
    readTemplate(option, { ...place, name: `${name}[${i}]`, condition: { name, option: i } }),
  );
  return { kind: 'parameter', parameter, options };
}

function checkKeys(fields: Readonly<Record<string, unknown>>, word: DomainWord, place: Place): void {
  const valid: readonly string[] = word === 'int' ? ['int', 'step', 'log'] : [word];
  const unknown = Object.keys(fields).find((key) => !valid.includes(key));
  if (unknown !== undefined) throw unknownName(tell(place), `field beside '${word}'`, unknown, valid);
}

function readDomain(fields: Readonly<Record<string, unknown>>, word: DomainWord, place: Place): Domain {
  if (word === 'choice') return readChoice(fields.choice, place);
  if (word === 'values') return { kind: 'ordered', values: readValues(fields.values, place) };
  if (word === 'int') return readWhole(fields, place);
  const [low, high] = readRange(fields[word], word, place);
  if (word === 'log') checkPositive(low, place);
  return { kind: 'real', low, high, log: word === 'log' };
}

function readChoice(written: unknown, place: Place): Choice {
  const options = readList(written, 'choice', place);
  const texts = options.map((option) => JSON.stringify(option));
  const twice = texts.find((text, i) => texts.indexOf(text) !== i);
  if (twice !== undefined)
    throw expect(place, 'choice: each option once', `${twice} twice`, 'Leave one out.');
  return { kind: 'choice', count: options.length };
}

function readValues(written: unknown, place: Place): readonly number[] {
  const values = readList(written, 'values', place).map((value) => readNumber(value, 'values', place));
  const falls = values.findIndex((value, i) => i > 0 && value <= values[i - 1]!);
  if (falls < 0) return values;
  const found = `${values[falls]} behind ${values[falls - 1]}`;
  throw expect(place, 'values: numbers that rise', found, 'Sort them, or say "choice".');
}

function readWhole(fields: Readonly<Record<string, unknown>>, place: Place): Domain {
  const [low, high] = readRange(fields.int, 'int', place);
  const { step = 1, log = false } = fields;
  if (typeof log !== 'boolean') throw expect(place, 'log: true or false', describeValue(log), 'Correct it.');
  const isStep = Number.isSafeInteger(step) && (step as number) >= 1;
  if (!isStep) throw expect(place, 'step: a whole number from 1 up', describeValue(step), 'Correct it.');
  for (const end of [low, high]) {
    if (!Number.isSafeInteger(end))
      throw expect(place, 'int: two whole numbers', String(end), 'Say "uniform".');
  }
  if (log) checkPositive(low, place);
  if (log && step !== 1)
    throw expect(place, 'a step of 1 with "log": true', String(step), 'Leave one of them out.');
  // As in Python's range and in Optuna, a step need not lead to the end.
  const steps = Math.floor((high - low) / (step as number));
  return { kind: 'whole', low, high: low + steps * (step as number), step: step as number, log };
}

function readRange(written: unknown, word: DomainWord, place: Place): [number, number] {
  if (!Array.isArray(written) || written.length !== 2) {
    throw expect(place, `${word}: [low, high]`, describeValue(written), 'Correct it.');
  }
  const [low, high] = written.map((end) => readNumber(end, word, place)) as [number, number];
  if (low <= high) return [low, high];
  throw expect(place, `${word}: a low end up to the high one`, `[${low}, ${high}]`, 'Exchange them.');
}

function readList(written: unknown, word: DomainWord, place: Place): readonly unknown[] {
  if (!Array.isArray(written)) throw expect(place, `${word}: a list`, describeValue(written), 'Correct it.');
  if (written.length === 0) throw expect(place, `${word}: at least one`, 'an empty list', 'Give some.');
  if (written.length > MAX_OPTIONS) {
    throw expect(place, `${word}: at most ${MAX_OPTIONS}`, String(written.length), 'Give a range.');
  }
  return written;
}

function readNumber(written: unknown, word: DomainWord, place: Place): number {
  if (typeof written === 'number' && Number.isFinite(written)) return written;
  throw expect(place, `${word}: finite numbers`, describeValue(written), 'Correct it.');
}

function checkPositive(low: number, place: Place): void {
  if (low > 0) return;
  throw expect(
    place,
    'log: a low end above 0, which has a logarithm',
    String(low),
    'Raise it, or say "uniform".',
  );
}

function tell({ where, name }: Place): string {
  return `${where}: ${name}`;
}

function expect(place: Place, expected: string, found: string, mend: string): UserError {
  return new UserError(`${tell(place)}: expected ${expected}, found ${found}. ${mend}`);
}
