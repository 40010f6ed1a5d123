import { existsSync } from 'node:fs';
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../core/errors.js';
import { explainFileError } from '../core/file-errors.js';
import { makeFolder, removeDrafts } from '../core/write-whole-file.js';
import type { KeptFiles } from '../run/types.js';

/** The network of the epoch with the lowest validation loss so far, and the one that a run has come to. */
export const BEST_FILE = 'best.safetensors';
export const MODEL_FILE = 'model.safetensors';

/** A run's state after so many steps. */
const STATE = /^state-(\d{10})\.safetensors$/;
const STEP_DIGITS = 10;
/** The newest may turn out to be damaged. */
const STATES_KEPT = 2;

/** The files of one run: what it can go on from, and what it leaves behind. */
export class RunFiles {
  readonly #folder: string;
  /** States that can be used, as far as is known, the newest last. */
  #good: string[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Opens a run's folder: makes it where it is missing, and removes what died while it was written.
   *
   * @throws UserError if that cannot be done
   */
  static async open(folder: string): Promise<RunFiles> {
    try {
      await makeFolder(folder);
    } catch (error) {
      throw new UserError(
        `${folder}: cannot be made: ${explainFileError(error)}. Give another folder for checkpoints.`,
      );
    }
    await removeDrafts(folder);
    return new RunFiles(folder);
  }

  get best(): string {
    return join(this.#folder, BEST_FILE);
  }

  get model(): string {
    return join(this.#folder, MODEL_FILE);
  }

  stateAfter(steps: number): string {
    return join(this.#folder, `state-${String(steps).padStart(STEP_DIGITS, '0')}.safetensors`);
  }

  /** The states that are there, the newest first. */
  listStates(): Promise<string[]> {
    return listStates(this.#folder);
  }

  /** Takes note of a state that can be used, newer than all of which it was told. */
  noteState(file: string): void {
    this.#good = [...this.#good.filter((other) => other !== file), file].slice(-STATES_KEPT);
  }

  /**
   * Removes all states but the last two that can be used.
   *
   * @throws UserError if that cannot be done
   */
  async clearStates(): Promise<void> {
    try {
      for (const state of await this.listStates()) {
        if (!this.#good.includes(state)) await rm(state, { force: true });
      }
    } catch (error) {
      throw new UserError(
        `${this.#folder}: cannot be cleared: ${explainFileError(error)}. Check its permissions.`,
      );
    }
  }
}

/** The states that are in a run's folder, the newest first. */
export async function listStates(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => STATE.test(name))
    .sort()
    .reverse()
    .map((name) => join(folder, name));
}

/** The names of what stays in the folder of a run that is done, as far as it is there. */
export async function listKeptFiles(folder: string, keep: KeptFiles = 'model'): Promise<string[]> {
  const isKept = (name: string) =>
    keep !== 'nothing' && ([BEST_FILE, MODEL_FILE].includes(name) || (keep === 'state' && STATE.test(name)));
  return (await readdir(folder)).filter(isKept).sort();
}

/**
 * Removes from the folder of a run that is done what is not to be kept: its states, or all of it.
 *
 * @throws UserError if that cannot be done
 */
export async function clearRunFolder(folder: string, keep: KeptFiles = 'model'): Promise<void> {
  if (keep === 'state' || !existsSync(folder)) return;
  try {
    for (const name of await readdir(folder)) {
      const goes = STATE.test(name) || (keep === 'nothing' && [BEST_FILE, MODEL_FILE].includes(name));
      if (goes) await rm(join(folder, name), { force: true });
    }
    if (keep === 'nothing') await removeIfEmpty(folder);
  } catch (error) {
    // A run that is trained elsewhere may have kept nothing here.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new UserError(`${folder}: cannot be cleared: ${explainFileError(error)}. Remove it by hand.`);
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}
