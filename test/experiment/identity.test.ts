import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { computeGroup, computeIdentity, formatCanonicalJson } from '../../src/experiment/identity.js';
import { resolveRunSpec, trimSpec } from '../../src/run/spec.js';

describe('canonical JSON', () => {
  it('sorts keys at every depth, keeps the order of arrays and has no white space', () => {
    const value = { b: [{ d: 1, c: 'é"' }, null], a: { f: true, e: -0 }, u: undefined, B: 1e21 };
    expect(formatCanonicalJson(value)).toBe('{"B":1e+21,"a":{"e":0,"f":true},"b":[{"c":"é\\"","d":1},null]}');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (value) => {
    expect(() => formatCanonicalJson({ value })).toThrow('finite');
  });
});

describe("a run's identity", () => {
  const spec = resolveRunSpec({ model: 'SK', width: 0.2 });
  const data = 'a'.repeat(64);

  it('is the SHA-256 of the canonical JSON of spec and data', () => {
    const text = formatCanonicalJson({ dataset: data, spec: trimSpec(spec) });
    expect(computeIdentity(spec, data)).toBe(createHash('sha256').update(text).digest('hex'));
  });

  it('does not depend on the order of fields or on writing a default out', () => {
    const other = resolveRunSpec({
      seed: 0,
      learningRate: { rate: 0.001, kind: 'constant' },
      width: 0.2,
      model: 'SK',
    });
    expect(computeIdentity(other, data)).toBe(computeIdentity(spec, data));
  });

  it.each([{ seed: 1 }, { width: 0.3 }, { epochs: 21 }, { trainCount: 100 }, { slices: 6 }])(
    'depends on %j',
    (change) => {
      const other = resolveRunSpec({ model: 'SK', width: 0.2, ...change });
      expect(computeIdentity(other, data)).not.toBe(computeIdentity(spec, data));
    },
  );

  it('depends on the data', () => {
    expect(computeIdentity(spec, 'b'.repeat(64))).not.toBe(computeIdentity(spec, data));
  });

  it('shares its group with other seeds only', () => {
    const seeded = resolveRunSpec({ model: 'SK', width: 0.2, seed: 5 });
    const wider = resolveRunSpec({ model: 'SK', width: 0.3 });
    expect(computeGroup(seeded, data)).toBe(computeGroup(spec, data));
    expect(computeGroup(wider, data)).not.toBe(computeGroup(spec, data));
  });
});
