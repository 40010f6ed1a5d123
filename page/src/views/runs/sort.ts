import { type Column, readNumber } from '../../runs/column.js';

/** What a table is sorted by. */
export interface SortKey {
  readonly name: string;
  readonly isDescending: boolean;
}

/** `-test_error_percent,width`: a minus for descending. */
export function parseSort(text: string): SortKey[] {
  return text
    .split(',')
    .filter((part) => part !== '' && part !== '-')
    .map((part) => ({ name: part.replace(/^-/, ''), isDescending: part.startsWith('-') }));
}

export function formatSort(keys: readonly SortKey[]): string {
  return keys.map(({ name, isDescending }) => `${isDescending ? '-' : ''}${name}`).join(',');
}

/** What a click on a column's title sorts by: ascending, then descending, then as before. With `adds` after what it was sorted by already. */
export function turnSort(keys: readonly SortKey[], name: string, adds: boolean): SortKey[] {
  const found = keys.find((key) => key.name === name);
  const others = adds ? keys.filter((key) => key !== found) : [];
  if (!found) return [...others, { name, isDescending: false }];
  return found.isDescending ? others : [...others, { name, isDescending: true }];
}

const collator = new Intl.Collator('en', { numeric: true });

/**
 * Sorts places. What has no value comes last in either direction, and equal ones stay in their order.
 *
 * @param keys of columns; others are left out
 */
export function sortPlaces(
  places: readonly number[],
  keys: readonly SortKey[],
  columns: ReadonlyMap<string, Pick<Column, 'kind' | 'cells'>>,
): number[] {
  const orders = keys.flatMap(({ name, isDescending }) => {
    const column = columns.get(name);
    return column ? [orderBy(column, isDescending ? -1 : 1)] : [];
  });
  if (orders.length === 0) return [...places];
  if (orders.length === 1) return places.toSorted(orders[0]);
  return places.toSorted((a, b) => {
    for (const order of orders) {
      const difference = order(a, b);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

function orderBy(
  { kind, cells }: Pick<Column, 'kind' | 'cells'>,
  sign: 1 | -1,
): (a: number, b: number) => number {
  return kind === 'number'
    ? orderNumbers(Float64Array.from(cells, readNumber), sign)
    : orderNumbers(rankTexts(cells), sign);
}

function orderNumbers(numbers: Float64Array, sign: 1 | -1): (a: number, b: number) => number {
  return (a, b) => {
    const [x, y] = [numbers[a]!, numbers[b]!];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return x === y ? 0 : x < y ? -sign : sign;
  };
}

/** Of texts there are few beside the runs, and to compare them takes long: each is compared once. */
function rankTexts(cells: Column['cells']): Float64Array {
  const texts = [...new Set(cells.filter((cell) => cell !== null).map(String))].sort(collator.compare);
  const ranks = new Map(texts.map((text, rank) => [text, rank]));
  return Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : ranks.get(String(cell))!));
}
