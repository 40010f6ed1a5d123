import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { countOf, reportFigure } from '../soak.js';
import { byteMutation, type Mutation, mutate } from './mutations.js';
import { tryInput } from './trial.js';

/** How often each parser is tried. */
export const MUTANTS = { share: 500, whole: 100_000 } as const;

/** A valid input, and how it is parsed. */
export interface Seed<Parse> {
  readonly name: string;
  readonly bytes: Buffer;
  readonly parse: Parse;
  /** Makes the changed bytes a file, for instance compresses them, or mends the checksums that would give every change away. */
  readonly wrap?: (mutant: Buffer) => Buffer;
}

/** Parses the file of that name. */
export type ParseFile = (file: string) => unknown;
/** Parses bytes. */
export type ParseBytes = (bytes: Buffer) => unknown;

/** Fixed, so that a failure is one again. `CONVOY_CASE=<seed>:<path>`, as a failure tells them, runs that case alone. */
const SEED = 20_261_129;

interface MutantOptions {
  readonly mutation?: fc.Arbitrary<Mutation>;
  readonly counts?: { readonly share: number; readonly whole: number };
}

/** Tries a parser of files with changed ones. */
export async function tryMutantFiles(
  format: string,
  seeds: readonly Seed<ParseFile>[],
  options: MutantOptions = {},
): Promise<void> {
  // A disk takes longer to write them than parsers to read them.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'convoy-'));
  const file = join(folder, 'input');
  const inMemory = seeds.map(({ parse, ...seed }) => ({
    ...seed,
    parse: (bytes: Buffer) => {
      writeFileSync(file, bytes);
      return parse(file);
    },
  }));
  try {
    await tryMutants(format, inMemory, options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Tries a parser with changed inputs, each of one to four changes: fast-check prints the seed, the path and the least of what fails. */
export async function tryMutants(
  format: string,
  seeds: readonly Seed<ParseBytes>[],
  { mutation = byteMutation, counts = MUTANTS }: MutantOptions = {},
): Promise<void> {
  const others = seeds.map(({ bytes }) => bytes);
  const seen = { parsed: 0, refused: 0, ms: 0, extraBytes: 0 };
  for (const { bytes, parse, wrap = same } of seeds) await tryValid(() => parse(wrap(bytes)), bytes);
  const property = fc.asyncProperty(
    fc.nat({ max: seeds.length - 1 }),
    fc.array(mutation, { minLength: 1, maxLength: 4 }),
    async (which, mutations) => {
      const { bytes, parse, wrap = same } = seeds[which]!;
      const input = wrap(mutate(bytes, mutations, others));
      const trial = await tryInput(() => parse(input), input.length);
      seen[trial.parsed ? 'parsed' : 'refused']++;
      seen.ms = Math.max(seen.ms, trial.ms);
      seen.extraBytes = Math.max(seen.extraBytes, trial.extraBytes ?? 0);
    },
  );
  const [seed = SEED, path] = process.env.CONVOY_CASE?.split(/:(.*)/) ?? [];
  await fc.assert(property, { seed: Number(seed), numRuns: countOf(counts), ...(path ? { path } : {}) });
  reportFigure(
    11,
    `${format}: ${seen.parsed} parsed, ${seen.refused} refused, ${seen.ms.toFixed(0)} ms and ` +
      `${(seen.extraBytes / 2 ** 20).toFixed(1)} MB at most`,
  );
}

/** Nothing is learned from changes of what is refused in the first place. Warms the parser up, too. */
async function tryValid(parse: () => unknown, { length }: Buffer): Promise<void> {
  const { message } = await tryInput(parse, length);
  if (message !== null) throw new Error(`a seed is refused: ${message}`);
}

function same(mutant: Buffer): Buffer {
  return mutant;
}
