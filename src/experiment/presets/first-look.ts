import { mnist } from '../../dataset/mnist.js';
import type { Preset } from './preset.js';

/** The grid of `npm start`: small enough for well under two minutes on two cores, large enough to tell the networks apart. */
export const FIRST_LOOK: Preset = {
  name: 'first-look',
  title: 'Four networks, two seeds each, on the first 2,000 digits',
  base: {
    dataset: mnist.name,
    trainFirst: 1,
    trainCount: 2000,
    epochs: 10,
    batchSize: 100,
    learningRate: 0.001,
  },
  points: [{ model: 'BASE' }, { model: 'BN' }, { model: 'SK', width: 0.2 }, { model: 'SK', width: 0.5 }],
  grid: { seed: [0, 1] },
};
