import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { loadCheckpoint } from '../../src/checkpoint/load.js';
import { exportOnnx } from '../../src/onnx/export-onnx.js';
import { type ModelProto, ModelProtoSchema } from '../../src/onnx/wire/onnx_pb.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { drawCheckpoint } from '../onnx/drawn-checkpoints.js';
import { importCommand } from './fake-command.js';

const NETWORK = {
  input: [6, 5, 3],
  layers: [
    { kind: 'convolution', kernel: 3, filters: 2 },
    { kind: 'max-pooling', kernel: 'global' },
    { kind: 'fully-connected', units: 4 },
  ],
};

async function writeNetwork(
  change: (model: ModelProto) => void = () => {},
): Promise<{ folder: string; onnx: string; file: string }> {
  const folder = makeFolder();
  const onnx = join(folder, 'net.onnx');
  await exportOnnx(drawCheckpoint(NETWORK), onnx);
  const model = fromBinary(ModelProtoSchema, readFileSync(onnx));
  change(model);
  writeFileSync(onnx, toBinary(ModelProtoSchema, model));
  return { folder, onnx, file: join(folder, 'net.safetensors') };
}

/** Leaves the sizes of images open, but for those that are given. */
function openSizes({ graph, metadataProps }: ModelProto, sizes: readonly number[] = []): void {
  const type = graph!.input[0]!.type!.value;
  if (type.case !== 'tensorType') throw new Error('the input is no tensor');
  for (const [i, dim] of type.value.shape!.dim.slice(1).entries()) {
    dim.value = sizes[i]
      ? { case: 'dimValue', value: BigInt(sizes[i]) }
      : { case: 'dimParam', value: `size${i}` };
  }
  metadataProps.length = 0;
}

describe('import', () => {
  it('writes a network, and says what it has read', async () => {
    const { onnx, file } = await writeNetwork();
    writeFileSync(file, 'what was there before');
    expect(await importCommand([onnx, file])).toEqual({
      exitCode: 0,
      out: expect.stringMatching(
        /^\S+net\.safetensors: 2\.\d\d KB, 3 layers, 68 parameters, from images 6×5×3 to 4 classes\. \S.*predict\S* \S+ asks it; \S.*train\S* \S+ --set init=\S+ trains it on\.\n$/,
      ),
      err: '',
    });
    expect((await loadCheckpoint(file)).spec.network.layers).toHaveLength(3);
  });

  it('takes the size of images where the file leaves it open, in either order', async () => {
    for (const sizes of [[], [3], [0, 6, 5]]) {
      const { onnx, file } = await writeNetwork((model) => openSizes(model, sizes));
      const { exitCode, out, err } = await importCommand([onnx, file, '--input', '6x5x3']);
      expect([exitCode, out]).toEqual([0, expect.stringContaining('from images 6×5×3 to 4 classes')]);
      expect(err).toMatch(/^note: \S+ does not say how pixels are normalised/);
      expect((await loadCheckpoint(file)).spec.network.input).toEqual({ height: 6, width: 5, channels: 3 });
      const without = await importCommand([onnx, file]);
      expect([without.exitCode, without.err]).toEqual([
        2,
        expect.stringMatching(/found images of n×[\d?×]+\. Tell its size: --input 28x28x1\.\n$/),
      ]);
    }
  });

  it('takes names, a data set, and a normalisation', async () => {
    const { folder, onnx, file } = await writeNetwork((model) => openSizes(model, [3, 6, 5]));
    const names = join(folder, 'names.txt');
    writeFileSync(names, 'cat\r\ndog\r\nmouse\nowl\n\n');
    const normalisation = ['--mean', '0.5,0.4,0.3', '--std', '0.2'];
    const args = [onnx, file, '--classes', names, '--dataset', 'cifar10', ...normalisation];
    const { exitCode, err } = await importCommand(args);
    expect([exitCode, err]).toEqual([0, '']);
    const { classNames, spec, normalization } = await loadCheckpoint(file);
    expect([classNames, spec.dataset]).toEqual([['cat', 'dog', 'mouse', 'owl'], 'cifar10']);
    expect([...normalization.mean.subarray(0, 3)]).toEqual([0.5, 0.4, 0.3].map((x) => Math.fround(255 * x)));
    expect(normalization.scale[0]).toBe(Math.fround(1 / (255 * 0.2)));
  });

  it.each([
    [['--input', '28x28'], /^--input: expected height x width x channels.*, found '28x28'\.\n$/],
    [['--input', '0x6x3'], /^--input: expected height x width x channels.*, found '0x6x3'\.\n$/],
    [
      ['--input', '6x5x1'],
      /net\.onnx: expected an input for images 6×5×1, found images of n×3×6×5\. Leave --input away, or correct it\.\n$/,
    ],
    [['--output', 'probabilities'], /expected one of its outputs \(logits\), found 'probabilities'.*\n$/],
    [['--mean', '0.5,x'], /^--mean: expected numbers with commas between them, found '0\.5,x'\.\n$/],
    [['--mean', '0.5,0.4'], /^mean: expected a number for each of 3 channels, or one for all, found 2\.\n$/],
    [['--std', '0'], /^--std: expected numbers above 0, found '0'\.\n$/],
    [['--classes', 'no-such-file'], /^no-such-file: expected names of classes, found nothing there\..*\n$/],
    [['--clases', 'x'], /^import: unknown option '--clases'\. Did you mean '--classes'\?.*\n$/],
    [['more'], /^import: too many arguments\..*\n$/],
  ])('refuses %j', async (args, message) => {
    const { onnx, file } = await writeNetwork();
    const { exitCode, out, err } = await importCommand([onnx, file, ...args]);
    expect([exitCode, out, err]).toEqual([2, '', expect.stringMatching(message)]);
    expect(existsSync(file)).toBe(false);
  });

  it('refuses names that are not as many as the outputs', async () => {
    const { folder, onnx, file } = await writeNetwork();
    const names = join(folder, 'names.txt');
    for (const [text, message] of [
      ['\n', /^--classes: expected names, a line each, found none in \S+names\.txt\.\n$/],
      ['a\nb\n\nc\nd\n', /^--classes: expected names, a line each, found line 3 of \S+names\.txt empty\.\n$/],
      ['a\nb\nc\n', /net\.onnx: expected names for 4 outputs, found 3\. Give as many\.\n$/],
      ['a\nb\nc\nd\ne\n', /net\.onnx: expected names for 4 outputs, found 5\. Give as many\.\n$/],
    ] as const) {
      writeFileSync(names, text);
      const { exitCode, err } = await importCommand([onnx, file, '--classes', names]);
      expect([exitCode, err]).toEqual([2, expect.stringMatching(message)]);
    }
    expect(existsSync(file)).toBe(false);
  });

  it('refuses files that are not there, are of another kind, or are the one that is read', async () => {
    const { folder, onnx, file } = await writeNetwork();
    const before = readFileSync(onnx);
    const text = join(folder, 'notes.txt');
    writeFileSync(text, 'no network');
    for (const [args, message] of [
      [[onnx], /^import: missing required argument 'file'\. See --help\.\n$/],
      [[join(folder, 'none.onnx'), file], /none\.onnx: expected an ONNX file, found nothing there\..*\n$/],
      [[text, file], /notes\.txt: expected an ONNX file, found .*\n$/],
      [[onnx, onnx], /expected another file to write than the one that is read, found the same\..*\n$/],
      [[onnx, folder], /cannot be written: it is a folder\. Give another path\.\n$/],
    ] as const) {
      const { exitCode, out, err } = await importCommand(args);
      expect([exitCode, out, err]).toEqual([2, '', expect.stringMatching(message)]);
    }
    expect(readFileSync(onnx).equals(before)).toBe(true);
    expect(existsSync(file)).toBe(false);
  });
});
