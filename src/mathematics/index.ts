/** The texts' formulas in plain loops over plain arrays. */

export { splitChannels, splitKernels, stackChannels, stackKernels } from './channels.js';
export { type Borders, type ConvolutionForm, conv2, correlate2, rotate180 } from './conv2.js';
export {
  convolveDeltas,
  convolveMaps,
  correlateDeltas,
  spreadDelta,
  sumDeltas,
} from './convolution-by-hand.js';
export {
  type ConvolutionShape,
  findPlaces,
  im2row,
  kernelsToMatrix,
  makeIndicator,
  mapElement,
  matrixToKernels,
  matrixToTensor,
  measurePhi,
  row2im,
  tensorToMatrix,
} from './im2row.js';
export {
  addMatrices,
  kronecker,
  type Matrix,
  makeIdentity,
  multiplyElements,
  multiplyMatrices,
  type Tensor3,
  type Tensor4,
  transpose,
} from './matrix.js';
export {
  type MaxPooling,
  makeSelection,
  poolMaximum,
  poolMean,
  spreadEvenly,
  spreadToMaxima,
} from './pooling.js';
export type { StepOptions } from './steps.js';
export { foldMatrix, foldTensor, vec } from './vec.js';
