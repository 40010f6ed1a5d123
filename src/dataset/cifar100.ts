import { join } from 'node:path';
import { readClassFile } from './cifar/class-file.js';
import { type CifarLayout, explainOtherVersion, findCifarFiles, listFiles } from './cifar/layout.js';
import { CIFAR_SHAPE, readCifarFiles } from './cifar/records.js';
import { unpackCifar } from './cifar/unpack.js';
import { type Checksum, type DatasetDefinition, offerFile } from './definition.js';
import { makeDataset } from './make-dataset.js';

const MIRRORS = ['https://www.cs.toronto.edu/~kriz/', 'https://cave.cs.toronto.edu/kriz/'];

const md5 = (digest: string): Checksum => ({ algorithm: 'md5', digest, of: 'content' });

/** Every image has the label of its class in front of its pixels, and before that one of its class's kind. */
const LABELS = {
  coarse: { name: 'cifar100-coarse', classFile: 'coarse_label_names.txt', labelAt: 0, classes: 20 },
  fine: { name: 'cifar100', classFile: 'fine_label_names.txt', labelAt: 1, classes: 100 },
} as const;

const FOLDER = 'cifar-100-binary';
const ARCHIVE = 'cifar-100-binary.tar.gz';
const IMAGES = { train: 50_000, test: 10_000 } as const;

function defineCifar100<Kind extends keyof typeof LABELS>(
  labels: Kind,
): DatasetDefinition<(typeof LABELS)[Kind]['name']> {
  const { name, classFile, labelAt, classes } = LABELS[labels];
  const layout: CifarLayout = {
    name,
    title: 'CIFAR-100',
    archive: ARCHIVE,
    folder: FOLDER,
    trainFiles: ['train.bin'],
    testFile: 'test.bin',
    classFiles: Object.values(LABELS).map((kind) => kind.classFile),
    otherFiles: [],
    labelBytes: 2,
    labelAt,
    classes,
    mostRecords: IMAGES.train,
    otherVersions: [
      [/^cifar-100-python/, 'Python'],
      [/^cifar-100-matlab/, 'Matlab'],
    ],
  };
  const each = (images: number) => new Array<number>(classes).fill(images / classes);
  return {
    name,
    folder: join('data', FOLDER),
    files: listFiles(layout),
    labels,
    locate: (folder) => findCifarFiles(layout, folder),
    explainOther: (file) => explainOtherVersion(layout, file),
    async read(paths) {
      const locate = (file: string) => paths.get(file)!;
      const [train, test, classNames] = await Promise.all([
        readCifarFiles(layout, layout.trainFiles.map(locate)),
        readCifarFiles(layout, [locate(layout.testFile)]),
        readClassFile(locate(classFile), layout),
      ]);
      return makeDataset({ name, shape: CIFAR_SHAPE, classNames, train, test });
    },
    published: [offerFile(ARCHIVE, 168513733, '03b5dce01913d631647c71ecec9e9cb8', MIRRORS)],
    archive: { folder: FOLDER, unpack: (path, signal) => unpackCifar(layout, path, signal) },
    reference: {
      trainCounts: each(IMAGES.train),
      testCounts: each(IMAGES.test),
      means: [0.50708, 0.48655, 0.44092],
      deviations: [0.26733, 0.25644, 0.27615],
      checksums: new Map([
        ['train.bin', md5('6172c7755cfe09b2fe270c85cebc1b15')],
        ['test.bin', md5('4499cfba6c016c1be1438163640a0898')],
      ]),
      fingerprints: null,
    },
  };
}

/** CIFAR-100 (Krizhevsky 2009), its binary version, by its 100 classes. */
export const cifar100 = defineCifar100('fine');
/** The same images by the 20 kinds of its classes. */
export const cifar100Coarse = defineCifar100('coarse');
