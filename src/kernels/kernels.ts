import type { ActivationKernels } from './interface/activations.js';
import type { AssemblyKernels } from './interface/assembly.js';
import type { ChannelKernels } from './interface/channels.js';
import type { ConvolutionKernels } from './interface/convolution.js';
import type { LaneConvolutionKernels } from './interface/convolution-lanes.js';
import type { JoinKernels } from './interface/joins.js';
import type { LaneKernels } from './interface/lanes.js';
import type { LossKernels } from './interface/losses.js';
import type { OptimizerKernels } from './interface/optimizers.js';
import type { ParameterKernels } from './interface/parameters.js';
import type { PoolingKernels } from './interface/pooling.js';
import type { ProductKernels } from './interface/products.js';
import type { WinogradKernels } from './interface/winograd.js';

/**
 * The arithmetic of every layer: one coarse call does one layer for some images of the mini-batch. There is one
 * implementation in plain TypeScript (the specification, the oracle and the fallback) and one native set for each
 * instruction set; a suite holds them against each other.
 *
 * Arrays hold whole tensors of the mini-batch, n×h×w×c, image after image; the arguments `first` and `count` of a method say
 * which images (or panels, rows, elements) it touches. Outputs are overwritten unless a method says that it accumulates. `scratch` is
 * private memory of the calling thread, as long as the method's family says (`convolutionScratchFloats` and its like); its contents mean
 * nothing before and after a call.
 *
 * The native sets throw a TypeError if an array has another type than declared or is too short for the sizes given.
 */
export interface Kernels
  extends ProductKernels,
    ConvolutionKernels,
    LaneConvolutionKernels,
    WinogradKernels,
    LaneKernels,
    AssemblyKernels,
    PoolingKernels,
    ChannelKernels,
    ActivationKernels,
    JoinKernels,
    LossKernels,
    ParameterKernels,
    OptimizerKernels {
  /** `reference`, `baseline`, `avx2`, `avx512` or `neon`. */
  readonly name: string;
}
