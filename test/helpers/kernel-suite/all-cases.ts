import { listActivationCases } from './activation-cases.js';
import { listAugmentCases } from './augment-cases.js';
import { listBorderCases } from './border-cases.js';
import { listChannelCases } from './channel-cases.js';
import { listConvolutionCases } from './convolution-cases.js';
import { listDepthwiseCases } from './depthwise-cases.js';
import { listDrawCases } from './draw-cases.js';
import { listDropoutCases } from './dropout-cases.js';
import { listJoinCases } from './join-cases.js';
import type { KernelCase, KernelMethod } from './kernel-case.js';
import { listLaneCases } from './lane-cases.js';
import { listLocallyConnectedCases } from './locally-connected-cases.js';
import { listLossCases } from './loss-cases.js';
import { listNormalizationCases } from './normalization-cases.js';
import { listOptimizerCases } from './optimizer-cases.js';
import { listPooledChannelCases } from './pooled-channel-cases.js';
import { listPoolingCases } from './pooling-cases.js';
import { listPreluCases } from './prelu-cases.js';
import { listProductCases } from './product-cases.js';
import { listRegressionCases } from './regression-cases.js';
import { listSoftmaxCases } from './softmax-cases.js';
import { listTrainablePoolingCases } from './trainable-pooling-cases.js';
import {
  listAssembleCases,
  listAverageCases,
  listChangeCases,
  listPixelSumCases,
  listReduceCases,
  listUpdateCases,
} from './update-cases.js';
import { listWinogradCases } from './winograd-cases.js';

/** Every case of every method. */
export function listKernelCases(): KernelCase[] {
  return [
    ...listProductCases(),
    ...listConvolutionCases(),
    ...listLocallyConnectedCases(),
    ...listLaneCases(),
    ...listDepthwiseCases(),
    ...listWinogradCases(),
    ...listPoolingCases(),
    ...listTrainablePoolingCases(),
    ...listBorderCases(),
    ...listChannelCases(),
    ...listPooledChannelCases(),
    ...listNormalizationCases(),
    ...listActivationCases(),
    ...listPreluCases(),
    ...listDropoutCases(),
    ...listSoftmaxCases(),
    ...listJoinCases(),
    ...listDrawCases(),
    ...listLossCases(),
    ...listRegressionCases(),
    ...listAssembleCases(),
    ...listAugmentCases(),
    ...listPixelSumCases(),
    ...listReduceCases(),
    ...listUpdateCases(),
    ...listChangeCases(),
    ...listAverageCases(),
    ...listOptimizerCases(),
  ];
}

/** Every case, by the method that it calls. */
export function groupByMethod(): Map<KernelMethod, KernelCase[]> {
  const groups = new Map<KernelMethod, KernelCase[]>();
  for (const kernelCase of listKernelCases()) {
    const group = groups.get(kernelCase.method) ?? [];
    group.push(kernelCase);
    groups.set(kernelCase.method, group);
  }
  return groups;
}
