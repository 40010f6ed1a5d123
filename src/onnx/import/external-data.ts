import { dirname, isAbsolute, join, normalize } from 'node:path';
import { UserError } from '../../core/errors.js';
import { readRegularFileSync } from '../../core/regular-file.js';
import { TensorProto_DataLocation as DataLocation, type TensorProto } from '../wire/onnx_pb.js';

/** What a file can hold that is read at one go. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * Reads tensors that lie in other files, beside the model or below its folder; each file once.
 *
 * @returns a tensor's bytes; null for one that lies in the model
 */
export function openExternalData(model: string): (tensor: TensorProto) => Uint8Array | null {
  const files = new Map<string, Uint8Array>();
  return ({ name, dataLocation, externalData }) => {
    if (dataLocation !== DataLocation.EXTERNAL) return null;
    const entries = new Map(externalData.map(({ key, value }) => [key, value]));
    const where = `${model}: ${name}`;
    const location = normalize(entries.get('location') ?? '');
    if (isAbsolute(location) || /^\.\.?(?:[/\\]|$)/.test(location)) {
      throw new UserError(
        `${where}: expected weights in a file beside it, found '${entries.get('location') ?? ''}'. Put it into the same folder.`,
      );
    }
    const path = join(dirname(model), location);
    const bytes = files.get(path) ?? readRegularFileSync(path, `the weights of ${model}`, MOST_BYTES);
    files.set(path, bytes);
    const begin = readCount(entries.get('offset') ?? '0');
    const length = readCount(entries.get('length') ?? String(bytes.length - begin));
    if (begin + length <= bytes.length) return bytes.subarray(begin, begin + length);
    throw new UserError(
      `${where}: expected bytes ${begin} to ${begin + length} in ${path}, found ${bytes.length}. Copy both files again.`,
    );
  };
}

/** More than any file has, unless it is a whole number. */
function readCount(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
}
