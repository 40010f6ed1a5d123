import { sortByDistance } from '../../../../src/core/names.js';
import { type Column, RUN, readNumber, STATE } from '../../runs/column.js';
import { FilterError, type FilterTerm, type FilterValue, type Operator, readTerms } from './filter-terms.js';
import { compileTime } from './filter-times.js';

/** Whether a run is shown, by its place in the table. */
export type RunTest = (place: number) => boolean;

/** What is meant where no column is called so. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  id: RUN,
  error: 'test_error_percent',
  loss: 'test_loss',
  rate: 'learningRate.rate',
  lr: 'learningRate.rate',
  network: 'label',
};

/** Names that a message offers. */
const OFFERED = 4;

/** What stands for a cell with nothing in it. */
const NOTHING = 'none';

/**
 * Turns a filter into a test of runs. Words apart from each other must all hold: `width>0.5 model:SK seed:0..3 -state:failed "some text"`.
 *
 * @param columns by their names, run and state among them
 * @throws FilterError for an unknown column, or a value that its column cannot have
 */
export function compileFilter(text: string, columns: ReadonlyMap<string, Column>): RunTest {
  const tests = readTerms(text).map((term) => {
    const test = compileTerm(term, columns);
    return term.isNegated ? (place: number) => !test(place) : test;
  });
  return (place) => tests.every((test) => test(place));
}

function compileTerm(term: FilterTerm, columns: ReadonlyMap<string, Column>): RunTest {
  if (term.name === null) return findWord(term.values[0]!, columns);
  const column = findColumn(term.name, term.place, columns);
  const tests = term.values.map((value) => compileValue(column, term, value));
  const isAny: RunTest = (place) => tests.some((test) => test(place));
  return term.operator === '!=' ? (place) => !isAny(place) : isAny;
}

/** Of these any few digits or letters are somewhere in some run's. */
const UNREADABLE = new Set(['git_commit', 'dataset_sha256']);

/** Looks in what a reader takes for the name of a run: its number, texts that differ, and all that is recorded beside the spec. */
function findWord({ text, isQuoted }: FilterValue, columns: ReadonlyMap<string, Column>): RunTest {
  if (!isQuoted && /^\d+$/.test(text)) {
    const run = Number(text);
    return (place) => columns.get(RUN)?.cells[place] === run;
  }
  const asked = text.toLowerCase();
  const texts = [...columns.values()].filter(
    ({ kind, source, varies, name }) =>
      kind === 'text' &&
      !UNREADABLE.has(name) &&
      (varies || source === 'record' || name === STATE || name === 'model'),
  );
  return (place) =>
    texts.some(({ cells }) =>
      String(cells[place] ?? '')
        .toLowerCase()
        .includes(asked),
    );
}

/** A column by its name, or the part behind its last dot, whatever the case; `batch_size` is `batchSize`. */
export function findColumn(name: string, place: number, columns: ReadonlyMap<string, Column>): Column {
  const exact = columns.get(name) ?? columns.get(SHORT_NAMES[name.toLowerCase()] ?? '');
  if (exact) return exact;
  const asked = simplify(name);
  const all = [...columns.values()];
  const alike = all.filter((column) => [column.name, column.label].some((own) => simplify(own) === asked));
  const found =
    alike.length > 0 ? alike : all.filter(({ name: own }) => simplify(own.split('.').at(-1)!) === asked);
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    const names = found.map(({ name: own }) => own).join(', ');
    throw new FilterError(
      `expected one column, found ${found.length} that ${name} may mean. Write one of ${names}.`,
      place,
    );
  }
  const nearest = sortByDistance(name, [...columns.keys()]).slice(0, OFFERED);
  throw new FilterError(
    `expected the name of a column, found '${name}'. Write one of ${nearest.join(', ')} ….`,
    place,
  );
}

function simplify(name: string): string {
  return name.toLowerCase().replace(/[^a-z\d.]/g, '');
}

function compileValue(column: Column, { operator, name }: FilterTerm, value: FilterValue): RunTest {
  const { cells } = column;
  const isNothing = !value.isQuoted && value.text === NOTHING;
  const asksForSame = operator === ':' || operator === '=' || operator === '!=';
  if (isNothing && asksForSame) return (place) => cells[place] === null || cells[place] === NOTHING;
  if (column.kind === 'number') {
    const holds = compileNumber(operator, value, name!);
    return (place) => holds(readNumber(cells[place]));
  }
  if (column.kind === 'time') {
    const holds = compileTime(operator, value, name!);
    return (place) => cells[place] !== null && holds(String(cells[place]));
  }
  const holds = compileText(operator, value);
  return (place) => cells[place] !== null && holds(String(cells[place]).toLowerCase());
}

/** NaN, a cell with nothing in it, is neither equal to, less nor greater than anything. */
function compileNumber(operator: Operator, value: FilterValue, name: string): (cell: number) => boolean {
  const read = (text: string) => readBound(text, { operator, value, name });
  const range = /^(.*?)\.\.(.*)$/.exec(value.text);
  if (range && (operator === ':' || operator === '=' || operator === '!=')) {
    const from = range[1] === '' ? Number.NEGATIVE_INFINITY : read(range[1]!);
    const to = range[2] === '' ? Number.POSITIVE_INFINITY : read(range[2]!);
    return (cell) => cell >= from && cell <= to;
  }
  const bound = read(value.text);
  switch (operator) {
    case '<':
      return (cell) => cell < bound;
    case '<=':
      return (cell) => cell <= bound;
    case '>':
      return (cell) => cell > bound;
    case '>=':
      return (cell) => cell >= bound;
    default:
      return (cell) => cell === bound;
  }
}

function readBound(
  text: string,
  { operator, value, name }: { operator: Operator; value: FilterValue; name: string },
): number {
  const number = text.trim() === '' ? Number.NaN : Number(text.replace(/%$/, ''));
  if (!Number.isNaN(number)) return number;
  throw new FilterError(
    `expected a number after ${name}${operator}, found '${value.text}'. Write ${name}${operator}0.5 or ${name}:0..1.`,
    value.place,
  );
}

function compileText(operator: Operator, value: FilterValue): (cell: string) => boolean {
  const asked = value.text.toLowerCase();
  switch (operator) {
    case ':':
      return (cell) => cell.includes(asked);
    case '<':
      return (cell) => cell < asked;
    case '<=':
      return (cell) => cell <= asked;
    case '>':
      return (cell) => cell > asked;
    case '>=':
      return (cell) => cell >= asked;
    default:
      return (cell) => cell === asked;
  }
}
