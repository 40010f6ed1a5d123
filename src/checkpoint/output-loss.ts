import { chooseKernelName, loadKernels } from '../kernels/select.js';
import { LOSSES } from '../layers/loss.js';
import type { NetworkSpec } from '../network/spec.js';
import type { ResolvedRunSpec } from '../run/spec.js';

/** What a run holds its outputs against. */
export interface OutputLoss {
  readonly kind: NetworkSpec['loss'];
  readonly labelSmoothing: number;
}

/** The loss that a run of a spec tests by. */
export function findOutputLoss({ network, labelSmoothing }: ResolvedRunSpec): OutputLoss {
  return { kind: network.loss, labelSmoothing };
}

/**
 * The mean loss of outputs over images, as a run's own test computes it: with smoothed labels, without weights of classes.
 *
 * @param outputs of each image, one a class, not yet probabilities
 */
export function computeOutputLoss(
  outputs: readonly Float32Array[],
  labels: ArrayLike<number>,
  { kind, labelSmoothing }: OutputLoss,
): number {
  const [images, classes] = [outputs.length, outputs[0]!.length];
  const joined = new Float32Array(images * classes);
  for (const [image, values] of outputs.entries()) joined.set(values, image * classes);
  const loss = new Float32Array(images);
  const bind = LOSSES[kind]!.bind(loadKernels(chooseKernelName()), labelSmoothing, null);
  bind({
    classes,
    outputs: joined,
    labels: Uint16Array.from(labels),
    targets: null,
    mix: null,
    dOutputs: null,
    loss,
    predicted: new Uint16Array(images),
    rank: new Uint16Array(images),
  })(1, 0, images);
  return loss.reduce((sum, one) => sum + one, 0) / images;
}

/**
 * The outputs that stand for several networks' together. Behind the softmax cross-entropy they are the logarithms of the mean of their probabilities, of which the
 * softmax gives that mean; those that estimate the label's unit vector are averaged themselves.
 *
 * @param each network's outputs of one image
 */
export function averageOutputs(each: readonly Float32Array[], kind: OutputLoss['kind']): Float32Array {
  const terms = kind === 'softmax-cross-entropy' ? each.map(toLogProbabilities) : each.map((one) => [...one]);
  const average = kind === 'softmax-cross-entropy' ? logMeanExp : mean;
  return Float32Array.from(terms[0]!, (_, c) => average(terms.map((one) => one[c]!)));
}

function toLogProbabilities(logits: Float32Array): number[] {
  const shift = logMeanExp([...logits]) + Math.log(logits.length);
  return Array.from(logits, (logit) => logit - shift);
}

/** log(Σ exp(x) / n), from the greatest, so that neither overflows nor is 0. */
function logMeanExp(values: readonly number[]): number {
  const greatest = values.reduce((a, b) => Math.max(a, b));
  return greatest + Math.log(mean(values.map((value) => Math.exp(value - greatest))));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
