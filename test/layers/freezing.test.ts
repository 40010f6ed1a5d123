import { describe, expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { makeSmallNetwork, randomNumbers, spacedNumbers } from '../helpers/small-network.js';

const kernels = loadKernels(availableKernelNames()[0]!);
const convolution = (name: string, options = {}) => ({
  kind: 'convolution',
  name,
  kernel: 3,
  padding: 1,
  filters: 6,
  ...options,
});

/** Three convolutions, of which the first two are given options; images one after another, or in lanes. */
function build(images: number, first: object, second: object = {}) {
  const small = makeSmallNetwork({
    input: [6, 5, 2],
    layers: [
      convolution('first', first),
      { kind: 'gelu' },
      { kind: 'batch-normalization', name: 'norm' },
      convolution('second', second),
      convolution('last', {}),
    ],
    images,
    kernels,
    seed: 1,
  });
  small.network.input.value.set(spacedNumbers(small.network.input.value.length));
  return small;
}

function computeGradients(small: ReturnType<typeof build>, epoch = 0): Record<string, Float32Array> {
  const { network, memory } = small;
  network.batch.epoch = epoch;
  memory.gradient.fill(0);
  memory.partials.fill(0);
  small.forward();
  network.output.gradient.set(randomNumbers(network.output.value.length, 2));
  small.backward();
  return Object.fromEntries(
    small.parameters.map(({ label, offset, size }) => [label, memory.gradient.slice(offset, offset + size)]),
  );
}

const passesOf = ({ network }: ReturnType<typeof build>) =>
  network.backward.map(({ name, layer }) => `${layer!.name} ${name}`);
const isZero = (floats: Float32Array) => floats.every((x) => x === 0);

describe.each([4, 20])('of a network with %i images', (images) => {
  const all = computeGradients(build(images, {}));

  it('a parameter with learning rate 0 has no gradient, and the others have theirs', () => {
    const small = build(images, {}, { kernelLearningRate: 0 });
    const gradients = computeGradients(small);
    expect(isZero(all['second.kernel']!)).toBe(false);
    expect(gradients).toEqual({ ...all, 'second.kernel': new Float32Array(all['second.kernel']!.length) });
    expect(passesOf(small)).not.toContain('second kernel gradient');
    expect(passesOf(small)).toContain('second input gradient');
    expect(small.plan.parameterCount).toBe(build(images, {}).plan.parameterCount - 9 * 6 * 6);
  });

  it('no gradient goes to where nothing learns', () => {
    const frozen = { kernelLearningRate: 0, biasLearningRate: 0 };
    const small = build(images, frozen);
    const gradients = computeGradients(small);
    expect(passesOf(small).filter((name) => /^(first|gelu)/.test(name))).toEqual([]);
    expect(passesOf(small)).not.toContain('norm input gradient');
    for (const label of ['norm.scale', 'norm.shift', 'second.kernel', 'last.bias']) {
      expect(gradients[label], label).toEqual(all[label]);
    }
    const { tensors } = small.plan;
    expect(tensors.map(({ needsGradient }) => needsGradient)).toEqual(
      tensors.map(({ name }) => !['input', 'first', 'gelu1'].includes(name)),
    );
  });

  it('a parameter is trained for its epochs, and what is before it as long as anything is', () => {
    const small = build(images, { kernelLearningRate: 0, biasEpochs: 3 }, { kernelEpochs: 2 });
    const early = computeGradients(small, 1);
    expect(early).toEqual({ ...all, 'first.kernel': new Float32Array(all['first.kernel']!.length) });
    const later = computeGradients(small, 2);
    expect(later).toEqual({ ...early, 'second.kernel': new Float32Array(all['second.kernel']!.length) });
    const last = computeGradients(small, 3);
    expect(last).toEqual({ ...later, 'first.bias': new Float32Array(6) });
  });
});

describe('batch normalisation', () => {
  const parametersOf = (options: object) =>
    makeSmallNetwork({
      input: [4, 4, 3],
      layers: [convolution('first'), { kind: 'batch-normalization', ...options }],
      images: 2,
      kernels,
    })
      .parameters.filter(({ label }) => !label.startsWith('first'))
      .map(({ name, learningRateFactor, weightDecayFactor, epochs }) => ({
        name,
        learningRateFactor,
        weightDecayFactor,
        epochs,
      }));

  it('has factors for scale and shift together, and for each by itself', () => {
    const options = {
      learningRate: 2,
      weightDecay: 3,
      shiftLearningRate: 64,
      shiftWeightDecay: 0.5,
      scaleEpochs: 7,
    };
    expect(parametersOf(options)).toEqual([
      { name: 'scale', learningRateFactor: 2, weightDecayFactor: 3, epochs: 7 },
      { name: 'shift', learningRateFactor: 64, weightDecayFactor: 0.5, epochs: undefined },
    ]);
    expect(parametersOf({ scale: false, shiftLearningRate: 64 }).map(({ name }) => name)).toEqual(['shift']);
  });
});
