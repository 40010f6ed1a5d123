import { writeWholeFile } from '../core/write-whole-file.js';
import type { SafetensorsFile } from './format.js';
import { formatHeader } from './header.js';

/**
 * Writes a safetensors file, whole or not at all.
 *
 * @throws UserError if it cannot be written there
 */
export async function writeSafetensors(file: string, content: SafetensorsFile): Promise<void> {
  const tensors = [...content.tensors.values()].map(
    ({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  );
  await writeWholeFile(file, [formatHeader(content), ...tensors]);
}
