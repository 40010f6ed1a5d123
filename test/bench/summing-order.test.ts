import { describe, expect, it } from 'vitest';
import { bindShared, planTraining, shareNetwork } from '../../src/bench/shared-network.js';
import { bindStep } from '../../src/bench/step-job.js';
import { planWorkerSums, type SummingOrder, sharePartials } from '../../src/bench/summing-order.js';
import { availableKernelNames, loadKernels } from '../../src/kernels/select.js';
import { countParts } from '../../src/layers/parts.js';
import { viewParameters } from '../../src/network/memory.js';
import { parseNetwork } from '../../src/network/spec.js';
import { allocateBoard } from '../../src/parallel/task-board.js';

const kernels = loadKernels(availableKernelNames()[0]!);
const BATCH = 20;
/** In lanes, and behind that one image after another. */
const network = parseNetwork({
  input: [14, 14, 2],
  layers: [
    { kind: 'convolution', kernel: 5, filters: 3, name: 'conv' },
    { kind: 'fully-connected', units: 3, name: 'fc' },
  ],
});

/** A parameter's partial gradients and its gradient after a step on one thread, of memory that held no numbers. */
function step(order: SummingOrder, label: string) {
  const shared = shareNetwork(network, BATCH, kernels);
  const { plan, memory, bound } = bindShared(shared, kernels);
  memory.partials.fill(Number.NaN);
  memory.gradient.fill(Number.NaN);
  const share = { worker: 0, workers: 1 };
  bindStep({ kind: 'step', network: shared, order, share, board: allocateBoard(1) }, kernels, () => {})();
  const parameter = plan.steps.flatMap((one) => one.parameters).find((one) => one.label === label)!;
  const { offset, size } = parameter;
  const { layout, stride, offset: from } = parameter.partials!;
  const parts = Array.from({ length: countParts(layout, bound.batch) }, (_, part) =>
    memory.partials.subarray(from + part * stride, from + part * stride + size),
  );
  return { parts, gradient: memory.gradient.subarray(offset, offset + size) };
}

describe.each(['conv.kernel', 'fc.bias'])('a step: %s', (label) => {
  it('in fixed order has a gradient for each part', () => {
    const { parts, gradient } = step('fixed', label);
    expect(parts.length).toBeGreaterThan(1);
    gradient.forEach((value, i) => {
      expect(value).toBeCloseTo(
        parts.reduce((sum, part) => sum + part[i]!, 0),
        3,
      );
    });
  });

  it('in any order has one gradient for each worker', () => {
    const { parts, gradient } = step('any', label);
    expect(gradient).toEqual(parts[0]);
    for (const part of parts.slice(1)) for (const value of part) expect(value).toBeNaN();
  });
});

it('workers do not share a partial gradient', () => {
  const shared = shareNetwork(network, BATCH, kernels);
  const plan = planTraining(shared);
  const { memory, bound } = bindShared(shared, kernels);
  const gradientsOf = (worker: number) =>
    viewParameters(memory, sharePartials(plan, worker).steps[0]!).kernel!.gradient;
  const [first, second] = [gradientsOf(0), gradientsOf(1)];
  for (const { byteOffset } of first) expect(byteOffset).toBe(first[0]!.byteOffset);
  expect(second[0]!.byteOffset - first[0]!.byteOffset).toBeGreaterThanOrEqual(first[0]!.byteLength);
  const { partials } = planWorkerSums(shared, bound.batch, 2).plan.steps[0]!.parameters[0]!;
  expect(countParts(partials!.layout, planWorkerSums(shared, bound.batch, 2).batch)).toBe(2);
});
