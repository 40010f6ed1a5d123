import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FakeEngine, sweep } from '../cli/fake-command.js';
import { makeFolder } from '../experiment/fake-runs.js';

const VALID = {
  name: 'rate',
  base: { model: 'SK', width: 0.2, trainCount: 1000, validationCount: 200, epochs: 9 },
  search: {
    sampler: { kind: 'tpe', startupTrials: 3 },
    trials: 27,
    images: 1e6,
    seed: 1,
    lag: 2,
    seeds: 1,
    space: {
      'learningRate.rate': { log: [0.0001, 1] },
      batchSize: { int: [20, 60], step: 20 },
      width: { values: [0.2, 0.5] },
      optimizer: { choice: [{ kind: 'sgd', momentum: { uniform: [0, 0.95] } }, { kind: 'adamw' }] },
    },
    constraints: ['parameters < 1000000', 'width * 2 <= 1'],
    objective: ['validation_error_percent'],
    pruner: { kind: 'successive-halving', reduction: 3, minEpochs: 1 },
  },
};

type Path = readonly (string | number)[];

/** Of everything in a file, itself included. */
function listPaths(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys = Array.isArray(value) ? value.map((_, i) => i) : Object.keys(value);
  return [path, ...keys.flatMap((key) => listPaths((value as Record<string, unknown>)[key], [...path, key]))];
}

const WORDS = [
  'tpe',
  'grid',
  'random',
  'sobol',
  'hyperband',
  'median',
  'log',
  'int',
  'uniform',
  'values',
  'choice',
  'width',
  'seed',
  'epochs',
  '__proto__',
  'constructor',
  '',
];
const number = fc.oneof(
  fc.constantFrom(0, -0, -1, 1, 2, 0.5, 1e-320, 1e308, 2 ** 31, 2 ** 53, 1e5, 1000),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 8 }));
const nonsense = fc.oneof(
  fc.constantFrom(null, true, false, [], {}),
  number,
  word,
  fc.array(number, { maxLength: 3 }),
  fc.dictionary(word, fc.oneof(number, word, fc.array(number, { maxLength: 2 })), { maxKeys: 2 }),
);

interface Mutation {
  readonly where: number;
  readonly kind: 'replace' | 'remove' | 'add' | 'twice';
  readonly key: string;
  readonly value: unknown;
}
const mutation: fc.Arbitrary<Mutation> = fc.record({
  where: fc.nat(1000),
  kind: fc.constantFrom('replace', 'replace', 'remove', 'add', 'twice'),
  key: word,
  value: nonsense,
});

function mutate(file: unknown, { where, kind, key, value }: Mutation): unknown {
  const paths = listPaths(file);
  const path = paths[where % paths.length]!;
  const change = (inside: unknown, [step, ...rest]: Path): unknown => {
    if (step !== undefined && rest.length === 0 && kind === 'remove') {
      return Array.isArray(inside)
        ? inside.filter((_, i) => i !== step)
        : Object.fromEntries(Object.entries(inside as object).filter(([name]) => name !== step));
    }
    if (step !== undefined) {
      const changed = change((inside as Record<string, unknown>)[step], rest);
      if (Array.isArray(inside)) return inside.map((item, i) => (i === step ? changed : item));
      return Object.fromEntries(
        Object.entries(inside as object).map(([name, item]) => [name, name === step ? changed : item]),
      );
    }
    if (kind === 'add' && typeof inside === 'object' && inside !== null) {
      return Array.isArray(inside)
        ? [...inside, value]
        : Object.fromEntries([...Object.entries(inside), [key, value]]);
    }
    if (kind === 'twice' && Array.isArray(inside)) return [...inside, ...inside];
    return value;
  };
  return change(file, path);
}

it('a search with nonsense in it is refused in one line, or has a plan', async () => {
  const folder = makeFolder();
  const file = join(folder, 'search.json');
  const exitCodes = new Set<number>();
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 2 }), async (mutations) => {
      const text = JSON.stringify(mutations.reduce(mutate, VALID as unknown));
      writeFileSync(file, text);
      const args = [file, '--db', join(folder, 'e.db'), '--dry-run'];
      const { exitCode, out, err } = await sweep(args, new FakeEngine());
      const lines = err.match(/^(?!warning: ).+$/gm) ?? [];
      exitCodes.add(exitCode);
      // Without its "search" it is a grid.
      if (exitCode === 0) expect([lines, out], text).toEqual([[], expect.stringMatching(/trial|point/)]);
      else expect([exitCode, lines.length], `${text}\n${err}`).toEqual([2, 1]);
    }),
    { numRuns: 60, seed: 1 },
  );
  expect(exitCodes).toEqual(new Set([0, 2]));
});
