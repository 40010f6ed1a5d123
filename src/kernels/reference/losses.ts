import type { Kernels } from '../kernels.js';

/** The rank of a label whose output is not a number: behind every class, so that it counts as wrong however many are right. */
const UNRANKED = 65_535;

/** The class with the greatest output, the first of equals; what is not a number stands behind all that are. */
function findGreatest(outputs: Float32Array): number {
  let greatest = 0;
  for (let c = 1; c < outputs.length; c++) {
    const [x, best] = [outputs[c]!, outputs[greatest]!];
    if (x > best || (Number.isNaN(best) && !Number.isNaN(x))) greatest = c;
  }
  return greatest;
}

/** How many classes stand before `label`: those with a greater output, and those with an equal one and a smaller index. */
function countBefore(outputs: Float32Array, label: number): number {
  if (Number.isNaN(outputs[label])) return UNRANKED;
  let before = 0;
  for (let c = 0; c < outputs.length; c++) {
    if (outputs[c]! > outputs[label]! || (outputs[c] === outputs[label] && c < label)) before++;
  }
  return before;
}

type Descriptor = Parameters<Kernels['bindSquaredError']>[0];

/** Of an image the label vector, class by class, and the weight. */
function bindTargets({ labels, secondLabels, secondShares, classWeights }: Descriptor) {
  const weightOf = (c: number) => classWeights?.[c] ?? 1;
  return (image: number) => {
    const label = labels[image]!;
    const second = secondLabels?.[image] ?? label;
    const share = secondShares?.[image] ?? 0;
    return {
      label,
      shareOf: (c: number) => (c === label ? 1 - share : 0) + (c === second ? share : 0),
      weight: (1 - share) * weightOf(label) + share * weightOf(second),
    };
  };
}

export const bindSoftmaxCrossEntropy: Kernels['bindSoftmaxCrossEntropy'] = (kernel) => {
  const { classes, outputs: logits, smoothing, dOutputs: dLogits, loss, predicted, rank } = kernel;
  const targetAt = bindTargets(kernel);
  return (scale, firstImage, images) => {
    for (let image = firstImage; image < firstImage + images; image++) {
      const row = logits.subarray(image * classes, (image + 1) * classes);
      const { label, shareOf, weight } = targetAt(image);
      predicted[image] = findGreatest(row);
      rank[image] = countBefore(row, label);

      const greatest = row[predicted[image]!]!;
      let sum = 0;
      for (const logit of row) sum += Math.exp(logit - greatest);
      const targetOf = (c: number) => smoothing / classes + (1 - smoothing) * shareOf(c);
      // A class without a share says nothing, however small its logit.
      const crossEntropy = row.reduce(
        (total, logit, c) => total + (targetOf(c) > 0 ? targetOf(c) * (greatest - logit) : 0),
        Math.log(sum),
      );
      loss[image] = row.every(Number.isFinite) ? weight * crossEntropy : Number.NaN;

      if (dLogits === null) continue;
      for (let c = 0; c < classes; c++) {
        const probability = Math.exp(row[c]! - greatest) / sum;
        dLogits[image * classes + c] = scale * weight * (probability - targetOf(c));
      }
    }
  };
};

export const bindSquaredError: Kernels['bindSquaredError'] = (kernel) => {
  const { classes, outputs, dOutputs, loss, predicted, rank } = kernel;
  const targetAt = bindTargets(kernel);
  return (scale, firstImage, images) => {
    for (let image = firstImage; image < firstImage + images; image++) {
      const row = outputs.subarray(image * classes, (image + 1) * classes);
      const { label, shareOf, weight } = targetAt(image);
      predicted[image] = findGreatest(row);
      rank[image] = countBefore(row, label);

      let sum = 0;
      for (let c = 0; c < classes; c++) {
        const error = row[c]! - shareOf(c);
        sum += error * error;
        if (dOutputs !== null) dOutputs[image * classes + c] = scale * weight * error;
      }
      loss[image] = row.every(Number.isFinite) ? (weight * sum) / 2 : Number.NaN;
    }
  };
};
