/** The kernel sets: all arithmetic of a network, for layers and optimizers of one's own. */

export { makeGeometry, type WindowGeometry } from './geometry.js';
export { packedFloats, panelCount } from './interface/products.js';
export type { Kernels } from './kernels.js';
export { availableKernelNames, chooseKernelName, loadKernels } from './select.js';
