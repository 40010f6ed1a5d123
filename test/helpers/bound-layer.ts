import type { Kernels } from '../../src/kernels/kernels.js';
import { countBundles, imagesOfBundle } from '../../src/kernels/lanes.js';
import { makeMatrix, makeTensor, type Tensor3 } from '../../src/mathematics/matrix.js';
import { viewTensor } from '../../src/network/memory.js';
import { makeSmallNetwork } from './small-network.js';

export interface BoundLayerOptions {
  readonly layer: { readonly kind: string } & Readonly<Record<string, unknown>>;
  /** Of the layer's parameters, by name. */
  readonly weights?: Readonly<Record<string, Float32Array>>;
  readonly x: readonly Tensor3[];
  readonly dy: readonly Tensor3[];
  readonly kernels: Kernels;
  /** The mini-batch has at least so many images; those beyond the example's are zero. From 8 on, layers may work in lanes. */
  readonly least: number;
}

/** A layer in a network: its output and the gradients of its input and its parameters. */
export function runBoundLayer({ layer, weights = {}, x, dy, kernels, least }: BoundLayerOptions) {
  const images = Math.max(x.length, least);
  const input = [x[0]!.length, x[0]![0]!.length, x[0]![0]![0]!.length] as const;
  // A gradient is made of the input of no network, so an identity stands before the layer.
  const lead = { kind: 'convolution', name: 'lead', kernel: 1, filters: input[2], bias: false };
  const small = makeSmallNetwork({ input, layers: [lead, { ...layer, name: 'layer' }], images, kernels });
  const { memory, network, plan } = small;
  const identity = makeMatrix(input[2], input[2], (i, j) => (i === j ? 1 : 0));
  for (const { label, offset } of small.parameters) {
    const [name, parameter] = label.split('.');
    memory.weights.set(name === 'lead' ? identity.flat() : weights[parameter!]!, offset);
  }
  const isInLanes = network.inputLayout === 'lanes';
  const size = input[0] * input[1] * input[2];
  const xFloats = new Float32Array(images * size);
  xFloats.set(x.flat(3));
  if (isInLanes) {
    for (let bundle = 0; bundle < countBundles(images); bundle++) {
      kernels.bindScatterLanes({ images: xFloats, lanes: network.input.value, floatsPerImage: size })(
        bundle,
        imagesOfBundle(bundle, images),
      );
    }
  } else network.input.value.set(xFloats);
  small.forward();
  network.output.gradient.fill(0);
  network.output.gradient.set(dy.flat(3));
  const leadOutput = plan.tensors.find(({ name }) => name === 'lead')!;
  const dxView = viewTensor(small.activations, leadOutput, images).gradient;
  small.backward();
  const dxFloats = new Float32Array(images * size);
  if (leadOutput.layout === 'lanes') {
    for (let bundle = 0; bundle < countBundles(images); bundle++) {
      kernels.bindGatherLanes({ lanes: dxView, images: dxFloats, floatsPerImage: size })(
        bundle,
        imagesOfBundle(bundle, images),
      );
    }
  } else dxFloats.set(dxView.subarray(0, dxFloats.length));
  const { height, width, channels } = network.output.shape;
  const ofLayer = small.parameters.filter(({ label }) => label.startsWith('layer.'));
  const gradients = ofLayer.map(
    ({ name, offset, size: length }) => [name, memory.gradient.slice(offset, offset + length)] as const,
  );
  return {
    isInLanes,
    y: readImages(network.output.value, x.length, [height, width, channels]),
    dx: readImages(dxFloats, x.length, input),
    /** Of the layer's parameters, by name. */
    gradients: Object.fromEntries(gradients),
  };
}

/** Images one after another, n×h×w×c, as tensors. Zeros lose their sign. */
export function readImages(
  floats: Float32Array,
  images: number,
  [height, width, channels]: readonly [number, number, number],
): number[][][][] {
  const size = height * width * channels;
  return Array.from({ length: images }, (_, n) =>
    makeTensor(height, width, channels, (i, j, d) => floats[n * size + (i * width + j) * channels + d]! + 0),
  );
}
