import type { Dataset } from '../dataset/dataset.js';
import type { SourceOptions } from './options.js';
import type { Place } from './place.js';

/** What reading a data set is about. */
export interface ReadJob {
  readonly place: Place;
  /** By which its runs are recorded. */
  readonly name: string;
  readonly options: SourceOptions;
  /** Told what of the place is not read, one line each. */
  readonly tell: (line: string) => void;
}

/** A form in which people have data sets. To add one: one file, one line in formats.ts. */
export interface SourceFormat {
  /** For messages: `pictures in a folder a class`. */
  readonly title: string;
  /** Those that mean something to it, besides the name. */
  readonly options: readonly (keyof SourceOptions)[];
  /** By what is in the place, whatever it is called. */
  recognizes(place: Place): boolean;
  /** @throws UserError if it is broken, or says too little */
  read(job: ReadJob): Promise<Omit<Dataset, 'source'>>;
}
