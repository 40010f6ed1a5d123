import type { Kernels } from '../kernels/kernels.js';
import { countParts } from '../layers/parts.js';
import type { BlockPass, Pass } from '../layers/pass.js';
import { groupIntoPhases, runPhase, type Share } from '../network/phases.js';
import { type NetworkSpec, parseNetwork } from '../network/spec.js';
import type { ThreadNetwork } from '../network/thread-network.js';
import { bindReduction } from '../optim/reduction.js';
import { listSegments } from '../optim/segments.js';
import type { ConvolutionPart, ConvolutionShape } from './convolution-shape.js';
import { bindShared, type SharedNetwork } from './shared-network.js';

/** Parts of a convolution, one after another, as the layer does them in training: a thread's share of its passes. */
export interface ConvolutionJob {
  readonly kind: 'convolution';
  /** Of `makeConvolutionNetwork`. */
  readonly network: SharedNetwork;
  readonly parts: readonly ConvolutionPart[];
  readonly share: Share;
}

const LAYER = 'conv';

/** A network of one convolution. What stands before it learns, so that somebody reads the gradient of the convolution's input. */
export function makeConvolutionNetwork(shape: ConvolutionShape): NetworkSpec {
  const { height, width, channels, ...window } = shape;
  return parseNetwork({
    input: [height, width, channels],
    layers: [{ kind: 'prelu' }, { kind: 'convolution', name: LAYER, ...window, bias: false }],
  });
}

/** @param meet waits for the other threads */
export function bindConvolution(
  { network, parts, share }: ConvolutionJob,
  kernels: Kernels,
  meet: () => void,
): () => void {
  const thread = bindShared(network, kernels);
  const phases = groupIntoPhases(parts.flatMap((part) => listPasses(part, thread, kernels)));
  return () => {
    for (const phase of phases) {
      runPhase(phase, thread.bound.batch, share);
      meet();
    }
  };
}

/** The layer's passes of one part, by their names. Preparing the kernel, once a step, counts with what reads it first. */
function listPasses(part: ConvolutionPart, thread: ThreadNetwork, kernels: Kernels): Pass[] {
  const { prepare, forward, backward } = thread.bound;
  const select = <P extends Pass>(passes: readonly P[], ...names: string[]) =>
    passes.filter(({ name, layer }) => layer?.name === LAYER && names.includes(name!));
  const passes = {
    forward: () => [...select(prepare, 'prepare'), ...select(forward, 'forward')],
    'kernel-gradient': () => [
      ...select(backward, 'kernel gradient', 'kernel gradient transform'),
      ...makeReduction(thread, kernels),
    ],
    'input-gradient': () => [...select(prepare, 'prepare transposed'), ...select(backward, 'input gradient')],
  }[part]();
  const products = passes.reduce((sum, pass) => sum + (pass.products ?? 0), 0);
  if (products !== 1)
    throw new Error(`${LAYER}: expected one product in its passes of ${part}, found ${products}`);
  return passes;
}

/** Sums the kernel's partial gradients, if it has any, as the optimiser does before it moves the kernel. */
function makeReduction({ plan, memory, bound }: ThreadNetwork, kernels: Kernels): BlockPass[] {
  const steps = plan.steps.filter(({ name }) => name === LAYER);
  const segments = listSegments({ ...plan, steps }).flatMap(({ parameter, ...piece }) => {
    const { offset, size, partials } = parameter;
    return partials
      ? [
          {
            ...piece,
            parts: countParts(partials.layout, bound.batch),
            reduce: bindReduction(kernels, memory, partials, memory.gradient.subarray(offset, offset + size)),
          },
        ]
      : [];
  });
  if (segments.length === 0) return [];
  const run = (from: number, count: number) => {
    for (const { reduce, parts, first, count: floats } of segments.slice(from, from + count)) {
      reduce(parts, first, floats);
    }
  };
  return [{ name: 'reduction', over: 'blocks', waits: true, blocks: segments.length, run }];
}
