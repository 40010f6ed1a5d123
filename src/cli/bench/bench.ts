import { useProcessStreams } from '../streams.js';
import { runBenchCommand } from './command.js';

/** The command `bench` of this process. */
export function main(args: readonly string[]): Promise<number> {
  return runBenchCommand(args, useProcessStreams());
}
