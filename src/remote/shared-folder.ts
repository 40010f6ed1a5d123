import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '../core/errors.js';
import { explainFileError } from '../core/file-errors.js';
import { makeFolder } from '../core/write-whole-file.js';

/** An attempt at a point: a folder of its own, so that no two processes ever write to one file. */
export interface Attempt {
  /** Of the attempts at the point, from 1. */
  readonly number: number;
  readonly folder: string;
}

const ATTEMPT = /^attempt-([1-9]\d*)$/;

/**
 * A folder that all machines see. `points/<identity>/attempt-<n>` has what a run keeps and comes to, `submissions/<name>` what a batch system was given.
 * Nothing in it relies on locks or on one clock, which network disks may not give.
 */
export class SharedFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  get submissions(): string {
    return join(this.path, 'submissions');
  }

  pointFolder(identity: string): string {
    return join(this.path, 'points', identity);
  }

  /**
   * The attempts at a point so far, the first one first.
   *
   * @throws UserError if that cannot be read
   */
  async listAttempts(identity: string): Promise<Attempt[]> {
    const folder = this.pointFolder(identity);
    return (await listNames(folder))
      .flatMap((name) => {
        const [, number] = ATTEMPT.exec(name) ?? [];
        return number === undefined ? [] : [{ number: Number(number), folder: join(folder, name) }];
      })
      .sort((a, b) => a.number - b.number);
  }

  /**
   * Begins another attempt at a point; of several processes that do at once, each has one of its own.
   *
   * @throws UserError if nothing can be made there
   */
  async beginAttempt(identity: string): Promise<Attempt> {
    const place = this.pointFolder(identity);
    try {
      await makeFolder(place);
      for (let number = ((await this.listAttempts(identity)).at(-1)?.number ?? 0) + 1; ; number++) {
        const folder = join(place, `attempt-${number}`);
        if (await makeNew(folder)) return { number, folder };
      }
    } catch (error) {
      throw new UserError(
        `${place}: cannot be made: ${explainFileError(error)}. Check the shared folder and its permissions.`,
      );
    }
  }
}

/** @returns false if it is there */
export async function makeNew(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * What is in a folder; nothing in one that is not there.
 *
 * @throws UserError if it cannot be read
 */
export async function listNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new UserError(
      `${folder}: cannot be read: ${explainFileError(error)}. Check the shared folder and its permissions.`,
    );
  }
}
