import { readFileSync } from 'node:fs';

/** Whether a process is there, where the system has a `/proc`; one that has ended may stay in its table until somebody asks for its exit code. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
