import { readFileSync } from 'node:fs';

/** What the system tells of a process's first thread, which runs its event loop. */
export interface ProcessTime {
  /** By a signal, as Ctrl-Z sends one. */
  readonly isStopped: boolean;
  /** Milliseconds, since it began, in which it had work to do and no core was free. */
  readonly waitedMs: number;
}

/** Looks at a process; null where the system does not tell (it has no /proc), or the process is gone. */
export function readProcessTime(pid: number): ProcessTime | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    // The command's name, in parentheses, may hold anything.
    const state = stat[stat.lastIndexOf(')') + 2];
    return { isStopped: state === 'T' || state === 't', waitedMs: Number(waitedNs) / 1e6 };
  } catch {
    return null;
  }
}
