import { z } from 'zod';
import { packClasses, unpackClasses, viewBytes } from '../core/class-numbers.js';
import { UserError } from '../core/errors.js';
import type { WriteOptions } from '../core/write-whole-file.js';
import type { Environment } from '../experiment/environment.js';
import { computeIdentity } from '../experiment/identity.js';
import type { PortablePoint } from '../experiment/portable-point.js';
import type { RecordedResult, RunEnd } from '../experiment/run-result.js';
import type { RecordedPoint } from '../experiment/store.js';
import { defineMetrics } from '../run/metrics-schema.js';
import { NUMERICS } from '../run/numerics.js';
import { untrimSpec } from '../run/spec.js';
import type { EpochMetrics } from '../run/types.js';
import { type CarriedFile, carriedFileSchema } from './carried-files.js';
import {
  formatPortable,
  parsePortable,
  portableNumber,
  readPortable,
  writePortable,
} from './portable-json.js';
import { pointSchema, sha256Schema } from './task.js';

const RESULT = { format: 'convoy-result', version: 1 } as const;
/** Of a hundred thousand epochs. */
const MAX_RESULT_BYTES = 2 ** 27;
/** Of a confusion matrix. */
const MAX_CLASSES = 1024;

/** Where and when a run was trained. */
export interface Training {
  /** With `remote`. */
  readonly environment: Environment;
  readonly workers: number;
  /** ISO 8601, of the first attempt that this one goes on from. */
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** All that the database is told of a run that another machine has trained, as plain JSON; its weights are in files beside. */
export interface CarriedResult extends Training {
  readonly point: PortablePoint;
  readonly numerics: number;
  readonly state: 'done' | 'diverged' | 'failed';
  readonly reason: string | null;
  readonly epochs: readonly EpochMetrics[];
  /** Null for a run that failed. */
  readonly outcome: Outcome | null;
  /** What stays of the run. */
  readonly files: readonly CarriedFile[];
}

type Told =
  | 'classNames'
  | 'bestEpoch'
  | 'augmentedTest'
  | 'parameterCount'
  | 'weightsSha256'
  | 'seconds'
  | 'imagesPerSecond'
  | 'kernels';

/** What a run came to, besides its epochs. */
interface Outcome extends Pick<RecordedResult, Told> {
  /** Counts of 32 bits, row by row; little-endian, in base64. */
  readonly confusion: { readonly classes: number; readonly counts: string };
  /** See PackedClasses; in base64. */
  readonly predicted: { readonly bytesEach: 1 | 2; readonly classes: string };
}

const count = z.int().min(0);
const time = z.iso.datetime();

const environmentSchema = z.strictObject({
  node: z.string(),
  platform: z.string(),
  cpu: z.string(),
  cores: z.int().min(1),
  kernels: z.string().nullable(),
  versions: z.record(z.string(), z.string()),
  gitCommit: z.string().nullable(),
  gitDirty: z.boolean().nullable(),
  remote: z.strictObject({
    host: z.string().min(1),
    job: z.string(),
    attempt: z.int().min(1),
    resumptions: count,
  }),
});

const outcomeSchema = z.strictObject({
  classNames: z.array(z.string()),
  bestEpoch: z.int().min(1).nullable(),
  augmentedTest: z
    .strictObject({
      testLoss: portableNumber,
      testErrorPercent: portableNumber.nullable(),
      testTop5ErrorPercent: portableNumber.nullable(),
      testRmse: portableNumber.exactOptional(),
      testR2: portableNumber.exactOptional(),
    })
    .nullable(),
  confusion: z.strictObject({ classes: count.max(MAX_CLASSES), counts: z.base64() }),
  predicted: z.strictObject({ bytesEach: z.literal([1, 2]), classes: z.base64() }),
  parameterCount: count,
  weightsSha256: sha256Schema,
  seconds: z.number().nonnegative(),
  imagesPerSecond: z.number().nonnegative(),
  kernels: z.string(),
});

const resultSchema = z.strictObject({
  point: pointSchema,
  numerics: count,
  state: z.enum(['done', 'diverged', 'failed']),
  reason: z.string().nullable(),
  environment: environmentSchema,
  workers: z.int().min(1),
  startedAt: time,
  finishedAt: time,
  epochs: z.array(defineMetrics(portableNumber)),
  outcome: outcomeSchema.nullable(),
  files: z.array(carriedFileSchema),
}) satisfies z.ZodType<CarriedResult>;

interface Ended {
  readonly point: PortablePoint;
  readonly training: Training;
  readonly files: readonly CarriedFile[];
}

/** @param result of a run that has ended of itself */
export function carryResult(result: RecordedResult, { point, training, files }: Ended): CarriedResult {
  const { state, reason, epochs, classNames, confusion, predicted } = result;
  if (state === 'interrupted') throw new Error('a run that was interrupted has no result to carry');
  const { bestEpoch, augmentedTest, parameterCount, weightsSha256 } = result;
  const { seconds, imagesPerSecond, kernels } = result;
  const packed = packClasses(predicted, classNames.length);
  return {
    point,
    numerics: NUMERICS,
    state,
    reason,
    ...training,
    epochs,
    outcome: {
      ...{ classNames, bestEpoch, augmentedTest, parameterCount, weightsSha256 },
      ...{ seconds, imagesPerSecond, kernels },
      confusion: { classes: confusion.length, counts: packCounts(confusion) },
      predicted: {
        bytesEach: packed.BYTES_PER_ELEMENT as 1 | 2,
        classes: viewBytes(packed).toString('base64'),
      },
    },
    files,
  };
}

/** @param epochs that it had completed */
export function carryFailure(
  { message }: Error,
  epochs: readonly EpochMetrics[],
  { point, training }: Omit<Ended, 'files'>,
): CarriedResult {
  const facts = { point, numerics: NUMERICS, ...training, epochs, outcome: null, files: [] };
  return { ...facts, state: 'failed', reason: message };
}

/** The point of a carried run, for its record. */
export function pointOf({ point }: CarriedResult): RecordedPoint {
  const { identity, label, spec, datasetSha256 } = point;
  return { identity, label, spec: untrimSpec(spec), dataset: { sha256: datasetSha256 } };
}

/**
 * How a carried run ended, for its record.
 *
 * @throws UserError if it is of another numerics version
 */
export function endOf(carried: CarriedResult, where: string): RunEnd {
  const { numerics, environment, workers, state, reason, epochs, outcome } = carried;
  if (numerics !== NUMERICS) throw explainOutdated(carried, where);
  if (outcome === null || state === 'failed') return { state: 'failed', reason: reason ?? 'it failed' };
  const { confusion, predicted, ...told } = outcome;
  return {
    result: {
      ...told,
      state,
      reason,
      epochs,
      confusion: unpackCounts(confusion),
      predicted: unpackClasses(Buffer.from(predicted.classes, 'base64'), predicted.bytesEach),
      trainedOn: { environment, workers },
    },
  };
}

/** Why a result of another numerics version is not taken. */
export function explainOutdated({ numerics, environment }: CarriedResult, where: string): UserError {
  return new UserError(
    `${where}: expected a result of the numerics version ${NUMERICS}, found one of ${numerics} from ${environment.remote?.host} (convoy ` +
      `${environment.versions.convoy}). Use one version of the program on all machines, and train the point again.`,
  );
}

/** One line, for a queue. */
export function formatResult(carried: CarriedResult): string {
  return formatPortable({ ...RESULT, ...carried });
}

/**
 * Reads what `formatResult` has written.
 *
 * @throws UserError for what is no result, or contradicts itself
 */
export function parseResult(text: string, where: string): CarriedResult {
  return check(parsePortable(text, RESULT, resultSchema, where), where);
}

/** @throws UserError for what is no result, or contradicts itself */
export function readResult(file: string): CarriedResult {
  return check(readPortable(file, RESULT, resultSchema, MAX_RESULT_BYTES), file);
}

/** @throws UserError if it cannot be written there */
export function writeResult(file: string, carried: CarriedResult, options: WriteOptions = {}): Promise<void> {
  return writePortable(file, RESULT, carried, options);
}

function check(carried: CarriedResult, where: string): CarriedResult {
  const { state, outcome, epochs } = carried;
  const { identity, spec, dataset } = pointOf(carried);
  const isOfPoint = computeIdentity(spec, dataset.sha256) === identity;
  const isWhole = (state === 'failed') === (outcome === null);
  const isInOrder = epochs.every(({ epoch }, i) => epoch === i + 1);
  if (isOfPoint && isWhole && isInOrder && (outcome === null || isConsistent(outcome, epochs.length)))
    return carried;
  throw new UserError(
    `${where}: expected a result that agrees with itself, found one that does not. Remove it: the point is trained again.`,
  );
}

function isConsistent({ bestEpoch, confusion, predicted }: Outcome, epochs: number): boolean {
  const bytes = (text: string) => Buffer.byteLength(text, 'base64');
  return (
    (bestEpoch === null || bestEpoch <= epochs) &&
    bytes(confusion.counts) === confusion.classes ** 2 * Uint32Array.BYTES_PER_ELEMENT &&
    bytes(predicted.classes) % predicted.bytesEach === 0
  );
}

function packCounts(rows: RecordedResult['confusion']): string {
  const { buffer } = Uint32Array.from(rows.flat());
  return Buffer.from(buffer).toString('base64');
}

function unpackCounts({ classes, counts }: Outcome['confusion']): number[][] {
  const numbers = new Uint32Array(Uint8Array.from(Buffer.from(counts, 'base64')).buffer);
  return Array.from({ length: classes }, (_, row) => [
    ...numbers.subarray(row * classes, (row + 1) * classes),
  ]);
}
