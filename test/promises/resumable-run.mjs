// A run in a process of its own, to be killed: node resumable-run.mjs OPTIONS. Says `begun` before its first step, and at its end, as JSON, where it
// has gone on and what it has come to.
import { RandomStream } from '../../dist/src/core/rng.js';
import { train } from '../../dist/src/train.js';

const { spec, checkpoints, workers } = JSON.parse(process.argv[2]);

/** Noise with a bright square for each class. */
function drawImages(count, seed) {
  const stream = new RandomStream([seed, 5]);
  const pixels = new Uint8Array(new SharedArrayBuffer(count * 784));
  const labels = new Uint16Array(new SharedArrayBuffer(2 * count));
  for (let image = 0; image < count; image++) {
    labels[image] = stream.nextBelow(10);
    for (let i = 0; i < 784; i++) {
      const bright = Math.floor(i / 28) >> 1 === labels[image] && i % 28 < 14;
      pixels[image * 784 + i] = stream.nextBelow(100) + (bright ? 150 : 0);
    }
  }
  return { count, pixels, labels };
}

const dataset = {
  name: 'drawn',
  shape: { height: 28, width: 28, channels: 1 },
  classNames: Array.from({ length: 10 }, (_, i) => String(i)),
  train: drawImages(600, 1),
  test: drawImages(100, 2),
  sha256: 'drawn',
};

process.stdout.write('begun\n');
const resumed = [];
const result = await train(spec, {
  dataset,
  workers,
  ...(checkpoints && { checkpoints }),
  onResume: ({ epoch, step, rejected }) => resumed.push({ epoch, step, rejected }),
});
const { state, reason, epochs, bestEpoch, augmentedTest, confusion, predicted, weightsSha256 } = result;
const metrics = epochs.map(({ seconds, imagesPerSecond, ...rest }) => rest);
const facts = {
  state,
  reason,
  metrics,
  bestEpoch,
  augmentedTest,
  confusion,
  predicted: [...predicted],
  weightsSha256,
};
process.stdout.write(`${JSON.stringify({ resumed, facts })}\n`);
