import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { parseJson } from '../../src/core/json.js';
import { parseGrid } from '../../src/experiment/grid.js';
import { buildModel } from '../../src/models/registry.js';
import { parseNetwork } from '../../src/network/spec.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import { countOf, IS_SOAK, reportFigure } from '../helpers/soak.js';
import { type Fields, listBases } from '../helpers/spec-bases.js';

const bases = listBases();

/** The share in `npm test` is the same every time. */
const RUNS = { numRuns: countOf({ share: 300, whole: 20_000 }), ...(IS_SOAK ? {} : { seed: 12 }) };

/** The prototypes that a hostile spec would change. */
const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype];
const listOwnKeys = () => PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype));
const before = listOwnKeys();
afterAll(() => {
  expect(listOwnKeys()).toEqual(before);
  reportFigure(12, `${4 * RUNS.numRuns} hostile specs: all refused, prototypes untouched`);
});

describe('a spec that is not data', () => {
  /** A spec, and an object or a list somewhere in it, as its own copy. */
  const holders = () =>
    fc.constantFrom(...bases).chain(({ name, spec }) =>
      fc.nat().map((at) => {
        const copy = structuredClone(spec) as Record<string, unknown>;
        const all = listHolders(copy);
        return { spec: copy, holder: all[at % all.length]!, [fc.toStringMethod]: () => name };
      }),
    );

  it('for a name that objects have a meaning for is refused, wherever it stands', () => {
    const names = fc.constantFrom('__proto__', 'constructor', 'prototype');
    fc.assert(
      fc.property(holders(), names, ({ spec, holder }, name) => {
        Object.defineProperty(holder, name, { value: { polluted: 1 }, enumerable: true, configurable: true });
        for (const read of READERS) expect(() => read(spec), name).toThrow(UserError);
        const text = JSON.stringify(spec);
        if (!Array.isArray(holder)) expect(() => parseJson(text, 'spec')).toThrow(`found '${name}'`);
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      }),
      RUNS,
    );
  });

  it('for a value that JSON cannot say is refused, wherever it stands', () => {
    const values = fc.constantFrom<() => unknown>(
      () => Number.NaN,
      () => Number.POSITIVE_INFINITY,
      () => -0,
      () => new Map([['kind', 'relu']]),
      () => new Date(0),
      () => Float32Array.of(3, 3),
      () => Object.create({ kind: 'relu' }),
      () => Object.assign(new Array(2), { 0: 1 }),
      () => 3n,
      () => Symbol('x'),
      () => () => 3,
      () => nest(10_000),
    );
    fc.assert(
      fc.property(holders(), fc.nat(), values, ({ spec, holder }, at, make) => {
        const keys = Object.keys(holder);
        const key = keys[at % keys.length] ?? 'x';
        (holder as Record<string, unknown>)[key] = make();
        for (const read of READERS) expect(() => read(spec)).toThrow(UserError);
      }),
      RUNS,
    );
  });

  it('for a getter or a cycle is refused, wherever it stands', () => {
    fc.assert(
      fc.property(holders(), fc.nat(), fc.boolean(), ({ spec, holder }, at, isCycle) => {
        const keys = Object.keys(holder);
        const key = keys[at % keys.length] ?? 'x';
        const get = () => {
          throw new Error('a getter was called');
        };
        if (isCycle) (holder as Record<string, unknown>)[key] = spec;
        else Object.defineProperty(holder, key, { get, enumerable: true, configurable: true });
        for (const read of READERS) expect(() => read(spec)).toThrow(UserError);
      }),
      RUNS,
    );
  });

  it('for JSON that says a thing twice, or a number that is lost, is refused with its place', () => {
    const MARK = '\u0001mark';
    fc.assert(
      fc.property(
        holders(),
        fc.nat(),
        fc.constantFrom('twice', '1e999', '-1e999', '9007199254740993', '-0', '1e-999'),
        ({ spec, holder }, at, fault) => {
          const keys = Object.keys(holder);
          fc.pre(!Array.isArray(holder) && keys.length > 0);
          const key = keys[at % keys.length]!;
          (holder as Record<string, unknown>)[MARK] = 1;
          const marked = JSON.stringify(spec);
          const mark = `${JSON.stringify(MARK)}:1`;
          const text = marked.replace(mark, () =>
            fault === 'twice' ? `${JSON.stringify(key)}:1` : `"more":${fault}`,
          );
          const found = fault === 'twice' ? `'${key}' twice` : fault;
          expect(() => parseJson(text, 'spec.json')).toThrow(
            new RegExp(`^spec\\.json: line 1, column \\d+: expected .*, found ${found}\\.$`),
          );
        },
      ),
      RUNS,
    );
  });

  it('for its depth is refused in every reader, and fills no stack', () => {
    for (const depth of [101, 10_000]) {
      for (const read of READERS)
        expect(() => read({ model: 'SK', network: nest(depth) })).toThrow('inside each other');
      expect(() => parseJson(`${'['.repeat(depth)}${']'.repeat(depth)}`, 'spec')).toThrow(
        'inside each other',
      );
    }
  });

  /** All that a program or a file can give a spec to. */
  const READERS: ((spec: Fields) => unknown)[] = [
    (spec) => resolveRunSpec(spec),
    (spec) => parseGrid({ base: spec }, 'grid', 'grid'),
    (spec) => parseGrid({ points: [spec] }, 'grid', 'grid'),
    (spec) => parseNetwork({ input: [28, 28, 1], layers: [{ kind: 'relu', spec }] }),
    (spec) => buildModel('SK', { spec }, 'test'),
  ];
});

/** A list in a list in a list. */
function nest(depth: number): unknown {
  let value: unknown = [];
  for (let i = 1; i < depth; i++) value = [value];
  return value;
}

/** A value and all objects and lists inside of it. */
function listHolders(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(listHolders)];
}
