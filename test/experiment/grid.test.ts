import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { expandGrid, parseGrid } from '../../src/experiment/grid.js';
import { addOverride, type Override, parseOverride } from '../../src/experiment/overrides.js';

function expand(value: unknown, overrides: readonly string[] = []) {
  return expandGrid(parseGrid(value, 'grid.json', 'grid'), 'grid.json', overrides.map(parseOverride));
}

function errorOf(value: unknown, overrides: readonly string[] = []): string {
  try {
    expand(value, overrides);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  throw new Error('expected a UserError');
}

describe('a grid', () => {
  it('combines its values over each point, the last key fastest', () => {
    const points = expand({
      base: { epochs: 3 },
      points: [{ model: 'SK' }, { model: 'BN' }],
      grid: { width: [0.2, 0.5], seed: [0, 1] },
    });
    expect(points.map(({ spec }) => [spec.model, spec.width, spec.seed])).toEqual([
      ['SK', 0.2, 0],
      ['SK', 0.2, 1],
      ['SK', 0.5, 0],
      ['SK', 0.5, 1],
      ['BN', 0.2, 0],
      ['BN', 0.2, 1],
      ['BN', 0.5, 0],
      ['BN', 0.5, 1],
    ]);
    expect(points.every(({ spec }) => spec.epochs === 3)).toBe(true);
  });

  it('is one point if it has a base only', () => {
    expect(expand({ base: { model: 'BASE' } })).toHaveLength(1);
  });

  it('takes its name from the caller if it has none', () => {
    expect(parseGrid({ base: {} }, 'w.json', 'w').name).toBe('w');
    expect(parseGrid({ name: 'widths' }, 'w.json', 'w').name).toBe('widths');
  });

  it('lets overrides go over every point', () => {
    const points = expand({ base: { model: 'BASE', learningRate: 0.1 }, grid: { seed: [0, 1] } }, [
      'learningRate.rate=0.01',
      'learningRate.warmupEpochs=2',
      'model=BN',
    ]);
    expect(points.map(({ spec }) => [spec.model, spec.seed, spec.learningRate])).toEqual([
      ['BN', 0, { kind: 'constant', rate: 0.01, warmupEpochs: 2 }],
      ['BN', 1, { kind: 'constant', rate: 0.01, warmupEpochs: 2 }],
    ]);
  });

  it('lets a network and a model take the place of each other', () => {
    const pattern = 'INPUT(28x28x1) -> CONV(5,20) -> FC(10)';
    const [patterned] = expand({ base: { model: 'BASE', width: 2 } }, [`network=${pattern}`]);
    expect(patterned!.spec).toEqual(expand({ base: { network: pattern } })[0]!.spec);
    expect(patterned!.spec.model).toBe(pattern);
    expect(patterned!.spec.network.layers.map(({ kind }) => kind)).toEqual([
      'convolution',
      'relu',
      'fully-connected',
    ]);
    const [named] = expand({ base: { network: pattern } }, ['model=BASE']);
    expect(named!.spec.network.name).toBe('BASE');
  });

  it('may have a grid of patterns', () => {
    const patterns = ['INPUT(28x28x1) -> FC(10)', 'INPUT(28x28x1) -> [FC(10)]*2'];
    const points = expand({ grid: { network: patterns } });
    expect(points.map(({ spec }) => [spec.model, spec.network.layers.length])).toEqual([
      [patterns[0], 1],
      [patterns[1], 3],
    ]);
  });
});

describe('a wrong grid', () => {
  it.each([
    [
      { points: [{}, {}, { widht: 1 }] },
      "grid.json: points[2]: unknown field 'widht'. Did you mean 'width'?",
    ],
    [{ base: { sede: 1 } }, "grid.json: base: unknown field 'sede'. Did you mean 'seed'?"],
    [{ grid: { widths: [1] } }, "grid.json: grid: unknown field 'widths'. Did you mean 'width'?"],
    [{ bse: {} }, "grid.json: unknown field 'bse'. Did you mean 'base'?"],
    [{ grid: { width: 0.5 } }, "grid.json: field 'grid.width'"],
    [{ grid: { width: [] } }, "grid.json: field 'grid.width'"],
    [{ points: [] }, "grid.json: field 'points'"],
    [{ name: 7 }, "grid.json: field 'name'"],
    [[], 'grid.json: '],
    [{ base: { model: 'BASE', width: 'x' } }, "grid.json: base: field 'width'"],
    [{ base: { model: 'SK' }, points: [{ width: 1 }, { width: -1 }] }, "grid.json: points[1]: field 'width'"],
    [{ base: { model: 'SK' }, grid: { width: [1, '2'] } }, "grid.json: grid.width[1]: field 'width'"],
    [{ base: { model: 'SKK' } }, "grid.json: base: unknown model 'SKK'. Did you mean 'SK'?"],
    [{ base: {} }, 'grid.json: base: '],
    [
      { base: { model: 'SK' }, points: [{ width: 1 }], grid: { width: [2] } },
      "grid.json: points[0]: expected each field once, found 'width' and 'width'",
    ],
    [
      { base: { model: 'SK' }, grid: { 'learningRate.rate': [1], learningRate: [2] } },
      "grid.json: grid: expected each field once, found 'learningRate.rate' and 'learningRate', which takes its place.",
    ],
    [
      { base: { model: 'SK' }, grid: { 'augmentation.__proto__.flip': ['none'] } },
      "grid.json: grid: expected names of fields, found '__proto__'",
    ],
    [
      { base: { model: 'SK', augmentation: JSON.parse('{"__proto__": 1}') } },
      "grid.json: field 'base.augmentation': expected fields of plain data, found one called '__proto__'.",
    ],
  ])('%j says what and where', (grid, message) => {
    expect(errorOf(grid)).toContain(message);
  });

  it('names the override that is wrong', () => {
    expect(errorOf({ base: { model: 'BASE' } }, ['dropout=high'])).toContain(
      'grid.json: --set dropout=high: field',
    );
  });

  it('shows where in a pattern the mistake is', () => {
    const base = { network: 'INPUT(28x28x1) -> COVN(5,20)' };
    expect(() => expand({ base })).toThrow(/^grid.json: base: network: character 19: .*\n.*\n {20}\^$/);
  });

  it('is refused beyond any size that can be trained', () => {
    const values = Array.from({ length: 400 }, (_, i) => i);
    expect(errorOf({ base: { model: 'BASE' }, grid: { seed: values, epochs: values } })).toContain(
      'found 160000',
    );
  });
});

describe('--set', () => {
  it.each([
    ['seed=3', ['seed'], 3],
    ['model=BN', ['model'], 'BN'],
    ['model="BN"', ['model'], 'BN'],
    ['trainCount=null', ['trainCount'], null],
    ['learningRate.rate=0.5', ['learningRate', 'rate'], 0.5],
    ['dataset=a=b', ['dataset'], 'a=b'],
  ])('%s', (text, path, value) => {
    expect(parseOverride(text)).toEqual({ text: `--set ${text}`, path, value });
  });

  it.each([
    ['learningRate=.001', 0.001],
    ['learningRate=1.', 1],
    ['seed=+3', 3],
    ['seed=007', 7],
    ['epochs=1e1', 10],
    ['epochs=.5E1', 5],
    ['dataset=1.2.3', '1.2.3'],
    ['dataset=.', '.'],
    ['dataset=NaN', 'NaN'],
    ['dataset={a', '{a'],
    ['dataset=9007199254740993-a', '9007199254740993-a'],
  ])('reads a value as people write it: %s', (text, value) => {
    expect(parseOverride(text).value).toBe(value);
  });

  it.each([
    ['seed=9007199254740993', '--set seed: expected a whole number that is kept to the last digit'],
    ['epochs=1e999', '--set epochs: expected a number up to 1.7976931348623157e+308, found 1e999.'],
    ['epochs=-.0', 'expected 0, found -0.0.'],
    ['augmentation={"flip":"none","flip":"random"}', "expected each key once, found 'flip' twice."],
    ['augmentation={"__proto__":{}}', "found '__proto__'."],
    [
      '__proto__.seed=1',
      "--set: expected names of fields, found '__proto__' in '__proto__.seed'. Correct the key.",
    ],
    [
      'augmentation.__proto__.flip=random',
      "--set: expected names of fields, found '__proto__' in 'augmentation.__proto__.flip'.",
    ],
    ['network.constructor.x=1', "expected names of fields, found 'constructor'"],
    ['plugins=[]', '--set plugins: expected another field: this one is filled in.'],
    ['seed', 'expected key=value'],
    ['=3', 'expected key=value'],
    ['learningRate.=3', 'expected a key'],
    [`optimizer${'.a'.repeat(100)}=1`, '--set: expected a key of at most 100 names, found 101'],
    ['sede=3', "unknown field 'sede'. Did you mean 'seed'?"],
  ])('%s is refused', (text, message) => {
    expect(() => parseOverride(text)).toThrow(message);
  });

  it.each([
    [['seed=1', 'seed=2'], '--set seed=2: expected each field once, found --set seed=1 before it.'],
    [['learningRate=.1', 'learningRate.rate=.2'], 'expected each field once, found --set learningRate=.1'],
    [['learningRate.rate=1', 'learningRate=2'], 'found --set learningRate.rate=1 before it.'],
    [['momentum=0.5', 'optimizer=adam'], 'found --set momentum=0.5 before it.'],
    [['width=2', 'network=INPUT(28x28x1) -> FC(10)'], 'found --set width=2 before it.'],
    [['network.layers.0.filters=2', 'model=SK'], 'found --set network.layers.0.filters=2 before it.'],
  ])('%j: of the first nothing would be left', ([first, second], message) => {
    const earlier = addOverride([], parseOverride(first!));
    expect(() => addOverride(earlier, parseOverride(second!))).toThrow(message);
  });

  it.each([
    [['learningRate={"kind":"cosine","rate":1}', 'learningRate.rate=2']],
    [['optimizer=adam', 'optimizer.beta1=0.5']],
    [['model=SK', 'width=2']],
  ])('%j: both are left', (texts) => {
    const overrides = texts.map(parseOverride).reduce<readonly Override[]>(addOverride, []);
    expect(overrides.map(({ text }) => text)).toEqual(texts.map((text) => `--set ${text}`));
  });

  it('of an option of named networks is refused where the network is written out', () => {
    const network = { input: [28, 28, 1], layers: [{ kind: 'fully-connected', units: 10 }] };
    expect(errorOf({ base: { network } }, ['width=2'])).toContain(
      "--set width=2: expected 'width' beside 'model', whose option it is, found a network that is written out.",
    );
    expect(errorOf({ base: { network }, grid: { width: [2] } })).toContain(
      "grid.width[0]: expected 'width' beside 'model'",
    );
    expect(errorOf({ base: { network, width: 2 } })).toContain(
      "base: width: expected no such field beside 'network', found 2.",
    );
    const recorded = expand({ base: { model: 'SK', width: 0.2 } })[0]!.spec;
    expect(expand({ base: recorded })[0]!.spec).toEqual(recorded);
    expect(errorOf({ base: recorded }, ['width=2'])).toContain(
      "--set width=2: expected 'width' beside 'model'",
    );
    expect(expand({ base: recorded }, ['model=SK', 'width=1'])[0]!.spec).toMatchObject({ width: 1 });
  });

  it('change the optimizer, by its name or one of its options', () => {
    const base = { model: 'SK', momentum: 0.8 };
    const optimizerOf = (...overrides: string[]) => expand({ base }, overrides)[0]!.spec.optimizer;
    expect(optimizerOf('optimizer=adam')).toMatchObject({ kind: 'adam', beta1: 0.9 });
    expect(optimizerOf('optimizer=adam', 'optimizer.beta1=0.5')).toMatchObject({ kind: 'adam', beta1: 0.5 });
    expect(errorOf({ base }, ['optimizer=adam', 'momentum=0.5'])).toMatch(/momentum: expected no such field/);
  });
});
