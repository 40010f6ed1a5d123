import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { UserError } from '../core/errors.js';
import { findPackageRoot } from '../core/paths.js';
import type { RankPlace, Transport } from './transport.js';

/** What the addon of native/mpi exports. */
interface MpiAddon extends Transport {
  start(): { readonly rank: number; readonly ranks: number; readonly threads: boolean };
  openStreams(): void;
  stop(): void;
  abort(exitCode: number): never;
}

/** Open MPI, which has started this process. */
export interface Mpi {
  readonly place: RankPlace;
  /** To be called by all ranks before they train; until then there is the stream of the steps, by which they find out whether they can. */
  openStreams(): void;
  /** To be called by all ranks, when nothing is under way. */
  stop(): void;
  /** Ends all ranks at once, this one with them. */
  abort(exitCode: number): never;
}

/** Processes that `mpirun` has started together with this one; 1 without it. */
export function countRanks({ OMPI_COMM_WORLD_SIZE = '1' }: NodeJS.ProcessEnv = process.env): number {
  return Number(OMPI_COMM_WORLD_SIZE);
}

/**
 * Takes this process's place among those of `mpirun`.
 *
 * @throws UserError if the addon is not there, or fits another library
 */
export function startMpi(): Mpi {
  const addon = loadAddon();
  const { rank, ranks, threads } = addon.start();
  if (ranks !== countRanks()) {
    throw new UserError(
      `mpirun: expected ${countRanks()} ranks, found ${ranks}: the addon was compiled for another library. Run: npm run build:mpi`,
    );
  }
  if (!threads)
    throw new UserError(
      'mpirun: expected an MPI that threads may call, found one that allows none. Install another.',
    );
  return {
    place: { rank, ranks, transport: import.meta.url },
    openStreams: () => addon.openStreams(),
    stop: () => addon.stop(),
    abort: (exitCode) => addon.abort(exitCode),
  };
}

/** In any thread of a process that has started. */
export function openTransport(_place: RankPlace): Transport {
  return loadAddon();
}

function loadAddon(): MpiAddon {
  const file = join(findPackageRoot(), 'native', 'mpi', 'build', 'Release', 'convoy-mpi.node');
  if (!existsSync(file)) {
    throw new UserError(
      `mpirun: expected the addon for Open MPI, found none (${file}). Install libopenmpi-dev, and in the clone: npm run build:mpi`,
    );
  }
  try {
    return createRequire(import.meta.url)(file) as MpiAddon;
  } catch (cause) {
    throw new UserError(
      `mpirun: expected the addon for Open MPI, found one that cannot be loaded (${(cause as Error).message}). Run: npm run build:mpi`,
      { cause },
    );
  }
}
