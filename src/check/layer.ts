import { isDeepStrictEqual } from 'node:util';
import { formatShape } from '../core/shape.js';
import type { Kernels } from '../kernels/kernels.js';
import { chooseKernelName, loadKernels } from '../kernels/select.js';
import type { LayerKind, LayerKinds } from '../layers/layer.js';
import { parseLayerConfig } from '../layers/layer-config.js';
import { LAYER_KINDS } from '../layers/registry.js';
import type { Finding } from './finding.js';
import { LayerTrial, type LayerTrialOptions } from './layer-trial.js';

/** Of a derivative, relative to its parameter's greatest: float32 sums of some hundred terms, divided by the step. */
export const DERIVATIVE_TOLERANCE = 1.5e-2;
/** Numbers of workers that a layer is tried with, beside one. */
export const TRIED_WORKERS = [2, 3, 5, 8] as const;
/** Few images lie one after another; more of them in lanes, where the layer can work so. */
const TRIED_IMAGES = [5, 19] as const;

export interface LayerCheckOptions {
  /** Absent: those that training would take. */
  readonly kernels?: Kernels;
}

/**
 * Checks a kind of layer as the project's own are checked: that its configuration can be read again, its gradients against numerical ones,
 * that results do not depend on the number of workers nor on what was computed before, and that it can be evaluated. On few images and on so
 * many that others work in lanes.
 *
 * @param config as a spec has it: `{ kind: 'scaled-tanh' }`
 * @param input of one image; maps of a few pixels will do
 * @returns one finding a check, those of a test framework's choice to be expected `passed`
 * @throws UserError if the configuration is wrong, or does not fit the input
 */
export function checkLayer(
  kind: LayerKind,
  config: LayerTrialOptions['layer'],
  input: LayerTrialOptions['input'],
  { kernels = loadKernels(chooseKernelName()) }: LayerCheckOptions = {},
): Finding[] {
  const kinds: LayerKinds = { ...LAYER_KINDS, [kind.kind]: kind };
  const options = { layer: config, input, kernels, kinds };
  return [
    checkConfig(kind, config),
    ...TRIED_IMAGES.flatMap((images) => checkImages({ ...options, images })),
  ];
}

function checkConfig(kind: LayerKind, config: LayerTrialOptions['layer']): Finding {
  const once = parseLayerConfig(kind, config, kind.kind);
  const text = JSON.stringify(once);
  const again = parseLayerConfig(kind, JSON.parse(text), kind.kind);
  return {
    check: 'configuration',
    passed: isDeepStrictEqual(again, once),
    finding: `${text}, read again ${JSON.stringify(again)}`,
  };
}

function checkImages(options: LayerTrialOptions): Finding[] {
  const { images } = options;
  const label = (check: string) => `${check}, ${images} images`;
  const trial = new LayerTrial(options);
  const worst = trial.findWorstDerivative();
  const alone = new LayerTrial(options).compute(1);
  const differing = TRIED_WORKERS.filter(
    (workers) => !isDeepStrictEqual(new LayerTrial(options).compute(workers), alone),
  );
  const reused = new LayerTrial(options);
  reused.disturb();
  const some = Math.ceil(images / 2);
  const fewer = new LayerTrial(options).compute(1, some);
  const outputs = new LayerTrial({ ...options, training: false }).evaluate();
  return [
    {
      check: label('gradients'),
      passed: worst.error < DERIVATIVE_TOLERANCE,
      finding: `off by ${worst.error.toExponential(0)} at most (limit ${DERIVATIVE_TOLERANCE}), in ${worst.text}`,
    },
    {
      check: label('workers'),
      passed: differing.length === 0,
      finding:
        differing.length === 0
          ? `the same bits on 1, ${TRIED_WORKERS.join(', ')}`
          : `other bits than on 1 on ${differing.join(', ')}`,
    },
    {
      check: label('repetition'),
      passed:
        isDeepStrictEqual(reused.compute(1), alone) && isDeepStrictEqual(reused.compute(1, some), fewer),
      finding: `a step behind others, one of ${some} images behind one of ${images}, beside first ones`,
    },
    {
      check: label('evaluation'),
      passed: outputs.every(Number.isFinite),
      finding: `${formatShape(trial.output)} of finite numbers`,
    },
  ];
}
