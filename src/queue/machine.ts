import { existsSync, statfsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../core/errors.js';
import { explainFileError } from '../core/file-errors.js';
import { DatasetShelf } from '../experiment/dataset-shelf.js';
import { withoutImages } from '../experiment/leave-images.js';
import type { SweepPoint } from '../experiment/plan-sweep.js';
import { unpackPoint } from '../experiment/portable-point.js';
import { checkTaskNumerics, type Task } from '../remote/task.js';
import { CheckpointEstimator } from '../run/checkpoint-size.js';

/** Folders of attempts are called so. */
const PREFIX = 'attempt-';
/** An attempt writes to its folder with every epoch: as old a one is that of a worker that has died. */
const STALE_MS = 7 * 24 * 3_600_000;
/** Headers of files, and a file system's own. */
const SPARE_BYTES = 2 ** 20;

/** What a worker's machine has for the points that it trains: data sets, and room for their states. */
export class Machine {
  /** Without their images, which the processes that train have. */
  readonly #shelf = new DatasetShelf(withoutImages);
  readonly #estimator = new CheckpointEstimator();

  private constructor(private readonly folder: string) {}

  /** @throws UserError if the folder cannot be made */
  static async open(folder: string): Promise<Machine> {
    try {
      await mkdir(folder, { recursive: true });
      for (const name of (await readdir(folder)).filter((name) => name.startsWith(PREFIX))) {
        const found = await stat(join(folder, name)).catch(() => null);
        if (found && Date.now() - found.mtimeMs > STALE_MS)
          await rm(join(folder, name), { recursive: true, force: true });
      }
    } catch (error) {
      throw new UserError(
        `--folder ${folder}: cannot be made: ${explainFileError(error)}. Give another one.`,
      );
    }
    return new Machine(folder);
  }

  /**
   * Fits a point to the data that are here.
   *
   * @throws UserError if the program computes in another way than the head's, or data or plugins are missing or others
   */
  async take(task: Task): Promise<SweepPoint> {
    checkTaskNumerics(task);
    return unpackPoint(task.point, this.#shelf);
  }

  /** Has data sets read again, of which some may have come or changed. */
  forgetData(): void {
    this.#shelf.clear();
  }

  /** @throws UserError if the states of a run do not fit on the disk */
  checkRoom(point: SweepPoint): void {
    const { runningBytes } = this.#estimator.estimate(point);
    const { bavail, bsize } = statfsSync(this.folder);
    const [needed, free] = [runningBytes + SPARE_BYTES, bavail * bsize];
    if (free >= needed) return;
    throw new UserError(
      `${this.folder} on ${hostname()}: expected room for ${needed} bytes of checkpoints, found ${free} free. Make room there, or give --folder.`,
    );
  }

  /** A folder for the states of an attempt. */
  makeFolder(): Promise<string> {
    return mkdtemp(join(this.folder, PREFIX));
  }

  async removeFolder(folder: string): Promise<void> {
    if (existsSync(folder)) await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}
