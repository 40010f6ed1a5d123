import { countRanks } from '../../parallel/mpi.js';
import type { Streams } from '../streams.js';
import { runTrainCommand } from './command.js';
import { createTrainEngine } from './engine.js';
import { trainOnRanks } from './on-ranks.js';

/** The command `train` of this process. */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  if (countRanks() > 1) return trainOnRanks(args, streams);
  return runTrainCommand(args, streams, createTrainEngine(streams.err));
}
