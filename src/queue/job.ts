import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { readManifest } from '../core/manifest.js';
import type { SweepPoint } from '../experiment/plan-sweep.js';
import { arithmeticOf } from '../kernels/arithmetic.js';
import { parsePortable } from '../remote/portable-json.js';
import { sha256Schema } from '../remote/task.js';
import { NUMERICS } from '../run/numerics.js';

/** Goes up whenever head and worker of two versions would misunderstand each other, over the queue or over HTTP. */
const JOB = { format: 'convoy-job', version: 2 } as const;

/** Of all heads and workers that share a Redis database. */
export const QUEUE_NAME = 'convoy';

/** Where a head is to be reached, and what it lets in. */
export interface HeadAddress {
  readonly url: string;
  readonly token: string;
}

/**
 * A point as it lies in the queue, under its run's identity: what a worker must know before it asks the head for the point itself. Whatever becomes of
 * a job, the head puts a new one in its place for as long as its point is missing.
 */
export interface Job {
  readonly convoy: string;
  readonly numerics: number;
  /** See arithmeticOf. */
  readonly arithmetic: string;
  readonly label: string;
  readonly dataset: { readonly name: string; readonly sha256: string };
  readonly head: HeadAddress;
}

const jobSchema = z.strictObject({
  convoy: z.string(),
  numerics: z.int().min(0),
  arithmetic: z.string(),
  label: z.string(),
  dataset: z.strictObject({ name: z.string(), sha256: sha256Schema }),
  head: z.strictObject({ url: z.url({ protocol: /^https?$/ }), token: z.string().min(1) }),
}) satisfies z.ZodType<Job>;

/** What all jobs of a head have in common. */
export interface JobOrigin extends Pick<Job, 'head'> {
  /** Name of the head's kernel set. */
  readonly kernels: string;
}

/** A job's data, for the queue. */
export function makeJob({ label, dataset }: SweepPoint, { kernels, head }: JobOrigin): object {
  const job: Job = {
    convoy: readManifest().version,
    numerics: NUMERICS,
    arithmetic: arithmeticOf(kernels),
    label,
    dataset: { name: dataset.name, sha256: dataset.sha256 },
    head,
  };
  return { ...JOB, ...job };
}

/** @throws UserError for what is no job of this version of the program */
export function readJob(data: unknown, where: string): Job {
  return parsePortable(JSON.stringify(data) ?? '', JOB, jobSchema, where);
}

/**
 * Checks that this program's bits are those of the head that wants a job done.
 *
 * @param kernels name of this program's kernel set
 * @throws UserError if they may be others
 */
export function checkArithmetic({ convoy, numerics, arithmetic, label }: Job, kernels: string): void {
  const found = { numerics: NUMERICS, arithmetic: arithmeticOf(kernels) };
  if (numerics === found.numerics && arithmetic === found.arithmetic) return;
  throw new UserError(
    `${label}: expected numerics ${numerics} with the arithmetic '${arithmetic}', as its head has (convoy ${convoy}), found ${found.numerics} ` +
      `with '${found.arithmetic}' (convoy ${readManifest().version}). Use one version of the program on all machines, and kernels of one arithmetic.`,
  );
}
