import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { saveModel } from '../../../src/checkpoint/save.js';
import { MODEL_NAMES } from '../../../src/models/registry.js';
import { resolveRunSpec } from '../../../src/run/spec.js';
import { makeFolder } from '../../experiment/fake-runs.js';
import { describeCommand } from '../fake-command.js';

const network = {
  input: [8, 8, 1],
  layers: [
    { kind: 'convolution', kernel: 3, filters: 2 },
    { kind: 'fully-connected', units: 4 },
  ],
};

function writeJson(value: unknown): string {
  const file = join(makeFolder(), 'net.json');
  writeFileSync(file, JSON.stringify(value));
  return file;
}

describe('describe', () => {
  it('prints a table', async () => {
    const { exitCode, out, err } = await describeCommand([writeJson(network)]);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out.replace(/ +$/gm, '').split('\n')).toEqual([
      'custom',
      '',
      '   layer             type                   description        output  field  in input  parameters  multiply-adds  memory',
      '-  ----------------  ---------------------  -----------------  ------  -----  --------  ----------  -------------  ------',
      '   input                                                        8×8×1                                               256 B',
      '1  convolution1      convolution            2; 3×3; p=0, st=1   6×6×2      3         3          20            648   576 B',
      '2  fully-connected1  fully-connected        (6×6×2)×4           1×1×4      1         8         292            288    16 B',
      '3  loss              softmax-cross-entropy',
      '   total                                                                                       312            936   848 B',
      '',
      'field: what of its input one element in front of the first fully connected layer depends on (table 15.2)',
      "in input: what of the network's input one element of its output depends on; both with padding",
      'multiply-adds: of products, one image forward. memory: its output in training, one image',
      expect.stringMatching(
        /^training with mini-batches of 100: .* of parameters, gradients and the optimizer's state$/,
      ),
      '',
    ]);
  });

  it('takes a run spec, changed fields and a mini-batch', async () => {
    const file = writeJson({ network, batchSize: 7 });
    const sizes = async (args: string[]) =>
      JSON.parse((await describeCommand([file, '--json', ...args])).out);
    expect(await sizes([])).toMatchObject({ batchSize: 7, parameters: 312 });
    expect(await sizes(['--set', 'batchSize=9'])).toMatchObject({ batchSize: 9 });
    expect(await sizes(['--batch-size', '11'])).toMatchObject({ batchSize: 11 });
    expect(await sizes(['--set', 'network.layers.1.units=5'])).toMatchObject({ parameters: 20 + 365 });
  });

  it('takes the spec of a saved network, whatever the name of its file', async () => {
    const [json, folder] = [writeJson({ network, batchSize: 7 }), makeFolder()];
    const spec = resolveRunSpec({ network, batchSize: 7 });
    const [mean, scale] = [new Float32Array(64), new Float32Array(64).fill(1)];
    const model = { spec, classNames: ['a'], normalization: { mean, scale }, weights: new Float32Array(312) };
    for (const name of ['a.safetensors', 'a']) {
      await saveModel(model, join(folder, name));
      const described = await describeCommand([join(folder, name), '--set', 'batchSize=9']);
      expect(described).toEqual(await describeCommand([json, '--set', 'batchSize=9']));
      expect(described.exitCode).toBe(0);
    }
    const bytes = readFileSync(join(folder, 'a'));
    bytes[bytes.length - 3]! ^= 1;
    writeFileSync(join(folder, 'a'), bytes);
    const changed = await describeCommand([join(folder, 'a')]);
    expect([changed.exitCode, changed.err]).toEqual([2, expect.stringContaining('with --ignore-hash')]);
    const ignored = await describeCommand([join(folder, 'a'), '--ignore-hash']);
    expect([ignored.exitCode, ignored.err]).toEqual([
      0,
      expect.stringMatching(/^warning: .* It is loaded all the same\.\n$/),
    ]);
    expect(await describeCommand([json, '--ignore-hash'])).toMatchObject({
      exitCode: 2,
      err: `--ignore-hash: expected a saved network, found ${json}. Leave it out.\n`,
    });
    writeFileSync(join(folder, 'b.safetensors'), '{}');
    const { exitCode, err } = await describeCommand([join(folder, 'b.safetensors')]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/b\.safetensors: expected a safetensors file, found 2 bytes\. /);
  });

  it('takes a named network with its options', async () => {
    const { out } = await describeCommand(['vgg16', '--set', 'width=0.5', '--set', 'classes=10', '--json']);
    const { layers } = JSON.parse(out);
    expect(layers[0].receptiveField).toEqual([212, 212]);
    expect([layers[0], layers.at(-1)].map(({ output }) => output.channels)).toEqual([32, 10]);
  });

  it('takes a pattern', async () => {
    const { out } = await describeCommand(['INPUT(8x8x1) -> CONV(3,2) -> [FC(4)]*1', '--json']);
    expect(JSON.parse(out)).toMatchObject({
      name: 'INPUT(8x8x1) -> CONV(3,2) -> [FC(4)]*1',
      parameters: 312,
    });
  });

  it('prints a spec that it takes again', async () => {
    const { out } = await describeCommand(['INPUT(8x8x1) -> CONV(3,2) -> [FC(4)]*1', '--spec']);
    const file = writeJson(JSON.parse(out));
    expect((await describeCommand([file, '--spec'])).out).toBe(out);
    expect(JSON.parse((await describeCommand([file, '--json'])).out).parameters).toBe(312);
  });

  it('lists the named networks', async () => {
    const { out } = await describeCommand(['--list']);
    for (const name of MODEL_NAMES) expect(out).toMatch(new RegExp(`^${name} `, 'm'));
    const lines = (await describeCommand(['--list', '--json'])).out.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).name)).toEqual(MODEL_NAMES);
  });

  it.each([
    [[], /^describe: expected a network or a spec file, found nothing\. Networks: lenet5, /],
    [
      ['vgg16', '--list'],
      /^describe: expected a network or --list, found both \(vgg16\)\. Leave one out\.\n$/,
    ],
    [['--list', '--seed', '3'], /^--seed: expected it with a network, found --list\. Leave it out\.\n$/],
    [['--list', '--spec'], /^--spec: expected it with a network, found --list\./],
    [['vgg12'], /^describe: unknown network 'vgg12'\. Did you mean 'vgg11'\?/],
    [
      ['none.json'],
      /^none\.json: expected a spec or a network as JSON, found nothing there\. Check the path\.\n$/,
    ],
    [['vgg16', '--batch-size', '0'], /^vgg16: field 'batchSize': expected number to be >=1/],
    [
      ['vgg16', '--set', 'inputSize=20'],
      /^vgg16: max-pooling5 \(layer 31\): expected a window of at most 1×1/,
    ],
    [['SK', '--set', 'inputSize=5'], /^SK: model SK: unknown field 'inputSize'/],
    [['SK', '--svg'], /^describe: unknown option '--svg'/],
  ])('refuses %j', async (args, message) => {
    const { exitCode, out, err } = await describeCommand(args);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err.trim()).not.toContain('\n');
  });

  it.each([
    ['INPUT(8x8x1) -> CNOV(3,2)', /^describe: network: character 17: unknown layer 'CNOV'.*\n.*\n {18}\^\n$/],
    ['CONV(3,2) -> FC(4)', /^describe: network: character 1: expected INPUT.*\n.*\n {2}\^\n$/],
  ])('shows what is wrong with the pattern %s', async (pattern, message) => {
    const { exitCode, out, err } = await describeCommand([pattern]);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });

  it('refuses a file that holds no spec', async () => {
    const { exitCode, err } = await describeCommand([writeJson([1])]);
    expect([exitCode, err]).toEqual([
      2,
      expect.stringMatching(/expected a spec or a network as a JSON object, found \[1\]\.\n$/),
    ]);
  });
});
