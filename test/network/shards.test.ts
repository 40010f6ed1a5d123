import { describe, expect, it } from 'vitest';
import { randomNumbers } from '../../src/check/probe-numbers.js';
import { sizeOf } from '../../src/core/shape.js';
import { BUNDLE_IMAGES } from '../../src/kernels/constants.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import type { Pass } from '../../src/layers/pass.js';
import { LAYER_KINDS } from '../../src/layers/registry.js';
import { type BoundNetwork, bindNetwork } from '../../src/network/bind.js';
import { initializeModel, type NetworkMemory } from '../../src/network/memory.js';
import { groupIntoPhases, makePhase, runPhase } from '../../src/network/phases.js';
import { planNetwork } from '../../src/network/plan.js';
import { cutMiniBatch, enterShard, listShards, mergeShards, shardAt } from '../../src/network/shards.js';
import { parseNetwork } from '../../src/network/spec.js';
import { bindParameterReduction, bindShardJoin, planShardReduction } from '../../src/optim/reduction.js';

const SEED = 3;
const kernels = referenceKernels;
/** The reference's plain loops do not mind 64 bits, with which derivatives can be told to many digits. */
const allocate = (floats: number) => new Float64Array(floats) as unknown as Float32Array;

const SPEC = parseNetwork({
  input: [5, 5, 2],
  layers: [
    { kind: 'convolution', kernel: 3, padding: 1, filters: 3 },
    { kind: 'batch-normalization' },
    { kind: 'tanh' },
    { kind: 'convolution', kernel: 3, filters: 4 },
    { kind: 'batch-normalization', shift: false },
    { kind: 'sigmoid' },
    { kind: 'fully-connected', units: 5 },
    { kind: 'batch-normalization' },
  ],
});

/** A network on so many images in so many shards, and the sum of its outputs in a random direction. */
function makeSharded(images: number, shards: number) {
  const plan = planNetwork(SPEC, cutMiniBatch({ batchSize: images, slices: 3, shards }, LAYER_KINDS));
  const weights = allocate(plan.weightFloats);
  initializeModel({ weights }, plan, SEED, kernels, null);
  const gradient = allocate(plan.weightFloats);
  const shardGradients = allocate(shards * plan.weightFloats);
  const joint = allocate(plan.jointFloats);
  const { slices, bands } = plan;
  const whole = { size: images, epoch: 0, step: 0, slices, bands, sampleIds: new Int32Array(images) };
  const inputs = randomNumbers(images * sizeOf(SPEC.input), 1);
  const direction = randomNumbers(images * 5, 2);
  const bound = listShards(shards, { first: 0, count: shards }).map((place, i) => {
    const memory: NetworkMemory = {
      weights,
      gradient: place
        ? shardGradients.subarray(i * plan.weightFloats, (i + 1) * plan.weightFloats)
        : gradient,
      partials: allocate(plan.partialFloats),
      shared: allocate(plan.sharedFloats),
      joint,
    };
    const network = bindNetwork({
      plan,
      memory,
      activations: allocate(plan.activationFloats),
      sampleIds: new Int32Array(plan.batchSize),
      seed: SEED,
      kernels,
      ...(place && { shard: { place, whole } }),
    });
    const { first } = place ? enterShard(network.batch, place) : { first: 0 };
    if (!place) network.batch.size = images;
    placeImages(network, inputs.subarray(first * sizeOf(SPEC.input)));
    return { place, network, memory, first };
  });
  const run = (list: (network: BoundNetwork) => readonly Pass[], workers = 1) => {
    const of = bound.map(({ network, place }) => ({
      batch: network.batch,
      place,
      phases: groupIntoPhases(list(network)),
    }));
    for (const phase of mergeShards(of, null)) {
      for (let worker = workers - 1; worker >= 0; worker--) {
        runPhase(phase, bound[0]!.place ? whole : bound[0]!.network.batch, { worker, workers });
      }
    }
  };
  const parameters = plan.steps.flatMap((step) => step.parameters);
  const evaluate = (workers?: number) => {
    run(({ prepare, forward }) => [...prepare, ...forward], workers);
    let sum = 0;
    for (const { network, first } of bound) {
      const { value } = network.output;
      for (let i = 0; i < 5 * network.batch.size; i++) sum += value[i]! * direction[5 * first + i]!;
    }
    return sum;
  };
  /** Of the sum, by all weights. */
  const differentiate = (workers?: number) => {
    for (const { network, first } of bound) {
      network.output.gradient.set(direction.subarray(5 * first, 5 * (first + network.batch.size)));
    }
    run(({ backward }) => backward, workers);
    for (const { network, memory, place } of bound) {
      const where = { kernels, batch: network.batch };
      if (place)
        runPhase(makePhase([planShardReduction(where, memory, plan.steps)]), network.batch, {
          worker: 0,
          workers: 1,
        });
    }
    for (const parameter of parameters) {
      const reduce =
        shards > 1
          ? bindShardJoin(kernels, plan, { shardGradients, gradient }, parameter)
          : bindParameterReduction({ kernels, batch: bound[0]!.network.batch }, bound[0]!.memory, parameter);
      reduce(0, parameter.size);
    }
    return gradient.slice();
  };
  return { plan, weights, parameters, evaluate, differentiate };
}

/** Images one after another into an input of either layout. */
function placeImages({ input, inputLayout, batch }: BoundNetwork, images: Float32Array): void {
  const size = sizeOf(input.shape);
  for (let i = 0; i < batch.size * size; i++) {
    const image = Math.floor(i / size);
    const lane = image % BUNDLE_IMAGES;
    const at = inputLayout === 'images' ? i : (image - lane) * size + (i % size) * BUNDLE_IMAGES + lane;
    input.value[at] = images[i]!;
  }
}

describe('shards of a mini-batch', () => {
  it.each([
    [20, 1],
    [20, 2],
    [7, 3],
  ])('%i images in %i have the derivatives of batch normalisation over all of them', (images, shards) => {
    const { weights, parameters, evaluate, differentiate } = makeSharded(images, shards);
    evaluate();
    const gradient = differentiate();
    const greatest = Math.max(...gradient.map(Math.abs));
    for (const { label, offset, size } of parameters) {
      for (let sample = 0; sample < Math.min(5, size); sample++) {
        const i = offset + Math.floor((sample * size) / 5);
        const value = weights[i]!;
        const [above, below] = [1e-4, -1e-4].map((step) => {
          weights[i] = value + step;
          return evaluate();
        });
        weights[i] = value;
        const error = Math.abs((above! - below!) / 2e-4 - gradient[i]!) / greatest;
        expect(error, `${label}[${i - offset}]`).toBeLessThan(1e-6);
      }
    }
  });

  it.each([
    [20, 2],
    [7, 3],
    [64, 4],
  ])('%i images in %i come to what they come to whole', (images, shards) => {
    const [whole, sharded] = [makeSharded(images, 1), makeSharded(images, shards)];
    expect(sharded.evaluate()).toBeCloseTo(whole.evaluate(), 6);
    const [expected, found] = [whole.differentiate(), sharded.differentiate()];
    for (const [p, { label, offset, size }] of sharded.parameters.entries()) {
      const other = whole.parameters[p]!.offset;
      for (let i = 0; i < size; i++) expect(found[offset + i], label).toBeCloseTo(expected[other + i]!, 5);
    }
  });

  it('have the same bits on any number of workers', () => {
    const [one, three] = [makeSharded(21, 2), makeSharded(21, 2)];
    expect(three.evaluate(3)).toBe(one.evaluate(1));
    expect(three.differentiate(3)).toEqual(one.differentiate(1));
  });

  it('differ by at most one image', () => {
    const cut = (size: number, shards: number) =>
      Array.from({ length: shards }, (_, i) => shardAt(i, size, shards)).map(({ first, count }) => [
        first,
        count,
      ]);
    expect(cut(10, 3)).toEqual([
      [0, 3],
      [3, 3],
      [6, 4],
    ]);
    expect(cut(4, 4).map(([, count]) => count)).toEqual([1, 1, 1, 1]);
  });

  it('are exchanged behind the phases that leave what others need', () => {
    const pieces = new Float32Array(2);
    const told: unknown[] = [];
    const pass = (name: string, gathers?: readonly Float32Array[]): Pass => ({
      name,
      over: 'blocks',
      blocks: 1,
      waits: true,
      ...(gathers && { gathers }),
      run: () => told.push(name),
    });
    const place = { index: 1, shards: 2, movesState: true };
    const batch = { size: 2, epoch: 0, step: 0, slices: 1, bands: 1, sampleIds: new Int32Array(2) };
    const phases = groupIntoPhases([pass('sums', [pieces]), pass('rest')]);
    const merged = mergeShards([{ batch: { ...batch, whole: batch }, place, phases }], (given) =>
      told.push(given),
    );
    for (const phase of merged) runPhase(phase, batch, { worker: 0, workers: 1 });
    expect(told).toEqual(['sums', [pieces], 'rest']);
  });
});
