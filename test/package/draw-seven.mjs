// MNIST's first test image, which is a seven, as the README's `seven.png`.
import { loadDataset } from 'convoy-cnn';
import sharp from 'sharp';

const { test } = await loadDataset('mnist');
const raw = { width: 28, height: 28, channels: 1 };
await sharp(Buffer.from(test.pixels.slice(0, 28 * 28)), { raw })
  .png()
  .toFile('seven.png');
