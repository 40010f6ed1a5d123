import { UserError } from '../../core/errors.js';
import { countRanks } from '../../parallel/mpi.js';
import type { Streams } from '../streams.js';
import { createTrainEngine } from '../train/engine.js';
import { runSweepCommand } from './command.js';

/** The command `sweep` of this process. */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  if (countRanks() > 1) {
    throw new UserError(
      'mpirun: expected the command train, of which it has several machines do one run, found sweep. Start it without mpirun; docs/machines.md ' +
        'tells how several machines do many runs.',
    );
  }
  return runSweepCommand(args, streams, createTrainEngine(streams.err));
}
