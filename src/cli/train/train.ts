import { useProcessStreams } from '../streams.js';
import { runTrainCommand } from './command.js';
import { createTrainEngine } from './engine.js';

/** The command `train` of this process. */
export async function main(args: readonly string[]): Promise<number> {
  const streams = useProcessStreams();
  return runTrainCommand(args, streams, createTrainEngine(streams.err));
}
