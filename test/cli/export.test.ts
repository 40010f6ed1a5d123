import { existsSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { writeModel } from '../../src/checkpoint/save.js';
import { ModelProtoSchema } from '../../src/onnx/wire/onnx_pb.js';
import { NO_PLUGINS } from '../../src/plugins/plugins.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { drawCheckpoint } from '../onnx/drawn-checkpoints.js';
import { exportCommand } from './fake-command.js';

const NETWORK = {
  input: [6, 5, 3],
  layers: [
    { kind: 'convolution', kernel: 3, filters: 2 },
    { kind: 'fully-connected', units: 4 },
  ],
};

async function saveNetwork(): Promise<{ folder: string; model: string; onnx: string }> {
  const folder = makeFolder();
  const model = join(folder, 'net.safetensors');
  await writeModel(model, drawCheckpoint(NETWORK), { plugins: NO_PLUGINS, about: {} });
  return { folder, model, onnx: join(folder, 'net.onnx') };
}

describe('export', () => {
  it('writes a network, and says what goes in and comes out', async () => {
    const { model, onnx } = await saveNetwork();
    writeFileSync(onnx, 'what was there before');
    expect(await exportCommand([model, onnx])).toEqual({
      exitCode: 0,
      out: expect.stringMatching(
        /^\S+net\.onnx: 1\.\d\d KB, opset 17, from images n×3×6×5 \(normalised as its metadata tell\) to logits n×4\. ONNX Runtime runs it; \S.* reads it back\.\n$/,
      ),
      err: '',
    });
    expect(fromBinary(ModelProtoSchema, readFileSync(onnx)).opsetImport).toMatchObject([{ version: 17n }]);
  });

  it('takes an opset, bytes, and a folder that is not there yet', async () => {
    const { folder, model } = await saveNetwork();
    const onnx = join(folder, 'new', 'net.onnx');
    const { exitCode, out } = await exportCommand([model, onnx, '--opset', '20', '--with-preprocessing']);
    expect([exitCode, out]).toEqual([
      0,
      expect.stringMatching(/, opset 20, from images n×6×5×3 \(bytes\) to logits n×4\. /),
    ]);
    expect(fromBinary(ModelProtoSchema, readFileSync(onnx)).opsetImport).toMatchObject([{ version: 20n }]);
  });

  it('never writes over the network that it reads, whatever leads there', async () => {
    const { folder, model } = await saveNetwork();
    const [link, twin] = [join(folder, 'link'), join(folder, 'twin')];
    symlinkSync('net.safetensors', link);
    linkSync(model, twin);
    const before = readFileSync(model);
    for (const [read, written] of [
      [model, model],
      [model, link],
      [link, model],
      [model, twin],
    ] as const) {
      const { exitCode, err } = await exportCommand([read, written]);
      expect([exitCode, err]).toEqual([
        2,
        `${written}: expected another file to write than the one that is read, found the same. Give another path.\n`,
      ]);
    }
    expect(readFileSync(model).equals(before)).toBe(true);
  });

  it.each([
    [['--opset', '18'], /^--opset: unknown version '18'\. Did you mean '17'\? Valid: 17, 20\.\n$/],
    [['--optset', '17'], /^export: unknown option '--optset'\. Did you mean '--opset'\?.*\n$/],
    [['more'], /^export: too many arguments\..*\n$/],
    [
      ['--plugin', 'none.mjs'],
      /^plugin none\.mjs: .+: there is no such file or folder\. Correct the path\.\n$/,
    ],
  ])('refuses %j', async (args, message) => {
    const { model, onnx } = await saveNetwork();
    const { exitCode, out, err } = await exportCommand([model, onnx, ...args]);
    expect([exitCode, out, err]).toEqual([2, '', expect.stringMatching(message)]);
    expect(existsSync(onnx)).toBe(false);
  });

  it('refuses files that are not there, are of another kind, or cannot be written', async () => {
    const { folder, model, onnx } = await saveNetwork();
    const text = join(folder, 'notes.txt');
    writeFileSync(text, 'no network');
    mkdirSync(join(folder, 'sub'));
    for (const [args, message] of [
      [[model], /^export: missing required argument 'file'\. See --help\.\n$/],
      [[join(folder, 'none'), onnx], /none: expected a safetensors file, found nothing there\..*\n$/],
      [[text, onnx], /notes\.txt: expected a safetensors file, found .*\n$/],
      [[model, join(folder, 'sub')], /sub: cannot be written: it is a folder\. Give another path\.\n$/],
      [[model, '.'], /^\.: cannot be written: it is a folder\. Give another path\.\n$/],
      [[model, join(text, 'net.onnx')], /cannot be written: a part of the path is no folder\..*\n$/],
    ] as const) {
      const { exitCode, out, err } = await exportCommand(args);
      expect([exitCode, out, err]).toEqual([2, '', expect.stringMatching(message)]);
    }
    expect(existsSync(onnx)).toBe(false);
  });
});
