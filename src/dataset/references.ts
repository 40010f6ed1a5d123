import type { DatasetStatistics } from './statistics.js';

/** The checksum of one published file. */
export interface FileReference {
  readonly algorithm: 'md5' | 'sha1' | 'sha256';
  readonly digest: string;
  /** Of the file as it is, or of what a gzipped one unpacks to. */
  readonly of: 'file' | 'content';
}

/** What is known of a published data set. */
export interface Reference extends DatasetStatistics {
  /** By the files' published names, less `.gz`. */
  readonly files: ReadonlyMap<string, FileReference>;
  /** Of its halves' images and labels in any order (`computeFingerprint`); null if they are not known. */
  readonly fingerprints: { readonly train: string; readonly test: string } | null;
}

const sha256 = (digest: string): FileReference => ({ algorithm: 'sha256', digest, of: 'content' });
const sha1 = (digest: string): FileReference => ({ algorithm: 'sha1', digest, of: 'content' });
const gzipMd5 = (digest: string): FileReference => ({ algorithm: 'md5', digest, of: 'file' });
const each = (count: number) => new Array<number>(10).fill(count);

/** By the data sets' names. Means and deviations to as many digits as they are published with. */
export const REFERENCES: ReadonlyMap<string, Reference> = new Map([
  [
    'mnist',
    {
      trainCounts: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
      testCounts: [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
      means: [0.1307],
      deviations: [0.3081],
      files: new Map([
        [
          'train-images-idx3-ubyte',
          sha256('ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db'),
        ],
        [
          'train-labels-idx1-ubyte',
          sha256('65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5'),
        ],
        [
          't10k-images-idx3-ubyte',
          sha256('0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7'),
        ],
        [
          't10k-labels-idx1-ubyte',
          sha256('ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2'),
        ],
      ]),
      fingerprints: {
        train: '3655811c0e1223700a4714a92a51f55bd215ed7dc1fa2baa4326a2b58042d82d',
        test: '634538fb34c5277fce98470b8b285d1e8419eb87f328da42ef1faf690d2c3911',
      },
    },
  ],
  [
    'fashion-mnist',
    {
      trainCounts: each(6000),
      testCounts: each(1000),
      means: [0.286],
      deviations: [0.353],
      files: new Map([
        ['train-images-idx3-ubyte', gzipMd5('8d4fb7e6c68d591d4c3dfef9ec88bf0d')],
        ['train-labels-idx1-ubyte', gzipMd5('25c81989df183df01b3e8a0aad5dffbe')],
        ['t10k-images-idx3-ubyte', gzipMd5('bef4ecab320f06d8554ea6380940ec79')],
        ['t10k-labels-idx1-ubyte', gzipMd5('bb300cfdad3c16e7a12a480ee83cd310')],
      ]),
      fingerprints: null,
    },
  ],
  [
    'cifar10',
    {
      trainCounts: each(5000),
      testCounts: each(1000),
      means: [0.4914, 0.48216, 0.44653],
      deviations: [0.24703, 0.24349, 0.26159],
      // As Apache MXNet's loader of the same files (gluon.data.vision.CIFAR10) has them.
      files: new Map([
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
  ],
]);
