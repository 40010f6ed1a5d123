import { readdirSync, readFileSync } from 'node:fs';

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
    // The command's name, in parentheses, may hold anything.
    const state = stat[stat.lastIndexOf(')') + 2];
    return {
      isStopped: state === 'T' || state === 't',
      waitedMs: readWaitedNs(`/proc/${pid}/schedstat`) / 1e6,
    };
  } catch {
    return null;
  }
}

/** Tells how long threads of this process were kept waiting for a core: on a starved machine that is no silence of theirs. */
export class CoreWaits {
  #waitedNs = new Map<string, number>();

  /** Milliseconds since the last call, of the thread that has waited longest; 0 in the first call, and where the system does not tell. */
  measure(): number {
    const before = this.#waitedNs;
    this.#waitedNs = readThreadWaits();
    if (before.size === 0) return 0;
    return Math.max(0, ...[...this.#waitedNs].map(([thread, ns]) => ns - (before.get(thread) ?? 0))) / 1e6;
  }
}

/** Nanoseconds of each thread since it began. */
function readThreadWaits(): Map<string, number> {
  const folder = '/proc/self/task';
  try {
    return new Map(
      readdirSync(folder).map((thread) => [thread, readWaitedNs(`${folder}/${thread}/schedstat`)]),
    );
  } catch {
    // No such system, or a thread that has just ended.
    return new Map();
  }
}

/** The second of three numbers: time on a core, time in wait for one, slices. */
function readWaitedNs(file: string): number {
  return Number(readFileSync(file, 'utf8').split(' ')[1]);
}
