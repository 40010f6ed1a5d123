import type { ResolvedRunSpec } from '../run/spec.js';

/** The model whose name goes with its width, as the exercise writes it: SK-0.2. */
const MODEL_WITH_WIDTH = 'SK';

/** The spec's fields that a label tells. */
export const LABEL_KEYS = ['model', 'width', 'activation', 'dropout'] as const;

/** A network's short name with what differs from its defaults: `SK-0.2 sigmoid`, `BN dropout 0.5`, `BASE width 2`. */
export function labelRun(spec: Pick<ResolvedRunSpec, (typeof LABEL_KEYS)[number]>): string {
  const { model, width, activation, dropout } = spec;
  const parts = [model === MODEL_WITH_WIDTH ? `${model}-${width}` : model];
  if (model !== MODEL_WITH_WIDTH && width !== 1) parts.push(`width ${width}`);
  if (activation !== 'relu') parts.push(activation);
  if (dropout !== 0) parts.push(`dropout ${dropout}`);
  return parts.join(' ');
}
