import type { Dataset } from './dataset.js';

/** What the outputs of a network are called that is trained on a data set: classes, or targets. */
export type OutputNames = Pick<Dataset, 'classNames' | 'targetNames'>;

/** Those alone of what a data set, or a trained network, has. */
export function nameOutputs({ classNames, targetNames }: OutputNames): OutputNames {
  return targetNames === undefined ? { classNames } : { classNames, targetNames };
}
