import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadCheckpoint } from '../checkpoint/load.js';
import { MODEL_FILE } from '../checkpoint/run-files.js';
import { nameCommand } from '../core/command-name.js';
import { UserError } from '../core/errors.js';
import { quoteWord } from '../core/quote-word.js';
import { findRunFolder } from '../experiment/run-folder.js';
import { drawContactSheet } from '../image/contact-sheet.js';
import type { Image } from '../image/image.js';
import { type FeatureSheet, layOutKernels } from '../report/feature-sheets.js';
import { listKernels } from '../run/layer-kernels.js';
import { nameSpecFile } from './run-commands.js';

/** The kernels of a run's first layer that has some. */
export interface KeptKernels {
  readonly layer: string;
  readonly sheet: FeatureSheet;
}

/**
 * Reads the kernels from the network that a run has left in its folder.
 *
 * @param database the file
 * @throws UserError that says why there are none, and what makes them
 */
export async function readKernels(database: string, runId: number): Promise<KeptKernels> {
  const file = join(findRunFolder(database, runId), MODEL_FILE);
  if (!existsSync(file)) {
    throw new UserError(
      `The network of run ${runId} is not kept. This trains it once more and draws its kernels: ` +
        `\`${nameCommand('train')} ${nameSpecFile(runId)} --save run-${runId}.safetensors --db ${quoteWord(database)} && ` +
        `${nameCommand('features')} run-${runId}.safetensors\`.`,
    );
  }
  const { spec, weights } = await loadCheckpoint(file);
  const [first] = listKernels(spec.network, weights);
  if (first === undefined) throw new UserError(`The network of run ${runId} has no layer with kernels.`);
  return { layer: first.name, sheet: layOutKernels(first) };
}

export function drawKernels({ sheet: { rows } }: KeptKernels): Image & { readonly channels: 3 } {
  const columns = Math.max(...rows.map(({ tiles }) => tiles.length));
  const tiles = rows.flatMap((row) => Array.from({ length: columns }, (_, i) => row.tiles[i] ?? 'blank'));
  return drawContactSheet(tiles, columns);
}
