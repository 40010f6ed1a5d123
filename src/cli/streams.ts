import { ProcessOutput } from './process-output.js';

/** Where a command writes: results to `out`, all else to `err`. */
export interface Streams {
  readonly out: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly rows?: number };
}

/** Those of this process. */
export function useProcessStreams(): { readonly out: ProcessOutput; readonly err: ProcessOutput } {
  return { out: new ProcessOutput(process.stdout), err: new ProcessOutput(process.stderr) };
}
