import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { readRegularFileSync } from '../core/regular-file.js';
import type { NetworkPlan } from '../network/plan.js';
import { countNumbers, isHalf, LENGTH_BYTES, type Tensor, widen } from '../safetensors/format.js';
import { parseHeader } from '../safetensors/header.js';

const EXPECTED = 'a safetensors file';
/** What can be read at one go. */
const MOST_BYTES = 2 ** 31 - 1;
const MOST_TOLD = 12;

const recorded = z.strictObject({
  /** Where it was when the spec was resolved. It is no part of the run's identity. */
  file: z.string().min(1),
  /** Of the tensors that are there, see hashTensors. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in 64 small hexadecimal digits'),
});

/** A file with weights that a network begins with: its path, or what it was resolved to. */
export const initSchema = z.union([z.string().min(1), recorded], {
  error: 'expected the path of a safetensors file',
});

export type Init = z.output<typeof recorded>;

type InitTensors = ReadonlyMap<string, Tensor<Float32Array>>;

/**
 * The path of a file together with what lies there now.
 *
 * @throws UserError if there is no such file
 */
export function resolveInit(init: z.output<typeof initSchema>, where: string): Init {
  if (typeof init !== 'string') return init;
  const file = resolve(init);
  return { file, sha256: hashTensors(readTensors(file, `${where}: init`)) };
}

/** Does as `resolveInit`, but reads each file once: many specs may begin with one. */
export function rememberInits(): typeof resolveInit {
  const known = new Map<string, Init>();
  return (init, where) => {
    if (typeof init !== 'string') return init;
    const resolved = known.get(init) ?? resolveInit(init, where);
    known.set(init, resolved);
    return resolved;
  };
}

/** SHA-256 of names, shapes and numbers, in the order of the names: metadata and the order in the file do not matter. */
function hashTensors(tensors: InitTensors): string {
  const hash = createHash('sha256');
  for (const name of [...tensors.keys()].sort()) {
    const { shape, values } = tensors.get(name)!;
    hash.update(JSON.stringify([name, shape]));
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}

/** The tensors of floats; others are of no layer. */
function readTensors(file: string, where: string): InitTensors {
  const bytes = readRegularFileSync(file, EXPECTED, MOST_BYTES);
  const length = bytes.length < LENGTH_BYTES ? Number.POSITIVE_INFINITY : Number(bytes.readBigUInt64LE());
  const start = LENGTH_BYTES + length;
  if (start > bytes.length) {
    throw new UserError(
      `${where}: expected ${EXPECTED}, found another kind of file, ${file}. Take one that train.js --save or import.js has written.`,
    );
  }
  const { tensors } = parseHeader(bytes.subarray(LENGTH_BYTES, start), bytes.length - start, file);
  const floats = new Map<string, Tensor<Float32Array>>();
  for (const [name, { dtype, shape, begin, end }] of tensors) {
    const data = bytes.subarray(start + begin, start + end);
    if (dtype !== 'F32' && !isHalf(dtype)) continue;
    const values = new Float32Array(countNumbers(shape));
    if (isHalf(dtype)) widen(dtype, new Uint16Array(Uint8Array.from(data).buffer), values);
    else new Uint8Array(values.buffer).set(data);
    floats.set(name, { shape, values });
  }
  return floats;
}

/**
 * Puts a file's tensors in the place of a network's first weights, by the names of layers and tensors; what the file does not have stays as it was
 * initialised.
 *
 * @param weights of the plan
 * @throws UserError if the file is gone or has other weights than the spec was resolved with, a tensor has another shape or numbers that are not finite, or
 *   nothing fits
 */
export function initializeFrom({ file, sha256 }: Init, plan: NetworkPlan, weights: Float32Array): void {
  const tensors = readTensors(file, 'init');
  const found = hashTensors(tensors);
  if (found !== sha256) {
    throw new UserError(
      `init: expected the weights that the run was planned with (${sha256.slice(0, 12)}…), found others in ${file} (${found.slice(0, 12)}…). Put them back, or begin another run.`,
    );
  }
  for (const { name, offset, size } of matchTensors(plan, tensors, file).matched) {
    const { values } = tensors.get(name)!;
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new UserError(
        `${file}: ${name}: expected finite numbers, found ${values[wrong]}. Save it again.`,
      );
    weights.set(values.subarray(0, size), offset);
  }
}

/**
 * What of a network a file has no weights for, in a line; null if it has all.
 *
 * @throws UserError as initializeFrom does
 */
export function describeInit({ file }: Init, plan: NetworkPlan): string | null {
  const { unmatched, unused } = matchTensors(plan, readTensors(file, 'init'), file);
  const list = (names: readonly string[]) =>
    names.length > MOST_TOLD
      ? `${names.slice(0, MOST_TOLD).join(', ')} and ${names.length - MOST_TOLD} more`
      : names.join(', ');
  const lines = [
    unmatched.length > 0 ? `${list(unmatched)}: not in it, initialised as usual` : null,
    unused.length > 0 ? `${list(unused)}: in it and not in the network, left out` : null,
  ].filter((line) => line !== null);
  return lines.length === 0 ? null : `init: ${file}: ${lines.join('; ')}.`;
}

interface Match {
  readonly matched: readonly { readonly name: string; readonly offset: number; readonly size: number }[];
  readonly unmatched: readonly string[];
  readonly unused: readonly string[];
}

/** Of the normalisation, which is the run's own. */
const NOT_OF_LAYERS = ['mean', 'scale'];

function matchTensors(plan: NetworkPlan, tensors: InitTensors, file: string): Match {
  const slots = plan.steps.flatMap(({ name: layer, parameters, state }) => [
    ...parameters.map(({ name, offset, size, shape = [size] }) => ({
      name: `${layer}.${name}`,
      offset,
      size,
      shape,
    })),
    ...state.map(({ name, offset, size }) => ({ name: `${layer}.${name}`, offset, size, shape: [size] })),
  ]);
  const matched = slots.filter(({ name }) => tensors.has(name));
  for (const { name, shape } of matched) {
    const { shape: found } = tensors.get(name)!;
    if (found.join() === shape.join()) continue;
    throw new UserError(
      `init: ${name}: expected the shape ${shape.join('×')} of the network, found ${found.join('×')} in ${file}. Rename the layer to initialise it as usual.`,
    );
  }
  if (matched.length === 0) {
    const names = [...tensors.keys()].slice(0, MOST_TOLD).join(', ');
    throw new UserError(
      `init: expected tensors of the network's layers (${slots
        .slice(0, MOST_TOLD)
        .map(({ name }) => name)
        .join(', ')}), found none in ${file} (${names}). Name the layers alike.`,
    );
  }
  const known = new Set([...slots.map(({ name }) => name), ...NOT_OF_LAYERS]);
  return {
    matched,
    unmatched: slots.filter(({ name }) => !tensors.has(name)).map(({ name }) => name),
    unused: [...tensors.keys()].filter((name) => !known.has(name)),
  };
}
