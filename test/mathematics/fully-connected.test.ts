import { describe, expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { addMatrices, multiplyMatrices, transpose } from '../../src/mathematics/matrix.js';
import { runBoundLayer } from '../helpers/bound-layer.js';
import { makeRandomIntegers, positive } from '../helpers/random-tensors.js';

// The notes, equations 5 and 6, and backpropagation by hand, section 1: of one image dW = δ aᵀ, db = δ, and Wᵀδ goes on to the layer below. W is
// outputs × inputs there; here a kernel is inputs × outputs. Whole numbers, on which all ways agree exactly.

const INPUTS = 5;
const UNITS = 3;

describe.each(availableKernelNames())('the gradients of a fully connected layer, %s', (name) => {
  it.each([1, 4, 19])('of %i images are the sums of δ aᵀ and δ', (images) => {
    const { tensor } = makeRandomIntegers(images);
    const kernel = tensor(INPUTS, UNITS, 1).map((row) => row.flat());
    const x = Array.from({ length: images }, () => tensor(1, 1, INPUTS));
    const deltas = Array.from({ length: images }, () => tensor(1, 1, UNITS));
    const { y, dx, gradients } = runBoundLayer({
      layer: { kind: 'fully-connected', units: UNITS },
      weights: { kernel: Float32Array.from(kernel.flat()), bias: Float32Array.of(1, -2, 3) },
      x,
      dy: deltas,
      kernels: loadKernels(name),
      least: 0,
    });
    const w = transpose(kernel);
    const columns = {
      a: x.map((image) => transpose([image[0]![0]!])),
      delta: deltas.map((d) => transpose([d[0]![0]!])),
    };
    for (const [n, a] of columns.a.entries()) {
      const z = addMatrices([multiplyMatrices(w, a), [[1], [-2], [3]]]);
      expect(y[n]!.flat(2)).toEqual(positive(z.flat()));
      const below = multiplyMatrices(transpose(w), columns.delta[n]!);
      expect(dx[n]!.flat(2)).toEqual(positive(below.flat()));
    }
    const dw = addMatrices(
      columns.delta.map((delta, n) => multiplyMatrices(delta, transpose(columns.a[n]!))),
    );
    expect(positive([...gradients.kernel!])).toEqual(positive(transpose(dw).flat()));
    expect(positive([...gradients.bias!])).toEqual(positive(addMatrices(columns.delta).flat()));
  });
});
