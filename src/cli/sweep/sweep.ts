import { useProcessStreams } from '../streams.js';
import { createTrainEngine } from '../train/engine.js';
import { runSweepCommand } from './command.js';

/** The command `sweep` of this process. */
export async function main(args: readonly string[]): Promise<number> {
  const streams = useProcessStreams();
  return runSweepCommand(args, streams, createTrainEngine(streams.err));
}
