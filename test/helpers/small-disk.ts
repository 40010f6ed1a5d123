import { spawnSync } from 'node:child_process';
import { appendFileSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { makeFolder } from '../experiment/fake-runs.js';

/** What is kept free of the file that fills a disk: a page. */
const PAGE_BYTES = 4_096;

function mount(args: readonly string[]): boolean {
  return spawnSync('mount', args).status === 0;
}

/** A file system of its own in memory, as small as it is asked to be; goes with the test. Only for those who may mount. */
export class SmallDisk {
  readonly folder = makeFolder();
  readonly #filler = join(this.folder, 'filler');

  constructor(sizeBytes: number) {
    if (!mount(['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', this.folder])) {
      throw new Error(`${this.folder}: nothing can be mounted there`);
    }
    onTestFinished(() => void spawnSync('umount', ['-l', this.folder]));
  }

  /** Takes all room but so much, of what is free now: another file that goes gives its own back. */
  fill(leftBytes = 0): void {
    const { bavail, bsize } = statfsSync(this.folder);
    const bytes = bavail * bsize - Math.ceil(leftBytes / PAGE_BYTES) * PAGE_BYTES;
    if (bytes <= 0) return;
    try {
      appendFileSync(this.#filler, Buffer.alloc(bytes));
    } catch (error) {
      // Somebody else has taken some of it meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  /** Gives the room back. */
  empty(): void {
    rmSync(this.#filler, { force: true });
  }

  setReadOnly(isReadOnly: boolean): void {
    mount(['-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, this.folder]);
  }
}

/** Whether this process may mount a disk: root may, outside of most containers. */
export const CAN_MOUNT =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  // Where nobody else sees it.
  spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
