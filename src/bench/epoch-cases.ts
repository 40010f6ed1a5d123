import type { Aspect, RateCase } from './case.js';
import { median } from './median.js';
import { describeWork } from './network-case.js';
import { countCost } from './network-cost.js';
import { CLASSES, HYPERPARAMETERS } from './network-rate.js';
import { type BenchNetwork, makeSk } from './networks.js';
import { measureOwnEpochs, type OwnEpochsTask } from './own-epochs.js';

/** Of one epoch. */
const IMAGES = 10_000;
/** First epochs that have a figure each; there are as many at least. */
const FOLLOWED = 10;
/** More than a minute has. */
const ENDLESS = 100_000;

/** How a new process's training comes up to its speed: its first epochs one by one, all of its minute, and what it keeps. */
export function listEpochCases(cores: number): RateCase[] {
  return [makeSk(0.2), makeSk(1)].map((network) => makeEpochCase(network, cores));
}

function makeEpochCase(network: BenchNetwork, workers: number): RateCase {
  const name = `epoch/${network.name}`;
  return {
    name,
    threads: workers,
    unit: 'images',
    ...countCost(network, 'step'),
    aspects: listAspects(name, workers),
    measure: ({ effort }) =>
      measureOwnEpochs({ ...describeTask(network), workers, seconds: effort.courseSeconds }),
    counterpart: {
      job: {
        kind: 'epochs',
        ...describeWork(network),
        ...{ images: IMAGES, leastEpochs: FOLLOWED, threads: workers },
      },
      toFigure: (seconds) => IMAGES / seconds,
    },
  };
}

/** `epoch/SK-0.2/steady`, `epoch/SK-0.2/whole`, `epoch/SK-0.2/1` and so on: each as a share of the steady one. */
function listAspects(name: string, threads: number): Aspect[] {
  const steady = { name: `${name}/steady`, pick: keepSecondHalf };
  const against = { name: steady.name, threads };
  const epochs = Array.from({ length: FOLLOWED }, (_, epoch) => ({
    name: `${name}/${epoch + 1}`,
    pick: (rates: readonly number[]) => [rates[epoch]!],
    against,
  }));
  return [steady, { name: `${name}/whole`, pick: (rates) => [joinRates(rates)], against }, ...epochs];
}

function keepSecondHalf(rates: readonly number[]): readonly number[] {
  return [median(rates.slice(Math.floor(rates.length / 2)))];
}

/** Of all epochs, which have the same number of images. */
function joinRates(rates: readonly number[]): number {
  return rates.length / rates.reduce((sum, rate) => sum + 1 / rate, 0);
}

function describeTask({ network, batchSize }: BenchNetwork): Omit<OwnEpochsTask, 'workers' | 'seconds'> {
  return {
    spec: { network, batchSize, epochs: ENDLESS, ...HYPERPARAMETERS },
    noise: [network.input, CLASSES, { train: IMAGES, test: 1 }],
    leastEpochs: FOLLOWED,
  };
}
