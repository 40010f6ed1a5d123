import { UserError } from '../core/errors.js';

/** What a run's mini-batches follow from. */
interface CutRun {
  readonly shards: number;
  readonly dropLast: boolean;
  readonly batchSize: number;
  readonly trainCount: number;
  readonly validationCount: number;
}

/** @throws UserError if a mini-batch of the run has fewer images than it is to have shards */
export function checkShards({ shards, dropLast, ...spec }: CutRun): void {
  const images = spec.trainCount - spec.validationCount;
  const batchSize = Math.min(spec.batchSize, images);
  if (shards > batchSize) {
    throw new UserError(
      `shards: expected at most ${batchSize}, one for each image of a mini-batch, found ${shards}. ` +
        'Take fewer, or a larger batchSize.',
    );
  }
  const last = dropLast ? 0 : images % batchSize;
  if (last > 0 && shards > last) {
    throw new UserError(
      `shards: expected at most ${last}, one for each image of the last mini-batch (${images} images by ${batchSize}), ` +
        `found ${shards}. Take dropLast=true, or another batchSize.`,
    );
  }
}
