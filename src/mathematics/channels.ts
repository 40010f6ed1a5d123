/** Between tensors, channels last as in the chapter, and lists of matrices as in the other texts. */
import { type Matrix, makeMatrix, makeTensor, type Tensor3, type Tensor4 } from './matrix.js';

/** The channels of a tensor as feature maps. */
export function splitChannels(x: Tensor3): number[][][] {
  return x[0]![0]!.map((_, d) => x.map((row) => row.map((pixel) => pixel[d]!)));
}

/** The tensor with these feature maps as its channels. */
export function stackChannels(maps: readonly Matrix[]): number[][][] {
  const [first] = maps;
  return makeTensor(first!.length, first![0]!.length, maps.length, (i, j, d) => maps[d]![i]![j]!);
}

/** Kernels f[i][j][d'][d] as filters[d][d'], each a matrix. */
export function splitKernels(f: Tensor4): number[][][][] {
  return f[0]![0]![0]!.map((_, d) =>
    splitChannels(f.map((row) => row.map((pixel) => pixel.map((kernels) => kernels[d]!)))),
  );
}

/** The other way round. */
export function stackKernels(filters: readonly (readonly Matrix[])[]): number[][][][] {
  const kernels = filters.map(stackChannels);
  const [first] = kernels;
  return makeMatrix(first!.length, first![0]!.length, (i, j) =>
    makeMatrix(first![0]![0]!.length, kernels.length, (c, d) => kernels[d]![i]![j]![c]!),
  );
}
