import { MODEL_OPTION_NAMES } from '../models/options.js';
import { listChangedOptions } from '../models/registry.js';
import type { ResolvedRunSpec } from '../run/spec.js';

/** The model whose name goes with its width, as the exercise writes it: SK-0.2. */
const MODEL_WITH_WIDTH = 'SK';

/** The spec's fields that a label tells. */
export const LABEL_KEYS = ['model', ...MODEL_OPTION_NAMES] as const;

/** A network's short name with what differs from its defaults: `SK-0.2 sigmoid`, `BN dropout 0.5`, `BASE width 2`. */
export function labelRun(spec: Pick<ResolvedRunSpec, (typeof LABEL_KEYS)[number]>): string {
  const { model } = spec;
  const hasWidth = model === MODEL_WITH_WIDTH;
  const parts = listChangedOptions(model, spec)
    .filter(([option]) => !(hasWidth && option === 'width'))
    .map(([option, value]) => (option === 'activation' ? String(value) : `${option} ${value}`));
  return [hasWidth ? `${model}-${spec.width}` : model, ...parts].join(' ');
}
