import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunModel } from '../../../page/src/runs/run-model.js';
import { compileFilter } from '../../../page/src/views/runs/filter.js';
import { FilterError, readTerms } from '../../../page/src/views/runs/filter-terms.js';
import { answerOf } from './run-columns.js';

const local = (...parts: [number, number, number, number]) => new Date(...parts).toISOString();
const answer = answerOf(
  {
    model: ['SK', 'SK', 'BN', 'BASE'],
    width: [0.2, 0.8, 1, null],
    seed: [0, 1, 2, 7],
    'learningRate.rate': [0.1, 0.01, 0.001, 0.1],
    'learningRate.kind': ['constant', 'step', 'step', 'constant'],
    test_error_percent: [1.5, 'Infinity', null, 0.9],
    note: ['say "no"', null, 'look here', 'none'],
    git_commit: ['abc1', 'abc2', 'abc3', 'abc3'],
    started_at: [local(2025, 2, 1, 10), local(2025, 2, 2, 9), local(2025, 2, 2, 12), local(2026, 0, 1, 0)],
  },
  { states: ['done', 'diverged', 'running', 'failed'] },
);
const model = new RunModel({
  ...answer,
  columns: answer.columns.map((column) =>
    column.name === 'started_at' ? { ...column, kind: 'time' } : column,
  ),
});

function find(filter: string): number[] {
  const test = compileFilter(filter, model.columns);
  return model.runs.filter((_, place) => test(place));
}

function complain(filter: string): FilterError {
  try {
    compileFilter(filter, model.columns);
  } catch (error) {
    return error as FilterError;
  }
  throw new Error(`${filter}: no complaint`);
}

describe('a filter', () => {
  it.each([
    ['', [1, 2, 3, 4]],
    ['   ', [1, 2, 3, 4]],
    ['sk', [1, 2]],
    ['"look here"', [3]],
    ['model:SK', [1, 2]],
    ['model:b', [3, 4]],
    ['model=bn', [3]],
    ['model:SK,BN', [1, 2, 3]],
    ['model!=SK', [3, 4]],
    ['-model:SK', [3, 4]],
    ['!sk', [3, 4]],
    ['width>0.5', [2, 3]],
    ['width > 0.5', [2, 3]],
    ['width >0.5 seed: 1', [2]],
    ['sk width <= .2', [1]],
    ['3', [3]],
    ['"3"', []],
    ['-3', [1, 2, 4]],
    ['abc', []],
    ['git_commit:abc', [1, 2, 3, 4]],
    ['not', []],
    ['"not" -sk', []],
    ['started_at:2025-03-02', [2, 3]],
    ['started_at>2025-03-01', [2, 3, 4]],
    ['started_at<=2025-03-02', [1, 2, 3]],
    ['started_at:2025-03-01..2025-03-02', [1, 2, 3]],
    ['started_at:..2025-03-01', [1]],
    ['started_at:"2025-03-02 12:00..2025-03-02 13:00"', [3]],
    ['-started_at:2025', [4]],
    ['started_at>"2025-03-02 11:59"', [3, 4]],
    ['started_at>=2025-03-02T12', [3, 4]],
    ['started_at:2026', [4]],
    ['width>=0.8 width<1', [2]],
    ['width<=.2', [1]],
    ['width=1', [3]],
    ['width!=1', [1, 2, 4]],
    ['width:none', [4]],
    ['width!=none', [1, 2, 3]],
    ['seed:0..2', [1, 2, 3]],
    ['seed:0..1,7', [1, 2, 4]],
    ['seed:2..', [3, 4]],
    ['seed:..1', [1, 2]],
    ['-seed:0..2', [4]],
    ['rate:1e-2', [2]],
    ['learning_rate.rate<0.05', [2, 3]],
    ['kind:step', [2, 3]],
    ['Learningrate.Rate:0.1', [1, 4]],
    ['error<1%', [4]],
    ['error>1', [1, 2]],
    ['error=Infinity', [2]],
    ['state:failed', [4]],
    ['state:done,running', [1, 3]],
    ['run>2', [3, 4]],
    ['id:2', [2]],
    ['model:SK width>0.5 state:diverged', [2]],
    ['note:"look here"', [3]],
    ['note:"none"', [4]],
    ['note:none', [2, 4]],
    ['SK-0.2', []],
  ])('%s', (filter, runs) => {
    expect(find(filter)).toEqual(runs);
  });

  it.each([
    ['width>wide', "expected a number after width>, found 'wide'. Write width>0.5 or width:0..1.", 6],
    ['seed:0..x', "expected a number after seed:, found '0..x'. Write seed:0.5 or seed:0..1.", 5],
    ['started_at>noon', "expected a time after started_at>, found 'noon'. Write started_at>11-28, ", 11],
    ['sk not bn', 'expected -, found \'not\'. Write -state:failed, or "not" for the word itself.', 3],
    ['width > wide', "expected a number after width>, found 'wide'.", 8],
    ['model:SK widht>1', "expected the name of a column, found 'widht'. Write one of width, ", 9],
    ['width>', 'expected a value after width>, found none. Write width>0.5.', 6],
    ['model:SK,', 'expected a value after model:, found none. Write model:none for runs without one.', 9],
    ['>5', 'expected the name of a column before >, found none. Write width>...', 0],
    ['a "look', 'expected " at the end of "look, found none. Add it.', 2],
  ])('%s tells what is wrong with it, and where', (filter, message, place) => {
    const error = complain(filter);
    expect(error).toBeInstanceOf(FilterError);
    expect(error.message).toContain(message);
    expect(error.place).toBe(place);
  });

  it('tells which columns a name may mean', () => {
    const { columns } = new RunModel(answerOf({ 'a.Rate': [1], 'b.rate': [2] }));
    expect(() => compileFilter('RATE:1', columns)).toThrow(
      'expected one column, found 2 that RATE may mean. Write one of a.Rate, b.rate.',
    );
    expect(() => compileFilter('x.rate:1', columns)).toThrow("found 'x.rate'");
  });

  it('reads any text, or says where it is wrong', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        try {
          const test = compileFilter(text, model.columns);
          for (let place = 0; place < 4; place++) expect(typeof test(place)).toBe('boolean');
        } catch (error) {
          expect(error).toBeInstanceOf(FilterError);
          expect((error as FilterError).place).toBeGreaterThanOrEqual(0);
          expect((error as FilterError).place).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });

  it('holds for what it is negated for in no case', () => {
    const terms = fc.constantFrom(
      'sk',
      'model:SK',
      'width>0.5',
      'seed:0..2',
      'error<1',
      'note:none',
      'started_at>2025',
    );
    fc.assert(
      fc.property(terms, (term) => {
        const [holds, negated] = [find(term), find(`-${term}`)];
        expect([...holds, ...negated].sort()).toEqual(model.runs);
      }),
    );
  });

  it('finds a range wherever its bounds are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1 }),
        fc.integer(),
        fc.integer(),
        (seeds, a, b) => {
          const { columns } = new RunModel(answerOf({ seed: seeds }));
          const test = compileFilter(`seed:${a}..${b}`, columns);
          seeds.forEach((seed, place) => {
            expect(test(place)).toBe(seed >= a && seed <= b);
          });
        },
      ),
    );
  });
});

describe('the words of a filter', () => {
  it('are read with their places', () => {
    expect(readTerms('a  -b:"c d",e')).toMatchObject([
      { name: null, values: [{ text: 'a' }], place: 0, isNegated: false },
      {
        name: 'b',
        operator: ':',
        values: [{ text: 'c d', isQuoted: true }, { text: 'e' }],
        place: 3,
        isNegated: true,
      },
    ]);
  });
});
