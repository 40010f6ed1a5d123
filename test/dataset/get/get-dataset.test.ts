import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/errors.js';
import { type Gotten, getDataset } from '../../../src/dataset/get/get-dataset.js';
import { DATASETS } from '../../../src/dataset/registry.js';
import { buildCifar10, buildRecords, writeFiles } from '../../helpers/cifar10-builder.js';
import { type Answer, breakOff, type FileServer, serve, withServer } from '../../helpers/file-server.js';
import { buildImages, buildLabels, withFolder } from '../../helpers/idx-builder.js';
import { FOLDER, listAll, makeEntries, pack } from './archive-entries.js';

const signal = new AbortController().signal;

/** Offers files at a server, as if they were the published ones. */
function publish(server: FileServer, files: Record<string, Buffer>) {
  return Object.entries(files).map(([name, bytes]) => ({
    name,
    sizeBytes: bytes.length,
    md5: createHash('md5').update(bytes).digest('hex'),
    addresses: [server.address + name],
  }));
}

const serveAll = (files: Record<string, Buffer>): Record<string, Answer> =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, serve(bytes)]));

/** Downloads a data set from a server with these files. */
function download(
  name: string,
  files: Record<string, Buffer>,
  data: string,
  answers = serveAll(files),
): Promise<Gotten> {
  return withServer(answers, (server) =>
    getDataset(name, {
      folder: join(data, name),
      published: publish(server, files),
      signal,
    }),
  );
}

const FOUR: Record<string, Buffer> = {
  'train-images-idx3-ubyte.gz': gzipSync(buildImages(3)),
  'train-labels-idx1-ubyte.gz': gzipSync(buildLabels([9, 0, 3])),
  't10k-images-idx3-ubyte.gz': gzipSync(buildImages(1)),
  't10k-labels-idx1-ubyte.gz': gzipSync(buildLabels([5])),
};
const CIFAR10_FILES = Object.keys(buildCifar10())
  .map((name) => join('cifar10', name))
  .sort();

describe('what is published', () => {
  it('has a checksum and several addresses for every file', () => {
    for (const file of DATASETS.flatMap(({ published }) => published)) {
      expect(file.md5).toMatch(/^[0-9a-f]{32}$/);
      expect(file.addresses.length).toBeGreaterThan(1);
      for (const address of file.addresses)
        expect(new URL(address).pathname).toMatch(new RegExp(`/${file.name}$`));
    }
  });
});

describe('getDataset from a server', () => {
  it.each(['mnist', 'fashion-mnist'])(
    'puts the four files of %s in place, and nothing else',
    async (name) => {
      await withFolder(async (data) => {
        const { dataset, folder } = await download(name, FOUR, data);
        expect(folder).toBe(join(data, name));
        expect([dataset.name, dataset.train.count, dataset.test.count]).toEqual([name, 3, 1]);
        expect(listAll(data)).toEqual([name, ...Object.keys(FOUR).map((file) => join(name, file))].sort());
      });
    },
  );

  it('unpacks the files of CIFAR-10, and nothing else', async () => {
    await withFolder(async (data) => {
      const archive = await pack(makeEntries());
      const { dataset } = await download('cifar10', { 'cifar-10-binary.tar.gz': archive }, data);
      expect([dataset.train.count, dataset.test.count]).toEqual([10, 3]);
      expect(listAll(data)).toEqual(['cifar10', ...CIFAR10_FILES]);
      expect(readFileSync(join(data, 'cifar10', 'test_batch.bin')).equals(buildRecords([3, 8, 0]))).toBe(
        true,
      );
    });
  });

  it('tells how far it is', async () => {
    await withServer(serveAll(FOUR), (server) =>
      withFolder(async (data) => {
        const progress: [string, number][] = [];
        const published = publish(server, FOUR);
        const onProgress = (file: { name: string }, bytes: number) => progress.push([file.name, bytes]);
        await getDataset('mnist', { folder: join(data, 'mnist'), published, signal, onProgress });
        expect(progress).toEqual(Object.entries(FOUR).map(([name, bytes]) => [name, bytes.length]));
      }),
    );
  });

  it('leaves what is there as it is if a download fails, but for the part to go on from', async () => {
    await withFolder(async (data) => {
      await writeFiles(join(data, 'cifar10'), buildCifar10());
      const archive = await pack(makeEntries({ 'test_batch.bin': buildRecords([1]) }));
      const files = { 'cifar-10-binary.tar.gz': archive };
      const cut: Answer = (request, response) => {
        if (request.headers.range) response.writeHead(404).end();
        else breakOff(archive, 100)(request, response);
      };
      await expect(download('cifar10', files, data, { 'cifar-10-binary.tar.gz': cut })).rejects.toThrow(
        /^cifar-10-binary\.tar\.gz: expected .*, found 127\.0\.0\.1:\d+: HTTP 404\. The next try goes on from .* or get http:.*cifar-10-binary\.tar\.gz elsewhere and run node scripts\/data\.js get cifar10 --from cifar-10-binary\.tar\.gz, or unpack it so that .*data_batch_1\.bin and the others are there\.$/,
      );
      const kept = ['downloads', 'downloads/cifar10', 'downloads/cifar10/cifar-10-binary.tar.gz.part'];
      expect(listAll(data)).toEqual(['cifar10', ...CIFAR10_FILES, ...kept]);
      expect(readFileSync(join(data, 'cifar10', 'test_batch.bin')).equals(buildRecords([3, 8, 0]))).toBe(
        true,
      );
      await download('cifar10', files, data);
      expect(listAll(data)).toEqual(['cifar10', ...CIFAR10_FILES]);
      expect(readFileSync(join(data, 'cifar10', 'test_batch.bin')).equals(buildRecords([1]))).toBe(true);
    });
  });

  it('says which files to put where if there is no network', async () => {
    await withFolder(async (data) => {
      await expect(download('mnist', FOUR, data, {})).rejects.toThrow(
        /Get train-images-idx3-ubyte\.gz, train-labels-idx1-ubyte\.gz, t10k-images-idx3-ubyte\.gz, t10k-labels-idx1-ubyte\.gz from http:.*\/ elsewhere and put them in .*mnist\.$/,
      );
    });
  });

  it('says that it cannot write', async () => {
    await withFolder(async (data) => {
      await writeFile(join(data, 'file'), '');
      const getting = download('mnist', FOUR, join(data, 'file'));
      await expect(getting).rejects.toBeInstanceOf(UserError);
      await expect(getting).rejects.toThrow(/^mnist: expected to write in .*file, found ENOTDIR/);
    });
  });
});

describe('getDataset from local files', () => {
  /** Gets a data set from a path of a folder with these files. */
  async function take(
    name: string,
    files: Record<string, Uint8Array>,
    from: string,
    work: (data: string) => void,
  ) {
    await withFolder(async (data) => {
      await writeFiles(join(data, 'source'), files);
      await mkdir(join(data, 'new'));
      await getDataset(name, { from: join(data, 'source', from), folder: join(data, 'new', name), signal });
      work(join(data, 'new'));
    });
  }

  it('takes an archive, whatever its name', async () => {
    const archive = await pack(makeEntries());
    await take('cifar10', { 'some.bin': archive }, 'some.bin', (data) => {
      expect(listAll(data)).toEqual(['cifar10', ...CIFAR10_FILES]);
    });
  });

  it('takes an archive that names its folder with a dot', async () => {
    const entries = makeEntries().map((entry) => ({
      ...entry,
      header: { ...entry.header, name: `./${entry.header.name}` },
    }));
    await take('cifar10', { a: await pack(entries) }, 'a', (data) => {
      expect(listAll(data)).toEqual(['cifar10', ...CIFAR10_FILES]);
    });
  });

  it('takes a folder of unpacked files, or the one around it', async () => {
    await take('cifar10', { ...buildCifar10(), 'more.txt': Buffer.of(1) }, '.', (data) => {
      expect(listAll(data)).toEqual(['cifar10', ...CIFAR10_FILES]);
    });
    await withFolder(async (data) => {
      await writeFiles(join(data, FOLDER), buildCifar10());
      await chmod(join(data, FOLDER, 'test_batch.bin'), 0o444);
      await getDataset('cifar10', { from: data, folder: join(data, 'cifar10'), signal });
      expect(readdirSync(join(data, 'cifar10'))).toHaveLength(7);
    });
  });

  it('takes four IDX files, which replace others of the same kind', async () => {
    await withFolder(async (data) => {
      await writeFiles(join(data, 'source'), FOUR);
      const plain = { 't10k-labels-idx1-ubyte': buildLabels([1]), 'notes.txt': Buffer.of(1) };
      await writeFiles(join(data, 'mnist'), plain);
      // As some archives unpack; it is none of what is replaced.
      await mkdir(join(data, 'mnist', 'train-images-idx3-ubyte'));
      const { dataset } = await getDataset('mnist', {
        from: join(data, 'source'),
        folder: join(data, 'mnist'),
        signal,
      });
      expect([...dataset.test.labels]).toEqual([5]);
      const kept = [...Object.keys(FOUR), 'notes.txt', 'train-images-idx3-ubyte'];
      expect(readdirSync(join(data, 'mnist')).sort()).toEqual(kept.sort());
    });
  });

  it.each([
    [
      'cifar10',
      'none',
      /^--from .*none: expected cifar-10-binary\.tar\.gz, or a folder of its files, for cifar10, found nothing there\./,
    ],
    ['mnist', 'file', /^--from .*file: expected a folder of 4 files for mnist, found something else\./],
    ['mnist', '.', /^mnist: expected all four files in .*, found no train-images-idx3-ubyte, /],
    ['cifar10', '.', /^cifar10: expected 7 files in .*, found no data_batch_1\.bin, /],
    ['cifar', '.', /^dataset: unknown name 'cifar'\. Did you mean 'cifar10'\?/],
  ])('refuses %s from %s', async (name, from, message) => {
    await withFolder(async (data) => {
      await writeFile(join(data, 'file'), '');
      const getting = getDataset(name, { from: join(data, from), folder: join(data, 'new'), signal });
      await expect(getting).rejects.toBeInstanceOf(UserError);
      await expect(getting).rejects.toThrow(message);
      expect(readdirSync(data)).toEqual(['file']);
    });
  });
});
