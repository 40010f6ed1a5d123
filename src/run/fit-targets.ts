import { describeValue } from '../core/describe-value.js';
import { UserError } from '../core/errors.js';
import { LOSSES } from '../layers/loss.js';
import type { ResolvedRunSpec } from './spec.js';

/** Of a data set of targets. */
interface Regression {
  readonly name: string;
  readonly targetNames: readonly string[];
}

const TARGET_LOSSES = Object.entries(LOSSES)
  .filter(([, { takesTargets }]) => takesTargets)
  .map(([name]) => name);

/**
 * Checks that a spec asks for nothing that needs classes, and for a loss that takes numbers.
 *
 * @throws UserError that names the field
 */
export function checkRegression(
  { augmentation, balanced, classWeights, network }: ResolvedRunSpec,
  { name }: Regression,
): void {
  const losses = [network.loss, ...(network.heads ?? []).map(({ loss = network.loss }) => loss)];
  const other = losses.find((loss) => !LOSSES[loss]!.takesTargets);
  if (other !== undefined) {
    throw new UserError(
      `${network.name}: loss: expected ${TARGET_LOSSES.join(' or ')} for ${name}, whose targets are numbers, found ${other}. ` +
        `Put "loss": "${TARGET_LOSSES[0]}" into the network.`,
    );
  }
  const ofClasses = {
    balanced: balanced || null,
    classWeights,
    'augmentation.mixing': augmentation.mixing ?? null,
  };
  for (const [field, value] of Object.entries(ofClasses)) {
    if (value === null) continue;
    throw new UserError(
      `${field}: expected no such field for ${name}, whose images have targets and no classes, found ${describeValue(value)}. Leave it out.`,
    );
  }
}

/** @throws UserError if a network's outputs are not as many as the targets of an image */
export function checkTargetCount(network: string, outputs: number, { name, targetNames }: Regression): void {
  if (outputs === targetNames.length) return;
  throw new UserError(
    `${network}: expected ${targetNames.length} outputs for the targets of ${name} (${targetNames.join(', ')}), ` +
      `found ${outputs}. Give the last layer one output a target.`,
  );
}
