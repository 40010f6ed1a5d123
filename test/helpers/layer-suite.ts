import { describe, expect, it } from 'vitest';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { makeSmallNetwork, randomNumbers, spacedNumbers } from './small-network.js';

export interface LayerCase {
  readonly name: string;
  readonly layer: { readonly kind: string } & Readonly<Record<string, unknown>>;
  readonly input: readonly [height: number, width: number, channels: number];
  /** Expected output. */
  readonly output: readonly [height: number, width: number, channels: number];
  readonly images?: number;
  /** False leaves out the same with images in lanes. */
  readonly lanes?: boolean;
  /** False leaves out the reference kernels, where they would take a minute. */
  readonly reference?: boolean;
}

/** Step of the numerical derivative: parameters move by so much, inputs by at most as much, and they lie further apart. */
const STEP = 2e-3;
/** Of a derivative, relative to its parameter's greatest: float32 sums of some hundred terms, divided by the step. */
const TOLERANCE = 1.5e-2;
/** A parameter whose derivatives are all near zero is measured by the net's greatest, times this. */
const SMALL = 0.1;
/** Derivatives checked in each parameter. The reference takes a hundred times as long for each. */
const SAMPLES = 24;
const REFERENCE_SAMPLES = 8;

/** What every kind of layer is held to: shape, gradients, and independence of workers and of the kernels' instruction set. */
export function describeLayer(kind: string, cases: readonly LayerCase[]): void {
  describe(kind, () => {
    // Few images lie one after another; more of them in lanes, where the layer can work so.
    const inLanes = cases.filter(({ lanes }) => lanes !== false);
    for (const layerCase of [
      ...cases,
      ...inLanes.map((one) => ({ ...one, name: `${one.name}, in lanes`, images: 19 })),
    ]) {
      describe(layerCase.name, () => {
        it('infers its output shape', () => {
          const { plan } = build(layerCase);
          const { height, width, channels } = plan.tensors.at(-1)!.shape;
          expect([height, width, channels]).toEqual(layerCase.output);
        });

        const names = availableKernelNames().filter(
          (name) => name !== 'reference' || layerCase.reference !== false,
        );
        it.each(names)('has the gradients of its forward pass (%s)', (name) => {
          checkGradients(layerCase, name);
        });

        it.each([2, 3, 5, 8])('gives the same bits on %i workers as on one', (workers) => {
          expect(computeAll(layerCase, workers)).toEqual(computeAll(layerCase, 1));
        });
      });
    }
  });
}

/**
 * The layer behind a 1×1 convolution that begins as the identity: that one's kernel gradient is made of the layer's input gradient.
 */
function build({ layer, input, images = 5 }: LayerCase, kernels = referenceKernels) {
  const channels = input[2];
  const lead = { kind: 'convolution', name: 'lead', kernel: 1, filters: channels, bias: true };
  const small = makeSmallNetwork({ input, layers: [lead, layer], images, kernels, seed: 5 });
  const kernel = small.parameters[0]!;
  for (let i = 0; i < kernel.size; i++) {
    small.memory.weights[kernel.offset + i] = i % (channels + 1) === 0 ? 1 : 0;
  }
  small.network.input.value.set(spacedNumbers(small.network.input.value.length));
  // Biases and the like away from their initial zeros and ones.
  for (const { label, offset, size } of small.parameters) {
    if (label.startsWith('lead') || label.endsWith('kernel')) continue;
    const offsets = randomNumbers(size, 3);
    for (let i = 0; i < size; i++) small.memory.weights[offset + i]! += 0.2 * offsets[i]!;
  }
  return small;
}

function checkGradients(layerCase: LayerCase, kernelName: string): void {
  const small = build(layerCase, loadKernels(kernelName));
  const { memory, network, parameters } = small;
  const direction = randomNumbers(network.output.value.length, 2);
  const objective = () => {
    small.forward();
    return network.output.value.reduce((sum, y, i) => sum + y * direction[i]!, 0);
  };
  objective();
  network.output.gradient.set(direction);
  small.backward();
  const gradient = memory.gradient.slice();
  const samples = kernelName === 'reference' ? REFERENCE_SAMPLES : SAMPLES;
  const greatest = Math.max(...gradient.map(Math.abs));
  for (const { label, offset, size, absent = [] } of parameters) {
    const analytic = gradient.subarray(offset, offset + size);
    const scale = Math.max(SMALL * greatest, ...analytic.map(Math.abs));
    for (let sample = 0; sample < Math.min(samples, size); sample++) {
      const i = Math.floor((sample * size) / Math.min(samples, size));
      const value = memory.weights[offset + i]!;
      if (absent.includes(i)) {
        expect([value, analytic[i]], `${label}[${i}] is absent`).toEqual([0, 0]);
        continue;
      }
      memory.weights[offset + i] = value + STEP;
      const above = objective();
      memory.weights[offset + i] = value - STEP;
      const below = objective();
      memory.weights[offset + i] = value;
      const numeric = (above - below) / (2 * STEP);
      expect(
        Math.abs(numeric - analytic[i]!) / scale,
        `${label}[${i}]: ${numeric}, ${analytic[i]}`,
      ).toBeLessThan(TOLERANCE);
    }
  }
}

function computeAll(layerCase: LayerCase, workers: number) {
  const small = build(layerCase, loadKernels(availableKernelNames()[0]!));
  small.forward(workers);
  small.network.output.gradient.set(randomNumbers(small.network.output.value.length, 2));
  small.backward(workers);
  return { output: small.network.output.value, gradient: small.memory.gradient };
}
