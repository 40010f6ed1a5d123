import { UserError } from '../core/errors.js';
import type { DatasetDefinition } from '../dataset/definition.js';
import { DATASETS } from '../dataset/registry.js';
import type { SourceFormat } from './format.js';
import type { Place } from './place.js';

/** The published files of a data set whose form is its own, wherever they lie. */
export const publishedFormat: SourceFormat = {
  title: 'the unpacked files of a published data set',
  options: ['labels'],
  recognizes: (place) => findDefinitions(place).length > 0 || explainOther(place) !== null,
  async read({ place, options: { name, labels } }) {
    const found = findDefinitions(place);
    if (found.length === 0) {
      throw new UserError(
        `${place.path}: expected the unpacked files of a data set, found others. ${explainOther(place)}`,
      );
    }
    const kinds = found.map((definition) => definition.labels);
    if (labels !== undefined && !kinds.includes(labels)) {
      throw new UserError(
        `${place.path}: expected a data set with labels of two kinds, found labels=${labels} for ${found[0]!.name}. Leave it out.`,
      );
    }
    const definition = found.find((candidate) => candidate.labels === labels) ?? found[0]!;
    const dataset = await definition.read(await definition.locate(place.path));
    return name === undefined ? dataset : Object.assign(dataset, { name });
  },
};

/** Those whose files all lie there. Files like MNIST's are read as such: there are many such sets. */
function findDefinitions({ files }: Place): DatasetDefinition[] {
  return DATASETS.filter(
    (definition) => definition.archive && definition.files.every((file) => files.includes(file)),
  );
}

function explainOther({ name, files, folders }: Place): string | null {
  // Other versions have files alone: what holds folders may be called as its owner likes.
  const names = folders.length > 0 ? [...files, ...folders] : [name, ...files];
  for (const { explainOther } of DATASETS) {
    const words = names.map((each) => explainOther?.(each) ?? null).find((each) => each !== null);
    if (words != null) return words;
  }
  return null;
}
