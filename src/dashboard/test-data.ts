import { UserError } from '../core/errors.js';
import type { Dataset } from '../dataset/dataset.js';
import { loadDataset } from '../dataset/load.js';
import { DATASET_NAMES } from '../dataset/registry.js';
import type { WholeRun } from '../experiment/whole-run.js';

/** Of a data set, what pictures of its test images take. */
export type TestData = Pick<Dataset, 'name' | 'shape' | 'classNames' | 'test' | 'sha256'>;

/** So many data sets are kept, since runs of several are compared: of the largest one the test images take 30 MB. */
const MOST_KEPT = 3;

/** The test images of published data sets that are on this machine; those that were asked for last are kept. */
export class TestDataShelf {
  /** By their names, the one that was asked for last at the end. */
  readonly #found = new Map<string, Promise<TestData>>();

  constructor(private readonly load: (name: string) => Promise<Dataset> = loadDataset) {}

  /**
   * The data that a run was tested on.
   *
   * @throws UserError that says why they cannot be had, and what gets them
   */
  async find({ spec, datasetSha256 }: Pick<WholeRun, 'spec' | 'datasetSha256'>): Promise<TestData> {
    const dataset = String(spec.dataset);
    if (!DATASET_NAMES.includes(dataset)) {
      throw new UserError(
        `${dataset} is a data set of the user's own, whose place is not recorded: its pictures are shown by data.js show --data PATH.`,
      );
    }
    const found = await this.#load(dataset);
    if (found.sha256 === datasetSha256) return found;
    throw new UserError(
      `${dataset}: expected the data of this run (SHA-256 ${datasetSha256.slice(0, 12)}…), found others (${found.sha256.slice(0, 12)}…) in the ` +
        'folder that the page was started in. Start it where they are.',
    );
  }

  #load(name: string): Promise<TestData> {
    const found = this.#found.get(name) ?? this.#begin(name);
    this.#found.delete(name);
    this.#found.set(name, found);
    if (this.#found.size > MOST_KEPT) this.#found.delete(this.#found.keys().next().value!);
    return found;
  }

  #begin(name: string): Promise<TestData> {
    const found = this.load(name).then(keepTest);
    // Somebody may get the files meanwhile.
    found.catch(() => {
      if (this.#found.get(name) === found) this.#found.delete(name);
    });
    return found;
  }
}

/** The training images are most of the memory. */
function keepTest({ name, shape, classNames, test, sha256 }: Dataset): TestData {
  return { name, shape, classNames, test, sha256 };
}
