import type { Kernels } from '../kernels.js';

export const bindSquaredDistance: Kernels['bindSquaredDistance'] =
  ({ components, outputs, targets, sampleIds, dOutputs, loss }) =>
  (scale, firstImage, images) => {
    for (let image = firstImage; image < firstImage + images; image++) {
      const row = outputs.subarray(image * components, (image + 1) * components);
      let sum = 0;
      for (let c = 0; c < components; c++) {
        const error = row[c]! - targets[sampleIds[image]! * components + c]!;
        sum += error ** 2;
        if (dOutputs !== null) dOutputs[image * components + c] = scale * error;
      }
      loss[image] = row.every(Number.isFinite) ? sum / 2 : Number.NaN;
    }
  };
