import { runBenchCommand } from './bench-command.js';
import { useProcessStreams } from './streams.js';

/** The command `bench` of this process. */
export function main(args: readonly string[]): Promise<number> {
  return runBenchCommand(args, useProcessStreams());
}
