import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saveModel } from '../../src/checkpoint/save.js';
import { computeIdentity } from '../../src/experiment/identity.js';
import { planNetwork } from '../../src/network/plan.js';
import type { WrittenNetwork } from '../../src/network/spec.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import type { TrainResult } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { openPool } from '../helpers/open-pool.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const pool = openPool(2);

const folder = mkdtempSync(join(tmpdir(), 'convoy-init-'));
afterAll(() => rmSync(folder, { recursive: true }));

const dataset = makeTinyDataset({ train: 60, test: 10 });
const makeNetwork = (units: number, last = 'last'): WrittenNetwork => ({
  input: [28, 28, 1],
  layers: [
    { kind: 'convolution', name: 'first', kernel: 5, stride: 3, filters: 4 },
    { kind: 'batch-normalization', name: 'norm' },
    { kind: 'relu' },
    { kind: 'fully-connected', name: last, units },
  ],
});
const spec = { network: makeNetwork(10), epochs: 1, batchSize: 20, learningRate: 0.01 };
const file = join(folder, 'begun.safetensors');
let begun: TrainResult;
beforeAll(async () => {
  begun = await train(spec, { dataset, pool, workers: 1 });
  await saveModel(begun, file);
});

const options = { dataset, pool, workers: 1 };

describe('a run that begins with the weights of a file', () => {
  it('has them where nothing learns', async () => {
    const kept = await train({ ...spec, init: file, freeze: ['first', 'last'] }, options);
    // Of the normalisation alone something has moved.
    const kernels = 4 * 25 + 4;
    expect(kept.weights.slice(0, kernels)).toEqual(begun.weights.slice(0, kernels));
    expect(kept.weights.slice(-10)).toEqual(begun.weights.slice(-10));
    expect(kept.weightsSha256).not.toBe(begun.weightsSha256);
  });

  it('is the same on any number of workers, and after an interruption', async () => {
    const whole = await train({ ...spec, epochs: 2, init: file }, options);
    const again = await train({ ...spec, epochs: 2, init: file }, { ...options, workers: 2 });
    expect(again.weightsSha256).toBe(whole.weightsSha256);
    const checkpoints = { folder: join(folder, 'run') };
    const stop = new AbortController();
    const part = await train(
      { ...spec, epochs: 2, init: file },
      { ...options, checkpoints, signal: stop.signal, onEpoch: () => stop.abort() },
    );
    expect(part.state).toBe('interrupted');
    const rest = await train({ ...spec, epochs: 2, init: file }, { ...options, checkpoints });
    expect(rest.weightsSha256).toBe(whole.weightsSha256);
  });

  it('tells of layers that the file does not have, and that it has beyond them', async () => {
    const warnings: string[] = [];
    const network = makeNetwork(10, 'fresh');
    await train(
      { ...spec, network, init: file },
      { ...options, onWarning: (warning) => warnings.push(warning) },
    );
    expect(warnings).toEqual([
      `init: ${file}: fresh.kernel, fresh.bias: not in it, initialised as usual; last.kernel, last.bias: in it and not in the network, left out.`,
    ]);
  });

  it('refuses what does not fit, in a line', async () => {
    const start = (changes: object) => train({ ...spec, ...changes }, options);
    await expect(start({ network: makeNetwork(12), init: file })).rejects.toThrow(
      /^init: last\.kernel: expected the shape 8×8×4×12 of the network, found 8×8×4×10 in .*Rename the layer/,
    );
    await expect(start({ init: join(folder, 'none') })).rejects.toThrow(/found nothing there/);
    await expect(start({ model: 'SK', network: undefined, init: file })).rejects.toThrow(
      /^init: expected tensors of the network's layers .* found none in .*Name the layers alike/,
    );
  });
});

describe('the identity of such a run', () => {
  it('is of the weights, and not of where they lie', () => {
    const moved = join(folder, 'moved.safetensors');
    const identify = (path: string) => computeIdentity(resolveRunSpec({ ...spec, init: path }), 'data');
    const [before, without] = [identify(file), computeIdentity(resolveRunSpec(spec), 'data')];
    renameSync(file, moved);
    expect(identify(moved)).toBe(before);
    expect(before).not.toBe(without);
    renameSync(moved, file);
  });

  it('is held against the weights again where it is trained', async () => {
    const resolved = resolveRunSpec({ ...spec, dataset: dataset.name, init: file });
    const other = join(folder, 'other.safetensors');
    await saveModel(await train({ ...spec, seed: 1 }, options), other);
    const init = { ...resolved.init!, file: other };
    await expect(train({ ...resolved, init }, options)).rejects.toThrow(
      /^init: expected the weights that the run was planned with \([0-9a-f]{12}…\), found others/,
    );
  });
});

describe('freeze', () => {
  it('is short for learning rates of 0, by name, by pattern, and of composites', () => {
    const residual = {
      input: [8, 8, 2],
      layers: [
        {
          kind: 'residual',
          name: 'block',
          body: [{ kind: 'convolution', name: 'conv', kernel: 1, filters: 2 }],
          shortcut: [{ kind: 'convolution', name: 'conv', kernel: 1, filters: 2 }],
          dropPath: 0.1,
        },
        { kind: 'convolution', name: 'conv1', kernel: 1, filters: 2 },
        { kind: 'prelu', name: 'slopes' },
        { kind: 'batch-normalization', name: 'norm' },
        { kind: 'fully-connected', name: 'last', units: 3, inputs: ['norm'] },
      ],
    };
    const list = (freeze: string[]) => {
      const { network } = resolveRunSpec({ network: residual, freeze });
      return planNetwork(network, { batchSize: 1, slices: 1, training: true })
        .steps.filter(({ parameters }) =>
          parameters.some(({ learningRateFactor }) => learningRateFactor === 0),
        )
        .map(({ name }) => name);
    };
    expect(list(['block'])).toEqual(['block.conv', 'block.shortcut.conv']);
    expect(list(['block.shortcut.*'])).toEqual(['block.shortcut.conv']);
    expect(list(['conv*', 'slopes', 'norm'])).toEqual(['conv1', 'slopes', 'norm']);
    expect(list(['*'])).toHaveLength(6);
    const frozen = resolveRunSpec({ network: residual, freeze: ['*'] });
    expect(resolveRunSpec(frozen)).toEqual(frozen);
    expect(frozen.network.layers[4]).toMatchObject({ inputs: ['norm'], biasLearningRate: 0 });
    expect((frozen.network.layers[0] as unknown as { body: unknown[] }).body).toHaveLength(1);
  });

  it('of nothing that learns is refused', () => {
    expect(() => resolveRunSpec({ ...spec, freeze: ['conv9'] })).toThrow(
      "spec: freeze: expected the names of layers that learn, found 'conv9'.",
    );
    expect(() => resolveRunSpec({ ...spec, freeze: [] })).toThrow('freeze');
  });
});
