import { hostname } from 'node:os';
import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { readManifest } from '../core/manifest.js';
import type { WriteOptions } from '../core/write-whole-file.js';
import type { SweepPoint } from '../experiment/plan-sweep.js';
import { type PortablePoint, packPoint } from '../experiment/portable-point.js';
import { NUMERICS } from '../run/numerics.js';
import { type CheckpointOptions, KEPT_FILES } from '../run/types.js';
import { formatPortable, parsePortable, readPortable, writePortable } from './portable-json.js';

const TASK = { format: 'convoy-task', version: 1 } as const;
/** A spec's file may have 16 MB. */
const MAX_TASK_BYTES = 2 ** 25;

export const sha256Schema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in 64 small hexadecimal digits');

/** A point that another machine is to train, as plain JSON. */
export interface Task {
  /** Of the program that planned it. */
  readonly convoy: string;
  readonly numerics: number;
  readonly point: PortablePoint;
  /** How its run keeps its state; null if it keeps none. */
  readonly checkpoints: TaskCheckpoints | null;
}

/** Where that is, the trainer's machine decides. */
export type TaskCheckpoints = Omit<CheckpointOptions, 'folder' | 'restart'>;

export const pointSchema = z.strictObject({
  // Whoever unpacks the point checks it.
  spec: z.record(z.string(), z.unknown()),
  plugins: z.array(z.strictObject({ url: z.string().startsWith('file:'), sha256: sha256Schema })),
  source: z.strictObject({ path: z.string().min(1), options: z.record(z.string(), z.unknown()) }).nullable(),
  datasetSha256: sha256Schema,
  position: z.int().min(1),
  label: z.string(),
  identity: sha256Schema,
}) satisfies z.ZodType<PortablePoint>;

const taskSchema = z.strictObject({
  convoy: z.string(),
  numerics: z.int().min(0),
  point: pointSchema,
  checkpoints: z
    .strictObject({
      everySteps: z.int().min(1).exactOptional(),
      everyMinutes: z.number().positive().exactOptional(),
      keep: z.enum(KEPT_FILES).exactOptional(),
    })
    .nullable(),
}) satisfies z.ZodType<Task>;

export function makeTask(point: SweepPoint, checkpoints: TaskCheckpoints | null): Task {
  return { convoy: readManifest().version, numerics: NUMERICS, point: packPoint(point), checkpoints };
}

/** One line, for a queue. */
export function formatTask(task: Task): string {
  return formatPortable({ ...TASK, ...task });
}

/**
 * Reads what `formatTask` has written.
 *
 * @throws UserError for what is no task, or not one of this version
 */
export function parseTask(text: string, where: string): Task {
  return parsePortable(text, TASK, taskSchema, where);
}

/** @throws UserError for what is no task, or not one of this version */
export function readTask(file: string): Task {
  return readPortable(file, TASK, taskSchema, MAX_TASK_BYTES);
}

/** @throws UserError if it cannot be written there */
export function writeTask(file: string, task: Task, options: WriteOptions = {}): Promise<void> {
  return writePortable(file, TASK, task, options);
}

/**
 * Checks that this program computes as the one that planned a task.
 *
 * @throws UserError if its bits may be others
 */
export function checkTaskNumerics({ convoy, numerics, point }: Task): void {
  if (numerics === NUMERICS) return;
  throw new UserError(
    `${point.label}: expected the numerics version ${numerics} of the program that planned it (convoy ${convoy}), found ${NUMERICS} on ` +
      `${hostname()} (convoy ${readManifest().version}). Use one version of the program on all machines.`,
  );
}
