import { describe, expect, it } from 'vitest';
import { compareRanks, describeRank } from '../../../src/cli/train/rank-facts.js';
import { fitRun } from '../../../src/run/fit.js';
import { resolveRunSpec } from '../../../src/run/spec.js';
import { makeTinyDataset } from '../../helpers/tiny-dataset.js';

const dataset = makeTinyDataset({ train: 100, test: 10 });
const plan = (spec = {}, data = dataset) =>
  describeRank(fitRun(resolveRunSpec({ model: 'BASE', ...spec }), data));
const ordinary = plan();
const change = (text: string, field: string, value: unknown) => {
  const facts = JSON.parse(text);
  return JSON.stringify({ ...facts, alike: { ...facts.alike, [field]: value } });
};

describe('ranks before they train', () => {
  it('may train if they are alike', () => {
    expect(() => compareRanks([plan({ shards: 2 }), plan({ shards: 2 })])).not.toThrow();
  });

  it.each([
    [plan({ seed: 3 }), "field 'seed': expected 0 as on rank 0, found 3 on rank 2"],
    [plan({ shards: 2 }), "field 'shards': expected none as on rank 0, found 2 on rank 2"],
    [
      plan({}, makeTinyDataset({ train: 100, test: 10, seed: 2 })),
      'data set SHA-256: expected tiny-100-10-1 as',
    ],
    [change(ordinary, 'numerics version', 1), 'numerics version: expected'],
    [change(ordinary, 'arithmetic', 'baseline'), 'arithmetic: expected'],
    [change(ordinary, 'Convoy version', '0.0.1'), 'Convoy version: expected'],
    [
      change(ordinary, 'SHA-256 of the compiled program', 'c0ffee'),
      /^mpirun: SHA-256 of the compiled program: expected [\da-f]{64} as on rank 0, found c0ffee on rank 2 \(.+\)\. .*npm run build/,
    ],
    [describeRank(new Error('mnist: expected files, found none.')), 'mnist: expected files, found none.'],
  ])('are refused if one is not: %s', (other, message) => {
    expect(() => compareRanks([ordinary, ordinary, other])).toThrow(message);
  });
});
