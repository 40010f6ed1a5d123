import { describe, expect, it } from 'vitest';
import { parseConstraint } from '../../src/search/constraint.js';
import { parseSpace } from '../../src/search/parse-space.js';
import { parseSearch } from '../../src/search/search-file.js';

const parse = (search: object, base: object = { model: 'SK' }) =>
  parseSearch({ base, search }, 'search.json', 'search');
const withSpace = (space: object) => parse({ space, trials: 10 });

describe('a space', () => {
  it.each<[object, string]>([
    [{}, 'search.json: search.space: expected at least one field to choose, found none.'],
    [{ width: 0.5 }, 'expected at least one field to choose, found none.'],
    [
      { width: { choice: [] } },
      'search.json: search.space: width: expected choice: at least one, found an empty list.',
    ],
    [{ width: { choice: 0.5 } }, 'width: expected choice: a list, found 0.5.'],
    [
      { width: { choice: [1, 1] } },
      'width: expected choice: each option once, found 1 twice. Leave one out.',
    ],
    [{ width: { values: [] } }, 'width: expected values: at least one, found an empty list.'],
    [{ width: { values: [1, 0.5] } }, 'width: expected values: numbers that rise, found 0.5 behind 1.'],
    [{ width: { values: ['a'] } }, 'width: expected values: finite numbers, found "a".'],
    [
      { width: { uniform: [1, 0] } },
      'width: expected uniform: a low end up to the high one, found [1, 0]. Exchange them.',
    ],
    [{ width: { uniform: [1] } }, 'width: expected uniform: [low, high], found [1].'],
    [{ width: { uniform: ['a', 1] } }, 'width: expected uniform: finite numbers, found "a".'],
    [
      { width: { uniform: [0, Number.POSITIVE_INFINITY] } },
      "field 'search.space.width.uniform[1]': expected a finite number",
    ],
    [
      { learningRate: { log: [0, 1] } },
      'learningRate: expected log: a low end above 0, which has a logarithm, found 0.',
    ],
    [{ learningRate: { log: [-1, 1] } }, 'expected log: a low end above 0'],
    [{ batchSize: { int: [0, 10], log: true } }, 'batchSize: expected log: a low end above 0'],
    [
      { batchSize: { int: [1, 10], log: true, step: 2 } },
      'batchSize: expected a step of 1 with "log": true, found 2.',
    ],
    [
      { batchSize: { int: [1, 10], step: 0 } },
      'batchSize: expected step: a whole number from 1 up, found 0.',
    ],
    [
      { batchSize: { int: [1.5, 10] } },
      'batchSize: expected int: two whole numbers, found 1.5. Say "uniform".',
    ],
    [
      { batchSize: { int: [1, 10], stop: 2 } },
      "batchSize: unknown field beside 'int' 'stop'. Did you mean 'step'?",
    ],
    [{ widht: { uniform: [0, 1] } }, "unknown field 'widht'. Did you mean 'width'?"],
    [{ seed: { int: [0, 9] } }, "expected another field than 'seed'"],
    [
      { 'learningRate.rate': { log: [0.1, 1] }, learningRate: 0.1 },
      'search.json: search.space: expected each field once',
    ],
    [
      { optimizer: { choice: ['sgd', { kind: 'adam', epsilon: { log: [0, 1] } }] } },
      'optimizer[1].epsilon: expected log: a low end above 0',
    ],
  ])('of %j is refused in one line', (space, message) => {
    expect(() => withSpace(space)).toThrow(message);
    expect(() => withSpace(space)).toThrow(/^[^\n]*$/);
  });

  it('ends whole numbers where a step leads', () => {
    const { parameters } = parseSpace({ n: { int: [8, 30], step: 8 } }, 'test');
    expect(parameters[0]!.domain).toEqual({ kind: 'whole', low: 8, high: 24, step: 8, log: false });
  });
});

describe('a search', () => {
  it.each<[object, string]>([
    [
      { space: { width: { uniform: [0, 1] } } },
      'search.json: search: expected a limit, found none. Give "trials"',
    ],
    [{ trials: 0 }, "search.json: field 'search.trials': "],
    [{ trials: 5, lag: 0 }, "field 'search.lag'"],
    [{ trials: 5, sampler: 'grids' }, "field 'search.sampler'"],
    [{ trials: 5, sampler: { kind: 'tpe', gamma: 3 } }, 'gamma'],
    [
      { trials: 5, objective: 'validation_eror_percent' },
      "search.objective: unknown metric 'validation_eror_percent'. Did you mean",
    ],
    [
      { trials: 5, objective: ['parameters', 'parameters'] },
      "expected each metric once, found 'parameters' twice.",
    ],
    [
      { trials: 5, objective: 'parameters', pruner: { kind: 'median' } },
      'expected an objective that is measured after each epoch',
    ],
    [
      { trials: 5, objective: ['validation_loss', 'parameters'], pruner: { kind: 'median' } },
      'expected one objective with a pruner, found 2.',
    ],
    [
      { trials: 5, pruner: { kind: 'hyperband' }, space: { epochs: { int: [1, 9] } } },
      "expected another field to choose than 'epochs', since hyperband gives",
    ],
    [
      { images: 1e6, pruner: { kind: 'hyperband' }, space: { trainCount: { int: [100, 900] } } },
      'expected another field to choose than \'trainCount\', since "images" counts',
    ],
    [
      {
        images: 1e6,
        pruner: { kind: 'successive-halving' },
        space: { dataset: { choice: ['mnist', 'cifar10'] } },
      },
      "expected another field to choose than 'dataset'",
    ],
    [{ trials: 5, pruner: { kind: 'successive-halving', reduction: 1 } }, "field 'search.pruner.reduction'"],
    [{ trials: 5, constraints: ['parameters <'] }, 'search.constraints[0]: expected a condition such as'],
    [{ trials: 5, wallClock: 3 }, "unknown field 'wallClock'"],
  ])('of %j is refused', (search, message) => {
    expect(() => parse({ space: { width: { uniform: [0, 1] } }, ...search })).toThrow(message);
  });

  it('has a default for all but the space and a limit', () => {
    const { search } = withSpace({ width: { uniform: [0, 1] } });
    expect(search).toMatchObject({
      sampler: { kind: 'tpe', multivariate: true, startupTrials: 10, candidates: 24 },
      trials: 10,
      seed: 0,
      lag: 4,
      seeds: 1,
      pruner: null,
      objectives: [{ metric: 'validation_error_percent', sign: 1 }],
    });
  });
});

describe('a constraint', () => {
  const facts = {
    parameters: 431_080,
    width: 0.5,
    model: 'SK',
    network: { layers: [{ filters: 20 }] },
    nested: { a: true },
  };
  it.each<[string, boolean | null]>([
    ['parameters <= 100000', false],
    ['parameters <= 500000 && width < 1', true],
    ['width >= 0.6 || network.layers[0].filters == 20', true],
    ["model == 'SK'", true],
    ['model != "SK"', false],
    ['!(width > 1)', true],
    ['width * 2 + 1 - 2 == 0', true],
    ['-width % 2 / 1 == -0.5', true],
    ['optimizer.momentum < 0.9', null],
    ['network.layers[3].filters < 8', null],
    ['constructor.name == "Object"', null],
    ['nested.a', true],
  ])('%s is %s', (text, expected) => {
    expect(parseConstraint(text, 'test').holds(facts)).toBe(expected);
  });

  it.each([
    ['', 'expected a condition of at most'],
    ['width <', 'expected a condition such as'],
    ['process.exit()', 'found a CallExpression'],
    ['this.width < 1', 'found a ThisExpression'],
    ['width ? 1 : 2', 'found a ConditionalExpression'],
    ['width < 1; width > 2', 'found a Compound'],
    ['width << 2 < 1', "found '<<'"],
    ['x'.repeat(1001), 'at most 1000 characters'],
  ])('%s is refused as it is read', (text, message) => {
    expect(() => parseConstraint(text, 'test')).toThrow(message);
  });

  it.each([
    ['width', 'expected a condition such as "parameters <= 100000", found 0.5'],
    ['model < 3', 'expected a number on both sides, found "SK"'],
    ['width && width < 1', 'expected conditions around && || and !, found 0.5'],
  ])('%s is refused as it is computed', (text, message) => {
    expect(() => parseConstraint(text, 'test').holds(facts)).toThrow(message);
  });
});
