import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { hasProcess } from '../core/has-process.js';

/** What a process is known by to others. */
export interface ProcessMark {
  /** For messages: two machines or containers may have one name, and one may be given another. */
  readonly host: string;
  /** Of the machine; empty on a system without such an id. Null if it is not known, as in records of older versions. */
  readonly bootId: string | null;
  /** Within which the pid means something: containers have namespaces of their own. Empty or null as above. */
  readonly pidNamespace: string | null;
  readonly pid: number;
  /** When the process began, since pids are used again. Empty where the system does not tell. */
  readonly startMarker: string;
}

/** What can be said of a process. */
export type Liveness = 'alive' | 'dead' | 'unknown';

/** The mark of this process, or of another one of its namespace. */
export function markProcess(pid: number = process.pid): ProcessMark {
  return {
    host: hostname(),
    bootId: readBootId(),
    pidNamespace: readPidNamespace(),
    pid,
    startMarker: readStart(pid) ?? '',
  };
}

/** Judges by what the system tells of pids: `unknown` for a process of another boot or namespace, whose pid means nothing here. */
export function judgeMark({ bootId, pidNamespace, pid, startMarker }: ProcessMark): Liveness {
  const isKnown = bootId !== null && pidNamespace !== null;
  const isNeighbour = isKnown && bootId === readBootId() && pidNamespace === readPidNamespace();
  // An older version's mark may be of any namespace. Where pid and beginning agree, it is the process all the same.
  if (isKnown && !isNeighbour) return 'unknown';
  const start = hasProcess(pid) ? readStart(pid) : null;
  if (start !== null && start !== '' && start === startMarker) return 'alive';
  if (!isNeighbour) return 'unknown';
  return start === '' || startMarker === '' ? 'unknown' : 'dead';
}

function readBootId(): string | null {
  return readProc(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
}

function readPidNamespace(): string | null {
  return readProc(() => readlinkSync('/proc/self/ns/pid'));
}

/** Null where Linux does not tell, since there may be others than this one; empty on systems that have but one. */
function readProc(read: () => string): string | null {
  return process.platform === 'linux' ? readOr(null, read) : '';
}

/** Null for a process that has ended (a zombie); empty for one of which the system does not tell. */
function readStart(pid: number): string | null {
  return readOr('', () => (process.platform === 'linux' ? readLinuxStart(pid) : readPsStart(pid)));
}

/** The same text for every user, wherever they live. */
function readPsStart(pid: number): string {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

/** Clock ticks since the boot, with the boot's own id, since ticks start again with each boot. */
function readLinuxStart(pid: number): string | null {
  // In a namespace that has kept its parent's /proc, other pids there are not those of here.
  const isSelf = pid === process.pid;
  if (!isSelf && readlinkSync('/proc/self') !== String(process.pid)) return '';
  const stat = readFileSync(`/proc/${isSelf ? 'self' : pid}/stat`, 'utf8');
  // The second field is the program's name in parentheses and may hold spaces; the others begin after it with the third.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  if (state === 'Z' || state === 'X') return null;
  return startTicks === undefined ? '' : `${readBootId()}:${startTicks}`;
}

function readOr<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
