import { z } from 'zod';

/** Options of a named network, all part of a run's spec. */
export const modelOptionsSchema = z.strictObject({
  /** Multiplies every channel count but the classifier's (rounded): the s of SK-s. */
  width: z.number().positive().default(1),
  activation: z.enum(['relu', 'sigmoid']).default('relu'),
  /** Rate of a dropout layer after the classification layer; 0 for none. */
  dropout: z.number().min(0).lt(1).default(0),
});

export type ModelOptions = z.output<typeof modelOptionsSchema>;

/** What a builder returns: a network as a user might write it. */
export interface ModelDraft {
  readonly input: readonly [height: number, width: number, channels: number];
  readonly layers: readonly ({ readonly kind: string } & Readonly<Record<string, unknown>>)[];
}
