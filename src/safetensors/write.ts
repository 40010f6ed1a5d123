import { type WriteOptions, writeWholeFile } from '../core/write-whole-file.js';
import { hashHeader, sealHeader } from './checksum.js';
import type { SafetensorsFile } from './format.js';
import { formatHeader } from './header.js';

/**
 * Writes a safetensors file, whole or not at all, with a checksum over all of it in its metadata (see checksum.ts).
 *
 * @throws UserError if it cannot be written there
 */
export async function writeSafetensors(
  file: string,
  content: SafetensorsFile,
  options: WriteOptions = {},
): Promise<void> {
  const tensors = [...content.tensors.values()].map(
    ({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  );
  const header = formatHeader(content);
  const hash = hashHeader(header);
  for (const tensor of tensors) hash.update(tensor);
  sealHeader(header, hash.digest('hex'));
  await writeWholeFile(file, [header, ...tensors], options);
}
