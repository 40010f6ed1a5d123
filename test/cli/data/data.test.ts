import { createHash } from 'node:crypto';
import { existsSync, symlinkSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { DataPlaces } from '../../../src/cli/data/data.js';
import { findMnistPackage } from '../../../src/dataset/mnist.js';
import { readImage } from '../../../src/image/read-image.js';
import { buildCifar10, writeFiles } from '../../helpers/cifar10-builder.js';
import { type Answer, serve, withServer } from '../../helpers/file-server.js';
import { buildImages, buildLabels, withFolder } from '../../helpers/idx-builder.js';
import { data } from '../fake-command.js';

const FOUR: Record<string, Buffer> = {
  'train-images-idx3-ubyte.gz': gzipSync(buildImages(3)),
  'train-labels-idx1-ubyte.gz': gzipSync(buildLabels([9, 0, 3])),
  't10k-images-idx3-ubyte.gz': gzipSync(buildImages(1)),
  't10k-labels-idx1-ubyte.gz': gzipSync(buildLabels([5])),
};

/** Runs `work` with an empty folder for data, and a server that offers Fashion-MNIST. */
function tryOut(
  work: (folder: string, places: DataPlaces) => Promise<void>,
  answer: (bytes: Buffer) => Answer = serve,
): Promise<void> {
  const answers = Object.fromEntries(Object.entries(FOUR).map(([name, bytes]) => [name, answer(bytes)]));
  return withServer(answers, (server) =>
    withFolder((folder) => {
      const files = Object.entries(FOUR).map(([name, bytes]) => ({
        name,
        sizeBytes: bytes.length,
        md5: createHash('md5').update(bytes).digest('hex'),
        addresses: [server.address + name],
      }));
      return work(folder, { published: files, locate: (name) => join(folder, name) });
    }),
  );
}

describe('data get', () => {
  it('downloads a data set and says what is where', async () => {
    await tryOut(async (folder, places) => {
      const { exitCode, out, err } = await data(['get', 'fashion-mnist'], places);
      expect([exitCode, out]).toEqual([
        0,
        `fashion-mnist: 3 training and 1 test images of 28×28×1 in ${join(folder, 'fashion-mnist')}\n`,
      ]);
      expect(err).toMatch(/^train-images-idx3-ubyte\.gz: \d+ B of \d+ B \(100%\)\ntrain-labels-/);
      expect(err.split('\n')).toHaveLength(5);
    });
  });

  it('takes local files', async () => {
    await tryOut(async (folder, places) => {
      await writeFiles(join(folder, 'source'), buildCifar10());
      const { exitCode, out, err } = await data(['get', 'cifar10', '--from', join(folder, 'source')], places);
      expect([exitCode, err]).toEqual([0, '']);
      expect(out).toMatch(/^cifar10: 10 training and 3 test images of 32×32×3 in /);
    });
  });

  it('gets nothing that is there', async () => {
    await tryOut(async (folder, places) => {
      await mkdir(join(folder, 'mnist'));
      for (const name of await readdir(findMnistPackage()!)) {
        symlinkSync(join(findMnistPackage()!, name), join(folder, 'mnist', name));
      }
      const { exitCode, out } = await data(['get', 'mnist'], places);
      expect([exitCode, out]).toEqual([
        0,
        `mnist: the published files are in ${join(folder, 'mnist')} already\n`,
      ]);
    });
  });

  it('says in one line what is wrong with a download', async () => {
    await tryOut(
      async (folder, places) => {
        const { exitCode, out, err } = await data(['get', 'fashion-mnist'], places);
        expect([exitCode, out]).toEqual([2, '']);
        expect(err).toMatch(
          /\ntrain-images-idx3-ubyte\.gz: expected .*, found 127\.0\.0\.1:\d+: other bytes.* Get train-images.* elsewhere and put them in .*fashion-mnist\.\n$/,
        );
        expect(existsSync(join(folder, 'fashion-mnist'))).toBe(false);
      },
      (bytes) => serve(Buffer.concat([bytes.subarray(0, -1), Buffer.of(bytes.at(-1)! ^ 1)])),
    );
  });

  it('ends on Ctrl-C, and goes on the next time', async () => {
    let asked = 0;
    await tryOut(
      async (folder, places) => {
        const interrupted = await data(['get', 'fashion-mnist'], places);
        expect(interrupted.exitCode).toBe(130);
        expect(interrupted.err).toBe('fashion-mnist: interrupted; the same command goes on from here\n');
        expect(await readdir(join(folder, 'downloads', 'fashion-mnist'))).toEqual([
          'train-images-idx3-ubyte.gz.part',
        ]);
        expect((await data(['get', 'fashion-mnist'], places)).exitCode).toBe(0);
        expect(await readdir(folder)).toEqual(['fashion-mnist']);
      },
      (bytes) => (request, response) => {
        asked++;
        if (asked > 1) {
          serve(bytes)(request, response);
          return;
        }
        response.writeHead(200, { 'content-length': bytes.length });
        response.write(bytes.subarray(0, 20));
        // The bytes are to be there by then.
        setTimeout(() => process.emit('SIGINT', 'SIGINT'), 500);
      },
    );
  });
});

describe('data verify', () => {
  it('says that a data set is the published one', async () => {
    await tryOut(async (_folder, places) => {
      const { exitCode, out } = await data(['verify', 'mnist'], places);
      expect(exitCode).toBe(0);
      expect(out).toMatch(
        /^mnist: the published files, byte for byte\n {2}60,000 training and 10,000 test images/,
      );
      expect(out).toContain('mean 0.13066; deviation 0.30811');
      expect(out).toMatch(/\n {2}0 {9}5,923 {4}980\n/);
    });
  });

  it('goes through all that are there, and fails if one is another', async () => {
    await tryOut(async (folder, places) => {
      const none = await data(['verify'], places);
      expect(none.exitCode).toBe(0);
      expect(none.out).toMatch(
        /^mnist: .*\nfashion-mnist: not here\n\ncifar10: not here\n\ncifar100: not here\n\ncifar100-coarse: not here\n\nregression: not here\n\n$/s,
      );
      await writeFiles(join(folder, 'cifar10'), buildCifar10());
      const { exitCode, out, err } = await data(['verify'], places);
      expect(exitCode).toBe(2);
      expect(out).toContain('cifar10: not the published data: other contents in ');
      expect(err).toMatch(
        /^cifar10: expected the published data in .*, found other numbers of training images, numbers of test images, means, deviations \(.*data_batch_1\.bin, .*\)\. Run node scripts\/data\.js get cifar10 for the published files\.\n$/,
      );
    });
  });

  it('fails if a data set is missing', async () => {
    await tryOut(async (_folder, places) => {
      const { exitCode, err } = await data(['verify', 'cifar10'], places);
      expect(exitCode).toBe(2);
      expect(err).toMatch(/^cifar10: expected 7 files in /);
    });
  });
});

describe('data show', () => {
  it('draws the first images of each class', async () => {
    await tryOut(async (folder, places) => {
      await writeFiles(join(folder, 'cifar10'), buildCifar10());
      const file = join(folder, 'sheets', 'sheet.png');
      const args = ['show', 'cifar10', '--out', file, '--each', '2', '--half', 'test'];
      const { exitCode, out } = await data(args, places);
      expect(exitCode).toBe(0);
      const { height, width, channels } = await readImage(file);
      expect(out).toMatch(/^cifar10: 10 training and 3 test images of 32×32×3\n {2}mean /);
      expect(out).toMatch(/\n {2}ship {15}1 {5}1\n/);
      expect(out.endsWith(`${file}: ${height}×${width}\n`)).toBe(true);
      expect(channels).toBe(3);
    });
  });
});

describe('data', () => {
  it.each([
    [['get', 'cifar'], /^data: unknown data set 'cifar'\. Did you mean 'cifar10'\?/],
    [['get'], /missing required argument 'name'/],
    [['fetch', 'mnist'], /^data: unknown command 'fetch'\. Did you mean 'get'\?/],
    [['show', 'mnist'], /required option '--out <file>' not specified/],
    [['show', 'mnist', '--out', 'x.png', '--half', 'both'], /^--half: unknown half 'both'/],
    [['show', 'mnist', '--out', 'x.png', '--each', '16'], /^--each: expected a whole number from 1 to 15/],
    [['get', 'mnist', '--form', 'x'], /unknown option '--form'\. Did you mean '--from'\?/],
  ])('refuses %j', async (args, message) => {
    await tryOut(async (_folder, places) => {
      const { exitCode, err } = await data(args, places);
      expect(exitCode).toBe(2);
      expect(err).toMatch(message);
    });
  });
});
