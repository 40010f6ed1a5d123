import type { Kernels } from '../kernels.js';
import { activations } from './activations.js';
import { assembleImages, sumPixels } from './assemble.js';
import { assembleAugmentedImages, assembleAugmentedLanes } from './augment.js';
import { convolutionForward, convolutionInputGradient, convolutionKernelGradient } from './convolution.js';
import * as draws from './draws.js';
import { bindDropout } from './dropout.js';
import { addElements, copyColumns } from './joins.js';
import {
  assembleLanes,
  clearLanes,
  convolutionForwardLanes,
  convolutionInputGradientLanes,
  convolutionKernelGradientLanes,
  gatherLanes,
  scatterLanes,
  sumChannelLanes,
} from './lanes.js';
import { softmaxCrossEntropy, squaredError } from './losses.js';
import {
  channelGradientSums,
  channelMoments,
  combineChannels,
  normalizationCoefficients,
  normalizationGradientCoefficients,
  scaleChannels,
  sumRows,
} from './normalisation.js';
import * as optimizers from './optimizers.js';
import * as parameters from './parameters.js';
import {
  averagePoolingBackward,
  averagePoolingForward,
  maxPoolingBackward,
  maxPoolingForward,
} from './pooling.js';
import * as prelu from './prelu.js';
import { matmul, pack, packTransposed } from './products.js';
import { trainablePoolingBackward, trainablePoolingForward } from './trainable-pooling.js';
import {
  winogradForward,
  winogradInputGradient,
  winogradKernel,
  winogradKernelGradient,
  winogradKernelProducts,
} from './winograd.js';

/**
 * The kernels as plain loops: the specification that every native set is held against, and the fallback where none can be
 * built. Sums run in float64 and are rounded to float32 when stored. Never optimised.
 */
export const referenceKernels: Kernels = {
  name: 'reference',

  convolutionScratchFloats: () => 0,
  matmulScratchFloats: () => 0,
  channelScratchFloats: () => 0,
  winogradScratchFloats: () => 0,

  pack,
  packTransposed,
  matmul,

  convolutionForward,
  convolutionInputGradient,
  convolutionKernelGradient,
  sumRows,

  convolutionForwardLanes,
  convolutionInputGradientLanes,
  convolutionKernelGradientLanes,
  winogradKernel,
  winogradForward,
  winogradInputGradient,
  winogradKernelProducts,
  winogradKernelGradient,
  sumChannelLanes,
  clearLanes,
  assembleLanes,
  gatherLanes,
  scatterLanes,

  maxPoolingForward,
  maxPoolingBackward,
  averagePoolingForward,
  averagePoolingBackward,
  trainablePoolingForward,
  trainablePoolingBackward,

  channelMoments,
  scaleChannels,
  channelGradientSums,
  combineChannels,
  normalizationCoefficients,
  normalizationGradientCoefficients,

  activations,
  bindDropout,
  ...prelu,

  addElements,
  copyColumns,

  softmaxCrossEntropy,
  squaredError,

  sumPixels,
  assembleImages,
  assembleAugmentedImages,
  assembleAugmentedLanes,
  ...parameters,
  ...optimizers,
  ...draws,
};
