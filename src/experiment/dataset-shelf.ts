import type { Dataset, DatasetSource } from '../dataset/dataset.js';
import { loadDataset } from '../dataset/load.js';
import { reopenDataset } from '../sources/open-dataset.js';

/** Which data a point was planned with, and where they are. */
interface Wanted {
  /** Null where the spec's name tells. */
  readonly source: DatasetSource | null;
  readonly datasetSha256: string;
}

/** Data sets that were read for points: each once, however many points want it at a time. */
export class DatasetShelf {
  readonly #reads = new Map<string, Promise<Dataset>>();

  /** @param trim leaves of a data set what is needed of it here */
  constructor(private readonly trim: (dataset: Dataset) => Dataset = (dataset) => dataset) {}

  /**
   * The data that a point was planned with, or what is there in their place: that is read again for the next point, as somebody may have mended it.
   *
   * @param name of the point's spec
   * @throws UserError if they are missing or broken
   */
  find({ source, datasetSha256 }: Wanted, name: string): Promise<Dataset> {
    const key = JSON.stringify([source ?? name, datasetSha256]);
    const known = this.#reads.get(key);
    if (known) return known;
    const read = (source === null ? loadDataset(name) : reopenDataset(source)).then(this.trim);
    this.#reads.set(key, read);
    const forget = () => {
      if (this.#reads.get(key) === read) this.#reads.delete(key);
    };
    read.then(({ sha256 }) => sha256 === datasetSha256 || forget(), forget);
    return read;
  }

  /** Has all of them read again. */
  clear(): void {
    this.#reads.clear();
  }
}
