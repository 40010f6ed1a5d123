import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { MAX_HEADER_BYTES, type SafetensorsFile } from '../../src/safetensors/format.js';
import { readSafetensors } from '../../src/safetensors/read.js';
import { writeSafetensors } from '../../src/safetensors/write.js';
import { makeFolder } from '../experiment/fake-runs.js';
import { buildSafetensors, takeApart } from '../helpers/safetensors-builder.js';

const acceptAll = () => {};

const content: SafetensorsFile = {
  metadata: { format: 'convoy', text: 'a "quoted" key: {"b": [1]}, ü' },
  tensors: new Map([
    ['b.kernel', { shape: [1, 2, 3], values: Float32Array.of(1, -2, 3.5, 0, 1e-40, 3e38) }],
    ['a.bias', { shape: [2], values: Float32Array.of(7, 8) }],
    ['empty', { shape: [0, 4], values: new Float32Array() }],
    ['one', { shape: [], values: Float32Array.of(-0) }],
  ]),
};

function write(bytes: Uint8Array): string {
  const file = join(makeFolder(), 'a.safetensors');
  writeFileSync(file, bytes);
  return file;
}

async function failure(bytes: Uint8Array): Promise<string> {
  const file = write(bytes);
  const error = await readSafetensors(file, acceptAll).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  const { message } = error as UserError;
  expect(message.startsWith(`${file}: `)).toBe(true);
  expect(message).not.toContain('\n');
  return message.slice(file.length + 2);
}

describe('a safetensors file', () => {
  it('has a checksum of all its bytes, its own digits taken as zeros', async () => {
    const file = join(makeFolder(), 'a.safetensors');
    await writeSafetensors(file, content);
    expect(await readSafetensors(file, acceptAll)).toMatchObject({ checksum: 'right' });
    const bytes = readFileSync(file);
    const { sha256 } = takeApart(bytes).header.__metadata__ as { sha256: string };
    const at = bytes.indexOf(sha256);
    bytes.write('0'.repeat(64), at);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    writeFileSync(file, bytes);
    expect(await readSafetensors(file, acceptAll)).toMatchObject({ checksum: 'wrong' });
    const bare = write(buildSafetensors({}));
    expect(await readSafetensors(bare, acceptAll)).toMatchObject({ checksum: 'absent' });
  });

  it('holds bytes beside numbers', async () => {
    const file = join(makeFolder(), 'a.safetensors');
    const tensors = new Map([
      ['bytes', { shape: [3], values: Uint8Array.of(1, 2, 255) }],
      ['numbers', { shape: [1], values: Float32Array.of(0.1) }],
    ]);
    await writeSafetensors(file, { metadata: {}, tensors });
    expect(new Map((await readSafetensors(file, acceptAll)).tensors)).toEqual(tensors);
  });

  it('is read as it was written', async () => {
    const file = join(makeFolder(), 'new', 'a.safetensors');
    await writeSafetensors(file, content);
    expect(readdirSync(join(file, '..'))).toEqual(['a.safetensors']);
    const { metadata, tensors } = await readSafetensors(file, acceptAll);
    expect(metadata).toEqual(content.metadata);
    expect(new Map(tensors)).toEqual(content.tensors);
  });

  it('has the form of the specification', async () => {
    const file = join(makeFolder(), 'a.safetensors');
    await writeSafetensors(file, content);
    const bytes = readFileSync(file);
    expect(Number(bytes.readBigUInt64LE()) % 8).toBe(0);
    expect(bytes.toString('latin1', 8, 9)).toBe('{');
    const { header, data } = takeApart(bytes);
    expect(header['b.kernel']).toEqual({ dtype: 'F32', shape: [1, 2, 3], data_offsets: [0, 24] });
    expect(header['a.bias']).toEqual({ dtype: 'F32', shape: [2], data_offsets: [24, 32] });
    expect(header.__metadata__).toEqual({
      ...content.metadata,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect([data.length, data.readFloatLE(8), data.readFloatLE(24)]).toEqual([36, 3.5, 7]);
  });

  it('may list its tensors in any order, and have no metadata', async () => {
    const data = new Uint8Array(Float32Array.of(1, 2, 3).buffer);
    const file = write(
      buildSafetensors(
        {
          late: { dtype: 'F32', shape: [2], data_offsets: [4, 12] },
          early: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
        },
        data,
      ),
    );
    const { metadata, tensors } = await readSafetensors(file, acceptAll);
    expect(metadata).toEqual({});
    expect([...tensors].map(([name, { values }]) => [name, [...values]])).toEqual([
      ['early', [1]],
      ['late', [2, 3]],
    ]);
  });

  it('may have numbers of 16 bits, which are read as 32', async () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x8000, 0x3555);
    const brains = Uint16Array.of(0x3f80, 0xc000, 0x3eab);
    const data = new Uint8Array([...new Uint8Array(halves.buffer), ...new Uint8Array(brains.buffer)]);
    const file = write(
      buildSafetensors(
        {
          half: { dtype: 'F16', shape: [2, 3], data_offsets: [0, 12] },
          brain: { dtype: 'BF16', shape: [3], data_offsets: [12, 18] },
        },
        data,
      ),
    );
    const { tensors } = await readSafetensors(file, acceptAll);
    expect(tensors.get('half')!.values).toEqual(Float32Array.of(1, -2, 2 ** -24, 65504, -0, 0.333251953125));
    expect(tensors.get('brain')!.values).toEqual(Float32Array.of(1, -2, 0.333984375));
  });

  it('may have a header without padding, as MLX and older programs write it', async () => {
    const json = Buffer.from('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}');
    expect(json.length % 8).not.toBe(0);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    const file = write(Buffer.concat([length, json, new Uint8Array(Float32Array.of(7).buffer)]));
    expect((await readSafetensors(file, acceptAll)).tensors.get('a')).toEqual({
      shape: [1],
      values: Float32Array.of(7),
    });
  });

  it('is looked at before its tensors are read', async () => {
    const tensors = { a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } };
    const file = write(buildSafetensors(tensors, new Uint8Array(8)));
    const refuse = () => {
      throw new UserError('no.');
    };
    await expect(readSafetensors(file, refuse)).rejects.toThrow('no.');
  });
});

describe('a broken safetensors file', () => {
  const tensor = (begin: number, end: number, changes = {}) => ({
    dtype: 'F32',
    shape: [(end - begin) / 4],
    data_offsets: [begin, end],
    ...changes,
  });
  const data = new Uint8Array(8);

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'expected a safetensors file, found 0 bytes.'],
    ['a text', Buffer.from('# not at all such a file\n'), 'a header of 8386019665598357539 bytes, more than'],
    [
      'a header that is longer than the file',
      buildSafetensors({ a: tensor(0, 8) }).subarray(0, 40),
      'a header of 56 bytes in a file of 40',
    ],
    ['no JSON', buildSafetensors('{"a":'), 'found a header that is no JSON'],
    [
      'bytes that are no UTF-8',
      buildSafetensors('{"a": 1}').fill(0xff, 10, 11),
      'found a header that is no JSON',
    ],
    ['a list', buildSafetensors('[]'), 'header: expected record, found []'],
    ['more JSON', buildSafetensors('{} {}'), 'found a header that is no JSON'],
    [
      'a tensor twice',
      buildSafetensors(`{"a":${JSON.stringify(tensor(0, 8))},"\\u0061":1}`, data),
      "found 'a' twice",
    ],
    [
      'a field twice',
      buildSafetensors('{"a":{"dtype":"F32","shape":[2],"shape":[2]}}', data),
      "found 'shape' twice",
    ],
    ['metadata that are no texts', buildSafetensors({ __metadata__: { a: 1 } }), 'expected string, found 1'],
    ['an unknown field', buildSafetensors({ a: tensor(0, 8, { b: 1 }) }, data), "unknown field 'b'"],
    [
      'another type',
      buildSafetensors({ a: tensor(0, 8, { dtype: 'I64' }) }, data),
      'type F32 or U8 or U16 or F16 or BF16, found I64',
    ],
    ['a negative size', buildSafetensors({ a: tensor(0, 8, { shape: [-2] }) }, data), "field 'shape[0]'"],
    ['a broken size', buildSafetensors({ a: tensor(0, 8, { shape: [2.5] }) }, data), "field 'shape[0]'"],
    [
      'another shape',
      buildSafetensors({ a: tensor(0, 8, { shape: [3] }) }, data),
      "tensor 'a': expected 12 bytes for the shape 3, found 8",
    ],
    [
      'a shape beyond all numbers',
      buildSafetensors({ a: tensor(0, 8, { shape: new Array(40).fill(2 ** 53 - 1) }) }, data),
      'expected Infinity bytes',
    ],
    [
      'an overlap',
      buildSafetensors({ a: tensor(0, 8), b: tensor(4, 8) }, data),
      "'b': expected it to begin at byte 8",
    ],
    ['a hole', buildSafetensors({ a: tensor(4, 8) }, data), "'a': expected it to begin at byte 0"],
    [
      'too few bytes',
      buildSafetensors({ a: tensor(0, 8) }, data.subarray(1)),
      'expected 8 bytes of tensors, as the header says, found 7',
    ],
    [
      'too many bytes',
      buildSafetensors({ a: tensor(0, 4) }, data),
      'expected 4 bytes of tensors, as the header says, found 8',
    ],
  ])('with %s is told in one line', async (_what, bytes, message) => {
    expect(await failure(bytes)).toContain(message);
  });

  it('with a header beyond the limit is refused before it is read', async () => {
    const bytes = Buffer.alloc(16);
    bytes.writeBigUInt64LE(BigInt(MAX_HEADER_BYTES + 8));
    expect(await failure(bytes)).toContain(`more than ${MAX_HEADER_BYTES}`);
    bytes.writeBigUInt64LE(2n ** 64n - 1n);
    expect(await failure(bytes)).toContain('a header of 18446744073709551615 bytes');
  });

  it('with a header that leaves tensors unaligned is read', async () => {
    const header = JSON.stringify({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });
    const padding = header.length % 8 === 0 ? ' ' : '';
    const text = Buffer.from(header + padding);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    const file = join(makeFolder(), 'a.safetensors');
    writeFileSync(file, Buffer.concat([length, text, Buffer.from(Float32Array.of(1.5).buffer)]));
    expect([...(await readSafetensors(file, acceptAll)).tensors.get('a')!.values]).toEqual([1.5]);
  });

  it('is cut at any byte', async () => {
    const file = join(makeFolder(), 'a.safetensors');
    await writeSafetensors(file, content);
    const whole = readFileSync(file);
    for (let length = 0; length < whole.length; length++) await failure(whole.subarray(0, length));
  });

  it('is missing, or a folder', async () => {
    const folder = makeFolder();
    await expect(readSafetensors(join(folder, 'no'), acceptAll)).rejects.toThrow('found nothing there');
    await expect(readSafetensors(folder, acceptAll)).rejects.toThrow('found a folder');
  });
});
