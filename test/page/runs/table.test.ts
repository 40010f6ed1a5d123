import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Column } from '../../../page/src/runs/column.js';
import { compareWithBest, groupRuns, spreadOf } from '../../../page/src/runs/groups.js';
import { RunModel } from '../../../page/src/runs/run-model.js';
import { chooseColumns } from '../../../page/src/views/runs/choose-columns.js';
import { chooseRuns, findRow } from '../../../page/src/views/runs/selection.js';
import { formatSort, parseSort, sortPlaces, turnSort } from '../../../page/src/views/runs/sort.js';
import { arrangeRows } from '../../../page/src/views/runs/table-rows.js';
import { readTableState, turnItem, writeTableState } from '../../../page/src/views/runs/table-state.js';
import { answerOf } from './run-columns.js';

const AS_AT_FIRST = { pinned: [], hidden: [], shown: [] };

describe('the runs that a page knows', () => {
  const start = () =>
    new RunModel(answerOf({ width: [1, 1, 1], error: [3, 2, 1] }, { states: ['done', 'running', 'done'] }));
  const row = (run: number, error: number) => ({
    run,
    state: 'done',
    group: run,
    values: { width: 1, error },
  });

  it('change in their place, and grow at the end', () => {
    const model = start();
    expect(model.update([row(2, 9), row(7, 8)])).toBe(true);
    expect(model.runs).toEqual([1, 2, 3, 7]);
    expect(model.states[1]).toBe('done');
    expect(model.columns.get('error')!.cells).toEqual([3, 9, 1, 8]);
    expect(model.columns.get('state')!.cells).toEqual(['done', 'done', 'done', 'done']);
    expect(model.placeOf(7)).toBe(3);
  });

  it('vary in a column once one differs', () => {
    const model = start();
    expect(model.columns.get('width')!.varies).toBe(false);
    model.update([{ ...row(7, 8), values: { width: 2 } }]);
    expect(model.columns.get('width')!.varies).toBe(true);
    expect(model.columns.get('error')!.cells[3]).toBeNull();
  });

  it('have to be asked for anew when one has a column that is not known', () => {
    expect(start().update([{ ...row(2, 9), values: { depth: 3 } }])).toBe(false);
    expect(start().update([{ ...row(2, 9), values: { depth: null } }])).toBe(true);
  });

  it('go when they are removed', () => {
    const model = start();
    model.remove([1, 3, 99]);
    expect([model.runs, model.states, model.groups]).toEqual([[2], ['running'], [2]]);
    expect(model.columns.get('error')!.cells).toEqual([2]);
    expect([model.placeOf(1), model.placeOf(2)]).toEqual([undefined, 0]);
  });
});

describe('sorting', () => {
  it('is read from the address and written to it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: fc.stringMatching(/^[a-z_.]+$/), isDescending: fc.boolean() })),
        (keys) => {
          expect(parseSort(formatSort(keys))).toEqual(keys);
        },
      ),
    );
    expect(parseSort('-,')).toEqual([]);
  });

  it('turns with every click on a title', () => {
    const up = turnSort([], 'a', false);
    const down = turnSort(up, 'a', false);
    expect([formatSort(up), formatSort(down), formatSort(turnSort(down, 'a', false))]).toEqual([
      'a',
      '-a',
      '',
    ]);
    expect(formatSort(turnSort(down, 'b', true))).toBe('-a,b');
    expect(formatSort(turnSort(down, 'b', false))).toBe('b');
  });

  const numbers = fc.array(fc.option(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant('Infinity'))), {
    maxLength: 40,
  });

  it('orders numbers, what has none last, and leaves equal ones in their order', () => {
    fc.assert(
      fc.property(numbers, fc.boolean(), (cells, isDescending) => {
        const columns = new Map([['x', { kind: 'number', cells } as const]]);
        const sorted = sortPlaces(
          cells.map((_, i) => i),
          [{ name: 'x', isDescending }],
          columns,
        );
        expect(sorted.toSorted((a, b) => a - b)).toEqual(cells.map((_, i) => i));
        for (let i = 1; i < sorted.length; i++) {
          const [a, b] = [cells[sorted[i - 1]!]!, cells[sorted[i]!]!];
          if (a === null) expect(b).toBeNull();
          else if (b !== null)
            expect(isDescending ? Number(a) >= Number(b) : Number(a) <= Number(b)).toBe(true);
          if (a === b) expect(sorted[i - 1]!).toBeLessThan(sorted[i]!);
        }
      }),
    );
  });

  it('orders texts with numbers in them as a reader does, and by the second key where the first is equal', () => {
    const columns = new Map<string, Pick<Column, 'kind' | 'cells'>>([
      ['name', { kind: 'text', cells: ['SK-10', 'SK-2', null, 'SK-2'] }],
      ['x', { kind: 'number', cells: [0, 1, 2, 0] }],
    ]);
    expect(sortPlaces([0, 1, 2, 3], parseSort('name,x'), columns)).toEqual([3, 1, 0, 2]);
    expect(sortPlaces([0, 1, 2, 3], parseSort('-name,-x'), columns)).toEqual([0, 1, 3, 2]);
    expect(sortPlaces([3, 1], parseSort('unknown'), columns)).toEqual([3, 1]);
  });
});

describe('groups', () => {
  const answer = answerOf(
    { width: [1, 1, 1, 2, 2, 2], seed: [0, 1, 2, 0, 1, 2], error: [1, 2, 6, 10, 11, 99] },
    { groups: [1, 1, 1, 4, 4, 4], states: ['done', 'done', 'done', 'done', 'done', 'running'] },
  );
  const model = new RunModel(answer);
  const error = model.columns.get('error')!;
  const places = [0, 1, 2, 3, 4, 5];

  it('are over seeds, with the mean and the deviation of the sample', () => {
    const [first, second] = groupRuns(places, 'seeds', model);
    expect(spreadOf(first!, error)).toMatchObject({ n: 3, mean: 3 });
    expect(spreadOf(first!, error)!.deviation).toBeCloseTo(Math.sqrt(7), 12);
    // The one that is running counts for nothing yet.
    expect(second).toEqual({ places: [3, 4, 5], finished: [3, 4] });
    expect(spreadOf(second!, error)).toMatchObject({ n: 2, mean: 10.5 });
  });

  it('are by columns, too', () => {
    expect(groupRuns(places, ['seed'], model).map((group) => group.places)).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
    expect(groupRuns(places, ['width', 'unknown'], model)).toHaveLength(2);
  });

  it('have no mean without a finished run, and no deviation of one', () => {
    expect(spreadOf({ places: [5], finished: [] }, error)).toBeNull();
    expect(spreadOf({ places: [0], finished: [0] }, error)).toMatchObject({ n: 1, deviation: null });
  });

  it('are compared with the best by Welch’s test', () => {
    const groups = groupRuns(places, 'seeds', model);
    const [best, other] = compareWithBest(groups, error, false);
    expect(best).toEqual({ isBest: true, p: null });
    // t = 7.5 / √(7/3 + 1/4) with 2.3966 degrees of freedom, its density integrated by Simpson's rule.
    expect(other!.p).toBeCloseTo(0.030024, 5);
    expect(compareWithBest(groups, error, true).map(({ isBest }) => isBest)).toEqual([false, true]);
    expect(compareWithBest([], error, false)).toEqual([]);
  });

  it('are compared as all pairs of them, since the best is chosen after the fact', () => {
    const cells = [1, 2, 3, 4, 5, 6, 9, 10, 11];
    const groups = [0, 3, 6].map((first) => {
      const places = [first, first + 1, first + 2];
      return { places, finished: places };
    });
    const pair = compareWithBest(groups.slice(0, 2), { cells }, false)[1]!.p!;
    const [, second, third] = compareWithBest(groups, { cells }, false);
    expect(second!.p).toBeCloseTo(2 * pair, 12);
    expect(third!.p).toBeLessThan(second!.p!);
    // A group of a single run is compared with none.
    const alone = compareWithBest([...groups, { places: [0], finished: [0] }], { cells }, false);
    expect(alone.map(({ p }) => p)).toEqual([null, second!.p, third!.p, null]);
  });
});

describe('the columns that are shown', () => {
  const answer = answerOf({
    width: [1, 2, 2],
    batchSize: [10, 20, 20],
    depth: [3, 3, 4],
    dropout: [0, 0, 0],
    model: ['SK', 'BN', 'BN'],
    test_error_percent: [1, 2, 3],
    seconds: [null, null, null],
  });
  const { columns } = new RunModel({
    ...answer,
    columns: answer.columns.map((column) =>
      column.name === 'test_error_percent' ? { ...column, source: 'metric' } : column,
    ),
  });
  const leading = columns.get('test_error_percent')!;
  const names = (state: Partial<typeof AS_AT_FIRST>, places = [0, 1, 2], used: string[] = []) =>
    chooseColumns(columns, { ...AS_AT_FIRST, ...state }, { places, leading, used }).map(({ name }) => name);

  it('are the leading measure, fields that vary, one of those that change together, and the usual ones', () => {
    expect(names({})).toEqual(['run', 'state', 'test_error_percent', 'width', 'depth']);
    expect(names({}, [0, 1, 2], ['batchSize'])).toContain('batchSize');
  });

  it('are those that vary among the runs that pass the filter', () => {
    expect(names({}, [1, 2])).toEqual(['run', 'state', 'test_error_percent', 'depth']);
  });

  it('are as the reader has it', () => {
    expect(names({ hidden: ['width', 'depth'] as never[], shown: ['dropout'] as never[] })).toEqual([
      'run',
      'state',
      'test_error_percent',
      'dropout',
    ]);
    expect(names({ pinned: ['dropout'] as never[] })).toEqual([
      'run',
      'state',
      'dropout',
      'test_error_percent',
      'width',
      'depth',
    ]);
  });
});

describe('the rows of the table', () => {
  const model = new RunModel(
    answerOf(
      {
        validation_error_percent: [3, 4, 1, 2],
        test_error_percent: [1, 1, 2, 2],
        train_error_percent: [0, 0, 0, 0],
      },
      { groups: [1, 1, 3, 3] },
    ),
  );
  const arrange = (sort: string, grouping: 'seeds' | null = null) =>
    arrangeRows(model, () => true, { sort: parseSort(sort), grouping });

  it('are the newest runs first', () => {
    expect(arrange('').rows.map(({ places }) => places)).toEqual([[3], [2], [1], [0]]);
    expect(arrange('run').rows.map(({ places }) => places)).toEqual([[0], [1], [2], [3]]);
  });

  it('are compared by the measure that a grid prefers, or by another one that they are sorted by', () => {
    expect(arrange('', 'seeds').measure?.name).toBe('validation_error_percent');
    expect(arrange('test_error_percent', 'seeds').measure?.name).toBe('test_error_percent');
    expect(arrange('test_error_percent', 'seeds').leading?.name).toBe('validation_error_percent');
    expect(arrange('train_error_percent', 'seeds').measure?.name).toBe('validation_error_percent');
  });

  it('are found by a run, wherever it is sorted to', () => {
    const find = (sort: string, run: number | null) => findRow(arrange(sort, 'seeds').rows, model, run);
    expect([find('', 1), find('', 4), find('test_error_percent', 2)]).toEqual([1, 0, 0]);
    expect([find('', 9), find('', null)]).toEqual([-1, -1]);
    const { rows } = arrange('');
    const from = findRow(rows, model, 4);
    expect(chooseRuns(new Set(), rows, model, { row: findRow(rows, model, 2), from })).toEqual([4, 3, 2]);
  });
});

describe('the state of the table', () => {
  it('is whole in the address', () => {
    const name = fc.stringMatching(/^[a-z_.]+$/).filter((text) => text !== 'seeds');
    const list = fc.uniqueArray(name);
    const states = fc.record({
      filter: fc.string(),
      sort: fc.array(fc.record({ name, isDescending: fc.boolean() })),
      pinned: list,
      hidden: list,
      shown: list,
      grouping: fc.oneof(
        fc.constant(null),
        fc.constant('seeds' as const),
        fc.uniqueArray(name, { minLength: 1 }),
      ),
    });
    fc.assert(
      fc.property(states, (state) => {
        const written = Object.entries(writeTableState(state)).filter((entry) => entry[1] !== null);
        const query = new URLSearchParams(written as [string, string][]).toString();
        expect(readTableState(Object.fromEntries(new URLSearchParams(query)))).toEqual(state);
      }),
    );
  });

  it('changes nothing that it does not say', () => {
    expect(writeTableState({ hidden: ['a'] })).toEqual({ hide: 'a' });
    expect(turnItem(['a', 'b'], 'a')).toEqual(['b']);
    expect(turnItem(['b'], 'a')).toEqual(['b', 'a']);
  });
});
