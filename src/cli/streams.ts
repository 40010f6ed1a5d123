import { ProcessOutput } from './process-output.js';

/** Where a command writes: results to `out`, all else to `err`. */
export interface Streams {
  readonly out: NodeJS.WritableStream & {
    readonly isTTY?: boolean;
    readonly columns?: number;
    /** Waits until whoever reads has taken what was written, for who writes so much that it must not pile up. */
    flush?(): Promise<void>;
  };
  readonly err: NodeJS.WritableStream & {
    readonly isTTY?: boolean;
    readonly columns?: number;
    readonly rows?: number;
  };
}

/** In how many characters a table should fit: those of a terminal. What goes elsewhere is as wide as it takes. */
export function widthOf({ isTTY, columns }: Streams['out']): number {
  return isTTY && columns ? columns : Number.POSITIVE_INFINITY;
}

/** Those of this process. */
export function useProcessStreams(): { readonly out: ProcessOutput; readonly err: ProcessOutput } {
  return { out: new ProcessOutput(process.stdout), err: new ProcessOutput(process.stderr) };
}
