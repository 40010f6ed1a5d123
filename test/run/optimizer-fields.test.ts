import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { computeIdentity } from '../../src/experiment/identity.js';
import { OPTIMIZER_KINDS } from '../../src/optim/optimizers/registry.js';
import { optimizerOf, penaltyOf } from '../../src/run/optimizer-fields.js';
import { type RunSpec, resolveRunSpec, trimSpec } from '../../src/run/spec.js';

const resolve = (fields: RunSpec) => resolveRunSpec({ model: 'BASE', ...fields });
const identityOf = (fields: RunSpec) => computeIdentity(resolve(fields), 'data');
/** As recorded before there were other optimizers. */
const SHORT = { momentum: 0.9, nesterov: false, weightDecay: 0.0005 };

function errorOf(fields: RunSpec): string {
  try {
    resolve(fields);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message;
  }
  throw new Error('expected a UserError');
}

describe('sgd', () => {
  it.each<RunSpec>([
    {},
    { optimizer: 'sgd' },
    { optimizer: { kind: 'sgd' } },
    { optimizer: { kind: 'sgd', ...SHORT } },
    { optimizer: { kind: 'sgd', momentum: 0.9 }, momentum: 0.9, weightDecay: 0.0005 },
    { ...SHORT },
  ])('is recorded by its short form, written as %j', (fields) => {
    const spec = trimSpec(resolve(fields));
    expect(spec).toMatchObject(SHORT);
    expect(spec).not.toHaveProperty('optimizer');
    expect(identityOf(fields)).toBe(identityOf({}));
  });

  it('takes options from both places', () => {
    const spec = resolve({ optimizer: { kind: 'sgd', nesterov: true }, momentum: 0.5 });
    expect(optimizerOf(spec)).toEqual({ kind: 'sgd', momentum: 0.5, nesterov: true, weightDecay: 0.0005 });
    expect(identityOf({ momentum: 0.5, nesterov: true })).toBe(computeIdentity(spec, 'data'));
  });

  it('takes no two values of one option', () => {
    expect(errorOf({ optimizer: { kind: 'sgd', momentum: 0.8 }, momentum: 0.9 })).toBe(
      "spec: momentum: expected one value, found 0.9 and, inside 'optimizer', 0.8. Leave one out.",
    );
  });
});

describe('another optimizer', () => {
  it.each<['adam' | 'adamw' | 'muon', object]>([
    ['adam', { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, amsgrad: false, weightDecay: 0 }],
    ['adamw', { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, amsgrad: false, weightDecay: 0.01 }],
    [
      'muon',
      {
        momentum: 0.95,
        weightDecay: 0,
        others: { learningRate: 1, momentum: 0.9, nesterov: false, weightDecay: 0.0005 },
      },
    ],
  ])('by its name alone has its defaults: %s', (kind, options) => {
    const spec = resolve({ optimizer: kind });
    expect(spec.optimizer).toEqual({ kind, ...options });
    for (const key of Object.keys(SHORT)) expect(spec).not.toHaveProperty(key);
    expect(resolveRunSpec(JSON.parse(JSON.stringify(trimSpec(spec))))).toEqual(spec);
    expect(resolveRunSpec(spec)).toEqual(spec);
    expect(identityOf({ optimizer: kind })).toBe(identityOf({ optimizer: { kind } }));
    expect(identityOf({ optimizer: kind })).not.toBe(identityOf({}));
  });

  it('is the same run where a later option says what is so anyway', () => {
    const later = {
      kernels: 'all',
      newtonSchulzSteps: 5,
      scaleByShape: true,
      normalizeKernels: false,
    } as const;
    expect(resolve({ optimizer: { kind: 'muon', ...later } })).toEqual(resolve({ optimizer: 'muon' }));
    for (const [key, value] of Object.entries({
      kernels: 'convolutions',
      newtonSchulzSteps: 3,
      scaleByShape: false,
      normalizeKernels: true,
    })) {
      const spec = resolve({ optimizer: { kind: 'muon', ...later, [key]: value } as never });
      expect(spec.optimizer).toMatchObject({ [key]: value });
      expect(resolveRunSpec(JSON.parse(JSON.stringify(trimSpec(spec))))).toEqual(spec);
    }
    expect(errorOf({ optimizer: { kind: 'muon', newtonSchulzSteps: 0 } })).toMatch(
      /^spec: optimizer muon: field 'newtonSchulzSteps': /,
    );
  });

  it("has no short form of sgd's", () => {
    expect(errorOf({ optimizer: 'adam', weightDecay: 0.1 })).toBe(
      'spec: weightDecay: expected no such field beside the optimizer adam, found 0.1. It is short for one of ' +
        "sgd's options; write those of adam inside 'optimizer'.",
    );
  });
});

describe('an optimizer is refused', () => {
  it.each([
    ['adm', "spec: optimizer: unknown optimizer 'adm'. Did you mean 'adam'? Valid: adam, adamw, sgd, muon."],
    [
      { beta1: 0.9 },
      'spec: optimizer: expected an optimizer\'s name or { "kind": name, ... }, found {"beta1":0.9}. Names: sgd, adam, adamw, muon.',
    ],
    [7, /^spec: optimizer: expected an optimizer's name .*, found 7\./],
    [{ kind: 'adam', beta1: 1 }, /^spec: optimizer adam: field 'beta1': .*, found 1\.$/],
    [{ kind: 'adam', beta: 0.9 }, /^spec: optimizer adam: unknown field 'beta'. Did you mean 'beta1'\?/],
    [{ kind: 'adam', epsilon: 0 }, /'epsilon': .*, found 0\./],
    [{ kind: 'adamw', weightDecay: -1 }, /'weightDecay': .*, found -1\./],
    [{ kind: 'sgd', momentum: 1 }, /^spec: optimizer sgd: field 'momentum': .*, found 1\.$/],
    [{ kind: 'muon', others: { beta1: 0 } }, /^spec: optimizer muon: unknown field 'beta1' in 'others'/],
  ])('written as %j', (optimizer, message) => {
    expect(errorOf({ optimizer: optimizer as never })).toMatch(message);
  });

  it.each([
    [{ clipNorm: 0 }, /'clipNorm': .*, found 0/],
    [{ averaging: { decay: 1 } }, /'averaging.decay': .*, found 1/],
    [{ averaging: { every: 0 } }, /'averaging.every': .*, found 0/],
    [{ momentum: 1 }, /'momentum': .*, found 1/],
  ])('or what goes with it: %j', (fields, message) => {
    expect(errorOf(fields)).toMatch(message);
  });
});

describe('the regularisation term', () => {
  it('is that of an L2 decay', () => {
    expect(penaltyOf(resolve({}), OPTIMIZER_KINDS)).toBe(0.0005);
    expect(penaltyOf(resolve({ optimizer: { kind: 'adam', weightDecay: 0.1 } }), OPTIMIZER_KINDS)).toBe(0.1);
    expect(penaltyOf(resolve({ optimizer: 'adamw' }), OPTIMIZER_KINDS)).toBeNull();
  });

  it.each(['adamw', 'muon'] as const)('is refused where there is none: %s', (optimizer) => {
    expect(errorOf({ optimizer, reportRegularization: true })).toBe(
      'spec: reportRegularization: expected an optimizer whose weight decay is a term of the loss, found ' +
        `${optimizer}. Leave it out, or take sgd or adam.`,
    );
  });
});

describe('clipping and averaging', () => {
  it('are recorded where they are on', () => {
    expect(trimSpec(resolve({}))).not.toHaveProperty('clipNorm');
    expect(trimSpec(resolve({}))).not.toHaveProperty('averaging');
    expect(trimSpec(resolve({ clipNorm: 1, averaging: {} }))).toMatchObject({
      clipNorm: 1,
      averaging: { decay: 0.999, every: 1 },
    });
  });
});
