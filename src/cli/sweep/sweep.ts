import type { Streams } from '../streams.js';
import { createTrainEngine } from '../train/engine.js';
import { runSweepCommand } from './command.js';

/** The command `sweep` of this process. */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  return runSweepCommand(args, streams, createTrainEngine(streams.err));
}
