import type { DatasetDefinition } from '../definition.js';
import { findIdxFiles, IDX_NAMES, variantsOf } from './find-files.js';
import { readIdxDataset } from './read-dataset.js';

/** What is left to say of a data set that is published as MNIST is: grey images of 28×28 in four IDX files. */
type IdxDefinition<Name extends string> = Omit<
  DatasetDefinition<Name>,
  'files' | 'variantsOf' | 'locate' | 'read'
> & {
  /** In the order of the labels. */
  readonly classNames: readonly string[];
};

/** A data set that is published as MNIST is. */
export function defineIdxDataset<Name extends string>({
  classNames,
  ...definition
}: IdxDefinition<Name>): DatasetDefinition<Name> {
  const { name } = definition;
  return {
    ...definition,
    files: Object.values(IDX_NAMES),
    variantsOf,
    locate: (folder) => findIdxFiles({ name, files: Object.values(IDX_NAMES), isPublished: true }, folder),
    read: (paths) => readIdxDataset(name, classNames, paths),
  };
}
