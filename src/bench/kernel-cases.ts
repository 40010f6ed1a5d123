import { loadKernels } from '../kernels/select.js';
import type { Case } from './case.js';
import { type ConvolutionJob, makeConvolutionNetwork } from './convolution-job.js';
import { flopsPerImage, geometryOf, inputFloats, kernelFloats, outputFloats } from './convolution-shape.js';
import {
  listDepthwiseShapes,
  listMnistShapes,
  listNarrowShapes,
  listProductSizes,
  listVggShapes,
  type NamedShape,
  VGG_IMAGES,
} from './kernel-shapes.js';
import { shareNetwork } from './shared-network.js';

type Parts = ConvolutionJob['parts'];

const PASSES: readonly Parts[] = [['forward'], ['kernel-gradient'], ['input-gradient']];
const LEARNING: Parts = ['forward', 'kernel-gradient'];
const MNIST_IMAGES = 50;
const NARROW_IMAGES = 100;
const DEPTHWISE_IMAGES = 128;

/** Products and convolutions on one thread, and the narrow ones on all cores too. */
export function listKernelCases(cores: number): Case[] {
  const wide = PASSES.flatMap((parts) => [
    ...listVggShapes().map((shape) => convolutionCase(shape, parts, VGG_IMAGES, 1)),
    ...listMnistShapes().map((shape) => convolutionCase(shape, parts, MNIST_IMAGES, 1)),
    ...listDepthwiseShapes().map((shape) => convolutionCase(shape, parts, DEPTHWISE_IMAGES, 1)),
  ]);
  const narrow = listNarrowShapes().flatMap((shape) =>
    [...new Set([1, cores])].map((threads) => convolutionCase(shape, LEARNING, NARROW_IMAGES, threads)),
  );
  return [...listProductSizes().map(productCase), ...wide, ...narrow];
}

/** `gemm/512x512x512`: m × n × k. */
function productCase([m, n, k]: readonly [number, number, number]): Case {
  const flops = 2 * m * n * k;
  const bytes = 4 * (m * k + k * n + m * n);
  const work = { kind: 'product', m, n, k } as const;
  return {
    name: `gemm/${m}x${n}x${k}`,
    threads: 1,
    unit: 'gflop',
    flops: 1e9,
    bytes: (bytes / flops) * 1e9,
    async measure(bench) {
      const secondsPerRun = await bench.crew(1).time([work], bench.effort);
      return secondsPerRun.map((seconds) => flops / seconds / 1e9);
    },
    counterpart: { job: { ...work, threads: 1 }, toFigure: (seconds) => flops / seconds / 1e9 },
  };
}

/** `conv-forward/64x32x32`: the threads share out the layer's passes. */
function convolutionCase(named: NamedShape, parts: Parts, images: number, threads: number): Case {
  const g = geometryOf(named.shape);
  const flops = parts.length * images * flopsPerImage(g);
  const bytes = parts.length * 4 * (images * (inputFloats(g) + outputFloats(g)) + kernelFloats(g));
  const name = `conv-${parts.join('+')}/${named.name}`;
  return {
    name,
    threads,
    unit: 'gflop',
    flops: 1e9,
    bytes: (bytes / flops) * 1e9,
    ...(threads > 1 ? { against: { name, threads: 1 } } : {}),
    async measure(bench) {
      const network = shareNetwork(makeConvolutionNetwork(named.shape), images, loadKernels(bench.kernels));
      const jobs = Array.from(
        { length: threads },
        (_, worker): ConvolutionJob => ({
          kind: 'convolution',
          network,
          parts,
          share: { worker, workers: threads },
        }),
      );
      const secondsPerRun = await bench.crew(threads).time(jobs, bench.effort);
      return secondsPerRun.map((seconds) => flops / seconds / 1e9);
    },
    counterpart: {
      job: { kind: 'convolution', shape: named.shape, parts, images, threads },
      toFigure: (seconds) => flops / seconds / 1e9,
    },
  };
}
