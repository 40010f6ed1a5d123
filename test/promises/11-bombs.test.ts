import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCheckpoint } from '../../src/checkpoint/load.js';
import { unpackCifar } from '../../src/dataset/cifar/unpack.js';
import { CIFAR10_LAYOUT } from '../../src/dataset/cifar10.js';
import { readIdxFile } from '../../src/dataset/idx/idx-file.js';
import { readJsonFile } from '../../src/experiment/json-file.js';
import { type ReadOptions, readImage } from '../../src/image/read-image.js';
import { describeNetwork } from '../../src/network/describe.js';
import { makePngChunk, PNG_SIGNATURE } from '../../src/report/png.js';
import { resolveRunSpec } from '../../src/run/spec.js';
import { tryFile } from '../helpers/hostile/try-file.js';
import { bigEndian } from '../helpers/idx-builder.js';
import { buildSafetensors } from '../helpers/safetensors-builder.js';

/** More than any parser may take, from some hundred kilobytes. */
const BOMB_BYTES = 90_000_000;
let zeros: Buffer;
let deflated: Buffer;
beforeAll(() => {
  zeros = Buffer.alloc(BOMB_BYTES);
  deflated = deflateSync(zeros, { level: 1 });
});

describe('a picture', () => {
  const whole: ReadOptions = {};
  const scaled: ReadOptions = { size: [28, 28], channels: 1 };

  function makePng(height: number, width: number, chunks: readonly Buffer[], bytesPerPixel = 3): Buffer {
    const colourType = bytesPerPixel === 3 ? 2 : 6;
    const header = Buffer.concat([bigEndian(width, height), Buffer.of(8, colourType, 0, 0, 0)]);
    const end = makePngChunk('IEND', Buffer.alloc(0));
    return Buffer.concat([PNG_SIGNATURE, makePngChunk('IHDR', header), ...chunks, end]);
  }
  const pixels = (bytes: number) => makePngChunk('IDAT', deflateSync(Buffer.alloc(bytes)));
  const profile = () => makePngChunk('iCCP', Buffer.concat([Buffer.from('a\0\0'), deflated]));
  const texts = () => {
    const text = Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(BOMB_BYTES / 50, 'a'))]);
    return new Array<Buffer>(50).fill(makePngChunk('zTXt', text));
  };

  it.each<[string, () => Buffer, RegExp | null]>([
    [
      'of 100,000×100,000 pixels',
      () => makePng(100_000, 100_000, [pixels(100)]),
      /found 100000×100000\. Scale/,
    ],
    ['of 2³¹ − 1 rows', () => makePng(2 ** 31 - 1, 1, [pixels(100)]), /found a broken png/],
    ['of no pixels', () => makePng(0, 0, [pixels(100)]), /found a broken png/],
    ['that ends before its pixels', () => makePng(3000, 3000, [pixels(100)]), /found a broken png/],
    ['with more pixels than it says', () => makePng(4, 4, [makePngChunk('IDAT', deflated)]), null],
    ['with a profile that unpacks to 90 MB', () => makePng(4, 4, [profile(), pixels(52)]), null],
    ['with texts that unpack to 90 MB', () => makePng(4, 4, [...texts(), pixels(52)]), null],
    ['of 16 million pixels with alpha', () => makePng(4096, 4096, [pixels(4096 * (4 * 4096 + 1))], 4), null],
  ])('%s', async (_what, make, refusal) => {
    const file = make();
    expect(await tryFile(file, (path) => readImage(path, scaled))).toMatch(refusal ?? /^parsed$/);
    expect(await tryFile(file, (path) => readImage(path, whole))).toMatch(
      refusal ?? /^parsed$|Scale it down/,
    );
  });

  it('in many passes', async () => {
    const create = { height: 1000, width: 1000, channels: 3 as const, background: 'red' };
    const jpeg = await sharp({ create }).jpeg({ progressive: true }).toBuffer();
    const scan = jpeg.subarray(jpeg.lastIndexOf(Buffer.of(0xff, 0xda)), -2);
    const passes = new Array<Buffer>(5000).fill(scan);
    const bomb = Buffer.concat([jpeg.subarray(0, -2), ...passes, jpeg.subarray(-2)]);
    expect(await tryFile(bomb, (path) => readImage(path, scaled))).toMatch(/found a broken jpeg|^parsed$/);
  });

  it('of another kind reaches no decoder, and fetches nothing', async () => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests++;
      response.end();
    }).listen(0, '127.0.0.1');
    await new Promise((ready) => server.once('listening', ready));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.png`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"><image xlink:href="${address}" href="file:///etc/passwd"/></svg>`;
    const gif = Buffer.from('GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0', 'latin1');
    try {
      const others = [
        svg,
        `<?xml version="1.0"?>${svg}`,
        '%PDF-1.4',
        'II*\0',
        'push graphic-context',
        gif,
        '',
      ];
      for (const other of others) {
        expect(await tryFile(Buffer.from(other), (path) => readImage(path))).toMatch(
          /found another kind of file\. /,
        );
      }
    } finally {
      server.close();
    }
    expect(requests).toBe(0);
  });
});

describe('a gzipped file', () => {
  const images = (path: string) => readIdxFile(path, 'images');
  const unpack = (path: string) => unpackCifar(CIFAR10_LAYOUT, path, new AbortController().signal);
  const gzip = (...parts: readonly Buffer[]) => gzipSync(Buffer.concat(parts), { level: 1 });

  it.each<[string, () => Buffer, RegExp]>([
    [
      'of 90 MB of images',
      () => gzip(bigEndian(2051, 114_795, 28, 28), zeros),
      /unpack to at most \d+, found a header for/,
    ],
    ['of more than it says', () => gzip(bigEndian(2051, 1, 28, 28), zeros), /found more after them/],
    ['of nothing but zeros', () => gzip(zeros), /found magic number 0/],
  ])('of a data set: %s', async (_what, make, refusal) => {
    expect(await tryFile(make(), images)).toMatch(refusal);
  });

  const entry = (name: string, body: Buffer) => ({
    header: { name: `cifar-10-batches-bin/${name}`, size: body.length },
    body,
  });

  it('archive of 90 MB', async () => {
    const batches = [1, 2, 3].map((i) => entry(`data_batch_${i}.bin`, zeros.subarray(0, 30_730_000)));
    expect(await tryFile(gzip(Buffer.from(await packTar(batches))), unpack)).toMatch(
      /at most \d+ bytes when unpacked/,
    );
  });

  it('archive of zeros, or of headers', async () => {
    expect(await tryFile(gzip(zeros), unpack)).toMatch(/at most \d+ bytes beside its files/);
    const pax = { comment: 'a'.repeat(3_000_000) };
    const header = { ...entry('test_batch.bin', Buffer.alloc(1)).header, pax };
    const archive = Buffer.from(await packTar([{ header, body: Buffer.alloc(1) }]));
    expect(await tryFile(gzip(archive), unpack)).toMatch(/at most \d+ bytes beside its files/);
  });

  it.each(['character-device', 'block-device', 'fifo', 'symlink', 'link'] as const)(
    'archive with a %s',
    async (type) => {
      const header = { name: 'cifar-10-batches-bin/test_batch.bin', type, size: 0, linkname: '/dev/zero' };
      const archive = Buffer.from(await packTar([{ header }]));
      expect(await tryFile(gzip(archive), unpack)).toMatch(
        new RegExp(`expected nothing but the files .*, found a ${type} `),
      );
    },
  );
});

describe('JSON', () => {
  const plan = (path: string) => {
    describeNetwork(resolveRunSpec(readJsonFile(path, 'a spec'), path).network);
  };
  const network = (input: readonly unknown[], ...layers: readonly object[]) =>
    JSON.stringify({ network: { input, layers: [...layers, { kind: 'fully-connected', units: 10 }] } });
  const pattern = (text: string) => JSON.stringify({ network: `INPUT(28x28x1) -> ${text} -> FC(10)` });

  it.each<[string, () => string, RegExp | null]>([
    [
      'of millions of brackets',
      () => '['.repeat(2 ** 24 - 1),
      /at most 100 objects and lists inside each other/,
    ],
    ['of millions of values', () => `[${'[],'.repeat(4_000_000)}1]`, /at most 262144 values/],
    [
      'of millions of lines',
      () => '\n'.repeat(2 ** 24 - 1),
      /line 16777216, column 1: expected JSON, found the end/,
    ],
    [
      'of 17 MB',
      () => ' '.repeat(2 ** 24 + 1),
      /expected a spec as JSON of at most 16777216 bytes, found 16777217\./,
    ],
    ['of a text of 16 MB', () => `{"model":"${'a'.repeat(16_000_000)}"}`, /unknown model 'a+…'/],
    [
      'of 50,000 fields',
      () => JSON.stringify(Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, 1]))),
      /unknown field 'k0'/,
    ],
    [
      'with 20,000 layers',
      () => network([9, 9, 1], ...new Array<object>(20_000).fill({ kind: 'relu' })),
      /at most 5000 layers/,
    ],
    [
      'with 20,000 branches',
      () => network([9, 9, 1], { kind: 'branches', join: 'concat', branches: new Array(20_000).fill([]) }),
      /at most 5000 layers/,
    ],
    [
      'with a billion rows',
      () => network([1e9, 1e9, 3], { kind: 'convolution', kernel: 3, filters: 8 }),
      /input\.height/,
    ],
    [
      'with a padding of a billion',
      () => network([9, 9, 3], { kind: 'convolution', kernel: 3, filters: 8, padding: 1e9 }),
      /at most 65536×65536 with its padding/,
    ],
    ['with 2⁵³ − 1 channels', () => network([9, 9, 2 ** 53 - 1], { kind: 'batch-normalization' }), null],
    [
      'with a pattern of 1,000⁴ layers',
      () => pattern('[[[[RELU]*1000]*1000]*1000]*1000'),
      /at most 1000 layers/,
    ],
    [
      'with a pattern that comes to nothing a million times',
      () => pattern('[[CONV(3,3,same)]*900 -> CONV(99,1)]? -> '.repeat(900).slice(0, -4)),
      /at most 10000 layers to try/,
    ],
  ])('%s', async (_what, make, refusal) => {
    expect(await tryFile(Buffer.from(make()), plan)).toMatch(refusal ?? /^parsed$/);
  });
});

describe('a checkpoint', () => {
  const load = (path: string) => loadCheckpoint(path, { ignoreHash: true, onWarning: () => {} });

  it.each<[string, () => Buffer, RegExp]>([
    [
      'with a header of 16 MB',
      () => buildSafetensors(`{"__metadata__":{"spec":"${'€'.repeat(5_500_000)}"}}`),
      /expected a checkpoint of Convoy's/,
    ],
    [
      'with a header of brackets',
      () => buildSafetensors('['.repeat(2 ** 24 - 8)),
      /at most 100 objects and lists/,
    ],
    [
      'with a tensor of 300,000 sides',
      () => buildSafetensors(`{"a":{"dtype":"F32","shape":[${'1,'.repeat(300_000)}1],"data_offsets":[0,4]}}`),
      /at most 262144 values/,
    ],
    [
      'with a tensor of 2⁶⁴ bytes',
      () =>
        buildSafetensors(
          '{"a":{"dtype":"F32","shape":[2147483648,2147483648],"data_offsets":[0,18446744073709551616]}}',
        ),
      /data_offsets/,
    ],
    [
      'with a small file for a large input',
      makeLargeInput,
      /expected a smaller input for a file of 40 bytes of tensors, found one of 20000×20000×3/,
    ],
  ])('%s', async (_what, make, refusal) => {
    expect(await tryFile(make(), load)).toMatch(refusal);
  });

  function makeLargeInput(): Buffer {
    const layers = [
      { kind: 'max-pooling', kernel: 20_000 },
      { kind: 'fully-connected', units: 1 },
    ];
    const spec = JSON.stringify({ network: { input: [20_000, 20_000, 3], layers } });
    const place = (shape: readonly number[], begin: number, end: number) => ({
      dtype: 'F32',
      shape,
      data_offsets: [begin, end],
    });
    const header = {
      __metadata__: { format: 'convoy', version: '1', classes: '["a"]', spec },
      mean: place([3], 0, 12),
      scale: place([3], 12, 24),
      'fully-connected1.kernel': place([1, 1, 3, 1], 24, 36),
      'fully-connected1.bias': place([1], 36, 40),
    };
    return buildSafetensors(header, Buffer.alloc(40));
  }
});
