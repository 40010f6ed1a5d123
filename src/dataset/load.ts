import { z } from 'zod';
import { parseWith } from '../core/parse.js';
import type { OpenName } from '../core/written.js';
import type { Dataset } from './dataset.js';
import type { DatasetDefinition } from './definition.js';
import { listFolder } from './folder.js';
import { type DatasetName, findDefinition } from './registry.js';

const optionsSchema = z.strictObject({ folder: z.string().min(1).optional() });

/**
 * Loads a data set into shared memory.
 *
 * @param options.folder where its files are, instead of their usual place in the current folder's `data`
 * @throws UserError for an unknown name or option, and for files that are missing or broken
 */
export async function loadDataset(
  name: OpenName<DatasetName>,
  options: { folder?: string } = {},
): Promise<Dataset> {
  const { folder } = parseWith(optionsSchema, options, 'loadDataset: options');
  const definition = findDefinition(name);
  return definition.read(await locateFiles(definition, folder ?? definition.folder));
}

/**
 * The paths of a data set's files, by their published names less `.gz`: in `folder`, or if there is nothing in it, where else the definition
 * finds them.
 *
 * @throws UserError if some are missing
 */
export async function locateFiles(
  definition: DatasetDefinition,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const isEmpty = (await listFolder(definition.name, folder)).length === 0;
  const elsewhere = isEmpty ? definition.findElsewhere?.() : null;
  return definition.locate(elsewhere ?? folder);
}
