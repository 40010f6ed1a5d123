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
import { readTask, sha256Schema, type Task, writeTask } from '../task.js';

const SUBMISSION = { format: 'convoy-submission', version: 1 } as const;
const FILE = 'submission.json';
/** Of a million points. */
const MAX_BYTES = 2 ** 27;
const FILES_AT_ONCE = 16;
const WRITE_OPTIONS = { advice: 'Make room in the shared folder, and run it again.' } as const;
/** Digits that no two submissions share. */
const NAME_BYTES = 4;
/** Characters of a sweep's name in a job's. */
const MAX_NAME = 40;

const submissionSchema = z.strictObject({
  /** Under which its results are recorded. */
  sweep: z.string().min(1),
  /** Its points. The first task of the array has the first of them, and so on. */
  identities: z.array(sha256Schema),
  /** How many a task trains, one after another. */
  pointsPerTask: z.int().min(1).default(1),
});

/** What one job array was given: a folder with a file for each point. */
export interface Submission extends z.output<typeof submissionSchema> {
  readonly folder: string;
}

/** Jobs are found in the queue by their names, so that nothing is lost of one whose number nobody could write down. */
export function jobNameOf({ folder }: Pick<Submission, 'folder'>): string {
  return `convoy-${basename(folder)}`;
}

/** @param place of the point among those of the submission */
function taskFileOf(folder: string, place: number): string {
  return join(folder, 'tasks', `${place}.json`);
}

/** How many tasks its array has. */
export function countArrayTasks({ identities, pointsPerTask }: Submission): number {
  return Math.ceil(identities.length / pointsPerTask);
}

/** The points that a task of the array trains. */
export function listIdentities({ identities, pointsPerTask }: Submission, index: number): string[] {
  return identities.slice(index * pointsPerTask, (index + 1) * pointsPerTask);
}

/**
 * What a task of the array trains, one after another.
 *
 * @throws UserError if it cannot be read, or the array has no such task
 */
export function readTasks(submission: Submission, index: number): Task[] {
  const first = index * submission.pointsPerTask;
  const tasks = listIdentities(submission, index).map((_, i) =>
    readTask(taskFileOf(submission.folder, first + i)),
  );
  if (tasks.length > 0) return tasks;
  throw new UserError(
    `${submission.folder}: expected a task from 0 to ${countArrayTasks(submission) - 1}, found ${index}. Check the index.`,
  );
}

export function scriptOf({ folder }: Submission): string {
  return join(folder, 'job.sh');
}

/** What an array is to do. */
export interface ArrayOrder {
  /** The sweep's name. */
  readonly sweep: string;
  readonly tasks: readonly Task[];
  /** How many of them a task of the array trains. */
  readonly pointsPerTask: number;
  /** What its script runs. */
  readonly command: (folder: string) => readonly string[];
}

/**
 * Writes what one array is to do into a folder of its own.
 *
 * @throws UserError if it cannot be written
 */
export async function writeSubmission(shared: SharedFolder, order: ArrayOrder): Promise<Submission> {
  const { sweep, tasks, pointsPerTask, command } = order;
  const folder = await makeSubmissionFolder(shared, sweep);
  const identities = tasks.map(({ point }) => point.identity);
  const submission = { folder, sweep, identities, pointsPerTask };
  try {
    await makeFolder(join(folder, 'tasks'));
    await mapSome(tasks, FILES_AT_ONCE, (task, place) =>
      writeTask(taskFileOf(folder, place), task, WRITE_OPTIONS),
    );
    // In place of the shell, so that signals reach it.
    const script = `#!/bin/sh\nexec ${command(folder).map(quote).join(' ')}\n`;
    await writeWholeFile(scriptOf(submission), [Buffer.from(script)], WRITE_OPTIONS);
    await writePortable(join(folder, FILE), SUBMISSION, { sweep, identities, pointsPerTask }, WRITE_OPTIONS);
    return submission;
  } catch (error) {
    await removeSubmission(submission).catch(() => {});
    throw error;
  }
}

/** One that could not be written, or that the batch system has not taken. */
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
