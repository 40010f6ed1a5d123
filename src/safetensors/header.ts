import { z } from 'zod';
import { UserError } from '../core/errors.js';
import { findJsonFault } from '../core/json.js';
import { parseWith } from '../core/parse.js';
import { BLANK_CHECKSUM, CHECKSUM_KEY } from './checksum.js';
import {
  bytesOf,
  countNumbers,
  dtypeOf,
  HEADER_ALIGNMENT,
  LENGTH_BYTES,
  METADATA_KEY,
  READ_DTYPES,
  type ReadDtype,
  type SafetensorsFile,
} from './format.js';

/** Where a tensor lies, in bytes from the first tensor's beginning. */
export interface TensorPlace {
  readonly dtype: ReadDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** What stands in front of the tensors. */
export interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  /** Of the whole file, see CHECKSUM_KEY; null if it has none. */
  readonly checksum: string | null;
  /** By name, in the order of their places, which follow each other without holes. */
  readonly tensors: ReadonlyMap<string, TensorPlace>;
}

const count = z.int().min(0);

const headerSchema = z.record(z.string(), z.unknown());
const metadataSchema = z.record(z.string(), z.string());
const tensorSchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(count),
  data_offsets: z.tuple([count, count]),
});

/** The bytes in front of the tensors: the header's length and the header, with a blank checksum. */
export function formatHeader({ metadata, tensors }: SafetensorsFile): Buffer {
  let begin = 0;
  const entries = [...tensors].map(([name, tensor]) => {
    const end = begin + tensor.values.byteLength;
    const entry = [
      name,
      { dtype: dtypeOf(tensor), shape: tensor.shape, data_offsets: [begin, end] },
    ] as const;
    begin = end;
    return entry;
  });
  const texts = { [CHECKSUM_KEY]: BLANK_CHECKSUM, ...metadata };
  const json = Buffer.from(JSON.stringify({ [METADATA_KEY]: texts, ...Object.fromEntries(entries) }));
  const length = Math.ceil(json.length / HEADER_ALIGNMENT) * HEADER_ALIGNMENT;
  const bytes = Buffer.alloc(LENGTH_BYTES + length, ' ');
  bytes.writeBigUInt64LE(BigInt(length));
  json.copy(bytes, LENGTH_BYTES);
  return bytes;
}

/**
 * Reads a header.
 *
 * @param bytes the header without its length
 * @param dataBytes that follow it
 * @param where names the file in messages
 * @throws UserError if it is no header, has a key twice, or its tensors are of another type than those of DTYPES, overlap, leave holes or
 *   do not end where the file does
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number, where: string): Header {
  const place = `${where}: header`;
  const entries = Object.entries(parseWith(headerSchema, parseObject(bytes, where), place));
  const found = entries
    .filter(([name]) => name !== METADATA_KEY)
    .map(([name, entry]) => [name, parseTensor(entry, `${place}: tensor '${name}'`)] as const)
    .sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  checkPlaces(found, dataBytes, where);
  const texts = entries.find(([name]) => name === METADATA_KEY)?.[1] ?? {};
  const { [CHECKSUM_KEY]: checksum = null, ...metadata } = parseWith(
    metadataSchema,
    texts,
    `${place}: ${METADATA_KEY}`,
  );
  return { metadata, checksum, tensors: new Map(found) };
}

function parseObject(bytes: Uint8Array, where: string): unknown {
  const text = decodeText(bytes);
  const fault = text === null ? null : findJsonFault(text);
  if (text === null || fault?.isJson === false) {
    throw new UserError(`${where}: expected a safetensors file, found a header that is no JSON. ${MEND}`);
  }
  if (fault === null) return JSON.parse(text);
  throw new UserError(`${where}: header: expected ${fault.expected}, found ${fault.found}. ${MEND}`);
}

/** How to mend a file that is not as its writer left it. */
export const MEND = 'The file is broken: save or copy it again.';

/** Null if it is no UTF-8. */
function decodeText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function parseTensor(entry: unknown, where: string): TensorPlace {
  const { dtype, shape, data_offsets } = parseWith(tensorSchema, entry, where);
  const [begin, end] = data_offsets;
  if (!isReadDtype(dtype)) {
    throw new UserError(
      `${where}: expected numbers of type ${READ_DTYPES.join(' or ')}, found ${dtype}. Save them as 32-bit floats.`,
    );
  }
  const bytes = bytesOf(dtype) * countNumbers(shape);
  if (end - begin !== bytes) {
    throw new UserError(
      `${where}: expected ${bytes} bytes for the shape ${shape.join('×')}, found ${end - begin}. ${MEND}`,
    );
  }
  return { dtype, shape, begin, end };
}

function isReadDtype(dtype: string): dtype is ReadDtype {
  return READ_DTYPES.some((known) => known === dtype);
}

function checkPlaces(
  tensors: readonly (readonly [string, TensorPlace])[],
  dataBytes: number,
  where: string,
): void {
  let end = 0;
  for (const [name, tensor] of tensors) {
    if (tensor.begin !== end) {
      throw new UserError(
        `${where}: header: tensor '${name}': expected it to begin at byte ${end}, where the one before it ends, ` +
          `found ${tensor.begin}. ${MEND}`,
      );
    }
    end = tensor.end;
  }
  if (end === dataBytes) return;
  throw new UserError(
    `${where}: expected ${end} bytes of tensors, as the header says, found ${dataBytes}. ${MEND}`,
  );
}
