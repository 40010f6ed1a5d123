import type { SweepPoint } from '../experiment/plan-sweep.js';
import { warnOfLoneValues } from '../run/lone-values.js';
import type { Streams } from './streams.js';

/** Says what is doubtful about runs before they are trained, each thing once. */
export function printWarnings(points: readonly SweepPoint[], err: Streams['err']): void {
  const warnings = points.map(({ spec }) => warnOfLoneValues(spec, spec.trainCount - spec.validationCount));
  for (const warning of new Set(warnings)) if (warning !== null) err.write(`warning: ${warning}\n`);
}
