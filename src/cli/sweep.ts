import { useProcessStreams } from './streams.js';
import { runSweepCommand } from './sweep-command.js';
import { createTrainEngine } from './train-engine.js';

/** The command `sweep` of this process. */
export function main(args: readonly string[]): Promise<number> {
  return runSweepCommand(args, useProcessStreams(), createTrainEngine());
}
