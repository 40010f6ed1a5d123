import { UserError } from '../core/errors.js';
import type { Dataset } from '../dataset/dataset.js';

/**
 * A spec's fields with the name of the data set that is given beside them.
 *
 * @throws UserError if the spec names another one
 */
export function nameData<Fields extends { readonly dataset?: string | undefined }>(
  spec: Fields,
  { name }: Pick<Dataset, 'name'>,
): Fields & { readonly dataset: string } {
  // What is no spec is told where it is read.
  const { dataset: asked = name } = spec ?? {};
  if (asked === name) return { ...spec, dataset: name };
  throw new UserError(
    `spec: dataset: expected ${name}, the data set that is given, found ${asked}. Leave it out, or give that data set.`,
  );
}
