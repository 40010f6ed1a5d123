import { useProcessStreams } from './streams.js';
import { runSweepCommand } from './sweep-command.js';
import { createTrainEngine } from './train-engine.js';

/** The command `sweep` of this process. */
export async function main(args: readonly string[]): Promise<number> {
  const streams = useProcessStreams();
  return runSweepCommand(args, streams, createTrainEngine(streams.err));
}
