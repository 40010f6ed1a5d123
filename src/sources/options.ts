import { z } from 'zod';
import { parseWith } from '../core/parse.js';
import { ARRAY_OPTIONS } from '../dataset/array-options.js';
import type { Dataset } from '../dataset/dataset.js';
import { BACKGROUNDS, FITS, type PictureReading } from '../image/read-image.js';

const side = z.int().min(1).max(65_535);

/** What can be said of a data set of one's own; each format takes some of it. */
export const sourceOptionsSchema = z.strictObject({
  /** By which its runs are recorded. Default: the name of its folder or file. */
  name: ARRAY_OPTIONS.name.optional(),
  /** Without test images of its own: so many of each class are taken for the test. Default: 0.2. */
  testFraction: ARRAY_OPTIONS.testFraction.optional(),
  /** Of which they are. Default: 0. */
  splitSeed: ARRAY_OPTIONS.splitSeed.optional(),
  /** Height and width that pictures are scaled to. Default: as they are, if all have one size. */
  resize: z.tuple([side, side]).optional(),
  /** How: `cover` cuts off what is over on the longer side, `contain` adds a border, `fill` stretches. Default: cover. */
  fit: z.enum(FITS).optional(),
  /** 1 makes pictures grey, 3 coloured. Default: 3 if any of them is coloured. */
  channels: z.union([z.literal(1), z.literal(3)]).optional(),
  /** Behind transparent parts, and the border of `contain`. Default: white. */
  background: z.enum(BACKGROUNDS).optional(),
  /** Of arrays and tables: height, width and channels. Default: what the file tells, or a grey square. */
  shape: z.tuple([side, side, side]).optional(),
  /** Of arrays: channels last, or first as in PyTorch. Default: nhwc. */
  layout: ARRAY_OPTIONS.layout.optional(),
  /** Of arrays and tables: what stands for white. Default: 1 for floats, 255 for whole numbers. */
  range: ARRAY_OPTIONS.range.optional(),
  /** Of CIFAR-100. Default: fine. */
  labels: z.enum(['fine', 'coarse']).optional(),
});

export type SourceOptions = z.output<typeof sourceOptionsSchema>;

export const SOURCE_OPTION_NAMES = Object.keys(sourceOptionsSchema.shape) as (keyof SourceOptions)[];

/** @throws UserError for an unknown or a wrong option */
export function parseSourceOptions(options: unknown, where: string): SourceOptions {
  return parseWith(sourceOptionsSchema, options, where);
}

/** How a data set's pictures were read, where that was said; of other data nothing. */
export function noteReading({ source }: Pick<Dataset, 'source'>): { readonly pictures?: PictureReading } {
  const { fit, background } = (source?.options ?? {}) as SourceOptions;
  return fit || background ? { pictures: { ...(fit && { fit }), ...(background && { background }) } } : {};
}
