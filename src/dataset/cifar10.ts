import { join } from 'node:path';
import { checkClassFile } from './cifar/class-file.js';
import { type CifarLayout, explainOtherVersion, findCifarFiles, listFiles } from './cifar/layout.js';
import { CIFAR_SHAPE, readCifarFiles } from './cifar/records.js';
import { unpackCifar } from './cifar/unpack.js';
import { type Checksum, type DatasetDefinition, offerFile } from './definition.js';
import { makeDataset } from './make-dataset.js';

const MIRRORS = [
  'https://www.cs.toronto.edu/~kriz/',
  'https://cave.cs.toronto.edu/kriz/',
  'https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/',
];

const each = (count: number) => new Array<number>(10).fill(count);
const sha1 = (digest: string): Checksum => ({ algorithm: 'sha1', digest, of: 'content' });

/** In the order of the labels. */
const CLASS_NAMES: readonly string[] = [
  ...['airplane', 'automobile', 'bird', 'cat', 'deer'],
  ...['dog', 'frog', 'horse', 'ship', 'truck'],
];
const CLASS_FILE = 'batches.meta.txt';

export const CIFAR10_LAYOUT = {
  name: 'cifar10',
  title: 'CIFAR-10',
  archive: 'cifar-10-binary.tar.gz',
  folder: 'cifar-10-batches-bin',
  trainFiles: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
  testFile: 'test_batch.bin',
  classFiles: [CLASS_FILE],
  otherFiles: ['readme.html'],
  labelBytes: 1,
  labelAt: 0,
  classes: CLASS_NAMES.length,
  mostRecords: 10_000,
  otherVersions: [
    [/^cifar-10-(batches-py\b|python)|^data_batch_\d$|^batches\.meta$/, 'Python'],
    [/^cifar-10-(batches-mat\b|matlab)|^data_batch_\d\.mat$|^batches\.meta\.mat$/, 'Matlab'],
  ],
} as const satisfies CifarLayout;

/** @throws UserError if a file lists other classes than CIFAR-10's, or cannot be read */
export function checkCifar10Classes(path: string): Promise<void> {
  return checkClassFile(path, CIFAR10_LAYOUT, CLASS_NAMES);
}

/** CIFAR-10 (Krizhevsky 2009), its binary version. */
export const cifar10: DatasetDefinition<typeof CIFAR10_LAYOUT.name> = {
  name: CIFAR10_LAYOUT.name,
  folder: join('data', CIFAR10_LAYOUT.folder),
  files: listFiles(CIFAR10_LAYOUT),
  locate: (folder) => findCifarFiles(CIFAR10_LAYOUT, folder),
  explainOther: (name) => explainOtherVersion(CIFAR10_LAYOUT, name),
  async read(paths) {
    const { name, trainFiles, testFile } = CIFAR10_LAYOUT;
    const locate = (file: string) => paths.get(file)!;
    const [train, test] = await Promise.all([
      readCifarFiles(CIFAR10_LAYOUT, trainFiles.map(locate)),
      readCifarFiles(CIFAR10_LAYOUT, [locate(testFile)]),
      checkCifar10Classes(locate(CLASS_FILE)),
    ]);
    return makeDataset({ name, shape: CIFAR_SHAPE, classNames: CLASS_NAMES, train, test });
  },
  published: [offerFile(CIFAR10_LAYOUT.archive, 170052171, 'c32a1d4ab5d03f1284b67883e8d87530', MIRRORS)],
  archive: {
    folder: CIFAR10_LAYOUT.folder,
    unpack: (path, signal) => unpackCifar(CIFAR10_LAYOUT, path, signal),
  },
  reference: {
    trainCounts: each(5000),
    testCounts: each(1000),
    means: [0.4914, 0.48216, 0.44653],
    deviations: [0.24703, 0.24349, 0.26159],
    // As Apache MXNet's loader of the same files (gluon.data.vision.CIFAR10) has them.
    checksums: new Map([
      ['data_batch_1.bin', sha1('aadd24acce27caa71bf4b10992e9e7b2d74c2540')],
      ['data_batch_2.bin', sha1('c0ba65cce70568cd57b4e03e9ac8d2a5367c1795')],
      ['data_batch_3.bin', sha1('1dd00a74ab1d17a6e7d73e185b69dbf31242f295')],
      ['data_batch_4.bin', sha1('aab85764eb3584312d3c7f65fd2fd016e36a258e')],
      ['data_batch_5.bin', sha1('26e2849e66a845b7f1e4614ae70f4889ae604628')],
      ['test_batch.bin', sha1('67eb016db431130d61cd03c7ad570b013799c88c')],
    ]),
    fingerprints: {
      train: 'd59acf989e068e709ce686cda292672c7b212c08d29d3d3e6d8c3aa99eba6a85',
      test: '899683d46c3a8c66fd56e1af12202e69fe5a4517be10b0f68e04c78fe585c57c',
    },
  },
};
