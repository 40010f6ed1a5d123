import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { describe, it, onTestFinished, vi } from 'vitest';
import { readCifarFiles } from '../../src/dataset/cifar/records.js';
import { unpackCifar } from '../../src/dataset/cifar/unpack.js';
import { CIFAR10_LAYOUT, checkCifar10Classes } from '../../src/dataset/cifar10.js';
import { readIdxFile } from '../../src/dataset/idx/idx-file.js';
import { readNpyFile } from '../../src/sources/arrays/array-file.js';
import { readCsv } from '../../src/sources/csv-table.js';
import { imageFolder, openDataset } from '../../src/sources/open-dataset.js';
import { buildCifar10, buildRecords, CLASS_LIST } from '../helpers/cifar10-builder.js';
import { textMutation } from '../helpers/hostile/mutations.js';
import { tryMutantFiles } from '../helpers/hostile/try-mutants.js';
import { buildImages, buildLabels } from '../helpers/idx-builder.js';
import { buildNpy, buildZip } from '../helpers/npy-builder.js';
import { drawPicture } from '../helpers/picture-folder.js';

const gzip = (bytes: Buffer) => gzipSync(bytes, { level: 1 });

describe('changed files of data sets are read, or refused in a line', () => {
  it('IDX, plain and gzipped', async () => {
    const [images, labels] = [buildImages(2, { height: 5, width: 4 }), buildLabels([3, 1, 4, 1, 5])];
    const parseImages = (file: string) => readIdxFile(file, 'images');
    const parseLabels = (file: string) => readIdxFile(file, 'labels');
    await tryMutantFiles('IDX', [
      { name: 'images', bytes: images, parse: parseImages },
      { name: 'labels', bytes: labels, parse: parseLabels },
      { name: 'gzipped images', bytes: gzip(images), parse: parseImages },
      { name: 'changed images, gzipped', bytes: images, parse: parseImages, wrap: gzip },
      { name: 'changed labels, gzipped', bytes: labels, parse: parseLabels, wrap: gzip },
    ]);
  });

  it("CIFAR-10's records and classes", async () => {
    await tryMutantFiles('CIFAR-10', [
      {
        name: 'records',
        bytes: buildRecords([3, 9]),
        parse: (file) => readCifarFiles(CIFAR10_LAYOUT, [file]),
      },
      { name: 'classes', bytes: Buffer.from(CLASS_LIST), parse: checkCifar10Classes },
    ]);
  });

  it("CIFAR-10's archive", async () => {
    const parse = (file: string) => unpackCifar(CIFAR10_LAYOUT, file, new AbortController().signal);
    const files = Object.entries(buildCifar10()).map(([name, bytes]) => {
      const body = name.endsWith('.bin') ? bytes.subarray(0, 20) : bytes;
      return { header: { name: `cifar-10-batches-bin/${name}`, size: body.length }, body };
    });
    const folder = { header: { name: 'cifar-10-batches-bin/', type: 'directory' as const, size: 0 } };
    const tar = Buffer.from(await packTar([folder, ...files]));
    const extended = Buffer.from(
      await packTar([
        folder,
        ...files.map((file) => ({ ...file, header: { ...file.header, pax: { comment: 'ü'.repeat(60) } } })),
      ]),
    );
    await tryMutantFiles('gzip and tar', [
      { name: 'archive', bytes: gzip(tar), parse },
      { name: 'changed tar, gzipped', bytes: tar, parse, wrap: gzip },
      { name: 'changed tar, its checksums mended', bytes: tar, parse, wrap: (bytes) => gzip(mendTar(bytes)) },
      { name: 'with extended headers', bytes: extended, parse, wrap: (bytes) => gzip(mendTar(bytes)) },
    ]);
  });
});

/** Where the changed file stands for a class's second picture. */
function withPicture(seed: Buffer): (file: string) => Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'convoy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'a'));
  writeFileSync(join(folder, 'a', '1.png'), seed);
  const link = join(folder, 'a', '2.png');
  return (file) => {
    if (!existsSync(link)) symlinkSync(file, link);
    return imageFolder(folder, { testFraction: 0.5 });
  };
}

describe('changed data of one’s own are read, or refused in a line', () => {
  const images = buildNpy('|u1', [4, 2, 3], new Uint8Array(24).fill(9));
  const floats = buildNpy('>f4', [2, 1, 1], Buffer.alloc(8), { version: 2 });
  const labels = buildNpy('<i8', [4], Buffer.alloc(32));

  it("NumPy's arrays and archives", async () => {
    const all = { 'x.npy': images, 'y.npy': labels };
    const parse = (file: string) => openDataset(file);
    const deflated = { deflate: true };
    await tryMutantFiles('NPY and NPZ', [
      { name: 'bytes', bytes: images, parse: readNpyFile },
      { name: 'floats', bytes: floats, parse: readNpyFile },
      { name: 'labels', bytes: labels, parse: readNpyFile },
      { name: 'archive', bytes: buildZip(all), parse },
      { name: 'deflated archive', bytes: buildZip(all, deflated), parse },
      {
        name: 'changed images, archived',
        bytes: images,
        parse,
        wrap: (mutant) => buildZip({ ...all, 'x.npy': mutant }, deflated),
      },
    ]);
  });

  it('tables', async () => {
    const table = Buffer.from('label,a,b,c,d\n"one",1,2,3,4\n two ,255,0,7,8\r\n');
    await tryMutantFiles('CSV', [{ name: 'table', bytes: table, parse: (file) => readCsv(file) }], {
      mutation: textMutation,
    });
  });

  it('folders of pictures', async () => {
    // Nothing can be kept there.
    vi.stubEnv('CONVOY_CACHE', '/dev/null/cache');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const png = await drawPicture([1, 2, 3]).png().toBuffer();
    await tryMutantFiles('folders of pictures', [{ name: 'PNG', bytes: png, parse: withPicture(png) }]);
  });
});

const BLOCK_BYTES = 512;
const CHECKSUM = { offset: 148, length: 8 } as const;

/** Gives every block that may be a header the checksum of one: the sum of its bytes, the checksum's own taken as spaces. */
function mendTar(tar: Buffer): Buffer {
  const mended = Buffer.from(tar);
  for (let at = 0; at + BLOCK_BYTES <= mended.length; at += BLOCK_BYTES) {
    const block = mended.subarray(at, at + BLOCK_BYTES);
    if (block.toString('latin1', 257, 262) !== 'ustar') continue;
    block.fill(' ', CHECKSUM.offset, CHECKSUM.offset + CHECKSUM.length);
    let sum = 0;
    for (const byte of block) sum += byte;
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, CHECKSUM.offset, 'latin1');
  }
  return mended;
}
