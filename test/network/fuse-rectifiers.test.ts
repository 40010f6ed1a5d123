import { describe, expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { fuseRectifiers } from '../../src/network/fuse-rectifiers.js';
import { initializeModel } from '../../src/network/memory.js';
import { nameLayers } from '../../src/network/named-layers.js';
import { planNetwork } from '../../src/network/plan.js';
import { parseNetwork } from '../../src/network/spec.js';
import { ThreadNetwork } from '../../src/network/thread-network.js';
import { spacedNumbers } from '../helpers/small-network.js';

const kernels = loadKernels(availableKernelNames()[0]!);
const INPUT_FLOATS = 6 * 6 * 4;

const convolution = { kind: 'convolution', kernel: 3, padding: 1, filters: 4 };
const normalization = { kind: 'batch-normalization' };
const relu = { kind: 'relu' };
const end = { kind: 'fully-connected', units: 2 };

function parse(layers: readonly unknown[]) {
  return parseNetwork({ input: [6, 6, 4], layers: [...layers, end] });
}

/** The names of the layers that are left to others. */
function listLeft(layers: readonly unknown[], heads: readonly number[] = []): string[] {
  const list = (fused: ReturnType<typeof fuseRectifiers>): string[] =>
    fused.flatMap(({ name, config, composite }) => [
      ...('leftTo' in config ? [name] : []),
      ...(composite?.branches.flatMap((branch) => list(branch.layers)) ?? []),
    ]);
  return list(fuseRectifiers(nameLayers(parse(layers)), heads));
}

describe('a ReLU behind batch normalisation', () => {
  it('is left to it, also within composites', () => {
    expect(listLeft([convolution, normalization, relu])).toEqual(['relu1']);
    const body = [normalization, relu, convolution, normalization];
    expect(listLeft([{ kind: 'residual', body }, relu])).toEqual(['residual1.relu1']);
  });

  it('stays where others read what it reads, or something else comes before it', () => {
    expect(listLeft([convolution, relu])).toEqual([]);
    expect(listLeft([normalization, { kind: 'silu' }])).toEqual([]);
    expect(listLeft([normalization, relu], [0])).toEqual([]);
    const sum = { kind: 'add', inputs: ['batch-normalization1', 'relu1'] };
    expect(listLeft([normalization, relu, sum])).toEqual([]);
  });

  it.each([3, 20])('comes to the bits of both, one after the other (%i images)', (images) => {
    const identity = { kind: 'identity' };
    const together = train([convolution, normalization, relu, identity], images);
    const apart = train([convolution, normalization, identity, relu], images);
    expect(together).toEqual(apart);
    expect(together.gradient.some((value) => value !== 0)).toBe(true);
  });
});

/** The output and all gradients of one step. */
function train(layers: readonly unknown[], batchSize: number) {
  const plan = planNetwork(parse(layers), { batchSize, slices: 2, training: true });
  const network = ThreadNetwork.alone(plan, kernels, { seed: 1 });
  initializeModel(network.memory, plan, 1, kernels, null);
  network.prepare();
  network.placeInputs(spacedNumbers(batchSize * INPUT_FLOATS));
  network.forward();
  const { output } = network.bound;
  output.gradient.set(spacedNumbers(output.gradient.length));
  network.backward();
  const { gradient, partials } = network.memory;
  return { output: [...output.value], gradient: [...gradient], partials: [...partials] };
}
