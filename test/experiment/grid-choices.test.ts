import { describe, expect, it } from 'vitest';
import { expandGrid, parseGrid } from '../../src/experiment/grid.js';
import { addChoice, addChoices, type Choice, parseChoice } from '../../src/experiment/grid-choices.js';
import { parseOverride } from '../../src/experiment/overrides.js';

const choose = (texts: readonly string[]) => texts.map(parseChoice).reduce<readonly Choice[]>(addChoice, []);

describe('--grid', () => {
  it.each([
    ['width=0.1,.2', [0.1, 0.2]],
    ['seed=0..3', [0, 1, 2, 3]],
    ['seed=7,1..2,7', [7, 1, 2, 7]],
    ['activation=relu,tanh', ['relu', 'tanh']],
    ['normalization="none", "mean-image"', ['none', 'mean-image']],
    ['learningRate={"kind":"cosine","rate":1},2', [{ kind: 'cosine', rate: 1 }, 2]],
    ['network.layers.0.kernel=[3,3],[5,5],7', [[3, 3], [5, 5], 7]],
    ['network=INPUT(28x28x1) -> CONV(5,20) -> FC(10),x', ['INPUT(28x28x1) -> CONV(5,20) -> FC(10)', 'x']],
    ['dataset="a,b\\"c",d', ['a,b"c', 'd']],
  ])('%s has its values', (text, values) => {
    expect(parseChoice(text).values).toEqual(values);
  });

  it.each([
    [['SK'], "--grid: expected key=values, found 'SK'. For instance: --grid width=0.1,0.2 seed=0..4, behind"],
    [['=1'], '--grid: expected key=values'],
    [['sede=1'], "--grid: unknown field 'sede'. Did you mean 'seed'?"],
    [['plugins=[]'], '--grid plugins: expected another field'],
    [['seed='], '--grid seed: expected values parted by commas, found an empty one'],
    [['seed=1,,2'], '--grid seed: expected values parted by commas, found an empty one'],
    [['seed=4..1'], '--grid seed: expected a range that rises, of at most 100000 numbers, found 4..1.'],
    [['seed=0..100000'], '--grid seed: expected a range that rises'],
    [['seed=9007199254740993'], '--grid seed: expected a whole number that is kept to the last digit'],
    [['seed=1', 'seed=2'], '--grid seed=2: expected each field once, found --grid seed=1 before it.'],
  ])('%j is refused', (texts, message) => {
    expect(() => choose(texts)).toThrow(message);
  });

  const GRID = { base: { model: 'SK' }, grid: { width: [1, 2], seed: [0, 1] } };
  const add = (texts: readonly string[], sets: readonly string[] = [], grid: object = GRID) =>
    addChoices(parseGrid(grid, 'g', 'g'), choose(texts), 'g', sets.map(parseOverride));

  it('takes the place of values that a grid has, and adds others', () => {
    const points = expandGrid(add(['seed=5', 'batchSize=10,20']), 'g').map(({ spec }) => spec);
    expect(points.map(({ width, seed, batchSize }) => [width, seed, batchSize])).toEqual([
      [1, 5, 10],
      [1, 5, 20],
      [2, 5, 10],
      [2, 5, 20],
    ]);
  });

  it.each([
    [['seed=1,2'], ['seed=3'], '--set seed=3: expected each field once, found --grid seed=1,2 before it.'],
    [['learningRate=1,2'], ['learningRate.rate=3'], 'found --grid learningRate=1,2 before it.'],
    [['width=1,2'], ['network=INPUT(28x28x1) -> FC(10)'], 'found --grid width=1,2 before it.'],
    [['learningRate.rate=1', 'learningRate=2'], [], "found 'learningRate.rate' and 'learningRate'"],
  ])('%j with %j is refused, as nothing of it would be left', (texts, sets, message) => {
    expect(() => add(texts, sets)).toThrow(message);
  });

  it('is refused where it would take the place of what a point says', () => {
    expect(() => add(['width=3'], [], { points: [{ model: 'SK', width: 1 }] })).toThrow(
      "g: points[0]: expected each field once, found 'width' and 'width'",
    );
  });
});
