import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCheckpoint } from '../../src/checkpoint/load.js';
import { readCifarFiles } from '../../src/dataset/cifar/records.js';
import { unpackCifar } from '../../src/dataset/cifar/unpack.js';
import { CIFAR10_LAYOUT, checkCifar10Classes } from '../../src/dataset/cifar10.js';
import { readIdxFile } from '../../src/dataset/idx/idx-file.js';
import { readGridFile } from '../../src/experiment/grid-file.js';
import { readJsonFile } from '../../src/experiment/json-file.js';
import { readImage } from '../../src/image/read-image.js';
import { readSafetensors } from '../../src/safetensors/read.js';
import { readNpyFile } from '../../src/sources/arrays/array-file.js';
import { readCsv } from '../../src/sources/csv-table.js';
import { describeCommand, filterCommand, predictCommand } from '../cli/fake-command.js';
import { tryInput } from '../helpers/hostile/trial.js';
import { buildImages } from '../helpers/idx-builder.js';
import { buildSafetensors } from '../helpers/safetensors-builder.js';

const PARSERS: Readonly<Record<string, (path: string) => unknown>> = {
  'IDX images': (path) => readIdxFile(path, 'images'),
  'IDX labels': (path) => readIdxFile(path, 'labels'),
  'CIFAR-10 records': (path) => readCifarFiles(CIFAR10_LAYOUT, [path]),
  'CIFAR-10 classes': checkCifar10Classes,
  archives: (path) => unpackCifar(CIFAR10_LAYOUT, path, new AbortController().signal),
  'NumPy arrays': readNpyFile,
  tables: (path) => readCsv(path),
  pictures: (path) => readImage(path),
  checkpoints: (path) => loadCheckpoint(path),
  specs: (path) => readJsonFile(path, 'a spec'),
  grids: readGridFile,
};
const names = Object.keys(PARSERS);

/** Things of a folder that are no files, by their names. */
const NO_FILES: Readonly<Record<string, RegExp>> = {
  nothing: /found nothing there\. Check the path\.$/,
  folder: /found a folder\. Check the path\.$/,
  'file/below': /found nothing there\. Check the path\.$/,
  loop: /cannot be read: its symbolic links lead in a circle\. /,
  [`${'a'.repeat(300)}`]: /cannot be read: the name is too long\. /,
};
const UNIX_THINGS: Readonly<Record<string, RegExp>> = {
  pipe: /found a named pipe\. Check the path\.$/,
  zeros: /found a device\. Check the path\.$/,
  terminal: /found a device\. Check the path\.$/,
};
const isUnix = platform() !== 'win32';
const things = { ...NO_FILES, ...(isUnix ? UNIX_THINGS : {}) };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'convoy-'));
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'file'), '');
  symlinkSync('loop', join(folder, 'loop'));
  if (!isUnix) return;
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  symlinkSync('/dev/zero', join(folder, 'zeros'));
  symlinkSync('/dev/tty', join(folder, 'terminal'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(Object.entries(things))('%s', (thing, message) => {
  it.each(names)('is refused by the parser of %s', async (name) => {
    const path = join(folder, thing);
    const trial = await tryInput(() => PARSERS[name]!(path), 0);
    expect(trial.message).toMatch(message);
    expect(trial.message).toContain(path);
  });
});

describe.each(names)('the parser of %s', (name) => {
  it('refuses an empty file, and one of 3 GB that is mostly a hole', async () => {
    expect((await tryInput(() => PARSERS[name]!(join(folder, 'file')), 0)).parsed).toBe(false);
    const sparse = join(folder, 'sparse');
    closeSync(openSync(sparse, 'w'));
    truncateSync(sparse, 3 * 2 ** 30 + 5);
    const trial = await tryInput(() => PARSERS[name]!(sparse), 0);
    expect(trial.message).toMatch(/sparse: (line 1|expected)/);
  });
});

describe('a file that changes while it is read', () => {
  const size = 3073 * 1000;
  const tensor = { dtype: 'F32', shape: [size / 4], data_offsets: [0, size] };
  const files: readonly [string, Buffer, (path: string) => unknown][] = [
    [
      'IDX',
      buildImages(1, { height: 3073, width: 1000, pixels: new Uint8Array(size) }),
      PARSERS['IDX images']!,
    ],
    ['CIFAR-10', Buffer.alloc(size), PARSERS['CIFAR-10 records']!],
    [
      'safetensors',
      buildSafetensors({ a: tensor }, Buffer.alloc(size)),
      (path) => readSafetensors(path, () => {}),
    ],
    ['JSON', Buffer.from(`"${'a'.repeat(size)}"`), PARSERS.specs!],
  ];

  it.each(files)('%s is read, or refused in a line', async (_name, bytes, parse) => {
    const path = join(folder, 'changing');
    for (let round = 0; round < 10; round++) {
      writeFileSync(path, bytes);
      const cut = async () => {
        for (let wait = 0; wait < round; wait++) await new Promise(setImmediate);
        truncateSync(path, bytes.length / 2);
      };
      await tryInput(() => Promise.all([parse(path), cut()]), bytes.length);
    }
  });
});

it.skipIf(!isUnix)('commands tell it in a line and exit with 2', async () => {
  for (const thing of ['pipe', 'zeros']) {
    const path = join(folder, thing);
    for (const command of [
      describeCommand([path]),
      predictCommand([path, path]),
      filterCommand([path, '--kernel', 'sobel-y', '--out', join(folder, 'out.png')]),
    ]) {
      const { exitCode, out, err } = await command;
      expect([exitCode, out, err.trimEnd().split('\n').length]).toEqual([2, '', 1]);
      expect(err).toMatch(/found a (named pipe|device)\. Check the path\.\n$/);
    }
  }
});
