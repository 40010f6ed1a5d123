import { join } from 'node:path';
import {
  CIFAR10_CLASS_FILE,
  CIFAR10_CLASS_NAMES,
  CIFAR10_INNER_FOLDER,
  CIFAR10_NAMES,
  CIFAR10_TEST_NAME,
  CIFAR10_TRAIN_NAMES,
  checkClassFile,
  findCifar10Files,
} from './cifar10/files.js';
import { CIFAR10_SHAPE, readCifar10Files } from './cifar10/records.js';
import { unpackCifar10 } from './cifar10/unpack.js';
import { type Checksum, type DatasetDefinition, offerFile } from './definition.js';
import { makeDataset } from './make-dataset.js';

const MIRRORS = [
  'https://www.cs.toronto.edu/~kriz/',
  'https://cave.cs.toronto.edu/kriz/',
  'https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/',
];

const each = (count: number) => new Array<number>(10).fill(count);
const sha1 = (digest: string): Checksum => ({ algorithm: 'sha1', digest, of: 'content' });

/** CIFAR-10 (Krizhevsky 2009), its binary version. */
export const cifar10: DatasetDefinition = {
  name: 'cifar10',
  folder: join('data', CIFAR10_INNER_FOLDER),
  files: CIFAR10_NAMES,
  locate: findCifar10Files,
  async read(paths) {
    const locate = (name: string) => paths.get(name)!;
    const [train, test] = await Promise.all([
      readCifar10Files(CIFAR10_TRAIN_NAMES.map(locate)),
      readCifar10Files([locate(CIFAR10_TEST_NAME)]),
      checkClassFile(locate(CIFAR10_CLASS_FILE)),
    ]);
    return makeDataset({
      name: 'cifar10',
      shape: CIFAR10_SHAPE,
      classNames: CIFAR10_CLASS_NAMES,
      train,
      test,
    });
  },
  published: [offerFile('cifar-10-binary.tar.gz', 170052171, 'c32a1d4ab5d03f1284b67883e8d87530', MIRRORS)],
  archive: { folder: CIFAR10_INNER_FOLDER, unpack: unpackCifar10 },
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
