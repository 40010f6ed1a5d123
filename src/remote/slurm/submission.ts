import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../core/errors.js';
import { explainFileError } from '../../core/file-errors.js';
import { mapSome } from '../../core/map-some.js';
import { makeFolder, writeWholeFile } from '../../core/write-whole-file.js';
import { readPortable, writePortable } from '../portable-json.js';
import { listNames, makeNew, type SharedFolder } from '../shared-folder.js';
import { sha256Schema, type Task, writeTask } from '../task.js';

const SUBMISSION = { format: 'convoy-submission', version: 1 } as const;
const FILE = 'submission.json';
/** Of a million points. */
const MAX_BYTES = 2 ** 27;
const FILES_AT_ONCE = 16;
/** Digits that no two submissions share. */
const NAME_BYTES = 4;
/** Characters of a sweep's name in a job's. */
const MAX_NAME = 40;

const submissionSchema = z.strictObject({
  /** Under which its results are recorded. */
  sweep: z.string().min(1),
  /** The points of its tasks, in the order of their indices. */
  identities: z.array(sha256Schema),
});

/** What one job array was given: a folder with a file for each task. */
export interface Submission extends z.output<typeof submissionSchema> {
  readonly folder: string;
}

/** Jobs are found in the queue by their names, so that nothing is lost of one whose number nobody could write down. */
export function jobNameOf({ folder }: Pick<Submission, 'folder'>): string {
  return `convoy-${basename(folder)}`;
}

export function taskFileOf(folder: string, index: number): string {
  return join(folder, 'tasks', `${index}.json`);
}

export function scriptOf({ folder }: Submission): string {
  return join(folder, 'job.sh');
}

/**
 * Writes the tasks of one array into a folder of their own.
 *
 * @param command that a task's script runs
 * @throws UserError if they cannot be written
 */
export async function writeSubmission(
  shared: SharedFolder,
  sweep: string,
  tasks: readonly Task[],
  command: (folder: string) => readonly string[],
): Promise<Submission> {
  const folder = await makeSubmissionFolder(shared, sweep);
  const identities = tasks.map(({ point }) => point.identity);
  const submission = { folder, sweep, identities };
  await makeFolder(join(folder, 'tasks'));
  await mapSome(tasks, FILES_AT_ONCE, (task, index) => writeTask(taskFileOf(folder, index), task));
  // In place of the shell, so that signals reach it.
  const script = `#!/bin/sh\nexec ${command(folder).map(quote).join(' ')}\n`;
  await writeWholeFile(scriptOf(submission), [Buffer.from(script)]);
  await writePortable(join(folder, FILE), SUBMISSION, { sweep, identities });
  return submission;
}

/** One that the batch system has not taken. */
export async function removeSubmission({ folder }: Submission): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** @throws UserError if it cannot be read, or is none */
export function readSubmission(folder: string): Submission {
  return { folder, ...readPortable(join(folder, FILE), SUBMISSION, submissionSchema, MAX_BYTES) };
}

/** All submissions of a shared folder, but those that are still being written. */
export async function listSubmissions(shared: SharedFolder): Promise<Submission[]> {
  const folders = (await listNames(shared.submissions)).map((name) => join(shared.submissions, name));
  return folders.filter((folder) => existsSync(join(folder, FILE))).map(readSubmission);
}

async function makeSubmissionFolder(shared: SharedFolder, sweep: string): Promise<string> {
  const name = sweep.replace(/[^\w.-]+/g, '-').slice(0, MAX_NAME);
  const folder = join(shared.submissions, `${name}-${randomBytes(NAME_BYTES).toString('hex')}`);
  try {
    await makeFolder(shared.submissions);
    if (await makeNew(folder)) return folder;
  } catch (error) {
    throw new UserError(
      `${shared.path}: cannot be written: ${explainFileError(error)}. Give a folder that all nodes see with --folder.`,
    );
  }
  return makeSubmissionFolder(shared, sweep);
}

/** For the shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
