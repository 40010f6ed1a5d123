import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.js';
import { loadDataset } from '../../src/dataset/load.js';
import { writeFiles } from '../helpers/cifar10-builder.js';
import { buildImages, buildLabels, withFolder } from '../helpers/idx-builder.js';

describe('Fashion-MNIST', () => {
  it('reads its four files, gzipped as they are published', async () => {
    await withFolder(async (folder) => {
      await writeFiles(folder, {
        'train-images-idx3-ubyte.gz': gzipSync(buildImages(3)),
        'train-labels-idx1-ubyte.gz': gzipSync(buildLabels([9, 0, 3])),
        't10k-images-idx3-ubyte.gz': gzipSync(buildImages(1)),
        't10k-labels-idx1-ubyte.gz': gzipSync(buildLabels([5])),
      });
      const { name, classNames, train, test } = await loadDataset('fashion-mnist', { folder });
      expect([name, train.count, test.count]).toEqual(['fashion-mnist', 3, 1]);
      expect([...train.labels].map((label) => classNames[label])).toEqual([
        'ankle boot',
        'T-shirt/top',
        'dress',
      ]);
    });
  });

  it('says where the data belong if there are none', async () => {
    await withFolder(async (folder) => {
      const loading = loadDataset('fashion-mnist', { folder: join(folder, 'none') });
      await expect(loading).rejects.toBeInstanceOf(UserError);
      await expect(loading).rejects.toThrow(
        /^fashion-mnist: expected its four files in .*none, found none\. Run node scripts\/data\.js get fashion-mnist, or put .* there\.$/,
      );
    });
  });
});
