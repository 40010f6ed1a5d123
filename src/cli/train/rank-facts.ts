import { hostname } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../../core/errors.js';
import { readManifest } from '../../core/manifest.js';
import { arithmeticOf } from '../../kernels/arithmetic.js';
import { chooseKernelName } from '../../kernels/select.js';
import type { UnplannedRun } from '../../run/fit.js';
import { NUMERICS } from '../../run/numerics.js';
import { identifySpec } from '../../run/spec.js';
import { hashProgram } from './program-hash.js';

/** What a rank says of itself before it trains with others. */
interface RankFacts {
  readonly host: string;
  /** Why it cannot; null if it can. */
  readonly error: string | null;
  /** What all must have alike for one run's bits, by names that a message can use. */
  readonly alike: Readonly<Record<string, unknown>>;
}

/** The facts of a rank as text, of a point that it has planned or of why it has none. */
export function describeRank(found: UnplannedRun | Error): string {
  if (found instanceof Error) return format({ error: found.message, alike: {} });
  const { spec, dataset } = found;
  const fields = Object.entries(identifySpec(spec)).map(([key, value]) => [`field '${key}'`, value] as const);
  const alike = {
    'Convoy version': readManifest().version,
    'numerics version': NUMERICS,
    'SHA-256 of the compiled program': hashProgram(),
    arithmetic: arithmeticOf(chooseKernelName()),
    'data set SHA-256': dataset.sha256,
    ...Object.fromEntries(fields),
  };
  return format({ error: null, alike });
}

function format(facts: Omit<RankFacts, 'host'>): string {
  return JSON.stringify({ host: hostname(), ...facts } satisfies RankFacts);
}

/** Of a value in a message. */
const MOST_CHARACTERS = 80;

/** @throws UserError if a rank cannot train, or another run than rank 0 */
export function compareRanks(texts: readonly string[]): void {
  const all = texts.map((text) => JSON.parse(text) as RankFacts);
  for (const [rank, { host, error, alike }] of all.entries()) {
    if (error !== null) throw new UserError(`rank ${rank} (${host}): ${error}`);
    const first = all[0]!.alike;
    const names = new Set([...Object.keys(first), ...Object.keys(alike)]);
    const other = [...names].find((name) => !isDeepStrictEqual(first[name], alike[name]));
    if (other === undefined) continue;
    throw new UserError(
      `mpirun: ${other}: expected ${tell(first[other])} as on rank 0, found ${tell(alike[other])} on rank ${rank} (${host}). ` +
        'Give all of them one command, the same data, and one commit of Convoy, built on each (npm run build).',
    );
  }
}

function tell(value: unknown): string {
  const text = value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
