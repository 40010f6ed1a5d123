import { describe, expect, it } from 'vitest';
import { availableKernelNames, loadKernels } from '../../../src/kernels/select.js';
import { groupIntoPhases, runPhase } from '../../../src/network/phases.js';
import { parseOptimizer } from '../../../src/optim/optimizers/registry.js';
import { planUpdate } from '../../../src/optim/update.js';
import { loadPlugins } from '../../../src/plugins/load.js';
import { makeSmallNetwork } from '../../helpers/small-network.js';
import { makeOptimizerPlugins } from '../../plugins/fake-optimizers.js';

const kernels = loadKernels(availableKernelNames()[0]!);
const convolution = { kind: 'convolution', kernel: 3, padding: 1, filters: 6 };
const ALONE = { worker: 0, workers: 1 };
const { optimizers } = await loadPlugins(makeOptimizerPlugins());

describe.each(Object.keys(optimizers))('%s', (name) => {
  it.each([null, 0.5])('leaves frozen parameters and their slots as they are, with clipNorm %j', (norm) => {
    const optimizer = parseOptimizer(name, 'test', optimizers);
    const small = makeSmallNetwork({
      input: [6, 5, 2],
      layers: [
        { ...convolution, name: 'first', kernelLearningRate: 0, biasEpochs: 3 },
        { kind: 'batch-normalization', name: 'norm' },
        { ...convolution, name: 'second', kernelEpochs: 2 },
      ],
      images: 4,
      kernels,
      optimizer,
      optimizers,
    });
    const { memory, plan, network, parameters } = small;
    const clipping = norm && { norm, squares: new Float32Array(parameters.length) };
    const passes = planUpdate(
      { plan, memory, kernels, batch: network.batch },
      { optimizer, kinds: optimizers, clipping: clipping || null },
      { learningRate: () => 0.1, reportNonFinite: () => expect.unreachable() },
    );
    const movedIn = (epoch: number) => {
      network.batch.epoch = epoch;
      const weights = memory.weights.slice();
      const slots = memory.slots.map(({ values }) => values.slice());
      memory.gradient.fill(1);
      memory.partials.fill(1);
      for (const phase of groupIntoPhases(passes)) runPhase(phase, network.batch, ALONE);
      const differ = (a: Float32Array, b: Float32Array) => a.some((x, i) => x !== b[i]);
      return parameters
        .filter(({ label, offset, size }) => {
          const cut = (floats: Float32Array) => floats.subarray(offset, offset + size);
          const moved = differ(cut(weights), cut(memory.weights));
          memory.slots.forEach(({ parameter, values }, i) => {
            if (parameter === label) expect(differ(slots[i]!, values), label).toBe(moved);
          });
          return moved;
        })
        .map(({ label }) => label);
    };
    const learning = parameters.map(({ label }) => label).filter((label) => label !== 'first.kernel');
    expect(movedIn(0)).toEqual(learning);
    expect(movedIn(2)).toEqual(learning.filter((label) => label !== 'second.kernel'));
    expect(movedIn(3)).toEqual(learning.filter((label) => !['second.kernel', 'first.bias'].includes(label)));
  });

  it('moves what has a rate of its own by that, and all else by that of the run', () => {
    const optimizer = parseOptimizer(name, 'test', optimizers);
    const layers = (falls: object) => [
      { ...convolution, name: 'first', ...falls },
      { ...convolution, name: 'second' },
    ];
    const weightsAfter = (falls: object, learningRate: (fallEpochs?: number) => number) => {
      const images = 4;
      const small = makeSmallNetwork({
        input: [6, 5, 2],
        layers: layers(falls),
        images,
        kernels,
        optimizer,
        optimizers,
      });
      const { memory, plan, network, parameters } = small;
      const where = { plan, memory, kernels, batch: network.batch };
      const passes = planUpdate(
        where,
        { optimizer, kinds: optimizers, clipping: null },
        { learningRate, reportNonFinite: () => expect.unreachable() },
      );
      memory.gradient.fill(1);
      memory.partials.fill(1);
      for (const phase of groupIntoPhases(passes)) runPhase(phase, network.batch, ALONE);
      return Object.fromEntries(
        parameters.map(({ label, offset, size }) => [label, memory.weights.slice(offset, offset + size)]),
      );
    };
    const fast = weightsAfter({}, () => 0.1);
    const slow = weightsAfter({}, () => 0.01);
    const falls = { kernelFallEpochs: 2, biasFallEpochs: 3 };
    const mixed = weightsAfter(falls, (epochs) => (epochs === undefined ? 0.1 : epochs === 2 ? 0.01 : 0));
    const first = weightsAfter({}, () => 0);
    expect(mixed).toEqual({
      ...fast,
      'first.kernel': slow['first.kernel'],
      'first.bias': first['first.bias'],
    });
    expect(fast['first.kernel']).not.toEqual(slow['first.kernel']);
  });
});
