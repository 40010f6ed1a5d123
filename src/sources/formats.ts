import { npyFormat, npzFormat } from './arrays/array-file.js';
import { csvFormat } from './csv.js';
import type { SourceFormat } from './format.js';
import { idxFormat } from './idx.js';
import { imageFolderFormat } from './pictures/image-folder.js';
import { publishedFormat } from './published.js';

/** Every form in which data sets are read, the one that is looked for first. */
export const SOURCE_FORMATS: readonly SourceFormat[] = [
  publishedFormat,
  idxFormat,
  npzFormat,
  npyFormat,
  csvFormat,
  imageFolderFormat,
];
