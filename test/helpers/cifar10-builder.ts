import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** CIFAR-10's classes as the published list has them, an empty line at its end. */
export const CLASS_LIST = 'airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n';

/** Records in CIFAR-10's binary format, one for each label. Byte i of an image is (i + the label) mod 256 unless given. */
export function buildRecords(
  labels: readonly number[],
  pixelAt: (index: number, image: number) => number = (i, image) => i + labels[image]!,
): Buffer {
  return Buffer.concat(
    labels.map((label, image) =>
      Buffer.concat([
        Buffer.of(label),
        Buffer.from(Array.from({ length: 3072 }, (_, i) => pixelAt(i, image))),
      ]),
    ),
  );
}

/** All of CIFAR-10's files, with two training images a file and three test images. */
export function buildCifar10(): Record<string, Buffer> {
  return {
    'batches.meta.txt': Buffer.from(CLASS_LIST),
    'data_batch_1.bin': buildRecords([0, 1]),
    'data_batch_2.bin': buildRecords([2, 3]),
    'data_batch_3.bin': buildRecords([4, 5]),
    'data_batch_4.bin': buildRecords([6, 7]),
    'data_batch_5.bin': buildRecords([8, 9]),
    'test_batch.bin': buildRecords([3, 8, 0]),
  };
}

/** Writes files into a folder, which is made. */
export async function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all(Object.entries(files).map(([name, bytes]) => writeFile(join(folder, name), bytes)));
}
