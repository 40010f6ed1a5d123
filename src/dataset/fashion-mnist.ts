import { join } from 'node:path';
import { type Checksum, offerFile } from './definition.js';
import { defineIdxDataset } from './idx/define.js';

const MIRRORS = [
  'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
  'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
];
/** Of the published `.gz` files, of which alone there are checksums. */
const MD5 = {
  trainImages: '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
  trainLabels: '25c81989df183df01b3e8a0aad5dffbe',
  testImages: 'bef4ecab320f06d8554ea6380940ec79',
  testLabels: 'bb300cfdad3c16e7a12a480ee83cd310',
};

const each = (count: number) => new Array<number>(10).fill(count);
const md5 = (digest: string): Checksum => ({ algorithm: 'md5', digest, of: 'file' });

/** Fashion-MNIST (Xiao, Rasul and Vollgraf, arXiv 1708.07747). */
export const fashionMnist = defineIdxDataset({
  name: 'fashion-mnist',
  folder: join('data', 'fashion-mnist'),
  classNames: [
    'T-shirt/top',
    'trouser',
    'pullover',
    'dress',
    'coat',
    'sandal',
    'shirt',
    'sneaker',
    'bag',
    'ankle boot',
  ],
  published: [
    offerFile('train-images-idx3-ubyte.gz', 26421880, MD5.trainImages, MIRRORS),
    offerFile('train-labels-idx1-ubyte.gz', 29515, MD5.trainLabels, MIRRORS),
    offerFile('t10k-images-idx3-ubyte.gz', 4422102, MD5.testImages, MIRRORS),
    offerFile('t10k-labels-idx1-ubyte.gz', 5148, MD5.testLabels, MIRRORS),
  ],
  reference: {
    trainCounts: each(6000),
    testCounts: each(1000),
    means: [0.286],
    deviations: [0.353],
    checksums: new Map([
      ['train-images-idx3-ubyte', md5(MD5.trainImages)],
      ['train-labels-idx1-ubyte', md5(MD5.trainLabels)],
      ['t10k-images-idx3-ubyte', md5(MD5.testImages)],
      ['t10k-labels-idx1-ubyte', md5(MD5.testLabels)],
    ]),
    fingerprints: null,
  },
});
