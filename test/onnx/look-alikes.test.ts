import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Line, readGraph } from './graph-text.js';

describe('graphs that look like what Convoy has layers for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convoy-onnx-alike-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = (lines: readonly Line[]) =>
    readGraph(
      { lines, weights: { w: { shape: [2, 3, 1, 1] }, b: { shape: [1, 2, 1, 1] } } },
      join(folder, 'net.onnx'),
    );

  it('a summand is no bias of a layer that others read, even under another name', async () => {
    const { spec } = await read([
      'Conv x w -> y',
      'Identity y -> same',
      'Add same b -> shifted',
      'Relu y -> bent',
      'Add shifted bent -> sum',
      'GlobalAveragePool sum -> mean',
    ]);
    const kinds = spec.network.layers.map(({ kind }) => kind);
    expect(kinds).toEqual(['convolution', 'convolution', 'relu', 'add', 'average-pooling']);
    expect(spec.network.layers[0]).toMatchObject({ bias: false });
  });

  it('a sigmoid that others read is no part of an activation that multiplies by it', async () => {
    const lines: Line[] = ['Sigmoid x -> gate', 'Mul x gate -> product', 'Add product gate -> sum'];
    await expect(read(lines)).rejects.toThrow(
      /^\S+: expected nodes .* found Mul 'product' whose part 'gate' others read, too\./,
    );
  });

  it('a softmax over all of an image is none over its channels', async () => {
    const lines: Line[] = ['Flatten x -> flat', 'Softmax flat -> shares'];
    await expect(read(lines)).rejects.toThrow(/found Softmax 'shares' of flattened maps\./);
  });

  it('logarithms of a softmax are one at the end alone', async () => {
    const lines: Line[] = ['GlobalAveragePool x -> mean', 'Flatten mean -> flat', 'LogSoftmax flat -> logs'];
    const { spec } = await read(lines);
    expect(spec.network.layers.map(({ kind }) => kind)).toEqual(['average-pooling', 'softmax']);
    await expect(read([...lines, 'Relu logs -> bent'])).rejects.toThrow(
      /found LogSoftmax 'logs' whose logarithms other nodes read\./,
    );
  });

  it('are told of with all that there are no layers for, also behind one another', async () => {
    const lines: Line[] = [
      'Conv x w -> y',
      'Einsum y -> bent',
      'Relu bent -> positive',
      'LSTM positive -> kept',
      'Shape kept -> sizes',
      'GlobalAveragePool kept -> mean',
    ];
    await expect(read(lines)).rejects.toThrow(
      /found Einsum 'bent'; LSTM 'kept'\. Export the network without/,
    );
  });
});
