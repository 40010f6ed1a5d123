import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { initializeModel } from '../../src/network/memory.js';
import { type NetworkPlan, type PlanOptions, planNetwork } from '../../src/network/plan.js';
import { parseNetwork } from '../../src/network/spec.js';
import { ThreadNetwork } from '../../src/network/thread-network.js';
import { spacedNumbers } from '../helpers/small-network.js';

const kernels = loadKernels(availableKernelNames()[0]!);
const INPUT_FLOATS = 6 * 6 * 2;
const network = parseNetwork({
  input: [6, 6, 2],
  layers: [
    { kind: 'convolution', name: 'conv', kernel: 3, filters: 4 },
    { kind: 'relu' },
    { kind: 'fully-connected', units: 3 },
  ],
});

function open(options: PlanOptions) {
  const thread = ThreadNetwork.alone(planNetwork(network, options), kernels, { seed: 1 });
  initializeModel(thread.memory, thread.plan, 1, kernels, null);
  thread.prepare();
  return thread;
}

/** What comes out for some images, n×classes. */
function compute(images: number, training: boolean): number[] {
  const thread = open({ batchSize: images, slices: 3, training });
  thread.placeInputs(spacedNumbers(images * INPUT_FLOATS));
  thread.forward();
  return [...thread.bound.output.value];
}

describe('a network in one thread', () => {
  it('computes the same in either layout, in training and in evaluation', () => {
    const few = open({ batchSize: 2, slices: 3, training: false });
    const many = open({ batchSize: 20, slices: 3, training: false });
    expect([few.bound.inputLayout, many.bound.inputLayout]).toEqual(['images', 'lanes']);
    const outputs = compute(20, false);
    expect(compute(20, true)).toEqual(outputs);
    compute(2, false).forEach((value, i) => {
      expect(value).toBeCloseTo(outputs[i]!, 4);
    });
  });

  it('computes as many images as its batch has', () => {
    const thread = open({ batchSize: 20, slices: 3, training: false });
    thread.placeInputs(spacedNumbers(20 * INPUT_FLOATS));
    thread.bound.batch.size = 16;
    thread.bound.output.value.fill(7);
    thread.forward();
    expect([...thread.bound.output.value.subarray(48)]).toEqual(new Array(12).fill(7));
    expect([...thread.bound.output.value.subarray(0, 48)]).toEqual(compute(20, false).slice(0, 48));
  });

  it('computes gradients on the way back, and has no memory for them in evaluation', () => {
    const thread = open({ batchSize: 2, slices: 1, training: true });
    thread.placeInputs(spacedNumbers(2 * INPUT_FLOATS));
    thread.forward();
    thread.bound.output.gradient.fill(1);
    thread.backward();
    const { partials, offset } = thread.plan.steps.at(-1)!.parameters.find(({ name }) => name === 'bias')!;
    const gradient = partials
      ? thread.memory.partials.subarray(partials.offset)
      : thread.memory.gradient.subarray(offset);
    expect([...gradient.subarray(0, 3)]).toEqual([2, 2, 2]);
    const { memory } = open({ batchSize: 2, slices: 1, training: false });
    expect([memory.gradient.length, memory.partials.length]).toEqual([0, 0]);
  });

  it('does some passes alone, in order', () => {
    const thread = open({ batchSize: 2, slices: 1, training: false });
    thread.placeInputs(spacedNumbers(2 * INPUT_FLOATS));
    thread.activations.subarray(thread.plan.tensors[1]!.offset).fill(0);
    thread.schedule(thread.bound.forward.filter(({ layer }) => layer!.name === 'conv'))();
    expect([...thread.bound.output.value]).toEqual(new Array(6).fill(0));
    thread.forward();
    expect([...thread.bound.output.value]).toEqual(compute(2, false));
  });

  it('says so where there is not memory enough', () => {
    const plan: NetworkPlan = {
      ...planNetwork(network, { batchSize: 2, slices: 1, training: false }),
      activationFloats: 1e15,
    };
    expect(() => ThreadNetwork.alone(plan, kernels)).toThrow(UserError);
    expect(() => ThreadNetwork.alone(plan, kernels)).toThrow(
      /memory: expected room for .* GB of activations/,
    );
  });
});
