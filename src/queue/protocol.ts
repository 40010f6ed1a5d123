import { z } from 'zod';
import { type CarriedFile, carriedFileSchema } from '../remote/carried-files.js';
import { portableNumber } from '../remote/portable-json.js';
import { defineMetrics } from '../run/metrics-schema.js';
import type { EpochMetrics, Progress, Resumption } from '../run/types.js';

/*
 * What a worker and the head say to each other over HTTP, as portable JSON. The head numbers the attempts at a point; whoever speaks for an
 * attempt that is not the newest one is refused, so that nothing counts that a worker says which was held to be dead.
 */

/** A worker takes up a point. */
export interface Beginning {
  /** Of the worker's own choosing: the same one again is the same beginning, whose answer was lost. */
  readonly nonce: string;
  readonly host: string;
  readonly pid: number;
  /** Where the run is if the worker is at it already, for a head that has gone away. */
  readonly resumption: Resumption | null;
}

export interface BeginningAnswer {
  /** From 1, of this head's. */
  readonly attempt: number;
  /** See formatTask. */
  readonly task: string;
  /** The newest state that the run can go on from, if there is one. */
  readonly state: CarriedFile | null;
}

/** What has come about since the report before, or nothing: that the worker is alive. */
export interface Report {
  /** The training goes on from there. */
  readonly resumption: Resumption | null;
  readonly epochs: readonly EpochMetrics[];
  readonly progress: Progress | null;
  /** Lines that the run's own code printed. */
  readonly printed: readonly string[];
  /** That the head has been sent, for the run's folder. */
  readonly files: readonly CarriedFile[];
}

export interface ReportAnswer {
  /** Which the head has. */
  readonly epochs: number;
  /** The run is to end after its step, and its point to be given back. */
  readonly stop: boolean;
}

/** How an attempt ends. */
export type Ending =
  /** See formatResult; all of its files have been sent. */
  { readonly kind: 'result'; readonly result: string } | Return;

/** The point is given back: the worker ends, or its machine is not fit for it. */
export interface Return {
  readonly kind: 'return';
  readonly reason: string | null;
  /** Whether it took the process along that trained it. */
  readonly died: boolean;
}

const count = z.int().min(0);

const resumptionSchema = z.strictObject({
  epoch: z.int().min(1),
  step: count,
  epochs: z.array(defineMetrics(portableNumber)),
  rejected: z.array(z.string()),
});

export const beginningSchema = z.strictObject({
  nonce: z.uuid(),
  host: z.string().min(1),
  pid: count,
  resumption: resumptionSchema.nullable(),
}) satisfies z.ZodType<Beginning>;

export const beginningAnswerSchema = z.strictObject({
  attempt: z.int().min(1),
  task: z.string(),
  state: carriedFileSchema.nullable(),
}) satisfies z.ZodType<BeginningAnswer>;

export const reportSchema = z.strictObject({
  resumption: resumptionSchema.nullable(),
  epochs: z.array(defineMetrics(portableNumber)),
  progress: z
    .strictObject({
      epoch: z.int().min(1),
      epochs: z.number(),
      step: count,
      stepsPerEpoch: count,
      trainLoss: portableNumber,
      imagesPerSecond: portableNumber,
    })
    .nullable(),
  printed: z.array(z.string()),
  files: z.array(carriedFileSchema),
}) satisfies z.ZodType<Report>;

export const reportAnswerSchema = z.strictObject({
  epochs: count,
  stop: z.boolean(),
}) satisfies z.ZodType<ReportAnswer>;

export const endingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('result'), result: z.string() }),
  z.strictObject({ kind: z.literal('return'), reason: z.string().nullable(), died: z.boolean() }),
]) satisfies z.ZodType<Ending>;
