import { z } from 'zod';

/** What can be said of images in arrays, whether a program has them or a file. */
export const ARRAY_OPTIONS = {
  name: z.string().min(1),
  testFraction: z.number().gt(0).lt(1),
  splitSeed: z.int().min(0),
  layout: z.enum(['nhwc', 'nchw']),
  range: z.union([z.literal(1), z.literal(255)], { error: 'expected 1 or 255' }),
} as const;
