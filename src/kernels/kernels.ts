import type { ActivationKernels } from './interface/activations.js';
import type { AssemblyKernels } from './interface/assembly.js';
import type { BorderKernels } from './interface/borders.js';
import type { ChannelKernels } from './interface/channels.js';
import type { ConvolutionKernels } from './interface/convolution.js';
import type { LaneConvolutionKernels } from './interface/convolution-lanes.js';
import type { DepthwiseKernels } from './interface/depthwise.js';
import type { JoinKernels } from './interface/joins.js';
import type { LaneKernels } from './interface/lanes.js';
import type { LocallyConnectedKernels } from './interface/locally-connected.js';
import type { LossKernels } from './interface/losses.js';
import type { NormalizationKernels } from './interface/normalization.js';
import type { OptimizerKernels } from './interface/optimizers.js';
import type { ParameterKernels } from './interface/parameters.js';
import type { PooledChannelKernels } from './interface/pooled-channels.js';
import type { PoolingKernels } from './interface/pooling.js';
import type { ProductKernels } from './interface/products.js';
import type { RegressionKernels } from './interface/regression.js';
import type { SoftmaxKernels } from './interface/softmax.js';
import type { WinogradKernels } from './interface/winograd.js';

/**
 * The arithmetic of every layer: one coarse call does one layer for some images of the mini-batch. There is one
 * implementation in plain TypeScript (the specification, the oracle and the fallback) and one native set for each
 * instruction set; a suite holds them against each other.
 *
 * A kernel is bound once, when a layer is, and run in every step: `bindX` takes arrays and what else does not change, and returns a function of
 * the numbers that do. Arrays hold whole tensors of the mini-batch, n×h×w×c, image after image, unless a kernel says otherwise; the numbers
 * say which images, panels, rows or elements a run touches. Outputs are overwritten, and share no memory with
 * another array unless it is said which one they may be. Bound arrays are kept alive; their buffers must stay as large as they are. Kernels of a
 * set share scratch, so a set serves one thread.
 *
 * The native sets check when they bind: a TypeError names a field of another type than declared, an array that is too short for the sizes
 * given, or an output that overlaps another array. A run throws a RangeError if its numbers do not lie within the arrays, and a TypeError if
 * a buffer has been transferred or shrunk since.
 */
export interface Kernels
  extends ProductKernels,
    ConvolutionKernels,
    DepthwiseKernels,
    LocallyConnectedKernels,
    LaneConvolutionKernels,
    WinogradKernels,
    LaneKernels,
    AssemblyKernels,
    PoolingKernels,
    BorderKernels,
    ChannelKernels,
    PooledChannelKernels,
    NormalizationKernels,
    ActivationKernels,
    SoftmaxKernels,
    JoinKernels,
    LossKernels,
    RegressionKernels,
    ParameterKernels,
    OptimizerKernels {
  /** `reference`, `baseline`, `avx2`, `avx512` or `neon`. */
  readonly name: string;
}
