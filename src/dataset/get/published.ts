/** One file as its publisher offers it. */
export interface PublishedFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly md5: string;
  /** Where it can be had; tried in turn. */
  readonly addresses: readonly string[];
}

/** The files of each data set, by its name. */
export type Publications = ReadonlyMap<string, readonly PublishedFile[]>;

const MNIST_MIRRORS = [
  'https://ossci-datasets.s3.amazonaws.com/mnist/',
  'https://storage.googleapis.com/cvdf-datasets/mnist/',
  'http://yann.lecun.com/exdb/mnist/',
];
const FASHION_MNIST_MIRRORS = [
  'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
  'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
];
const CIFAR10_MIRRORS = [
  'https://www.cs.toronto.edu/~kriz/',
  'https://cave.cs.toronto.edu/kriz/',
  'https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/',
];

export const PUBLICATIONS: Publications = new Map([
  [
    'mnist',
    [
      offer('train-images-idx3-ubyte.gz', 9912422, 'f68b3c2dcbeaaa9fbdd348bbdeb94873', MNIST_MIRRORS),
      offer('train-labels-idx1-ubyte.gz', 28881, 'd53e105ee54ea40749a09fcbcd1e9432', MNIST_MIRRORS),
      offer('t10k-images-idx3-ubyte.gz', 1648877, '9fb629c4189551a2d022fa330f9573f3', MNIST_MIRRORS),
      offer('t10k-labels-idx1-ubyte.gz', 4542, 'ec29112dd5afa0611ce80d1b7f02629c', MNIST_MIRRORS),
    ],
  ],
  [
    'fashion-mnist',
    [
      offer(
        'train-images-idx3-ubyte.gz',
        26421880,
        '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
        FASHION_MNIST_MIRRORS,
      ),
      offer('train-labels-idx1-ubyte.gz', 29515, '25c81989df183df01b3e8a0aad5dffbe', FASHION_MNIST_MIRRORS),
      offer('t10k-images-idx3-ubyte.gz', 4422102, 'bef4ecab320f06d8554ea6380940ec79', FASHION_MNIST_MIRRORS),
      offer('t10k-labels-idx1-ubyte.gz', 5148, 'bb300cfdad3c16e7a12a480ee83cd310', FASHION_MNIST_MIRRORS),
    ],
  ],
  [
    'cifar10',
    [offer('cifar-10-binary.tar.gz', 170052171, 'c32a1d4ab5d03f1284b67883e8d87530', CIFAR10_MIRRORS)],
  ],
]);

function offer(name: string, sizeBytes: number, md5: string, mirrors: readonly string[]): PublishedFile {
  return { name, sizeBytes, md5, addresses: mirrors.map((mirror) => mirror + name) };
}
