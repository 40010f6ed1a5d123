import { train } from '../train.js';
import { callInOwnProcess, drawImages, type OwnTraining } from './own-process.js';

/** A training that is followed epoch by epoch until its time is over; its spec has more epochs than that. */
export interface OwnEpochsTask extends OwnTraining {
  readonly seconds: number;
  readonly leastEpochs: number;
}

/** Starts a process that trains, and gives the images a second of each of its epochs. */
export function measureOwnEpochs(task: OwnEpochsTask): Promise<readonly number[]> {
  return callInOwnProcess('own-epochs', 'trainEpochs', task);
}

/** What that process does. */
export async function trainEpochs(task: OwnEpochsTask): Promise<readonly number[]> {
  const rates: number[] = [];
  let trained = 0;
  const { state, reason } = await train(task.spec, {
    workers: task.workers,
    ...drawImages(task),
    onEpoch({ imagesPerSecond, seconds }) {
      rates.push(imagesPerSecond);
      trained += seconds;
      return rates.length >= task.leastEpochs && trained >= task.seconds ? 'stop' : undefined;
    },
  });
  if (state !== 'interrupted') throw new Error(`expected a run that is stopped, found ${state}: ${reason}`);
  return rates;
}
