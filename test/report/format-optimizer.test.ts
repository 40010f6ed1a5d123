import { describe, expect, it } from 'vitest';
import { formatOptimizer } from '../../src/report/format-optimizer.js';
import { findVaryingFields, formatSpecField } from '../../src/report/varying-fields.js';
import { resolveRunSpec } from '../../src/run/spec.js';

const specOf = (fields: object) => resolveRunSpec({ model: 'BASE', ...fields });

describe('an optimizer in short', () => {
  it.each([
    [{}, 'sgd'],
    [{ optimizer: 'sgd', momentum: 0.5 }, 'sgd'],
    [{ optimizer: 'adam' }, 'adam'],
    [{ optimizer: { kind: 'adam', beta2: 0.95, amsgrad: true } }, 'adam(beta2 0.95, amsgrad true)'],
    [
      { optimizer: { kind: 'muon', others: { momentum: 0.8 } } },
      'muon(others {"learningRate":1,"momentum":0.8,"nesterov":false,"weightDecay":0.0005})',
    ],
  ])('of %j is %s', (fields, text) => {
    expect(formatOptimizer(specOf(fields))).toBe(text);
  });

  it('tells points of a sweep apart, and so do options of those that have them', () => {
    const points = (...fields: object[]) => fields.map((each) => ({ label: 'BASE', spec: specOf(each) }));
    expect(findVaryingFields(points({}, { optimizer: 'adam' }))).toEqual(['optimizer']);
    expect(
      findVaryingFields(points({ optimizer: 'adam' }, { optimizer: { kind: 'adam', beta1: 0 } })),
    ).toEqual(['optimizer']);
    expect(findVaryingFields(points({ optimizer: 'adam' }, {}, { momentum: 0.5 }))).toEqual([
      'optimizer',
      'momentum',
    ]);
    expect(formatSpecField(specOf({ optimizer: 'adam' }), 'momentum')).toBe('–');
  });

  it('has no more digits than anybody writes', () => {
    const chosen = specOf({
      learningRate: { kind: 'constant', rate: 0.00062188740980774 },
      momentum: 0.87654321,
      trainCount: 12_345_678,
    });
    expect(formatSpecField(chosen, 'learningRate')).toBe('0.000621887');
    expect(formatSpecField(chosen, 'momentum')).toBe('0.876543');
    expect(formatSpecField(chosen, 'trainCount')).toBe('12345678');
  });
});
