import { UserError, unknownName } from '../core/errors.js';
import { cifar10 } from './cifar10.js';
import { cifar100, cifar100Coarse } from './cifar100.js';
import type { DatasetDefinition } from './definition.js';
import { fashionMnist } from './fashion-mnist.js';
import { mnist } from './mnist.js';
import { regression } from './regression.js';

const NAMED = [mnist, fashionMnist, cifar10, cifar100, cifar100Coarse, regression] as const;

export type DatasetName = (typeof NAMED)[number]['name'];

/** Every data set that the program knows by name. */
export const DATASETS: readonly DatasetDefinition[] = NAMED;

/** What a spec that names none is about. */
export const DEFAULT_DATASET: string = mnist.name;

export const DATASET_NAMES: readonly string[] = DATASETS.map(({ name }) => name);

/** @throws UserError for an unknown name */
export function findDefinition(name: string): DatasetDefinition {
  const definition = DATASETS.find((candidate) => candidate.name === name);
  if (definition === undefined)
    throw new UserError(
      `${unknownName('dataset', 'name', name, DATASET_NAMES).message} One of your own comes by --data.`,
    );
  return definition;
}
