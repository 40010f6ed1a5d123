import { isDeepStrictEqual } from 'node:util';
import { OPTIMIZER_NAMES, parseOptimizer } from '../optim/optimizers/registry.js';
import { type OptimizerFields, optimizerOf } from '../run/optimizer-fields.js';

/**
 * A spec's optimizer with those of its options that are not the defaults: `adam(beta2 0.95)`. SGD's are fields of their own. Of a kind of the user's
 * own, which need not be at hand to read about, all options.
 */
export function formatOptimizer(spec: OptimizerFields): string {
  const { kind, ...options } = optimizerOf(spec);
  if (!spec.optimizer) return kind;
  const defaults: Readonly<Record<string, unknown>> = OPTIMIZER_NAMES.includes(kind)
    ? { ...parseOptimizer(kind, 'optimizer') }
    : {};
  const shown = Object.entries(options)
    .filter(([key, value]) => !isDeepStrictEqual(value, defaults[key]))
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : value}`);
  return shown.length > 0 ? `${kind}(${shown.join(', ')})` : kind;
}
