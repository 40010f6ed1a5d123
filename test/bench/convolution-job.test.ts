import { describe, expect, it } from 'vitest';
import { bindConvolution, makeConvolutionNetwork } from '../../src/bench/convolution-job.js';
import type { ConvolutionPart } from '../../src/bench/convolution-shape.js';
import { bindShared, shareNetwork } from '../../src/bench/shared-network.js';
import { viewArena } from '../../src/kernels/memory.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { viewTensor } from '../../src/network/memory.js';

const kernels = loadKernels(availableKernelNames()[0]!);
/** Images enough for bundles in lanes, whose gradient is summed by parts or whole; and too few. */
const CASES = [
  { images: 20, size: 14, channels: 3 },
  { images: 20, size: 6, channels: 3 },
  { images: 20, size: 6, channels: 40 },
  { images: 3, size: 6, channels: 3 },
];

/** Tensors of a network of one convolution, and a way to run parts of it on so many threads, one after another. */
function bind({ images, size, channels }: (typeof CASES)[number], threads = 1) {
  const shape = { height: size, width: size, channels, kernel: 3, filters: 5, padding: 1 };
  const shared = shareNetwork(makeConvolutionNetwork(shape), images, kernels);
  const { plan, memory } = bindShared(shared, kernels);
  const activations = viewArena(shared.activations);
  const tensorOf = (name: string) =>
    viewTensor(activations, plan.tensors.find((tensor) => tensor.name === name)!, images);
  const { offset, size: weights } = plan.steps.find(({ name }) => name === 'conv')!.parameters[0]!;
  const run = (part: ConvolutionPart) => {
    for (let worker = 0; worker < threads; worker++) {
      const share = { worker, workers: threads };
      bindConvolution({ kind: 'convolution', network: shared, parts: [part], share }, kernels, () => {})();
    }
  };
  return {
    output: tensorOf('conv').value,
    inputGradient: tensorOf('prelu1').gradient,
    kernelGradient: memory.gradient.subarray(offset, offset + weights),
    run,
  };
}

describe.each(CASES)('the passes of a convolution on $images images of $size×$size×$channels', (one) => {
  it.each([
    ['forward', 'output'],
    ['input-gradient', 'inputGradient'],
  ] as const)('make the whole of what training makes: %s', (part, tensor) => {
    const bound = bind(one);
    const made = bound[tensor].slice();
    // Prepares the kernel, which the way back may have written over.
    bound.run('forward');
    bound[tensor].fill(Number.NaN);
    bound.run(part);
    expect(bound[tensor]).toEqual(made);
  });

  it('sum the kernel gradient over all parts', () => {
    const { kernelGradient, run } = bind(one);
    kernelGradient.fill(Number.NaN);
    run('kernel-gradient');
    for (const value of kernelGradient) expect(Math.abs(value)).toBeGreaterThan(0);
  });

  it('are shared out among threads', () => {
    const [alone, both] = [bind(one), bind(one, 2)];
    for (const { run } of [alone, both]) run('forward');
    expect(both.output).toEqual(alone.output);
  });
});
