import { join } from 'node:path';
import type { DatasetDefinition } from './definition.js';
import { findIdxFiles, variantsOf } from './idx/find-files.js';
import { readTargetDataset, TARGET_FILES } from './idx/read-targets.js';

const FILES = Object.values(TARGET_FILES);

/** Images of the user's own with targets, which are numbers: nobody publishes it. */
export const regression: DatasetDefinition<'regression'> = {
  name: 'regression',
  folder: join('data', 'regression'),
  files: FILES,
  variantsOf,
  locate: (folder) => findIdxFiles({ name: 'regression', files: FILES, isPublished: false }, folder),
  read: (paths) => readTargetDataset('regression', paths),
  published: [],
  reference: null,
};
