import type { Streams } from '../streams.js';
import { runBenchCommand } from './command.js';

/** The command `bench` of this process. */
export function main(args: readonly string[], streams: Streams): Promise<number> {
  return runBenchCommand(args, streams);
}
