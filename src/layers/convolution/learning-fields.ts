import { initializerSchema } from '../initializer.js';
import { convolutionSchema } from './convolution.js';

const {
  bias,
  biasInitializer,
  kernelLearningRate,
  kernelWeightDecay,
  biasLearningRate,
  biasWeightDecay,
  kernelEpochs,
  biasEpochs,
  kernelFallEpochs,
  biasFallEpochs,
} = convolutionSchema.in.shape;

/** What kinds akin to a convolution take as it does, from `bias` on; initialisers that need a kernel slid over its input are not for them. */
export const learningFields = {
  bias,
  initializer: initializerSchema.prefault('he'),
  biasInitializer,
  kernelLearningRate,
  kernelWeightDecay,
  biasLearningRate,
  biasWeightDecay,
  kernelEpochs,
  biasEpochs,
  kernelFallEpochs,
  biasFallEpochs,
};
