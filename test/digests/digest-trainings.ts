import { train } from '../../src/train.js';

type Spec = Parameters<typeof train>[0];

const COMMON = { trainCount: 100, testCount: 50, epochs: 1, seed: 3 };

/** Which passes, layouts and layers they go through differs; seconds each under an emulator. */
const SHORT: Record<string, Spec> = {
  'narrow, with lookahead and augmentation': {
    model: 'SK',
    width: 0.2,
    ...COMMON,
    nesterov: true,
    lookahead: { every: 2 },
    augmentation: { translate: 2 },
  },
  'every activation': {
    network:
      'INPUT(28x28x1) -> CONV(5,8) -> ELU -> POOL(2) -> CONV(3,12) -> GELU -> BN -> LEAKY-RELU -> POOL(2,mean) -> CONV(3,16,p1) -> PRELU -> ' +
      'TANH -> FC(30) -> SIGMOID -> DROPOUT(0.2) -> FC(10)',
    ...COMMON,
  },
  'in images': { model: 'SK', width: 0.2, ...COMMON, trainCount: 40, batchSize: 4 },
};

/** A minute and more each under an emulator. */
const LONG: Record<string, Spec> = {
  BASE: { model: 'BASE', ...COMMON, epochs: 2 },
  BN: { model: 'BN', dropout: 0.3, ...COMMON, epochs: 2 },
  'SK-1': { model: 'SK', width: 1, ...COMMON },
  LeNet: { model: 'lenet5', ...COMMON, epochs: 2 },
  'wide, by minimal filtering': {
    network:
      'INPUT(28x28x1) -> CONV(3,64,p1) -> RELU -> POOL(2) -> CONV(3,64,p1) -> RELU -> POOL(2) -> CONV(3,128,p1) -> RELU -> FC(10)',
    ...COMMON,
  },
};

/** The SHA-256 of the weights after each of some short trainings, by the training's name. */
export async function digestTrainings(options: { long: boolean }): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const [name, spec] of Object.entries(options.long ? { ...SHORT, ...LONG } : SHORT)) {
    const { state, weightsSha256 } = await train(spec, { workers: 2 });
    digests[`training ${name}`] = `${state} ${weightsSha256}`;
  }
  return digests;
}
