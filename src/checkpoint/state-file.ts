import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { readManifest } from '../core/manifest.js';
import { parseWith } from '../core/parse.js';
import type { WriteOptions } from '../core/write-whole-file.js';
import { arithmeticOf } from '../kernels/arithmetic.js';
import type { FittedRun } from '../run/fit.js';
import { defineMetrics } from '../run/metrics-schema.js';
import { NUMERICS } from '../run/numerics.js';
import { identifySpec } from '../run/spec.js';
import type { NamedNumbers, Standing, TrainingState } from '../run/training-state.js';
import { countNumbers, dtypeOf, type Tensor } from '../safetensors/format.js';
import type { Header } from '../safetensors/header.js';
import { readSafetensors } from '../safetensors/read.js';
import { writeSafetensors } from '../safetensors/write.js';

/** What a state's metadata begin with; a model's have another format. */
const FORMAT = 'convoy-state';
/** Goes up whenever another program would go on from a state in another way than this one, or could not read it. */
const VERSION = '2';
/** The tensor with the standing, as JSON in UTF-8: its epochs may come to more than a header can hold. */
const STANDING = 'standing';
/** Of a hundred thousand epochs, the most that a spec can ask for. */
const MAX_STANDING_BYTES = 64 * 2 ** 20;

/** What a state must agree with for a run to go on from it. */
export interface RunFacts {
  /** The spec as it is recorded. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** SHA-256 of the data set. */
  readonly data: string;
  /** See arithmeticOf. */
  readonly arithmetic: string;
}

export function describeRun({ spec, dataset }: FittedRun, kernels: string): RunFacts {
  // As it will be read again.
  const recorded = JSON.parse(JSON.stringify(identifySpec(spec)));
  return { spec: recorded, data: dataset.sha256, arithmetic: arithmeticOf(kernels) };
}

const count = z.int().min(0);
const duration = z.number().nonnegative();
const standingSchema: z.ZodType<Standing> = z.strictObject({
  epoch: count,
  step: count,
  totals: z.array(z.number()).length(3),
  moved: count,
  epochSeconds: duration,
  seconds: duration,
  epochs: z.array(defineMetrics(z.number())),
  best: z.strictObject({ epoch: z.int().min(1), validationLoss: z.number() }).nullable(),
  over: z.boolean(),
  reason: z.string().nullable(),
});

/** How a run's files are written: its folder is there, and if it has gone there is something that the user should know. */
export const RUN_FILE: WriteOptions = {
  advice:
    'What was saved before is still there: make room, or make the folder writable, and start the run again, which goes on from it.',
  makesFolder: false,
};

/**
 * Writes a run's state, whole or not at all.
 *
 * @throws UserError if it cannot be written there; the folder must exist
 */
export async function writeState(
  file: string,
  facts: RunFacts,
  { standing, numbers }: TrainingState,
): Promise<void> {
  const metadata = {
    format: FORMAT,
    version: VERSION,
    numerics: String(NUMERICS),
    convoy: readManifest().version,
    arithmetic: facts.arithmetic,
    data: facts.data,
    spec: JSON.stringify(facts.spec),
  };
  const tensors = new Map<string, Tensor>(numbers.map(({ name, ...tensor }) => [name, tensor]));
  // The last, as it may have any length, and the others lie aligned in front of it.
  const bytes = Buffer.from(JSON.stringify(standing));
  tensors.set(STANDING, { shape: [bytes.length], values: bytes });
  await writeSafetensors(file, { metadata, tensors }, RUN_FILE);
}

/**
 * Reads a state that a run can go on from.
 *
 * @param numbers that it must have
 * @throws UserError if it is no such file, is not to the bit what was written, or of another run or program
 */
export async function readState(
  file: string,
  facts: RunFacts,
  numbers: readonly NamedNumbers[],
): Promise<TrainingState> {
  const { tensors, checksum } = await readSafetensors(file, (header) => {
    checkFacts(header, facts, file);
    checkNumbers(header, numbers, file);
  });
  if (checksum !== 'right') {
    throw new UserError(
      `${file}: expected the bytes that were written, as the checksum in it says, found others.`,
    );
  }
  const where = `${file}: ${STANDING}`;
  const text = Buffer.from(tensors.get(STANDING)!.values).toString();
  return {
    standing: parseWith(standingSchema, parseJson(text, where), where),
    numbers: numbers.map(({ name }) => ({ name, ...tensors.get(name)! })),
  };
}

function checkFacts({ metadata }: Header, { spec, data, arithmetic }: RunFacts, file: string): void {
  const check = (what: string, expected: string, found: string | undefined) => {
    if (found !== expected) {
      throw new UserError(
        `${file}: expected ${what} ${expected}, found ${found?.slice(0, MAX_FOUND) ?? 'none'}.`,
      );
    }
  };
  check('the format', FORMAT, metadata.format);
  check('the version', VERSION, metadata.version);
  check('a state of the numerics version', String(NUMERICS), metadata.numerics);
  check('a state of the arithmetic', arithmetic, metadata.arithmetic);
  check('a state of the data set with SHA-256', data, metadata.data);
  const found = parseJson(metadata.spec, `${file}: spec`);
  const field = findDifference(spec, found);
  if (field === null) return;
  const what = field === 'plugins' ? "of the same plugins' files" : 'of the same spec';
  throw new UserError(`${file}: expected a state ${what}, found one with another '${field}'.`);
}

/** Of a text in a message. */
const MAX_FOUND = 64;

function parseJson(text: string | undefined, where: string): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new UserError(
      `${where}: expected JSON, found ${text === undefined ? 'nothing' : 'something else'}.`,
    );
  }
}

/** The first field in which two specs differ; null if they are equal. */
function findDifference(expected: Readonly<Record<string, unknown>>, found: unknown): string | null {
  const other = (typeof found === 'object' ? found : null) ?? {};
  const fields = new Set([...Object.keys(expected), ...Object.keys(other)]);
  const read = (of: object, field: string) => Object.getOwnPropertyDescriptor(of, field)?.value;
  return [...fields].find((field) => !isDeepStrictEqual(read(expected, field), read(other, field))) ?? null;
}

function checkNumbers({ tensors }: Header, numbers: readonly NamedNumbers[], file: string): void {
  const describe = (dtype: string, shape: readonly number[]) => `${dtype} ${shape.join('×') || '1'}`;
  for (const { name, shape, values } of numbers) {
    const found = tensors.get(name);
    const expected = describe(dtypeOf({ values }), shape);
    if (found === undefined || describe(found.dtype, found.shape) !== expected) {
      throw new UserError(
        `${file}: expected a tensor '${name}' (${expected}), found ${found ? describe(found.dtype, found.shape) : 'none'}.`,
      );
    }
  }
  const standing = tensors.get(STANDING);
  if (standing?.dtype !== 'U8' || countNumbers(standing.shape) > MAX_STANDING_BYTES) {
    const found = standing ? describe(standing.dtype, standing.shape) : 'none';
    throw new UserError(
      `${file}: expected a tensor '${STANDING}' of at most ${MAX_STANDING_BYTES} bytes (U8), found ${found}.`,
    );
  }
  if (tensors.size !== numbers.length + 1) {
    throw new UserError(`${file}: expected ${numbers.length + 1} tensors, found ${tensors.size}.`);
  }
}
