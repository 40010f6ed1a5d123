import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCheckpoint } from '../../src/checkpoint/load.js';
import { saveModel } from '../../src/checkpoint/save.js';
import { UserError } from '../../src/core/errors.js';
import { readManifest } from '../../src/core/manifest.js';
import type { RunSpec } from '../../src/run/spec.js';
import type { TrainResult } from '../../src/run/types.js';
import { train } from '../../src/train.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { openPool } from '../helpers/open-pool.js';
import { buildSafetensors, takeApart } from '../helpers/safetensors-builder.js';
import { makeTinyDataset } from '../helpers/tiny-dataset.js';

const pool = openPool(1);

const dataset = makeTinyDataset({ train: 60, test: 20 });
const trainTiny = (spec: RunSpec) =>
  train({ epochs: 1, batchSize: 20, ...spec }, { dataset, pool, workers: 1 });

const SPEC: RunSpec = {
  network: {
    name: 'small',
    input: [28, 28, 1],
    layers: [
      { kind: 'convolution', kernel: [5, 3], filters: 4, stride: 2, name: 'conv' },
      { kind: 'batch-normalization', name: 'norm' },
      { kind: 'relu' },
      { kind: 'residual', body: [{ kind: 'convolution', kernel: 1, filters: 4, groups: 2 }] },
      { kind: 'prelu' },
      { kind: 'fully-connected', units: 10, name: 'classify' },
    ],
  },
};

let trained: TrainResult;
beforeAll(async () => {
  trained = await trainTiny(SPEC);
});

async function saveTiny(): Promise<string> {
  const file = join(makeFolder(), 'tiny.safetensors');
  await saveModel(trained, file);
  return file;
}

describe('a checkpoint', () => {
  it('is loaded as it was saved', async () => {
    const { spec, datasetSha256, classNames, normalization, weights } = trained;
    expect(datasetSha256).toBe(dataset.sha256);
    expect(await loadCheckpoint(await saveTiny())).toEqual({
      spec,
      datasetSha256,
      classNames,
      normalization,
      weights,
    });
  });

  it('keeps a mean image, and all fields of the spec', async () => {
    const result = await trainTiny({ model: 'SK', width: 0.1, labelSmoothing: 0.1, seed: 3 });
    const file = join(makeFolder(), 'a.safetensors');
    await saveModel(result, file);
    const { spec, normalization } = await loadCheckpoint(file);
    expect(spec).toEqual(result.spec);
    expect(normalization).toEqual(result.normalization);
    const { header } = takeApart(readFileSync(file));
    expect(header).toMatchObject({ mean: { shape: [28, 28, 1] }, scale: { shape: [1] } });
  });

  it("names tensors for their layers, in the layers' own shapes", async () => {
    const { header } = takeApart(readFileSync(await saveTiny()));
    const { __metadata__: metadata, ...tensors } = header;
    const shapes = Object.entries(tensors).map(([name, tensor]) => [
      name,
      (tensor as { shape: number[] }).shape,
    ]);
    expect(Object.fromEntries(shapes)).toEqual({
      mean: [1],
      scale: [1],
      'conv.kernel': [5, 3, 1, 4],
      'conv.bias': [4],
      'norm.scale': [4],
      'norm.shift': [4],
      'norm.runningMean': [4],
      'norm.runningVariance': [4],
      'residual1.convolution1.kernel': [2, 1, 1, 2, 2],
      'residual1.convolution1.bias': [4],
      'prelu1.slope': [4],
      'classify.kernel': [12, 13, 4, 10],
      'classify.bias': [10],
    });
    expect(metadata).toMatchObject({
      format: 'convoy',
      version: '2',
      convoy: readManifest().version,
      classes: JSON.stringify(dataset.classNames),
      data: dataset.sha256,
      epoch: '1',
      testErrorPercent: String(trained.epochs[0]!.testErrorPercent),
      weightsSha256: trained.weightsSha256,
    });
  });

  it('has the same bytes for the same run', async () => {
    const other = join(makeFolder(), 'other');
    await saveModel(await trainTiny(SPEC), other);
    expect(readFileSync(other).equals(readFileSync(await saveTiny()))).toBe(true);
  });

  it('has as many weights as its spec', async () => {
    const weights = trained.weights.subarray(1);
    const saving = saveModel({ ...trained, weights }, join(makeFolder(), 'a.safetensors'));
    await expect(saving).rejects.toThrow(/^weights: expected \d+ numbers for the spec, found \d+\.$/);
  });

  it('of a run that diverged is not written', async () => {
    const weights = trained.weights.slice();
    weights[3] = Number.NaN;
    const folder = makeFolder();
    const saving = saveModel({ ...trained, weights }, join(folder, 'a.safetensors'));
    await expect(saving).rejects.toThrow(
      'conv.kernel: expected finite numbers, found NaN at position 4 of 60.',
    );
  });
});

/** The texts of a file as the first version wrote it, without a checksum. */
function makeUnchecked({ sha256, weightsSha256, ...texts }: Record<string, string>): Record<string, string> {
  return { ...texts, version: '1' };
}

describe('a checkpoint that has been changed', () => {
  /** Saves, and changes a bit of a tensor. */
  async function flipBit(
    change: (metadata: Record<string, string>) => Record<string, string> = (texts) => texts,
  ) {
    const file = await saveTiny();
    const { header, data } = takeApart(readFileSync(file));
    const { __metadata__: metadata, ...tensors } = header;
    data[100]! ^= 1;
    const texts = change(metadata as Record<string, string>);
    writeFileSync(file, buildSafetensors({ __metadata__: texts, ...tensors }, data));
    return file;
  }

  it('is refused by its name, and loaded all the same if that is asked for', async () => {
    const file = await flipBit();
    await expect(loadCheckpoint(file)).rejects.toThrow(
      `${file}: expected the bytes that were written, as the checksum in it says, found others. ` +
        'The file has been changed or damaged: save or copy it again, or load it all the same with --ignore-hash',
    );
    const warnings: string[] = [];
    const loaded = await loadCheckpoint(file, {
      ignoreHash: true,
      onWarning: (message) => warnings.push(message),
    });
    expect(warnings).toEqual([expect.stringMatching(/found others\. It is loaded all the same\.$/)]);
    const changed = loaded.weights.filter((weight, i) => weight !== trained.weights[i]);
    expect(changed).toHaveLength(1);
  });

  it('of the first version is held against the checksum of its weights, if it has one', async () => {
    const weightsSha256 = trained.weightsSha256;
    const file = await flipBit((texts) => ({ ...makeUnchecked(texts), weightsSha256 }));
    await expect(loadCheckpoint(file)).rejects.toThrow('expected the bytes that were written');
    const bare = await flipBit(makeUnchecked);
    expect((await loadCheckpoint(bare)).weights).toHaveLength(trained.weights.length);
  });

  it('may not have lost its checksum', async () => {
    const file = await flipBit(({ sha256, ...texts }) => texts);
    await expect(loadCheckpoint(file)).rejects.toThrow('expected the bytes that were written');
  });
});

describe('a checkpoint that is wrong', () => {
  type Header = Record<string, { shape: number[]; data_offsets: [number, number] }>;
  type Spec = { network: { layers: Record<string, unknown>[] } };

  /** Saves, changes the header and the tensors, and loads. */
  async function failure(
    change: (header: Header & { __metadata__: Record<string, string> }, data: Buffer) => unknown,
  ): Promise<string> {
    const file = await saveTiny();
    const { header, data } = takeApart(readFileSync(file));
    const changed = change(header as never, data);
    writeFileSync(file, buildSafetensors(header, changed instanceof Buffer ? changed : data));
    const error = await loadCheckpoint(file).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    const { message } = error as UserError;
    expect(message.startsWith(`${file}: `)).toBe(true);
    expect(message).not.toContain('\n');
    return message.slice(file.length + 2);
  }

  const changeSpec = (change: (spec: Spec) => void) =>
    failure(({ __metadata__: metadata }) => {
      const spec = JSON.parse(metadata.spec!) as Spec;
      change(spec);
      metadata.spec = JSON.stringify(spec);
    });

  it('has metadata of another program, or version', async () => {
    const none = await failure((header) => {
      delete (header as Record<string, unknown>).__metadata__;
    });
    expect(none).toContain("expected a checkpoint of Convoy's");
    const other = await failure(({ __metadata__: metadata }) => {
      metadata.format = 'pt';
    });
    expect(other).toContain("expected a checkpoint of Convoy's");
    const newer = await failure(({ __metadata__: metadata }) => {
      metadata.version = '3';
    });
    expect(newer).toContain('expected a checkpoint of version 2, found 3.');
  });

  it.each(['spec', 'classes'])('has no %s, or no JSON in its place', async (key) => {
    const missing = await failure(({ __metadata__: metadata }) => {
      delete metadata[key];
    });
    expect(missing).toContain(`metadata: field '${key}': expected string, found nothing`);
    const broken = await failure(({ __metadata__: metadata }) => {
      metadata[key] = '{"a":';
    });
    expect(broken).toContain(`${key}: line 1, column 6: expected JSON, found the end of the text.`);
  });

  it('has a layer of a kind that does not exist, or with wrong fields', async () => {
    const kind = await changeSpec(({ network }) => {
      network.layers[2]!.kind = 'rleu';
    });
    expect(kind).toContain("spec: network: layer 3: unknown layer kind 'rleu'. Did you mean 'relu'?");
    const field = await changeSpec(({ network }) => {
      network.layers[0]!.filters = -4;
    });
    expect(field).toContain(
      "spec: network: layer 1 (convolution): field 'filters': expected number to be >=1",
    );
  });

  it('has other shapes than its spec', async () => {
    const filters = await changeSpec(({ network }) => {
      network.layers[0]!.filters = 6;
    });
    expect(filters).toMatch(/^spec: small: residual1 .*expected/);
    const units = await changeSpec(({ network }) => {
      network.layers[5]!.units = 12;
    });
    expect(units).toContain('classify.kernel: expected the shape 12×13×4×12 of its spec, found 12×13×4×10.');
    const shape = await failure((header) => {
      header['conv.kernel']!.shape = [3, 5, 1, 4];
    });
    expect(shape).toContain('conv.kernel: expected the shape 5×3×1×4 of its spec, found 3×5×1×4.');
    const mean = await failure((header) => {
      header.mean!.shape = [1, 1];
    });
    expect(mean).toContain('mean: expected the shape 1 or 28×28×1 of its spec, found 1×1.');
  });

  it('lacks a tensor, or has one too many', async () => {
    const missing = await failure((header, data) => {
      const [begin] = header['classify.bias']!.data_offsets;
      delete header['classify.bias'];
      return data.subarray(0, begin);
    });
    expect(missing).toContain("expected a tensor 'classify.bias' (10) for its spec, found none.");
    const extra = await failure((header, data) => {
      const entry = { dtype: 'F32', shape: [1], data_offsets: [data.length, data.length + 4] };
      header['norm.momentum'] = entry as never;
      return Buffer.concat([data, Buffer.alloc(4)]);
    });
    expect(extra).toContain("expected the tensors of its spec alone, found 'norm.momentum' too.");
  });

  it.each([
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ])('has weights of %s', async (value, text) => {
    const message = await failure((header, data) => {
      data.writeFloatLE(value, header['norm.shift']!.data_offsets[0] + 8);
      header.__metadata__ = makeUnchecked(header.__metadata__);
    });
    expect(message).toContain(`norm.shift: expected finite numbers, found ${text} at position 3 of 4.`);
  });

  it('has more classes than outputs', async () => {
    const message = await failure(({ __metadata__: metadata }) => {
      metadata.classes = JSON.stringify(new Array(11).fill('a'));
    });
    expect(message).toContain('classes: expected at most 10 names, one an output, found 11.');
  });
});
