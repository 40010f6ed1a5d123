import type { RunSpec } from '../../../run/spec.js';

/** A run that comes with the program: a network and how to train it. */
export interface TrainingPreset {
  readonly name: string;
  /** One line for lists. */
  readonly title: string;
  readonly spec: RunSpec;
}
