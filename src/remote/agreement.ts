import { UserError } from '../core/errors.js';
import type { Environment } from '../experiment/environment.js';
import type { SweepPoint } from '../experiment/plan-sweep.js';
import type { Store } from '../experiment/store.js';
import { readWholeRun } from '../experiment/whole-run.js';
import type { CarriedResult } from './carried-result.js';

/** Who has made some weights. */
export interface Maker {
  readonly host: string;
  /** Version of the program. */
  readonly convoy: string;
  readonly kernels: string;
  readonly numerics: number;
  readonly weightsSha256: string;
}

/** @returns null for a run that failed */
export function makerOf({ environment, numerics, outcome }: CarriedResult): Maker | null {
  if (outcome === null) return null;
  const { kernels, weightsSha256 } = outcome;
  return {
    host: String(environment.remote?.host),
    convoy: String(environment.versions.convoy),
    kernels,
    numerics,
    weightsSha256,
  };
}

/** Of a run that is done or diverged. */
export function readMaker({ db }: Store, runId: number): Maker {
  const { environment, numerics, weightsSha256 } = readWholeRun(db, runId);
  const { versions, kernels, remote } = environment as unknown as Environment;
  const query = 'SELECT host FROM runs JOIN processes USING (process_id) WHERE run_id = ?';
  return {
    host: remote?.host ?? db.prepare<[number], string>(query).pluck().get(runId)!,
    convoy: String(versions.convoy),
    kernels: String(kernels),
    numerics,
    weightsSha256: String(weightsSha256),
  };
}

/**
 * Checks that two runs of one point have come to one result.
 *
 * @throws UserError if their weights differ, that names who made them
 */
export function checkAgreement(
  { label, identity }: Pick<SweepPoint, 'label' | 'identity'>,
  one: Maker,
  other: Maker,
): void {
  if (one.numerics !== other.numerics || one.weightsSha256 === other.weightsSha256) return;
  throw new UserError(
    `${label} (${shorten(identity)}): expected equal weights from all machines, found ${describe(one)} and ${describe(other)}. ` +
      'A machine or a program is at fault: train the point once more on a third one.',
  );
}

function describe({ host, convoy, kernels, numerics, weightsSha256 }: Maker): string {
  return `${shorten(weightsSha256)} from ${host} (convoy ${convoy}, numerics ${numerics}, kernels ${kernels})`;
}

/** Digits that tell hashes apart in a message. */
const SHOWN_DIGITS = 12;

function shorten(sha256: string): string {
  return `${sha256.slice(0, SHOWN_DIGITS)}…`;
}
