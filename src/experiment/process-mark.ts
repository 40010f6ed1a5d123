import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process on a machine. Pids are used again, so a marker of when the process began goes with it. */
export interface ProcessMark {
  readonly host: string;
  readonly pid: number;
  /** Empty where the system does not tell. */
  readonly startMarker: string;
}

/** A process of another host cannot be looked up; one that has not been seen for this long counts as gone. */
const FOREIGN_SILENCE_MS = 10 * 60_000;

/** The mark of this process, or of another one on this machine. */
export function markProcess(pid: number = process.pid): ProcessMark {
  return { host: hostname(), pid, startMarker: readStartMarker(pid) };
}

/**
 * Whether the process of a mark still runs.
 *
 * @param seenAt when it last said so itself (ISO 8601); decides for processes of other hosts
 */
export function isAlive(mark: ProcessMark, seenAt: string, now: Date = new Date()): boolean {
  if (mark.host !== hostname()) return now.getTime() - Date.parse(seenAt) < FOREIGN_SILENCE_MS;
  if (!hasProcess(mark.pid)) return false;
  return mark.startMarker === '' || mark.startMarker === readStartMarker(mark.pid);
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists, but belongs to someone else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Empty for a process that does not exist, has ended (a zombie), or on a system that has neither /proc nor ps. */
function readStartMarker(pid: number): string {
  try {
    if (process.platform === 'linux') return readLinuxStartMarker(pid);
    const output = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.toString('utf8').trim();
  } catch {
    return '';
  }
}

/** Clock ticks since the boot, with the boot's own id, since ticks start again with each boot. */
function readLinuxStartMarker(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in parentheses and may hold spaces; the others begin after it with the third.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  if (state === 'Z' || startTicks === undefined) return '';
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${startTicks}`;
}
