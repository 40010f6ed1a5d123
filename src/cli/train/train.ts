import type { Streams } from '../streams.js';
import { runTrainCommand } from './command.js';
import { createTrainEngine } from './engine.js';

/** The command `train` of this process. */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  return runTrainCommand(args, streams, createTrainEngine(streams.err));
}
